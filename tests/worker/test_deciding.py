"""A person's word on each kind of hold, and what it does at the next push."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import Failed, RemoteStatus
from connectors.errors import Ambiguous, Rejected
from models.rules import set_rule
from models.run import HOLD_KINDS
from models.shop import Shop
from tests.worker.conftest import World
from tests.worker.fakes import source_product
from worker.deciding import WORDS, BadDecision, decide
from worker.planning import push_again
from worker.reading import REPAIRS
from worker.reconcile import reconcile

SKU = "OCOP-1-100G"


def start(world: World, *products: Any) -> Shop:
    world.book.products = list(products or [source_product()])
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def look(world: World, shop: Shop) -> None:
    reconcile(world.env, shop.id or 0, everything=True)
    world.drain(shop)


def word(world: World, kind: str, *, approve: bool) -> None:
    ((number,),) = world.sql("SELECT id FROM hold WHERE status = 'open' AND kind = :k", k=kind)
    decide(world.env, int(str(number)), approve=approve, who="Lan")


def holds(world: World) -> list[tuple[Any, ...]]:
    return world.sql("SELECT kind, status FROM hold ORDER BY id")


def test_every_kind_says_what_it_is_about_and_one_thing_to_do() -> None:
    assert set(WORDS) == set(HOLD_KINDS)
    for words in WORDS.values():
        assert words.next.endswith(".")
        assert words.next.count(".") == 1
        assert len({words.about, words.approve, words.reject, words.next}) == 4


def test_a_word_is_written_with_who_and_when_and_is_an_event_once(world: World) -> None:
    start(world)
    world.book.products = [source_product(prices=(200_000,))]
    world.pull()
    world.plan()
    word(world, "price_jump", approve=True)
    ((who, when),) = world.sql("SELECT decided_by, decided_at FROM hold")
    assert who == "Lan"
    assert when is not None
    ((after, code),) = world.sql("SELECT after, code FROM event WHERE kind = 'hold_approved'")
    assert (after, code) == ({"hold": 1, "who": "Lan"}, "price_jump")
    for number, part in ((1, "Lan"), (99, "không có")):
        with pytest.raises(BadDecision, match=part):
            decide(world.env, number, approve=False, who="Minh")
    assert world.sql("SELECT decided_by FROM hold") == [("Lan",)]


def many(count: int) -> list[Any]:
    return [source_product(f"OCOP-{n:02d}") for n in range(count)]


def test_an_absence_that_is_believed_withdraws_and_is_not_asked_twice(world: World) -> None:
    start(world, *many(20))
    world.book.products = world.book.products[:10]
    world.pull()
    word(world, "mass_absence", approve=True)
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == 10
    assert holds(world) == [("mass_absence", "approved")]
    world.pull()
    assert holds(world) == [("mass_absence", "approved")]


def test_an_absence_that_is_not_believed_is_asked_about_only_when_it_is_another(
    world: World,
) -> None:
    start(world, *many(20))
    everything = world.book.products
    world.book.products = everything[:10]
    world.pull()
    word(world, "mass_absence", approve=False)
    assert world.pull().held == 0
    assert len(holds(world)) == 1
    world.book.products = everything[:6]
    assert world.pull().held == 4
    assert holds(world) == [("mass_absence", "rejected"), ("mass_absence", "open")]
    assert world.sql("SELECT count(*) FROM hold_item WHERE hold_id = 2") == [(4,)]
    world.book.products = everything
    world.pull()
    assert holds(world) == [("mass_absence", "rejected"), ("mass_absence", "solved")]
    world.book.products = everything[:10]
    assert world.pull().held == 10


@pytest.mark.parametrize("approve", [True, False])
def test_prices_that_a_channel_cannot_show_together(world: World, approve: bool) -> None:
    start(world, source_product(prices=(20_000, 30_000)))
    world.book.products = [source_product(prices=(12_000, 75_000))]
    world.pull()
    world.sync()
    word(world, "ratio", approve=approve)
    world.sync()
    on_sale = world.market.on_sale("shop-mot")
    assert on_sale == ({} if approve else {SKU: (20_000, 100), "OCOP-1-200G": (30_000, 100)})
    world.pull()
    world.sync()
    assert len(holds(world)) == 1
    world.book.products = [source_product(prices=(20_000, 40_000))]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-1-200G"] == (40_000, 100)


def two_items(world: World) -> None:
    def made_twice_but_lost(listing: Any) -> Any:
        for _ in range(2):
            world.market.make_of(listing.item_sku)
        return Failed(Ambiguous("hết giờ"))

    world.market.script["create"] = [made_twice_but_lost]
    start(world)


def test_two_items_are_looked_up_again_when_one_is_gone(world: World) -> None:
    two_items(world)
    word(world, "two_items", approve=True)
    world.sync()
    assert holds(world) == [("two_items", "approved"), ("two_items", "open")]
    del world.market.items["shop-mot", "1"]
    word(world, "two_items", approve=True)
    world.sync()
    assert world.market.on_sale("shop-mot") == {SKU: (20_000, 100)}
    assert world.market.writes("create") == []


def test_two_items_are_left_alone_when_a_person_says_so(world: World) -> None:
    two_items(world)
    word(world, "two_items", approve=False)
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    world.sync()
    assert holds(world) == [("two_items", "rejected")]
    assert world.market.on_sale("shop-mot") == {}
    assert world.market.writes() == []


@pytest.mark.parametrize("approve", [True, False])
def test_what_vanished_again_and_again(world: World, approve: bool) -> None:
    shop = start(world)
    for _ in range(REPAIRS):
        world.market.items.clear()
        world.time.forward(seconds=300)
        look(world, shop)
        world.sync()
    word(world, "repeated_loss", approve=approve)
    world.sync()
    assert (SKU in world.market.on_sale("shop-mot")) == approve
    assert push_again(world.env, [SKU]) == 1
    world.sync()
    assert SKU in world.market.on_sale("shop-mot")


def fought_over(world: World) -> tuple[Shop, Any]:
    shop = start(world)
    item = world.market.items["shop-mot", "1"]
    for price in range(1, REPAIRS + 2):
        item.packs[SKU][0] = price
        look(world, shop)
    assert item.packs[SKU][0] == REPAIRS + 1
    return shop, item


def test_what_was_fought_over_is_put_back_by_a_word(world: World) -> None:
    _shop, item = fought_over(world)
    word(world, "repeated_drift", approve=True)
    world.sync()
    assert item.packs[SKU][0] == 20_000


def test_what_was_fought_over_is_left_until_it_changes(world: World) -> None:
    shop, item = fought_over(world)
    word(world, "repeated_drift", approve=False)
    world.time.forward(days=2)
    look(world, shop)
    assert item.packs[SKU][0] == REPAIRS + 1
    item.packs[SKU][0] = 7
    look(world, shop)
    assert item.packs[SKU][0] == 20_000


def test_what_may_not_be_sold_is_taken_down_however_often_it_is_put_back(world: World) -> None:
    shop = start(world)
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.sync()
    item = world.market.items["shop-mot", "1"]
    for _ in range(REPAIRS + 3):
        item.status = RemoteStatus.LIVE
        look(world, shop)
        assert item.status is RemoteStatus.UNLISTED
    assert holds(world) == []


def guard(world: World, refused: int) -> None:
    """So many refusals in a row are too many."""
    with world.env.db.transaction() as session:
        set_rule(
            session, "guard", "channel", "fake", "", {"refused": refused}, by="x", note="",
            now=world.time(),
        )  # fmt: skip


def refusing(world: World) -> Shop:
    """A shop that has refused everything, as often as the rule lets it."""
    guard(world, 4)
    world.market.script["create"] = [Failed(Rejected("thiếu giấy")) for _ in range(4)]
    shop = start(world, *[source_product(f"OCOP-{n}") for n in range(1, 10)])
    assert holds(world) == [("all_refused", "open")]
    return shop


def test_a_shop_that_refuses_everything_waits_and_is_not_called(world: World) -> None:
    shop = refusing(world)
    assert world.market.writes() == []
    assert world.due() == 0
    world.sync()
    assert world.drain(shop).rows == 0
    assert len(holds(world)) == 1


def test_a_shop_that_waits_still_takes_down(world: World) -> None:
    start(world)
    guard(world, 2)
    world.market.script["set_price"] = [Failed(Rejected("không")) for _ in range(2)]
    for price in (21_000, 22_000):
        world.book.products = [source_product(prices=(price,))]
        world.pull()
        world.sync()
    assert holds(world) == [("all_refused", "open")]
    world.book.products = [source_product(prices=(23_000,))]
    world.pull()
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert world.market.writes("set_price") == []


def test_a_shop_that_is_let_go_tries_what_was_refused(world: World) -> None:
    refusing(world)
    word(world, "all_refused", approve=True)
    world.sync()
    assert len(world.market.on_sale("shop-mot")) == 9
    assert world.sql("SELECT refused_in_row FROM shop") == [(0,)]


def test_a_shop_that_is_not_let_go_is_stopped(world: World) -> None:
    shop = refusing(world)
    word(world, "all_refused", approve=False)
    assert world.drain(shop).why == "closed"
    assert world.sql("SELECT stopped_by FROM stop WHERE started_at IS NULL") == [("Lan",)]


def test_one_call_that_is_taken_ends_the_count(world: World) -> None:
    guard(world, 3)
    no = Failed(Rejected("thiếu giấy"))
    world.market.script["create"] = [no, no, None, no, no, None]
    start(world, *[source_product(f"OCOP-{n}") for n in range(1, 7)])
    assert holds(world) == []
