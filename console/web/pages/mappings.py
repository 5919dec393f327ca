"""The mapping of our kinds of goods to each market's categories: what has none first; set after a
look at what it would touch; carried as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.responses import RedirectResponse, Response

from connectors.contract import Capabilities
from connectors.errors import ChannelError
from console.web import why
from console.web.access import Posted, Uploaded, Visitor, need
from console.web.failures import Problem
from console.web.forms import text
from console.web.here import Console, Here
from console.web.language import _, told
from console.web.site import page, see
from console.web.waking import wake
from models import categories, operators, shops
from models.categories import MapRow
from models.operator import ADMIN, VIEWER
from models.product import KINDS
from models.shop import Shop
from worker import effects, mappings
from worker.mapping import Proposal
from worker.mappings import BadMapping, Drafted

router = APIRouter()

CSV_BYTES_MOST = 2 << 20
PROBLEMS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class MarketView:
    """One market. ``open``: kinds without a category and how many products wait for one, the most
    first."""

    shop: Shop
    label: str
    rows: Sequence[MapRow]
    open: Sequence[tuple[str, int]]


@router.get("/mappings", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    return _page(request, console)


def _page(
    request: Request, console: Console, *, problems: Sequence[str] = (), changed: int | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    views = [_view(console, shop) for shop in mappings.markets(console.env)]
    return page(
        request, "mappings.html", status=status, markets=views, problems=problems[:PROBLEMS_SHOWN],
        more=max(0, len(problems) - PROBLEMS_SHOWN), changed=changed,
    )  # fmt: skip


def _view(console: Console, shop: Shop) -> MarketView:
    market = mappings.market_of(shop)
    with console.env.db.transaction() as session:
        rows = categories.rows_of(session, market)
        waiting = categories.waiting(session, market)
    known = console.env.capabilities.get(shop.channel)
    closed = known.closed_kinds if known else {}
    mapped = {row.kind for row in rows if not row.words}
    unmapped = [k for k in KINDS if k not in mapped and closed.get(k) != "block"]
    ranked = sorted(unmapped, key=lambda kind: -waiting.get(kind, 0))
    open_kinds = [(kind, waiting.get(kind, 0)) for kind in ranked]
    return MarketView(shop, _label(known, shop), rows, open_kinds)


def _label(known: Capabilities | None, shop: Shop) -> str:
    return known.label if known else shop.channel


# --- one line ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """A line of a market's mapping, as somebody typed it."""

    shop: Shop
    kind: str
    words: str = ""
    category_id: str = ""
    search: str = ""


def _asked(console: Console, fields: FormData | QueryParams) -> Asked:
    """Raises Problem for a market or kind that there is not."""

    def said(name: str) -> str:
        return str(fields.get(name, "")).replace("\0", "").strip()[:200]

    with console.env.db.transaction() as session:
        shop = shops.by_key(session, said("shop"))
    if shop is None or said("kind") not in KINDS or shop.channel not in console.env.connectors:
        raise Problem(404, _("Không có gian hàng hoặc loại hàng này."))
    return Asked(shop, said("kind"), said("words"), said("category"), said("search"))


@router.get("/mappings/edit", dependencies=[need(ADMIN)])
def edit(request: Request, console: Here) -> Response:
    return _form(request, console, _asked(console, request.query_params))


@router.post("/mappings/edit")
def write(
    request: Request, console: Here, visitor: Annotated[Visitor, need(ADMIN)], form: Posted
) -> Response:
    """``do``: preview, or set. A channel that is away loses nothing that was typed."""
    asked, env = _asked(console, form), console.env
    chosen = asked.category_id or text(form, "chosen", 200)
    asked = Asked(asked.shop, asked.kind, asked.words, chosen, asked.search)
    if not chosen:
        said = _("Chọn một ngành hàng, hoặc ghi mã ngành hàng của sàn.")
        return _form(request, console, asked, wrong=said, status=422)
    try:
        drafted = mappings.draft(env, asked.shop, asked.kind, asked.words, chosen, by=visitor.name)
    except BadMapping as error:
        return _form(request, console, asked, wrong=told(error), status=422)
    except ChannelError as error:
        return _form(request, console, asked, away=str(error), status=503)
    if text(form, "do") != "set":
        market = mappings.market_of(asked.shop)
        return _form(
            request, console, asked, drafted=drafted,
            seen=effects.of_mapping(env, market, drafted.row),
        )  # fmt: skip
    with env.db.transaction() as session:
        mappings.put(env, session, asked.shop, drafted.row)
        operators.note(
            session, visitor.name, "web", "mapping_set", f"{asked.shop.channel} {asked.kind}",
            {"base_url": asked.shop.base_url, "words": asked.words, "category": chosen},
            request.state.request_id, env.now(),
        )  # fmt: skip
    wake(console)
    done = _("Đã đặt ngành hàng: %(name)s") % {"name": drafted.row.name}
    return see(request, "/mappings", done)


def _form(
    request: Request, console: Console, asked: Asked, *, wrong: str = "", away: str = "",
    drafted: Drafted | None = None, seen: effects.Effects | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """The form with the likeliest categories; without them where the channel is away."""
    env = console.env
    proposals: Sequence[Proposal] = ()
    if not away:
        try:
            searched = asked.search or asked.words
            proposals = mappings.suggest(env, asked.shop, asked.kind, searched, asked.search)
        except ChannelError as error:
            away = str(error)
    with env.db.transaction() as session:
        rows = categories.rows_of(session, mappings.market_of(asked.shop))
    now = next((r for r in rows if (r.kind, r.words) == (asked.kind, asked.words)), None)
    labels: Mapping[str, str] = {name: c.label for name, c in env.capabilities.items()}
    return page(
        request, "mapping_edit.html", status=status, asked=asked, proposals=proposals, now=now,
        wrong=wrong, away=away, drafted=drafted, seen=seen, channels=labels, why=why,
        label=labels.get(asked.shop.channel, asked.shop.channel),
    )  # fmt: skip


# --- as CSV -----------------------------------------------------------------------------------


@router.get("/mappings.csv", dependencies=[need(VIEWER)])
def export(console: Here) -> Response:
    headers = {
        "Content-Disposition": 'attachment; filename="anh-xa.csv"', "Cache-Control": "no-store",
    }  # fmt: skip
    return Response(
        mappings.export(console.env), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.get("/mappings/import")
def no_file() -> Response:
    """Where a login that ended during an import leads."""
    return RedirectResponse("/mappings", 303)


@router.post("/mappings/import")
async def take(
    request: Request, console: Here, visitor: Annotated[Visitor, need(ADMIN)], form: Uploaded
) -> Response:
    sent = form.get("file")
    data = await sent.read(CSV_BYTES_MOST + 1) if isinstance(sent, UploadFile) else b""
    return await run_in_threadpool(_import, request, console, data, visitor)


def _import(request: Request, console: Console, data: bytes, visitor: Visitor) -> Response:
    if not data or len(data) > CSV_BYTES_MOST:
        said = _("Chưa chọn tệp nào.") if not data else _("Tệp quá lớn so với một bảng ánh xạ.")
        return _page(request, console, problems=[said], status=422)
    env = console.env
    try:
        typed = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = _("Tệp không phải CSV mã UTF-8; lưu lại bằng CSV UTF-8 rồi gửi lại.")
        return _page(request, console, problems=[said], status=422)
    with env.db.transaction() as session:
        operators.note(
            session, visitor.name, "web", "mappings_imported", "", {"bytes": len(data)},
            request.state.request_id, env.now(),
        )  # fmt: skip
    try:
        changed, problems = mappings.import_(env, typed, by=visitor.name)
    except BadMapping as error:
        return _page(request, console, problems=[told(error)], status=422)
    wake(console)
    if problems:
        return _page(
            request, console, problems=[_(said) for said in problems], changed=changed, status=422
        )
    done = _("Số dòng ánh xạ đã đổi: %(count)s") % {"count": changed}
    return see(request, "/mappings", done)
