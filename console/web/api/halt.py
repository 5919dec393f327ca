"""Stop and start: no shop, or one, is touched until somebody says start."""

from __future__ import annotations

from typing import Annotated

from fastapi import Response
from sqlmodel import Session

from console.web.api.document import action
from console.web.api.once import Action, acting, once
from console.web.api.place import new_router
from console.web.api.schemas import GoOrder, Halted, HaltOrder, StandingStop
from console.web.api.shops import named
from models import stops
from worker import halting
from worker.halting import Halt

router = new_router()

Doing = Annotated[Action, acting("push")]


@router.post("/stop", summary="Stop at once", responses=action(200, 400))
def stop(order: HaltOrder, answer: Response, doing: Doing) -> Halted:
    """After the batch that is on its way nothing is sent and nothing read, take-downs too, until
    somebody says start. Scope: push."""

    def act(session: Session) -> Halted:
        shop, who = named(session, order.shop), doing.token.name
        done = halting.stop_in(doing.console.env, session, shop, who=who, why=order.why)
        doing.note(session, "stop", order.shop, {"why": order.why, "changed": done.changed})
        return _halted(session, done)

    return once(doing, act, Halted, answer)


@router.post("/start", summary="Go on", responses=action(200, 400))
def start(order: GoOrder, answer: Response, doing: Doing) -> Halted:
    """A stop of all and a stop of one shop are two stops: starting the one leaves the other.
    Scope: push."""

    def act(session: Session) -> Halted:
        shop, who = named(session, order.shop), doing.token.name
        done = halting.start_in(doing.console.env, session, shop, who=who)
        doing.note(session, "start", order.shop, {"changed": done.changed})
        return _halted(session, done)

    return once(doing, act, Halted, answer)


def _halted(session: Session, done: Halt) -> Halted:
    standing = [StandingStop.model_validate(stop) for stop in stops.standing(session)]
    return Halted(changed=done.changed, owed=done.owed, stops=standing)
