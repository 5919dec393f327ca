"""What a drain must not do: raise what buyers have left, and write what another drain is about to.

Found by the model (tests/model), each shrunk to its cause.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import Failed, Pending, RemoteStatus
from connectors.errors import Ambiguous, RateLimited, Rejected
from connectors.http import Http, NotSent
from connectors.registry.contract import Tombstone
from models import rules
from tests.worker.conftest import World
from tests.worker.fakes import Market, source_product
from worker import assorting

PACK, OTHER = "OCOP-1-100G", "OCOP-1-200G"


def buffer(world: World, units: int) -> None:
    with world.env.db.transaction() as session:
        rules.set_rule(
            session, "stock", "default", "", "", {"buffer": units},
            by="test", note="", now=world.time.at,
        )  # fmt: skip
    world.plan()


def item_of(market: Market, sku: str) -> Any:
    return next(i for i in market.items.values() if sku in i.packs)


def test_what_no_reading_has_seen_yet_is_not_sold_twice(world: World) -> None:
    """5 of 30 were sold since the last reading; the office keeps 2 back. 28 would give buyers
    back 3 that are gone."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()
    world.sync()
    item_of(world.market, PACK).packs[PACK][1] -= 5
    buffer(world, 2)
    world.drain(shop)
    assert world.market.on_sale("shop-mot")[PACK] == (20000, 23)
    buffer(world, 0)
    world.drain(shop)
    assert world.market.on_sale("shop-mot")[PACK] == (20000, 23)


def test_a_newer_statement_counts_whatever_was_sold_before_it(world: World) -> None:
    """…of the pack that it is about, and only of that."""
    world.book.products = [source_product(prices=(20000, 40000), stock=30)]
    world.pull()
    shop = world.connect()
    world.sync()
    item = item_of(world.market, PACK)
    item.packs[PACK][1] -= 5
    item.packs[OTHER][1] -= 4
    small, large = world.book.products[0].variants
    world.book.products = [
        replace(world.book.products[0], variants=(replace(small, stock=50), large))
    ]
    world.pull()
    world.plan()
    world.drain(shop)
    assert {sku: stock for sku, (_p, stock) in item.packs.items()} == {PACK: 50, OTHER: 26}


def test_looking_first_costs_one_reading_a_batch(world: World) -> None:
    """…and none where nothing can have been sold."""
    world.book.products = [source_product(f"OCOP-{n}", stock=30) for n in range(1, 21)]
    world.pull()
    shop = world.connect()
    world.sync()
    verbs: list[str] = []
    world.market.script["read"] = [lambda _id: verbs.append("read")] * 100
    buffer(world, 2)
    world.drain(shop)
    stocked = len(world.market.writes("set_stock"))
    assert (stocked, len(verbs)) == (20, 40)  # rows: before and after the writes


def test_a_pack_of_unknown_stock_keeps_what_it_has_when_another_comes(world: World) -> None:
    world.book.products = [source_product(stock=30)]
    world.pull()
    world.connect()
    world.sync()
    variant = replace(world.book.products[0].variants[0], stock=None)
    more = replace(variant, pack="Gói 200 g", net_g=200)
    world.book.products = [replace(world.book.products[0], variants=(variant, more))]
    world.pull()
    sent: list[Any] = []
    world.market.script["update_variants"] = [sent.append]
    world.sync()
    stock = {v.variant.sku: v.stock for v in sent[0].variants}
    assert stock == {PACK: 30, OTHER: 0}


def test_a_pack_is_not_raised_by_another_after_its_lowering_was_cut_off(world: World) -> None:
    """The worker died in the call: what we know of the pack is from before, and it shows less."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()
    world.sync()

    class Killed(BaseException):
        pass

    def lowered(change: Any) -> None:
        world.market.items["shop-mot", change.item.remote_id].packs[PACK][1] = 10
        raise Killed

    variant = replace(world.book.products[0].variants[0], stock=10)
    world.book.products = [replace(world.book.products[0], variants=(variant,))]
    world.pull()
    world.plan()
    world.market.script["set_stock"] = [lowered]
    with suppress(Killed):
        world.drain(shop)
    more = replace(variant, pack="Gói 200 g", net_g=200, stock=5)
    world.book.products = [replace(world.book.products[0], variants=(variant, more))]
    world.pull()
    sent: list[Any] = []
    world.market.script["update_variants"] = [sent.append]
    world.sync()
    assert {v.variant.sku: v.stock for v in sent[0].variants} == {PACK: 10, OTHER: 0}
    on_sale = world.market.on_sale("shop-mot")
    assert {sku: stock for sku, (_price, stock) in on_sale.items()} == {PACK: 10, OTHER: 5}


def test_what_was_sent_without_an_answer_is_given_back_before_another_shop_takes_it(
    world: World,
) -> None:
    """The answer of a raise to 30 was lost, and 15 is what was known before and is wanted again.
    The other shop, come back, has to wait: 30 may stand there, and did, however often it was
    planned anew."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    one, two = world.connect("Shop một"), world.connect("Shop hai")
    world.plan()
    world.drain(one)
    assert world.market.on_sale("shop-mot")[PACK][1] == 15

    def switch(on: bool) -> None:
        world.sql("UPDATE shop SET enabled = :on WHERE id = :s RETURNING 1", s=two.id, on=on)

    def raised_but_lost(change: Any) -> Failed:
        world.market.items["shop-mot", change.item.remote_id].packs[PACK][1] = 30
        return Failed(Ambiguous("hết giờ"))

    switch(False)
    world.plan()
    world.market.script["set_stock"] = [raised_but_lost]
    world.drain(one)
    switch(True)
    world.plan()
    world.plan()
    world.drain(two)
    assert world.market.on_sale("shop-hai") == {}
    world.sync()
    shown = {shop: world.market.on_sale(shop)[PACK][1] for shop in ("shop-mot", "shop-hai")}
    assert shown == {"shop-mot": 15, "shop-hai": 15}


@pytest.mark.parametrize(
    ("written", "sold", "left", "counted"),
    [(False, 4, 11, 19), (True, 4, 26, 4), (False, 0, 30, 0), (True, 0, 30, 0)],
)
def test_what_was_sold_while_an_answer_was_lost_stays_sold(
    world: World, written: bool, sold: int, left: int, counted: int
) -> None:
    """The answer of a raise from 15 to 30 was lost. What buyers took since is not given back by
    sending 30 once more; below both, it counts from the most that may have stood there."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    one, two = world.connect("Shop một"), world.connect("Shop hai")
    world.plan()
    world.drain(one)

    def lost(change: Any) -> Failed:
        if written:
            item_of(world.market, PACK).packs[PACK][1] = 30
        return Failed(Ambiguous("hết giờ"))

    world.sql("UPDATE shop SET enabled = false WHERE id = :s RETURNING 1", s=two.id)
    world.plan()
    world.market.script["set_stock"] = [lost]
    world.drain(one)
    item_of(world.market, PACK).packs[PACK][1] -= sold
    world.sync()
    assert world.market.on_sale("shop-mot")[PACK][1] == left
    assert world.sql("SELECT sum(sold) FROM listing_variant") == [(counted,)]
    assert world.due() == 0


def test_what_was_sold_before_a_statement_whose_answer_was_lost_is_in_it(world: World) -> None:
    """…as far as anybody can tell: 25 is what was known, and still stands."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()
    world.sync()
    item_of(world.market, PACK).packs[PACK][1] -= 5
    world.sql("UPDATE listing SET read_due_at = :t, read_full = true RETURNING 1", t=world.time.at)
    world.sync()
    world.book.products = [source_product(stock=40)]
    world.pull()
    world.plan()
    world.market.script["set_stock"] = [Failed(Ambiguous("hết giờ"))]
    world.drain(shop)
    world.sync()
    assert world.market.on_sale("shop-mot")[PACK][1] == 40


def test_what_is_let_in_again_waits_for_the_units_that_others_were_given(world: World) -> None:
    """The product was kept out of one shop, and the other got its 15 too. Let in again, it still
    has 15 where nobody sees them: on sale at once, 45 of 30 would be."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    one, two = world.connect("Shop một"), world.connect("Shop hai")
    world.sync()
    mine = [row[0] for row in world.sql("SELECT id FROM listing WHERE shop_id = :s", s=one.id)]
    assorting.keep_out(world.env, mine, "chi.lan")
    world.sync()
    assert world.market.on_sale("shop-hai")[PACK][1] == 30
    assorting.let_in(world.env, mine, "chi.lan")
    world.drain(one)
    assert world.market.on_sale("shop-mot") == {}
    world.drain(two)
    world.drain(one)
    assert world.market.on_sale("shop-mot")[PACK][1] == 15
    assert world.market.on_sale("shop-hai")[PACK][1] == 15


def test_what_somebody_took_off_waits_too(world: World) -> None:
    """The office keeps 10 back, and somebody unlists the item in one shop: put on again before
    the other has given its share back, more than 20 would be on sale."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    one, two = world.connect("Shop một"), world.connect("Shop hai")
    world.sync()
    for (shop, _id), item in world.market.items.items():
        item.status = RemoteStatus.UNLISTED if shop == "shop-mot" else item.status
    buffer(world, 10)
    world.sql("UPDATE listing SET read_due_at = :t, read_full = true RETURNING 1", t=world.time.at)
    world.drain(one)
    assert world.market.on_sale("shop-mot") == {}
    world.drain(two)
    world.drain(one)
    assert world.market.on_sale("shop-mot")[PACK][1] == 10


def test_what_is_claimed_is_what_was_looked_at(world: World) -> None:
    """After a fault a shop goes row by row. The first row was read, had sold, and was planned anew
    behind the second, which nobody had read."""
    world.book.products = [source_product(f"OCOP-{n}", stock=30) for n in (1, 2)]
    world.pull()
    shop = world.connect()
    world.sync()
    for item in world.market.items.values():
        next(iter(item.packs.values()))[1] -= 5
    world.sql("UPDATE shop SET breaker_trips = 1 RETURNING 1")
    buffer(world, 2)
    for _ in range(4):
        world.drain(shop)
    assert [stock for _price, stock in world.market.on_sale("shop-mot").values()] == [23, 23]


def test_a_stock_that_was_surely_not_set_leaves_all_that_is_known(world: World) -> None:
    """A raise from 15 to 30 met a limit. One unit sold since is one, not sixteen."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    one, two = world.connect("Shop một"), world.connect("Shop hai")
    world.plan()
    world.drain(one)
    world.sql("UPDATE shop SET enabled = false WHERE id = :s RETURNING 1", s=two.id)
    world.plan()
    world.market.script["set_stock"] = [Failed(RateLimited("chậm lại"))]
    world.drain(one)
    item_of(world.market, PACK).packs[PACK][1] -= 1
    world.time.forward(minutes=10)
    world.drain(one)
    assert world.market.on_sale("shop-mot")[PACK][1] == 14
    assert world.sql("SELECT sum(sold) FROM listing_variant") == [(1,)]


def test_what_is_let_in_while_its_create_is_taken_back_is_made(world: World) -> None:
    """The cancelled create took with it what a plan had wanted meanwhile."""
    world.env.connectors["fake"].capabilities = replace(
        world.env.connectors["fake"].capabilities, cancellable=True
    )
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()
    world.plan()
    world.market.script["create"] = [Pending({"track": "t1"}, 3600.0, in_review=True)]
    world.drain(shop)
    mine = [row[0] for row in world.sql("SELECT id FROM listing")]
    assorting.keep_out(world.env, mine, "chi.lan")

    def meanwhile(_handle: Any) -> None:
        assorting.let_in(world.env, mine, "chi.lan")

    world.market.script["cancel"] = [meanwhile]
    world.drain(shop)
    world.drain(shop)
    assert world.market.on_sale("shop-mot") == {PACK: (20000, 30)}


def test_a_batch_ends_when_the_shop_is_taken_over(world: World) -> None:
    """The first of two price calls takes so long that the lease ends; another drain sets both
    prices. The second call would bring the old one back."""
    world.book.products = [source_product("OCOP-1"), source_product("OCOP-2")]
    world.pull()
    shop = world.connect()
    world.sync()
    world.env.monotonic = lambda: world.time.at.timestamp()

    def say(price: int) -> None:
        world.book.products = [source_product(f"OCOP-{n}", (price,)) for n in (1, 2)]
        world.pull()
        world.plan()

    def long(_change: Any) -> None:
        world.time.forward(seconds=200)
        world.sql("UPDATE shop_lease SET expires_at = now() - interval '1 hour' RETURNING 1")
        say(30000)
        world.drain(shop)

    say(25000)
    world.market.script["set_price"] = [long]
    world.drain(shop)
    on_sale = world.market.on_sale("shop-mot")
    assert on_sale["OCOP-2-100G"][0] == 30000


def test_an_old_reading_does_not_undo_what_another_drain_knows(world: World) -> None:
    """A drain read 30, stood still, and another one set 20: the 30 is history."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()
    world.sync()

    def still(_id: str) -> None:
        world.sql("UPDATE shop_lease SET expires_at = now() - interval '1 hour' RETURNING 1")
        world.market.script["read"] = []
        world.book.products = [source_product(stock=20)]
        world.pull()
        world.plan()
        world.drain(shop)
        item_of(world.market, PACK).packs[PACK][1] = 30  # what the reading still sees
        world.market.script["read"] = [lambda _i: back()]

    def back() -> None:
        item_of(world.market, PACK).packs[PACK][1] = 20

    world.sql("UPDATE listing SET read_due_at = :t, read_full = true RETURNING 1", t=world.time.at)
    world.market.script["read"] = [still]
    world.drain(shop)
    (pack,) = world.listing(PACK).variants
    assert (pack.stock_acked, pack.sold) == (20, 0)


def test_what_is_withdrawn_while_it_is_made_is_not_dressed_up(world: World) -> None:
    """Only its take-down goes on: its content has no pictures there, and it says why it is off."""
    world.book.products = [source_product(prices=(20000, 40000))]
    world.pull()
    shop = world.connect()
    world.plan()
    world.drain(shop)
    revoked = replace(world.book.products[0].certificate, status="revoked")
    world.book.products = [
        replace(world.book.products[0], name="Mỳ gạo tên mới", certificate=revoked)
    ]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert world.market.writes("update_content") == []
    item = world.listing(PACK)
    assert item.remote_id and item.state == "unlisted"
    assert item.reason is not None and item.reason["code"] == "REVOKED"


def test_a_shop_that_is_switched_off_keeps_its_share_and_stops_no_other(world: World) -> None:
    world.book.products = [source_product(stock=30)]
    world.pull()
    off = world.connect("Shop một")
    world.sync()
    world.sql("UPDATE shop SET enabled = false WHERE id = :s RETURNING 1", s=off.id)
    world.plan()
    world.book.products = [source_product(stock=40)]
    world.pull()
    world.connect("Shop hai")
    world.sync()
    assert world.market.on_sale("shop-mot")[PACK] == (20000, 30)
    assert world.market.on_sale("shop-hai")[PACK] == (20000, 10)


def test_the_one_pack_of_an_item_that_bears_the_products_code_is_watched(world: World) -> None:
    """It was made for two packs, and one was gone before the channel had it, by a version that
    kept the key. The item has no packs of its own, so the channel names it by its key alone."""
    world.book.products = [source_product(prices=(20000,), stock=30)]
    world.pull()
    world.connect()
    world.sync()
    ((_key, item),) = world.market.items.items()
    world.sql("UPDATE listing SET item_sku = 'OCOP-1' RETURNING 1")
    item.sku = "OCOP-1"
    item.packs = {"OCOP-1": [20000, 25]}
    world.sql("UPDATE listing SET read_due_at = :t, read_full = true RETURNING 1", t=world.time.at)
    world.sync()
    assert [pack.sold for pack in world.listing(PACK).variants if not pack.removed] == [5]


def test_a_new_pack_is_made_with_its_price_and_stock_and_they_are_not_sent_again(
    world: World,
) -> None:
    world.book.products = [source_product(stock=30)]
    world.pull()
    world.connect()
    world.sync()
    world.market.journal.clear()
    world.book.products = [source_product(prices=(20000, 40000), stock=30)]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot") == {PACK: (20000, 30), OTHER: (40000, 30)}
    assert [verb for verb, _shop, _row in world.market.journal] == [
        "update_variants", "update_content",
    ]  # fmt: skip
    assert world.due() == 0
    prices = {v.sku: (v.price_acked, v.stock_acked) for v in world.listing(PACK).variants}
    assert prices == {PACK: (20000, 30), OTHER: (40000, 30)}


def test_two_creates_that_were_begun_and_withdrawn_do_not_wait_for_each_other(
    world: World,
) -> None:
    """Both died before the answer was kept, and the product was withdrawn: both are looked up,
    and what stands there, put on sale by hand meanwhile, comes down."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shops = [world.connect("Shop một"), world.connect("Shop hai")]
    world.plan()

    def lost(listing: Any) -> Any:
        world.market.make_of(listing.item_sku, "shop-mot")
        return Failed(Ambiguous("đứt giữa chừng"))

    world.market.script["create"] = [lost, Failed(Ambiguous("đứt giữa chừng"))]
    for shop in shops:
        world.drain(shop)
    for item in world.market.items.values():
        item.status = RemoteStatus.LIVE
    revoked = replace(world.book.products[0].certificate, status="revoked")
    world.book.products = [replace(world.book.products[0], certificate=revoked)]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    assert world.due() == 0
    reasons = {str(row[0]) for row in world.sql("SELECT reason->>'code' FROM listing")}
    assert reasons == {"REVOKED"}


def test_what_the_channel_has_banned_is_down_and_is_not_taken_down_every_period(
    world: World,
) -> None:
    """A banned item cannot be switched off; the refused take-down was tried again for ever, with
    an alarm about something that nobody can buy."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    refused = Failed(Rejected("đang bị khóa"))
    world.market.script["set_availability"] = [refused] * 9
    item_of(world.market, PACK).status = RemoteStatus.BANNED
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None, "thu hồi")]
    world.pull()
    world.plan()
    for _ in range(6):
        world.drain(shop)
        world.time.forward(hours=1)
    assert world.due() == 0
    assert len(world.market.script["set_availability"]) == 7  # once more, known to be banned
    assert (world.listing(PACK).state, world.listing(PACK).alarm) == ("banned", None)


def test_what_is_banned_is_taken_down_too_where_the_channel_takes_it(world: World) -> None:
    """Or it were on sale again without a certificate as soon as the ban is lifted."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    item_of(world.market, PACK).status = RemoteStatus.BANNED
    world.sql("UPDATE listing SET read_due_at = now() - interval '1 year' RETURNING 1")
    world.drain(shop)
    assert world.listing(PACK).state == "banned"
    world.book.products, world.book.tombstones = [], [Tombstone("OCOP-1", None, "thu hồi")]
    world.pull()
    world.plan()
    world.drain(shop)
    assert len(world.market.writes("set_availability")) == 2
    assert world.due() == 0


def test_a_call_that_the_limiter_held_back_too_long_is_not_sent(world: World) -> None:
    """The lease was looked at before the limiter let the call through; a create that left after
    another drain had looked for it and found nothing stood there twice."""
    world.env.monotonic = lambda: world.time.at.timestamp()
    made = world.env.connectors["fake"]
    seams: list[Http] = []
    world.env.connectors["fake"] = type(
        "Tapped", (made,), {"__init__": lambda self, account, http, clock: (
            seams.append(http), made.__init__(self, account, http, clock))[1]},
    )  # fmt: skip
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.plan()
    world.drain(shop)
    world.sql("UPDATE shop_lease SET fence = fence + 1 RETURNING 1")
    world.time.forward(hours=1)
    with pytest.raises(NotSent, match="another worker's"):
        seams[-1].request("GET", "http://127.0.0.1:9/")


@pytest.mark.parametrize("theirs", [False, True])
def test_what_was_taken_of_an_item_before_we_knew_of_it_is_not_put_back(
    world: World, theirs: bool
) -> None:
    """The answer to its create was lost, and somebody lowered its stock before it was found (found
    by the model). What stood there before (``theirs``) takes our stock."""
    world.book.products = [source_product(stock=30)]
    world.pull()
    shop = world.connect()

    def lost(listing: Any) -> Any:
        remote = world.market.make_of(listing.item_sku)
        units = 17 if theirs else 30 - 13
        world.market.items["shop-mot", remote].packs = {PACK: [20_000, units]}
        world.market.items["shop-mot", remote].status = RemoteStatus.UNLISTED
        told = Rejected("exists", code="duplicate", field="item_sku")
        return Failed(told if theirs else Ambiguous("no answer"))

    world.market.script["create"] = [lost]
    world.sync(shop)
    assert world.market.on_sale("shop-mot")[PACK] == (20_000, 30 if theirs else 17)
    assert world.sql("SELECT sold FROM listing_variant") == [(0 if theirs else 13,)]
