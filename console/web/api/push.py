"""Push now: the debts become due at once, and the workers are asked to carry them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import structlog
from fastapi import Request, Response
from sqlmodel import Session

from console.web.api.document import action
from console.web.api.once import Action, acting, forget, once
from console.web.api.place import new_router
from console.web.api.runs import shown
from console.web.api.schemas import PushAccepted, PushOrder
from console.web.api.shops import chosen
from console.web.failures import Problem
from console.web.language import _
from models import queue, runs, status_pages
from worker.planning import plan_in, push_again_in

router = new_router()

LOCATION = {"Location": {"schema": {"type": "string"}, "description": "The run."}}
NAMED, AUDITED = 20, 200
"""Codes that the run's reason names, and the audit; both say how many there were."""


@router.post("/push", status_code=202, summary="Push now",
             responses=action(202, 400, headers=LOCATION))  # fmt: skip
def push(
    order: PushOrder,
    request: Request,
    answer: Response,
    doing: Annotated[Action, acting("push")],
) -> PushAccepted:
    """Plans everything, makes what the chosen shops owe due at once, and asks the workers to send
    it. With codes, these are stated anew first. Scope: push."""
    shop_ids: list[int] = []

    def act(session: Session) -> PushAccepted:
        shops, halted = chosen(session, order.shop, order.channel)
        shop_ids.extend(shop.id or 0 for shop in shops)
        return _begun(session, doing, order, shop_ids, halted)

    accepted = once(doing, act, PushAccepted, answer, 202)
    run_id = accepted.run.id
    if shop_ids:  # else it was asked before
        _ask(doing, run_id, shop_ids)
    answer.headers["Location"] = request.app.url_path_for("read_run", run_id=run_id)
    return accepted


def _begun(
    session: Session, doing: Action, order: PushOrder, shop_ids: Sequence[int],
    halted: Sequence[str],
) -> PushAccepted:  # fmt: skip
    """The same as worker.pushing.begin, in the transaction that also writes who asked, and what
    was answered."""
    env = doing.console.env
    codes = list(dict.fromkeys(order.codes or ()))
    why = " ".join(codes[:NAMED]) + (f" … (+{len(codes) - NAMED})" if len(codes) > NAMED else "")
    run_id = runs.begin(session, "push", env.now(), slot=None, who=doing.token.name, why=why)
    assert run_id is not None  # noqa: S101 (only a slot can be taken)
    plan_in(env, session, None, run_id)
    again = push_again_in(env, session, codes, shop_ids)
    known = status_pages.known_codes(session, codes, shop_ids)
    unknown = [code for code in codes if code not in known]
    if codes and not again:
        raise Problem(
            422, _("Không có sản phẩm nào mang các mã này ở gian hàng đã chọn."),
            _("Xem lại mã và gian hàng; mã nào đang có: GET /api/v1/status."),
        )  # fmt: skip
    due = queue.owed(session, shop_ids)
    runs.progress(session, run_id, {"total": due, "left": due, "shops": list(shop_ids)})
    detail = {**order.model_dump(), "codes": codes[:AUDITED], "of": len(codes)}
    doing.note(session, "push", f"run {run_id}", detail)
    run = runs.get(session, run_id)
    assert run is not None  # noqa: S101 (it was just made)
    return PushAccepted(
        run=shown(run), listings=again, due=due, unknown=unknown, stopped=list(halted)
    )


def _ask(doing: Action, run_id: int, shop_ids: Sequence[int]) -> None:
    """Where nobody can be asked, the run ends there and the key is free; what is due stays due,
    and goes out with the next sweep."""
    try:
        doing.console.send("push_run", {"run_id": run_id, "shop_ids": list(shop_ids)})
    except Exception as error:  # noqa: BLE001 (whatever the broker's client raises)
        structlog.get_logger(__name__).warning("no workers to ask", error=type(error).__name__)
        with doing.console.env.db.transaction() as session:
            said = _("không gọi được tiến trình gửi")
            runs.end(session, run_id, said, {}, doing.console.env.now(), failed=True)
        forget(doing)
        raise Problem(
            503, _("Không gọi được các tiến trình gửi."),
            _("Thay đổi vẫn nằm trong hàng chờ và được gửi ở lượt quét tới; hoặc gửi lại yêu cầu."),
            headers={"Retry-After": "10"},
        ) from None  # fmt: skip
