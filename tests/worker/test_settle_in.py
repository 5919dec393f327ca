"""A shop whose channel stopped answering in the middle of connecting: it is connected, says what is
left, and whoever is next finishes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.contract import Connector
from connectors.errors import ChannelError, RateLimited, Unavailable
from models import queue, stops, unread
from models.shop import Shop
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import checking, planning
from worker.connect import Connected, NewShop, connect
from worker.settle_in import TRIES

FAST = "gọi quá nhanh"
NEW = NewShop("fake", "Shop một", None, "", {"shop_id": "7"})


@dataclass
class Counting:
    """A limiter that only counts how often it was told to slow down."""

    times: int = 0

    def acquire(self) -> None: ...

    def slower(self) -> None:
        self.times += 1


@pytest.fixture
def limiter(world: World) -> Counting:
    counting = Counting()
    world.env.limiter = lambda _key, _capabilities: counting
    world.book.products = [source_product()]
    world.pull()
    return counting


def failing(
    world: World, monkeypatch: pytest.MonkeyPatch, errors: Sequence[ChannelError],
    verb: str = "categories",
) -> list[ChannelError]:  # fmt: skip
    """The channel answers a verb with these errors before it does it: those that are left."""
    kind = world.env.connectors["fake"]
    good, left = getattr(kind, verb), list(errors)

    def asked(self: Connector, *given: Any) -> Any:
        if left:
            raise left.pop(0)
        return good(self, *given)

    monkeypatch.setattr(kind, verb, asked)
    return left


def is_unread(world: World) -> bool:
    with world.env.db.transaction() as session:
        return unread.is_unread(session, "shop-mot")


def connected(world: World) -> tuple[Connected, Shop]:
    done = connect(world.env, NEW)
    (shop,) = world.shops()
    world.plan()
    world.time.forward(minutes=3)
    return done, shop


@pytest.mark.parametrize("errors", [[RateLimited(FAST)] * TRIES, [Unavailable(FAST)]])
def test_what_connecting_left_is_done_by_the_next_drain(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch, errors: list[ChannelError]
) -> None:
    left = failing(world, monkeypatch, errors)
    done, shop = connected(world)
    assert left == []
    assert FAST in done.settled.left and "accounts check shop-mot" in done.settled.left
    assert shop.enabled and is_unread(world)
    assert world.mapping(shop) == []
    assert planning.shops_to_wake(world.env)[0] == [shop.id]
    assert world.drain(shop).more
    assert [row.kind for row in world.mapping(shop)] == ["alcohol", "dry"]
    assert not is_unread(world)
    world.sync()
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}
    assert planning.shops_to_wake(world.env)[0] == []


def test_a_drain_that_cannot_finish_it_waits_and_says_so(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = failing(world, monkeypatch, [RateLimited(FAST)] * (TRIES + 1))
    _done, shop = connected(world)
    assert world.drain(shop).why == "fault"
    assert left == []
    (waits,) = world.shops()
    assert waits.breaker_reason == FAST
    assert planning.shops_to_wake(world.env)[0] == []
    world.time.forward(minutes=1)
    assert planning.shops_to_wake(world.env)[0] == [shop.id]
    world.drain(shop)
    (well,) = world.shops()
    assert (well.breaker_trips, well.breaker_reason) == (0, "")


def test_too_fast_for_a_moment_is_asked_again_more_slowly(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(world, monkeypatch, [RateLimited(FAST), RateLimited(FAST, retry_after=1)])
    failing(world, monkeypatch, [RateLimited(FAST)], "check")
    done, shop = connected(world)
    assert done.settled.left == ""
    assert limiter.times == 3
    assert world.mapping(shop) and not is_unread(world)


def test_nobody_waits_for_a_long_time(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(world, monkeypatch, [RateLimited(FAST, retry_after=30)])
    done, _shop = connected(world)
    assert FAST in done.settled.left
    assert limiter.times == 0


def test_a_check_finishes_what_was_left_or_says_why_it_cannot(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(world, monkeypatch, [Unavailable("bảo trì"), Unavailable("vẫn bảo trì")])
    _done, shop = connected(world)
    (problem,) = checking.check(world.env, shop).problems
    assert "vẫn bảo trì" in problem
    assert checking.check(world.env, shop).problems == ()
    assert world.mapping(shop) and not is_unread(world)
    assert [c.product_code for c in world.changes()][:1] == ["OCOP-1"]


def test_a_check_leaves_a_stopped_shop_unread(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(world, monkeypatch, [Unavailable("bảo trì")])
    _done, shop = connected(world)
    with world.env.db.transaction() as session:
        stops.stop(session, shop.id, "cán bộ", "xem lại", world.env.now())
    checking.check(world.env, shop)
    assert is_unread(world)
    assert planning.shops_to_wake(world.env)[0] == []


def test_a_sweep_leaves_a_shop_to_who_is_connecting_it(
    world: World, limiter: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that read it through at once would find each other busy, and what came first would be
    planned before the rest."""
    kind = world.env.connectors["fake"]
    good, woken = kind.categories, []

    def swept(self: Connector) -> Any:
        with world.env.db.transaction() as session:
            woken.append(queue.waiting(session, world.env.now()))
        return good(self)

    monkeypatch.setattr(kind, "categories", swept)
    connect(world.env, NEW)
    assert woken == [[]]
