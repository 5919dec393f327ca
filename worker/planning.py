"""Plan as a run: what is wanted is written, and the shops that owe something are named."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlmodel import Session

from models import facts, holds, listings, queue, runs, status, turns
from worker.env import Env, local_day
from worker.plan import plan
from worker.world import World, load_world

MANY = 500
"""Products in a plan after which the database looks at its tables again."""


def plan_products(
    env: Env, product_ids: Iterable[int] | None = None, run_id: int | None = None
) -> None:
    """Write what is wanted for these products (None: all), in one transaction; ``run_id``: the
    run for whose sake."""
    ids = None if product_ids is None else set(product_ids)
    with env.db.transaction() as session:
        plan_in(env, session, ids, run_id)
    if ids is None or len(ids) >= MANY:
        with env.db.transaction() as session:
            listings.measure(session)


def plan_pulled(env: Env, touched: Iterable[int], run_id: int | None = None) -> None:
    """The plan after a pull: what it touched, and what a pull that was killed before its plan."""
    with env.db.transaction() as session:
        owed = facts.unplanned(session).keys()
    plan_products(env, {*touched, *owed}, run_id)


LEFT_S = 120.0
"""A pull's changes that wait longer than this for their plan belong to a pull that died, or to
one so long that its first pages may go ahead."""


def left_over(env: Env) -> bool:
    """Whether something that a pull changed waits for a plan that may never come."""
    before = env.now() - timedelta(seconds=LEFT_S)
    with env.db.transaction() as session:
        return any(at < before for at in facts.unplanned(session).values())


def plan_in(
    env: Env, session: Session, product_ids: Collection[int] | None, run_id: int | None = None
) -> None:
    """The same within a transaction that does more. Nothing that it plans from is read before its
    turn has come."""
    if product_ids is not None and not product_ids:
        return
    ids = None if product_ids is None else sorted(set(product_ids))
    turns.take(session, ids)
    plan(session, world_now(env, session, run_id), ids)


def plan_refused(env: Env, shop_id: int) -> None:
    """What a shop refused is tried once more. It is planned in the same turn: units of what it
    refused to make, other shops hold by now, and they come back first."""
    with env.db.transaction() as session:
        plan_refused_in(env, session, shop_id)


def plan_refused_in(env: Env, session: Session, shop_id: int) -> None:
    """The same at the start of a transaction that does more."""
    ids = sorted(queue.refused_products(session, shop_id))
    if ids:
        turns.take(session, ids)
        queue.try_refused_again(session, shop_id, env.now())
        plan_in(env, session, ids)


def world_now(env: Env, session: Session, run_id: int | None = None) -> World:
    """Shops, rules, mappings and today's date as they stand."""
    now = env.now()
    public = bool(env.public_base_url)
    day = local_day(now)
    return load_world(session, env.capabilities, day, now, public=public, run_id=run_id)


def push_again(env: Env, skus: Sequence[str], *, shop: str = "", channel: str = "") -> int:
    """:func:`again` for the listings of some SKUs or product codes; returns how many that is."""
    with env.db.transaction() as session:
        ids = status.listings_of_skus(session, skus, shop, channel)
        again_in(env, session, ids)
        return len(ids)


def push_again_in(env: Env, session: Session, skus: Sequence[str], shop_ids: Sequence[int]) -> int:
    """The same in those very shops, within a transaction that does more."""
    ids = status.listings_of_skus(session, skus, "", "", shop_ids)
    again_in(env, session, ids)
    return len(ids)


def again(env: Env, listing_ids: Sequence[int]) -> None:
    """An operator pushes these listings: what they owe or were refused is due at once, what a
    buyer sees of them is stated anew, and what we had stopped mending is mended again."""
    with env.db.transaction() as session:
        again_in(env, session, listing_ids)


def again_in(env: Env, session: Session, listing_ids: Sequence[int]) -> None:
    """The same within a transaction that does more."""
    kinds = ("repeated_drift", "repeated_loss")
    if solved := holds.let_go(session, kinds, listing_ids, env.now()):
        plan_in(env, session, solved)
    queue.again(session, listing_ids, env.now())


def plan_day(env: Env, slot: str) -> bool:
    """The new day's plan: certificates lapse and begin at 00:00 in Asia/Ho_Chi_Minh.

    False when this day had its plan (beat fired twice). The day is taken and planned in one
    transaction: of a plan that came to nothing nothing is left, and the next sweep makes it."""
    with env.db.transaction() as session:
        run_id = runs.begin(session, "certify", env.now(), slot=slot, who="schedule")
        if run_id is None:
            return False
        plan_in(env, session, None, run_id)
        due = len(status.due_changes(session))
        runs.end(session, run_id, "ok", {"due": due}, env.now())
    with env.db.transaction() as session:
        listings.measure(session)
    return True


def preview(env: Env, *, shop: str = "", channel: str = "") -> list[status.ChangeRow]:
    """What would be sent if everything were planned now; nothing is written."""
    with env.db.preview() as session:
        turns.take(session, None)
        plan(session, world_now(env, session))
        return status.due_changes(session, shop=shop, channel=channel)


def shops_to_wake(env: Env) -> tuple[list[int], set[int]]:
    """Shops with something to do now, and which of them have a take-down or a sold-out."""
    with env.db.transaction() as session:
        return queue.waiting(session, env.now()), set(queue.urgent(session, env.now()))
