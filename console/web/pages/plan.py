"""The plan: what would be sent now, grouped by shop, with old and new; then exactly that is pushed,
all of it or the shops that are chosen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from console.web.access import Posted, need
from console.web.audit import noted
from console.web.failures import Problem
from console.web.here import Console, Here
from console.web.language import _
from console.web.site import page
from console.web.waking import carry_out
from models import shops, status, stops
from models.operator import OPERATOR, VIEWER
from models.status import ChangeRow
from worker import pushing
from worker.digests import digest

router = APIRouter(prefix="/plan")

MOST = 2000
"""Changes that are shown; more are only counted."""
SHOWN = 100
"""Of them in one shop."""


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """What one shop owes. ``mark`` changes when any of it does."""

    key: str
    channel: str
    changes: Sequence[ChangeRow]
    by_facet: Counter[str]
    mark: str


def _plans(console: Console) -> tuple[list[ShopPlan], int]:
    with console.env.db.transaction() as session:
        found = status.due_changes(session, most=MOST + 1)
    grouped: defaultdict[tuple[str, str], list[ChangeRow]] = defaultdict(list)
    for change in found[:MOST]:
        grouped[change.shop, change.channel].append(change)
    plans = [
        ShopPlan(key, channel, rows, Counter(r.facet for r in rows),
                 digest([[r.product_code, r.facet, r.skus, r.new] for r in rows]))
        for (key, channel), rows in sorted(grouped.items())
    ]  # fmt: skip
    return plans, len(found)


@router.get("", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    return _page(request, console)


def _page(request: Request, console: Console, *, status: int = 200, trouble: str = "") -> Response:
    plans, count = _plans(console)
    with console.env.db.transaction() as session:
        halted = {s.shop for s in stops.standing(session)}
    return page(
        request, "plan.html", status=status, plans=plans, count=count, most=MOST, shown_most=SHOWN,
        halted=halted, trouble=trouble,
    )  # fmt: skip


@router.post("", dependencies=[need(OPERATOR)])
def push(request: Request, console: Here, form: Posted) -> Response:
    """Push what was shown of the chosen shops; where it has changed meanwhile, it is shown again
    and nothing is sent."""
    chosen = [str(key) for key in form.getlist("shop")]
    if not chosen:
        raise Problem(422, _("Chưa chọn gian hàng nào."), _("Đánh dấu ít nhất một gian hàng."))
    now = {plan.key: plan.mark for plan in _plans(console)[0]}
    if any(now.get(key) != form.get(f"mark.{key}") for key in chosen):
        said = _("Kế hoạch đã đổi từ lúc xem; chưa gửi gì. Xem lại rồi đẩy.")
        return _page(request, console, status=409, trouble=said)
    with console.env.db.transaction() as session:
        ids = [s.id for s in shops.all_shops(session) if s.key in chosen and s.id is not None]
    who = request.state.visitor.name
    noted(request, "push", " ".join(chosen))
    run_id = pushing.begin(console.env, who, " ".join(chosen), (), ids)
    carry_out(console, run_id, ids)
    return RedirectResponse(f"/runs/{run_id}", 303)
