"""Two plans of one product: the second reads only when the first has written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from models import turns
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import reading, record
from worker.planning import plan_in


def start(world: World) -> list[int]:
    world.book.products = [source_product("OCOP-001"), source_product("OCOP-002")]
    world.pull()
    world.connect()
    world.sync()
    return [int(str(row[0])) for row in world.sql("SELECT id FROM product ORDER BY id")]


def waits(world: World, work: Callable[[Session], object]) -> bool:
    """Whether ``work`` has to wait for somebody."""
    try:
        with world.env.db.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '50ms'"))
            work(session)
    except OperationalError:
        return True
    return False


@pytest.mark.parametrize("held", [[0], [0, 1], None])
def test_a_plan_waits_for_another_of_the_same_product(
    world: World, held: Sequence[int] | None
) -> None:
    one, two = start(world)
    mine = None if held is None else [[one, two][n] for n in held]
    with world.env.db.transaction() as first:
        turns.take(first, mine)
        assert waits(world, lambda s: plan_in(world.env, s, [one]))
        assert waits(world, lambda s: plan_in(world.env, s, None))
        assert waits(world, lambda s: plan_in(world.env, s, [two])) == (held != [0])
    assert not waits(world, lambda s: plan_in(world.env, s, None))


def test_results_and_readings_wait_for_a_plan_that_has_read_their_listing(world: World) -> None:
    one, _two = start(world)
    listing = world.listing("OCOP-001-100G")
    place = record.Place(1, 99, None, 900.0)
    seen = reading.Reading(listing, reading.Observation(None, None, None))
    with world.env.db.transaction() as first:
        turns.take(first, [one])
        assert waits(world, lambda s: turns.lock(s, [listing.id]))
        assert waits(world, lambda s: reading.write(s, place, [seen], world.env.now()))
    assert not waits(world, lambda s: reading.write(s, place, [seen], world.env.now()))


def test_who_plans_what_it_has_read_takes_its_turn_before_it_writes(world: World) -> None:
    """Listings first and the turn after, while a plan takes the turn first, was a deadlock; and a
    plan that had read before a sale was written put back that nothing was sold."""
    one, _two = start(world)
    listing = world.listing("OCOP-001-100G")
    place = record.Place(1, 99, None, 900.0)
    lost = reading.Reading(listing, reading.Observation("missing", None, None))
    with world.env.db.transaction() as first:
        first.execute(text("SELECT pg_advisory_xact_lock(7205003, :turn)"), {"turn": one % 64})
        assert waits(world, lambda s: reading.write(s, place, [lost], world.env.now()))
        assert waits(world, lambda s: reading.write_stock(s, place, [lost], world.env.now()))
    assert not waits(world, lambda s: reading.write(s, place, [lost], world.env.now()))


def test_a_wake_up_that_came_late_takes_no_lease(world: World) -> None:
    start(world)
    (shop,) = world.shops()
    before = world.sql("SELECT fence FROM shop_lease")
    assert world.drain(shop).why == "done"
    assert world.sql("SELECT fence FROM shop_lease") == before
