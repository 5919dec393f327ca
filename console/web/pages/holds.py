"""Holds: what waits for a person, what yes and no would do, and the person's word."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from console.web.access import Posted, need
from console.web.failures import Problem
from console.web.here import Here
from console.web.language import _, told
from console.web.site import page, see
from console.web.waking import wake
from models import holds, operators, shops
from models.operator import OPERATOR, VIEWER
from worker.deciding import WORDS, BadDecision, decide_in

router = APIRouter(prefix="/holds")

LONGEST = 19
"""Digits of a number that may be a hold's."""
ANSWERS = {"approve": True, "reject": False}


@router.get("", dependencies=[need(VIEWER)])
def show(request: Request, console: Here) -> Response:
    with console.env.db.transaction() as session:
        keys = {shop.id: shop.key for shop in shops.all_shops(session)}
        waiting, rejected = holds.open_holds(session), holds.rejected_holds(session)
        decided = holds.decided(session, 20)
    return page(
        request, "holds.html", waiting=waiting, rejected=rejected, decided=decided, keys=keys,
        words=WORDS,
    )  # fmt: skip


@router.get("/{hold_id}", dependencies=[need(VIEWER)])
def one(request: Request, console: Here, hold_id: int) -> Response:
    with console.env.db.transaction() as session:
        hold = holds.get(session, hold_id)
        if hold is None:
            raise HTTPException(404)
        items = holds.items(session, hold_id)
    return page(request, "hold.html", hold=hold, items=items, words=WORDS[hold.kind])


@router.post("/decide", dependencies=[need(OPERATOR)])
def decide_some(request: Request, console: Here, form: Posted) -> Response:
    """One word on some holds; those that are open no more are named, the others are decided."""
    answer = ANSWERS.get(str(form.get("answer", "")))
    ids = [
        int(t) for t in form.getlist("id")
        if isinstance(t, str) and t.isdecimal() and len(t) < LONGEST
    ]  # fmt: skip
    if answer is None or not ids:
        raise Problem(
            422, _("Chưa chọn việc nào."), _("Đánh dấu việc rồi chọn đồng ý hay từ chối.")
        )
    note = str(form.get("note", "")).strip()[:500]
    done, refused = _decide(request, console, ids, approve=answer, note=note)
    wake(console)
    if not done:
        raise Problem(409, _("Không còn việc nào để quyết."), "; ".join(refused))
    said = _("Đã quyết: %(count)s việc.") % {"count": len(done)}
    if refused:
        said += " " + "; ".join(refused)
    return see(request, "/holds", said)


def _decide(
    request: Request, console: Any, ids: list[int], *, approve: bool, note: str
) -> tuple[list[int], list[str]]:
    who = request.state.visitor.name
    done, refused = [], []
    for hold_id in ids[:500]:
        try:
            with console.env.db.transaction() as session:
                decide_in(console.env, session, hold_id, approve=approve, who=who)
                operators.note(
                    session, who, "web", "hold.approve" if approve else "hold.reject",
                    str(hold_id), {"note": note}, request.state.request_id, console.env.now(),
                )  # fmt: skip
        except BadDecision as error:
            refused.append(told(error))
            continue
        done.append(hold_id)
    return done, refused
