"""Rules: which ones hold, and setting one after seeing what it would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.datastructures import FormData, QueryParams
from starlette.responses import Response

from console.web import rule_fields, why
from console.web.access import Posted, Visitor, need
from console.web.failures import Problem
from console.web.forms import text
from console.web.here import Console, Here
from console.web.language import _, told
from console.web.rule_fields import RULES
from console.web.site import page, see
from console.web.waking import wake
from models import operators, shops
from models import rules as stored
from models.operator import ADMIN, VIEWER
from models.shop import SCOPES
from worker import effects, targets
from worker.office import Ruling
from worker.targets import BadTarget

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule holds, as somebody chose it; ``wrong`` by input (the product is not known…)."""

    kind: str
    scope: str
    target: str = ""
    channel: str = ""
    product: str = ""
    """What ``target`` names, for people."""
    wrong: Mapping[str, str] | None = None

    def ruling(self, value: Mapping[str, Any] | None) -> Ruling:
        return Ruling(self.kind, self.scope, self.target, self.channel, value)


@router.get("/rules", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    with console.env.db.transaction() as session:
        found = stored.every(session)
        names = {shop.key: shop.name for shop in shops.all_shops(session)}
    by_kind = {kind: [rule for rule in found if rule.kind == kind] for kind in RULES}
    labels = {name: c.label for name, c in console.env.capabilities.items()}
    return page(
        request, "rules.html", kinds=RULES, by_kind=by_kind, names=names, labels=labels,
        in_words=rule_fields.in_words,
    )  # fmt: skip


@router.get("/rules/edit", dependencies=[need(ADMIN)])
def edit(request: Request, console: Here) -> Response:
    """The form of one kind; with what stands at that place, where something does."""
    place = _place(console, request.query_params)
    with console.env.db.transaction() as session:
        value = stored.value_of(session, place.kind, place.scope, place.target, place.channel)
    typed = rule_fields.typed_of(value or {})
    return _form(request, console, place, typed=typed, stands=value is not None)


@router.post("/rules/edit")
def write(
    request: Request, console: Here, visitor: Annotated[Visitor, need(ADMIN)], form: Posted
) -> Response:
    """``do``: preview, set, preview_removal, remove. Nothing is set that was not seen first."""
    place, do = _place(console, form), text(form, "do")
    removing = do in ("preview_removal", "remove")
    typed = rule_fields.read(place.kind, form)
    value = None if removing else typed.value
    wrong = dict(place.wrong or {}) | ({} if removing else dict(typed.wrong))
    if wrong:
        return _form(request, console, place, typed=typed.typed, form=form, wrong=wrong, status=422)
    ruling = place.ruling(value)
    if do not in ("set", "remove"):
        return _form(
            request, console, place, typed=typed.typed, form=form, removing=removing,
            seen=effects.of_rule(console.env, ruling),
        )  # fmt: skip
    said = _set(request, console, ruling, visitor, text(form, "note", 500))
    return see(request, "/rules", said)


def _set(request: Request, console: Console, ruling: Ruling, visitor: Visitor, note: str) -> str:
    env = console.env
    with env.db.transaction() as session:
        run_id, changed = effects.set_rule(env, session, ruling, who=visitor.name, note=note)
        operators.note(
            session, visitor.name, "web", "rule_set", f"{ruling.kind} {ruling.target}".strip(),
            {"scope": ruling.scope, "channel": ruling.channel, "value": ruling.value,
             "run": run_id, "note": note},
            request.state.request_id, env.now(),
        )  # fmt: skip
    wake(console)
    if not changed:
        return _("Luật đã như thế từ trước, không có gì đổi.")
    done = _("Đã bỏ luật. Lượt số: %(run)s") if ruling.value is None else None
    return (done or _("Đã đặt luật. Lượt số: %(run)s")) % {"run": run_id}


def _place(console: Console, asked: FormData | QueryParams) -> Place:
    """Raises Problem for what no page of ours asks."""
    kind, scope = str(asked.get("kind", "price")), str(asked.get("scope", "default"))
    if kind not in RULES or scope not in SCOPES:
        raise Problem(404, _("Không có loại luật hoặc phạm vi này."))
    typed = str(asked.get(f"target_{scope}", asked.get("target", ""))).replace("\0", "").strip()
    channel = str(asked.get("channel", "")) if scope == "product" else ""
    if channel and channel not in console.env.connectors:
        channel = ""
    if scope == "default":
        return Place(kind, scope)
    if not typed:
        said = _("Chọn kênh, gian hàng, hoặc ghi mã sản phẩm cho phạm vi đã chọn.")
        return Place(kind, scope, "", channel, wrong={"target": said})
    try:
        with console.env.db.transaction() as session:
            target = targets.find(console.env, session, scope, typed)
    except BadTarget as error:
        return Place(kind, scope, typed, channel, wrong={"target": told(error)})
    return Place(kind, scope, target.key, channel, target.name)


def _form(
    request: Request, console: Console, place: Place, *, typed: Mapping[str, str],
    form: FormData | None = None, wrong: Mapping[str, str] | None = None,
    seen: effects.Effects | None = None, removing: bool = False, stands: bool = False,
    status: int = 200,
) -> Response:  # fmt: skip
    with console.env.db.transaction() as session:
        known = shops.all_shops(session)
    blank = place.scope != "default" and not place.target and status == 200
    return page(
        request, "rule_edit.html", status=status, place=place, kind=RULES[place.kind],
        typed=typed, note=text(form, "note", 500) if form is not None else "",
        wrong=wrong or ({} if blank else place.wrong or {}), seen=seen, removing=removing,
        stands=stands, shops=known, again=again(form), why=why,
        channels={name: c.label for name, c in console.env.capabilities.items()},
    )  # fmt: skip


def again(form: FormData | None) -> list[tuple[str, str]]:
    """What was seen in a preview, to be sent as it is."""
    fields = form.multi_items() if form is not None else []
    return [(k, v) for k, v in fields if isinstance(v, str) and k not in ("form_token", "do")]
