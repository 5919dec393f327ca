"""Packs that come and go: what stands keeps its units, what comes takes them like any raise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.registry.contract import SourceVariant
from models import queue, rules, shops
from tests.worker.conftest import World
from tests.worker.fakes import source_product

SMALL, LARGE = "OCOP-1-100G", "OCOP-1-200G"


def restate(world: World, prices: tuple[int, ...], *stock: int | None) -> None:
    product = source_product(prices=prices)
    packs = tuple(replace(v, stock=s) for v, s in zip(product.variants, stock, strict=True))
    world.book.products = [replace(product, variants=packs)]
    world.pull()


def look(world: World) -> None:
    """Every listing is read in full."""
    world.sql("UPDATE listing SET read_due_at = :t, read_full = true RETURNING 1", t=world.time.at)
    for shop in world.shops():
        world.drain(shop)


@pytest.fixture
def two_shops(world: World) -> World:
    """One pack of 50 units in two shops, 25 each."""
    world.book.products = [source_product(stock=50)]
    world.pull()
    world.connect("Shop một")
    world.connect("Shop hai")
    world.sync()
    return world


def test_a_pack_that_stands_is_not_raised_by_one_that_comes(two_shops: World) -> None:
    """A channel that makes all packs anew was told the wanted units of the old one, too: more
    than the pool has while another shop still holds them."""
    world = two_shops
    one, two = world.shops()
    with world.env.db.transaction() as session:
        rule = {"share": 4}
        rules.set_rule(
            session, "stock", "shop", one.key, "", rule, by="t", note="", now=world.time.at
        )
    restate(world, (20_000, 40_000), 50, 10)
    world.plan()
    world.drain(one)
    assert world.market.on_sale(one.key)[SMALL] == (20_000, 25), "the other has not given back yet"
    world.drain(two)
    world.sync()
    assert world.market.on_sale(one.key)[SMALL] == (20_000, 40)
    assert world.market.on_sale(two.key)[SMALL] == (20_000, 10)


def test_nothing_is_known_of_a_pack_that_comes_back(two_shops: World) -> None:
    world = two_shops
    restate(world, (20_000, 40_000), 50, 30)
    world.sync()
    restate(world, (20_000,), 50)
    world.sync()
    gone = next(v for v in world.listing(SMALL).variants if v.sku == LARGE)
    assert (gone.removed, gone.remote_id, gone.price_acked, gone.stock_acked) == (
        True, None, None, None,
    )  # fmt: skip
    restate(world, (20_000, 40_000), 50, 8)
    world.sync()
    for shop in world.shops():
        assert world.market.on_sale(shop.key)[LARGE] == (40_000, 4)
    assert world.sql("SELECT sum(sold) FROM listing_variant") == [(0,)]


def test_a_listing_that_waits_is_made_under_the_pack_that_it_has_by_then(world: World) -> None:
    """Its only pack was exchanged before the channel ever heard of it (found by the model)."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    with world.env.db.transaction() as session:
        shops.set_enabled(session, shop.id or 0, on=False)
    world.plan()
    pack = SourceVariant("Gói 300 g", 30_000, 100, net_g=300)
    world.book.products = [source_product(variants=(pack,))]
    world.pull()
    with world.env.db.transaction() as session:
        shops.set_enabled(session, shop.id or 0, on=True)
    world.sync()
    assert list(world.market.on_sale("shop-mot")) == ["OCOP-1-300G"]
    assert world.listing("OCOP-1-300G").item_sku == "OCOP-1-300G"


def two_packs(world: World) -> None:
    world.book.products = [source_product(prices=(20_000, 40_000), stock=50)]
    world.pull()
    world.connect()


def test_what_the_register_no_longer_says_of_one_pack_sends_nothing_of_the_others(
    world: World,
) -> None:
    two_packs(world)
    world.sync()
    before = len(world.market.writes("set_stock", "set_price"))
    restate(world, (20_000, 40_000), None, 50)
    world.sync()
    assert world.market.writes("set_stock", "set_price")[before:] == []
    restate(world, (20_000, 40_000), None, 40)
    world.sync()
    ((verb, _shop, change),) = world.market.writes("set_stock", "set_price")[before:]
    assert (verb, change) == ("set_stock", {LARGE: 40})


def test_nor_where_the_register_falls_silent_while_the_item_is_made(world: World) -> None:
    """It was made with both, and what is still wanted is among what it was made with (found by
    the model)."""
    two_packs(world)
    world.plan()
    (shop,) = world.shops()

    def meanwhile(_row: object) -> None:
        restate(world, (20_000, 40_000), None, 50)
        world.plan()

    world.market.script["create"] = [meanwhile]
    world.drain(shop)
    world.sync()
    assert world.market.writes("set_stock", "set_price") == []
    assert world.market.on_sale("shop-mot") == {SMALL: (20_000, 50), LARGE: (40_000, 50)}


def test_a_stock_is_said_only_of_the_packs_whose_stock_changes(world: World) -> None:
    """What was bought of the other pack while the call was under way stays sold."""
    two_packs(world)
    world.sync()
    (item,) = world.market.items.values()

    def bought(_change: object) -> None:
        item.packs[SMALL][1] -= 4

    world.market.script["set_stock"] = [bought]
    restate(world, (20_000, 40_000), 50, 40)
    world.sync()
    assert [change for _v, _s, change in world.market.writes("set_stock")] == [{LARGE: 40}]
    look(world)
    assert world.market.on_sale("shop-mot") == {SMALL: (20_000, 46), LARGE: (40_000, 40)}


def test_a_person_s_push_says_all_of_it_again(world: World) -> None:
    two_packs(world)
    world.sync()
    with world.env.db.transaction() as session:
        queue.again(session, [world.listing("OCOP-1").id], world.time())
    world.sync()
    assert [change for _v, _s, change in world.market.writes("set_stock")] == [
        {SMALL: 50, LARGE: 50}
    ]


def test_a_pack_that_somebody_took_out_by_hand_comes_back(world: World) -> None:
    two_packs(world)
    world.sync()
    (item,) = world.market.items.values()
    del item.packs[LARGE]
    look(world)
    assert [row[0] for row in world.sql("SELECT facet FROM event WHERE kind = 'drift'")] == [
        "variants"
    ]
    world.sync()
    assert world.market.on_sale("shop-mot") == {SMALL: (20_000, 50), LARGE: (40_000, 50)}
    restate(world, (20_000, 40_000), 50, 40)
    world.sync()
    assert world.market.on_sale("shop-mot")[LARGE] == (40_000, 40)


def test_an_item_that_shows_strangers_is_not_remade(world: World) -> None:
    """Whose packs these are is a question for a person."""
    two_packs(world)
    world.sync()
    (item,) = world.market.items.values()
    item.packs["CUA-NGUOI-KHAC"] = item.packs.pop(LARGE)
    before = len(world.market.writes())
    look(world)
    world.sync()
    assert world.market.writes()[before:] == []
