"""What a channel refused or failed on is tried again: when, and what a person is told of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

from connectors.contract import Failed
from connectors.errors import Rejected, Unavailable
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker.checking import check


def test_one_item_that_the_channel_always_fails_on_does_not_keep_the_others_waiting(
    world: World,
) -> None:
    """After a fault one row is tried at a time: not the same one for ever."""
    world.book.products = [source_product("OCOP-1"), source_product("OCOP-2")]
    world.pull()
    shop = world.connect()
    world.sync()
    world.book.products = [source_product("OCOP-1", (21_000,)), source_product("OCOP-2", (21_000,))]
    world.pull()
    world.plan()
    down = Failed(Unavailable("system busy"))

    def only_the_first(change: Any) -> Any:
        return down if "OCOP-1-100G" in change.prices else None

    world.market.script["set_price"] = [down, down, *[only_the_first] * 20]
    for _ in range(6):
        world.drain(shop)
        world.time.at += timedelta(seconds=301)
    assert world.market.on_sale("shop-mot")["OCOP-2-100G"][0] == 21_000
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 20_000
    world.market.script["set_price"].clear()
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 21_000


def test_a_sku_that_the_channel_calls_taken_and_nobody_finds_is_told_and_seldom_tried(
    world: World,
) -> None:
    """In a trash that no reading shows, or under another account."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    told = Failed(Rejected("SKU exists", code="duplicate", field="item_sku"))
    calls: list[Any] = []

    def taken(listing: Any) -> Any:
        calls.append(world.time.at)
        return told

    world.market.script["create"] = [taken] * 50
    world.sync(shop)
    waits = [(later - first).total_seconds() for first, later in pairwise(calls)]
    assert [round(wait / 900) for wait in waits] == [1, 2, 4]
    (row,) = world.rows()
    assert (row.state, row.reason_code) == ("rejected", "REFUSED")
    assert "OCOP-1-100G" in row.reason
    for _ in range(12):
        world.time.at += timedelta(seconds=900)
        world.drain(shop)
        world.sync(shop)
    assert len(calls) <= 8
    world.market.script["create"].clear()
    world.time.at += timedelta(hours=7)
    world.sync(shop)
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}


def test_a_refusal_after_an_outage_waits_no_longer_than_any_first_one(world: World) -> None:
    """The tries that met a shop which was down are none of the row's."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    world.plan()
    locked = Failed(Rejected("under promotion", field="promotion", passing=True))
    world.market.script["set_price"] = [*[Failed(Unavailable("down"))] * 5, locked]
    for _ in range(6):
        world.drain(shop)
        world.time.at += timedelta(seconds=301)
    assert world.market.script["set_price"] == []
    world.time.at += timedelta(seconds=601)
    world.drain(shop)
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 21_000


def test_a_picture_that_was_forgotten_is_uploaded_again_after_an_outage_too(world: World) -> None:
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    gone = Failed(Rejected("Image not exist.", field="images"))
    world.market.script["create"] = [Failed(Unavailable("down")), gone]
    world.drain(shop)
    world.time.at += timedelta(seconds=301)
    world.sync(shop)
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}


def test_a_picture_that_the_channel_forgot_is_uploaded_again_for_a_create(world: World) -> None:
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    gone = Failed(Rejected("Image not exist.", field="images"))
    world.market.script["create"] = [gone]
    world.sync(shop)
    assert len(world.market.writes("create")) == 1
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}
    world.market.script["create"] = [gone] * 5
    world.book.products = [source_product(), source_product("OCOP-2")]
    world.pull()
    world.sync(shop)
    assert len(world.market.script["create"]) == 3, "once more, and then it is told"


def test_what_a_shop_refused_is_tried_once_more_when_a_person_checks_it(world: World) -> None:
    """A right that was missing has been granted: nothing of the goods has changed."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.market.script["create"] = [Failed(Rejected("no permission"))]
    world.sync(shop)
    assert world.market.on_sale("shop-mot") == {}
    check(world.env, shop)
    world.sync(shop)
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 100)}


def test_why_a_price_waits_is_told_until_it_is_taken(world: World) -> None:
    """A promotion passes by itself: a reading meanwhile does not wipe the channel's words off."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    locked = Failed(Rejected("under promotion", field="promotion", passing=True))
    world.market.script["set_price"] = [locked]
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    world.plan()
    world.drain(shop)
    world.sql("UPDATE listing SET read_due_at = now() - interval '1 year' RETURNING 1")
    world.drain(shop)
    (row,) = world.rows()
    assert (row.state, row.reason_code) == ("live", "REFUSED")
    world.time.at += timedelta(seconds=901)
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 21_000
    world.sql("UPDATE listing SET read_due_at = now() - interval '1 year' RETURNING 1")
    world.drain(shop)
    assert world.rows()[0].reason_code == ""


def test_what_is_sold_out_leaves_the_shelf_where_a_stock_of_0_is_refused(world: World) -> None:
    """A shop may have a least stock; nobody may buy what is not there."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    least = Failed(Rejected("Stock should be within 5-999999", field="stock", passing=True))
    world.market.script["set_stock"] = [least] * 4
    world.book.products = [source_product(stock=0)]
    world.pull()
    world.plan()
    for _ in range(3):
        world.drain(shop)
        world.sql("UPDATE listing SET read_due_at = now() - interval '1 year' RETURNING 1")
        world.drain(shop)
        world.time.at += timedelta(seconds=901)
    assert world.market.on_sale("shop-mot") == {}
    assert world.market.writes("set_availability")[1:] == [
        ("set_availability", "shop-mot", ("OCOP-1-100G", False))
    ]
    assert world.rows()[0].reason_code == "REFUSED"
    world.book.products = [source_product(stock=30)]
    world.market.script["set_stock"].clear()
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20_000, 30)}
