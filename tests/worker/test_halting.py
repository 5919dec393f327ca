"""Stop means stop: within one batch, take-downs too, until somebody says start."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from models.listing import CONTENT
from models.shop import Shop
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker import halting
from worker.adopting import adopt_sure, survey
from worker.lanes import batch_size
from worker.planning import shops_to_wake
from worker.reconcile import reconcile


def start(world: World, products: int = 1) -> Shop:
    world.book.products = [source_product(f"OCOP-{n}") for n in range(products)]
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def stop(world: World, shop: Shop | None = None) -> halting.Halt:
    return halting.stop(world.env, shop, who="Lan", why="sai giá")


def prices(world: World, price: int) -> None:
    world.book.products = [source_product(p.code, prices=(price,)) for p in world.book.products]
    world.pull()
    world.plan()


def said_after(world: World, verb: str, calls: int) -> None:
    """Somebody says stop while that call of a drain is on its way."""

    def said(_change: Any) -> None:
        stop(world)

    world.market.script[verb] = [*[None] * (calls - 1), said]


def test_a_stop_ends_a_drain_in_progress_after_its_batch(world: World) -> None:
    shop = start(world, 25)
    world.sql("UPDATE product SET description = 'Làm từ gạo mới, phơi ba nắng.' RETURNING 1")
    world.plan()
    world.env.monotonic = lambda: 0.0
    said_after(world, "update_content", 1)
    drained = world.drain(shop)
    batch = batch_size(CONTENT, 1, 1)
    assert (drained.rows, drained.more, drained.why) == (batch, False, "closed")
    assert len(world.market.writes("update_content")) == batch
    assert world.drain(shop).rows == 0
    halting.start(world.env, None, who="Lan")
    world.sync()
    assert len(world.market.writes("update_content")) == 25


def test_a_stop_reaches_into_a_batch_of_a_slow_shop(world: World) -> None:
    shop = start(world, 8)
    prices(world, 21_000)
    seconds = count()
    world.env.monotonic = lambda: float(next(seconds))
    world.env.timing = replace(world.env.timing, slice_s=1e6)
    said_after(world, "set_price", 3)
    assert world.drain(shop).why == "closed"
    assert len(world.market.writes("set_price")) == 3
    assert world.sql("SELECT count(*) FROM listing_facet WHERE due AND facet = 'price'") == [(5,)]
    halting.start(world.env, None, who="Lan")
    world.sync()
    assert len(world.market.writes("set_price")) == 8


def test_a_stopped_shop_is_not_woken_nor_read_and_the_others_go_on(world: World) -> None:
    shop = start(world)
    other = world.connect("Shop hai", producer="HTX A")
    world.sync()
    stop(world, shop)
    prices(world, 21_000)
    assert shops_to_wake(world.env)[0] == [other.id]
    assert reconcile(world.env, shop.id or 0, everything=True) == 0
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-0-100G"][0] == 20_000
    assert world.market.on_sale("shop-hai")["OCOP-0-100G"][0] == 21_000


def test_a_stop_stops_take_downs_too_counts_them_and_they_go_first_after_it(world: World) -> None:
    shop = start(world)
    stop(world, shop)
    prices(world, 21_000)
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == 1
    assert stop(world, shop) == halting.Halt(changed=False, owed=1)
    before = len(world.market.journal)
    assert halting.start(world.env, shop, who="Minh").changed
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert world.market.journal[before][0] == "set_availability"


def test_a_start_of_all_leaves_the_stop_of_one_shop(world: World) -> None:
    shop = start(world)
    stop(world)
    stop(world, shop)
    halting.start(world.env, None, who="Minh")
    assert world.drain(shop).why == "closed"
    assert halting.start(world.env, shop, who="Minh").changed
    assert not halting.start(world.env, shop, who="Minh").changed
    assert world.drain(shop).why == "done"


def test_stops_and_starts_are_events_with_who_and_why(world: World) -> None:
    shop = start(world)
    stop(world, shop)
    stop(world, shop)
    halting.start(world.env, shop, who="Minh")
    rows = world.sql("SELECT kind, shop_id, after FROM event WHERE kind IN ('stopped', 'started')")
    assert rows == [
        ("stopped", shop.id, {"who": "Lan", "why": "sai giá"}),
        ("started", shop.id, {"who": "Minh"}),
    ]


def test_a_stopped_shop_is_not_written_by_an_adoption(world: World) -> None:
    shop = start(world)
    stop(world, shop)
    world.book.products.append(source_product("OCOP-9"))
    world.pull()
    world.market.make_of("OCOP-9-100G")
    survey(world.env, shop)
    (problem,) = adopt_sure(world.env, shop)
    assert "đang dừng" in problem
    assert world.market.writes("adopt") == []
