"""Stop and start, as people say them: kept in the database, and an event with who and when.

A stop stops everything that touches a shop: take-downs too. Whoever says stop may be looking at a
program that does wrong, and a stop with exceptions is none; so what the law wants down is counted
and shown until it is down, and goes first after the start. Logins are kept fresh meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from models import outcomes, stops
from models.outcomes import EventRow
from models.shop import Shop
from worker.env import Env


@dataclass(frozen=True, slots=True)
class Halt:
    """``changed`` false: it stood so before. ``owed``: listings on sale that are to come down."""

    changed: bool
    owed: int


def stop(env: Env, shop: Shop | None, *, who: str, why: str) -> Halt:
    """No call that touches this shop (None: any shop) after the batch that is on its way."""
    with env.db.transaction() as session:
        return stop_in(env, session, shop, who=who, why=why)


def stop_in(env: Env, session: Session, shop: Shop | None, *, who: str, why: str) -> Halt:
    """The same within a transaction that does more."""
    shop_id = shop.id if shop else None
    changed = stops.stop(session, shop_id, who, why, env.now())
    if changed:
        event = EventRow("stopped", shop_id=shop_id, after={"who": who, "why": why})
        outcomes.log(session, [event], env.now())
    return Halt(changed, stops.owed_take_downs(session, [shop.key] if shop else None))


def start(env: Env, shop: Shop | None, *, who: str) -> Halt:
    """Go on; the sweep wakes what is due. A shop goes on only when the stop of all is over too."""
    with env.db.transaction() as session:
        return start_in(env, session, shop, who=who)


def start_in(env: Env, session: Session, shop: Shop | None, *, who: str) -> Halt:
    """The same within a transaction that does more."""
    shop_id = shop.id if shop else None
    changed = stops.start(session, shop_id, who, env.now())
    if changed:
        event = EventRow("started", shop_id=shop_id, after={"who": who})
        outcomes.log(session, [event], env.now())
    return Halt(changed, stops.owed_take_downs(session))
