"""Listings: looked for, a page at a time; many chosen and acted on; exported as they are shown."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import orjson
from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from console.web import sheet, why
from console.web.access import Posted, Visitor, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page, see
from console.web.waking import carry_out, wake
from models import browse, reconciling, shops, status, stops
from models.browse import Filter, Line
from models.operator import OPERATOR, VIEWER
from worker import assorting, pushing

router = APIRouter(prefix="/listings")

ACT_MOST = 1000
"""Listings that may be acted on at once."""
EXPORT_MOST = 100_000
CHOICES_S = 60.0
"""How old the lists of districts, groups and reasons to choose from may be."""
ACTIONS = ("push", "recheck", "stop", "resume")
WHOLE = ("stop", "resume")
"""What is decided of a product in a shop, however many listings it has there."""
NOT_STATED = "-"
"""The district of a certificate that names none, in an address."""


def wanted(query: QueryParams) -> Filter:
    """The filter that an address says."""
    stars = query.get("stars", "")
    return Filter(
        q=query.get("q", "")[:200],
        channel=query.get("channel", ""),
        shop=query.get("shop", ""),
        producer=query.get("producer", "")[:200],
        district=_district(query.get("district", "")),
        group=query.get("group", ""),
        stars=int(stars) if stars in ("3", "4", "5") else None,
        state=query.get("state", ""),
        reason=query.get("reason", ""),
        alarm=query.get("alarm") == "1",
    )


def _district(text: str) -> str | None:
    """None: any."""
    return "" if text == NOT_STATED else text or None


def _cursor(line: Line) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([line.key, line.id])).decode().rstrip("=")


def _after(text: str) -> tuple[str, int] | None:
    """Where a page begins; a cursor that is none begins at the top."""
    try:
        key, number = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return str(key), int(number)
    except (ValueError, TypeError, OverflowError):
        return None


@router.get("", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    query = request.query_params
    filter_ = wanted(query)
    sort = query.get("sort", "recent")
    sort = sort if sort in browse.SORTS else "recent"
    after = _after(query.get("after", ""))
    with console.env.db.transaction() as session:
        lines = browse.page(session, filter_, sort=sort, after=after, most=browse.PAGE + 1)
        more = len(lines) > browse.PAGE
        whole = after is None and not more
        count = len(lines) if whole else browse.count(session, filter_)
    choices = console.remembered.of("choices", CHOICES_S, lambda: _choices(console))
    lines = lines[: browse.PAGE]
    labels = {name: c.label for name, c in console.env.capabilities.items()}
    return page(
        request, "listings.html", lines=lines, count=count, count_most=browse.COUNT_MOST,
        choices=choices, filter=filter_, sort=sort, labels=labels, why=why, act_most=ACT_MOST,
        reasons={code: why.label(code) for code in choices.reasons},
        districts=[name or NOT_STATED for name in choices.districts],
        next=_cursor(lines[-1]) if more else None, begun="after" in query,
    )  # fmt: skip


def _choices(console: Console) -> browse.Choices:
    with console.env.db.transaction() as session:
        return browse.choices(session)


@router.get("/export", dependencies=[need(VIEWER)])
def export(request: Request, console: Here) -> Response:
    """What the filter finds, as a spreadsheet."""
    query = request.query_params
    sort = query.get("sort", "recent")
    with console.env.db.transaction() as session:
        lines = browse.page(
            session, wanted(query), sort=sort if sort in browse.SORTS else "recent",
            most=EXPORT_MOST,
        )  # fmt: skip
    return sheet.listings(lines)


# --- acting on many ---------------------------------------------------------------------------


@router.post("/act", dependencies=[need(OPERATOR)])
def act(request: Request, console: Here, form: Posted) -> Response:
    """First what would be done and to what; the same form once more, with ``sure``, does it."""
    action = str(form.get("action", ""))
    if action not in ACTIONS:
        raise Problem(422, _("Không rõ phải làm gì."), _("Chọn một việc rồi gửi lại."))
    chosen = _chosen(console, form.getlist("id"), str(form.get("all", "")))
    ids = _whole(console, chosen) if action in WHOLE else chosen
    visitor: Visitor = request.state.visitor
    with console.env.db.transaction() as session:
        named = status.keys_of(session, ids)
        halted = _halted(console, {key for key, _code, _item in named})
    if not form.get("sure"):
        return page(
            request, "act.html", action=action, ids=ids, named=named, halted=halted,
            more=len(set(ids) - set(chosen)), back=str(form.get("back", "/listings")),
        )  # fmt: skip
    return _do(request, console, visitor, action, ids, halted)


def _chosen(console: Console, texts: Sequence[object], everything: str) -> list[int]:
    """The listings that are meant: those ticked, or all that a filter finds (``everything`` is its
    address)."""
    if everything:
        with console.env.db.transaction() as session:
            ids = browse.ids(session, wanted(QueryParams(everything)), ACT_MOST + 1)
    else:
        ids = sorted(
            {int(t) for t in texts if isinstance(t, str) and t.isdecimal() and len(t) < 19}
        )
    return _bounded(ids)


def _whole(console: Console, ids: Sequence[int]) -> list[int]:
    """All listings of the chosen ones' products in their shops: they go together, so they are
    counted and named together."""
    with console.env.db.transaction() as session:
        return _bounded(status.with_parts(session, ids))


def _bounded(ids: list[int]) -> list[int]:
    """Raises Problem for none, and for too many."""
    if not ids:
        raise Problem(422, _("Chưa chọn tin nào."), _("Đánh dấu ít nhất một tin rồi gửi lại."))
    if len(ids) > ACT_MOST:
        raise Problem(
            413, _("Chọn quá nhiều tin một lúc."),
            _("Nhiều nhất %(most)s tin; lọc bớt rồi làm nhiều lần.") % {"most": ACT_MOST},
        )  # fmt: skip
    return ids


def _halted(console: Console, keys: set[str]) -> list[str]:
    """Of these shops, those that a person has stopped."""
    with console.env.db.transaction() as session:
        standing = stops.standing(session)
    everywhere = any(stop.shop is None for stop in standing)
    return sorted(keys if everywhere else keys & {s.shop for s in standing if s.shop})


def _do(
    request: Request, console: Console, visitor: Visitor, action: str, ids: list[int],
    halted: list[str],
) -> Response:  # fmt: skip
    env = console.env
    if action == "push" and halted:
        raise Problem(
            409, _("Gian hàng đang dừng, không đẩy được."),
            _("Chạy tiếp gian hàng này trước: %(shops)s") % {"shops": ", ".join(halted)},
        )  # fmt: skip
    if action == "push":
        to = f"/runs/{push(console, visitor, ids)}"
    elif action == "recheck":
        with env.db.transaction() as session:
            count = reconciling.mark(session, ids, env.now())
        wake(console)
        noted(request, "listings.recheck", str(len(ids)), listings=ids[:50])
        said = _("Sẽ đọc lại trên sàn ngay: %(count)s tin.") % {"count": count}
        return see(request, "/listings", said)
    else:
        decide = assorting.keep_out if action == "stop" else assorting.let_in
        to = f"/runs/{decide(env, ids, visitor.name)}"
        wake(console)
    noted(request, f"listings.{action}", str(len(ids)), listings=ids[:50])
    return RedirectResponse(to, 303)


def push(console: Console, visitor: Visitor, ids: Sequence[int]) -> int:
    """Begin a push of listings and ask the workers for it; returns its run."""
    with console.env.db.transaction() as session:
        places = status.places_of(session, ids)
        keys = {key for key, _code in places}
        shop_ids = [s.id for s in shops.all_shops(session) if s.key in keys and s.id is not None]
    codes = sorted({code for _key, code in places})
    said = " ".join(codes[:5]) + (" …" if len(codes) > 5 else "")
    run_id = pushing.begin(console.env, visitor.name, said, ids, shop_ids)
    carry_out(console, run_id, shop_ids)
    return run_id
