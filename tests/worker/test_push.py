"""The drain, on real tables: what is due goes out once, and only once."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Done, Failed, RemoteStatus, VariantAnswers
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    AuthRefused,
    RateLimited,
    Rejected,
    Unavailable,
)
from connectors.registry.contract import Tombstone
from models import leases, listings, outcomes, queue
from models.listing import CREATE
from tests.worker.fakes import source_product
from worker import planning
from worker.push import drain


def start(world, *products):
    world.book.products = list(products or [source_product()])
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def test_a_product_is_created_unlisted_and_then_switched_on(world):
    start(world)
    verbs = [entry[0] for entry in world.market.journal]
    assert verbs == ["create", "set_availability"]
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20000, 100)}
    assert world.rows()[0].state == "live"
    assert world.due() == 0


def test_live_needs_a_reading_after_the_last_write(world):
    start(world)
    item = world.listing("OCOP-1-100G")
    assert item.observed_at > item.last_write_at


def test_a_second_sync_changes_nothing(world):
    start(world)
    before = len(world.market.journal)
    world.pull()
    world.sync()
    assert len(world.market.journal) == before


def test_one_price_is_one_facet_of_each_listing_that_holds_it(world):
    world.book.products = [source_product(prices=(20000, 30000)), source_product("OCOP-2")]
    world.pull()
    world.connect()
    world.connect("Shop hai", producer="HTX A")
    world.sync()
    before = len(world.market.journal)
    world.book.products[0] = source_product(prices=(21000, 30000))
    world.pull()
    world.plan()
    changes = world.changes()
    assert [(c.facet, c.product_code) for c in changes] == [("price", "OCOP-1")] * 2
    assert changes[0].old == {"OCOP-1-100G": 20000, "OCOP-1-200G": 30000}
    assert changes[0].new == {"OCOP-1-100G": 21000, "OCOP-1-200G": 30000}
    world.sync()
    assert [e[0] for e in world.market.journal[before:]] == ["set_price"] * 2
    world.plan()
    assert world.changes() == []


def test_back_to_a_known_value_owes_nothing_but_after_an_unclear_call_it_goes_out(world):
    shop = start(world)
    item = world.market.items["shop-mot", "1"]

    def priced(value):
        world.book.products = [source_product(prices=(value,))]
        world.pull()
        world.plan()

    priced(45000)
    priced(20000)
    assert world.changes() == []

    def written_but_lost(change):
        item.packs["OCOP-1-100G"][0] = 45000
        return Failed(Ambiguous("hết giờ"))

    world.market.script["set_price"] = [written_but_lost]
    priced(45000)
    world.drain(shop)
    priced(20000)
    assert [c.facet for c in world.changes()] == ["price"]
    world.sync()
    assert item.packs["OCOP-1-100G"][0] == 20000


def test_a_claim_of_an_old_fence_writes_nothing(world):
    """The holder was taken over in the middle of its call: its answer is not recorded."""
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()

    def taken_over(change):
        with world.env.db.transaction() as session:
            session.connection().exec_driver_sql(
                "UPDATE shop_lease SET expires_at = now() - interval '1 hour'"
            )
            fence = leases.take(session, shop.id, "another", 60, 0)
            now = world.env.now()
            assert queue.claim(session, shop.id, fence, 2, 10, now)
        return

    world.market.script["set_price"] = [taken_over]
    assert drain(world.env, shop.id).why == "taken"  # at once, not when its slice is over
    rows = world.sql("SELECT acked_rev = wanted_rev, acked FROM listing_facet WHERE facet='price'")
    assert rows == [(False, None)]


def test_a_second_drain_finds_the_lease_taken_and_leaves(world):
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()
    with world.env.db.transaction() as session:
        assert leases.take(session, shop.id, "somebody", 60, 20)
    assert world.drain(shop).why == "taken"


def test_two_shops_do_not_wait_for_each_other_s_units(world):
    """One pack falls and another rises, in both shops: each gives back before either takes."""
    product = source_product(prices=(20000, 30000))
    world.book.products = [product]
    world.pull()
    world.connect("Shop một")
    world.connect("Shop hai")
    world.sync()
    one, two = product.variants
    packs = (replace(one, stock=40), replace(two, stock=200))
    world.book.products = [replace(product, variants=packs)]
    world.pull()
    world.sync()
    assert world.due() == 0
    totals = Counter()
    for shop in ("shop-mot", "shop-hai"):
        for sku, (_price, stock) in world.market.on_sale(shop).items():
            totals[sku] += stock
    assert totals == {"OCOP-1-100G": 40, "OCOP-1-200G": 200}


def test_what_changes_while_it_is_made_keeps_nothing_off_sale(world):
    """A plan between the claim and the answer raises the create's revision; the item stands."""

    def changed_meanwhile(listing):
        world.book.products = [source_product(name="Mỳ Chũ tên khác", prices=(25000,))]
        world.pull()
        world.plan()

    world.market.script["create"] = [changed_meanwhile]
    start(world)
    assert [entry[0] for entry in world.market.writes("create")] == ["create"]
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (25000, 100)}
    assert world.rows()[0].state == "live"
    assert world.due() == 0


def test_an_unclear_create_is_looked_up_and_adopted_never_repeated(world):
    def made_but_lost(listing):
        world.market.connector()(_account(world), None, world.time).make(listing)
        return Failed(Ambiguous("hết giờ"))

    world.market.script["create"] = [made_but_lost]
    start(world)
    assert [e[0] for e in world.market.writes("create")] == ["create"]
    assert world.rows()[0].state == "live"
    assert world.rows()[0].remote_id == "1"


def test_after_three_readings_that_missed_it_is_created_and_not_before_the_settle_time(world):
    world.market.script["create"] = [Failed(Ambiguous("hết giờ"))]
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.plan()
    begun = world.time.at
    for _ in range(20):
        world.drain(shop)
        if world.market.writes("create"):
            break
        assert world.listing("OCOP-1-100G").state == "creating"
        world.time.forward(seconds=10)
    assert world.time.at - begun >= timedelta(seconds=20 + 60)
    assert len(world.market.writes("create")) == 1


def test_a_worker_killed_in_a_create_leaves_an_attempt_that_is_looked_up(world):
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.plan()

    class Killed(BaseException):
        pass

    def killed_after_the_write(listing):
        world.market.connector()(_account(world), None, world.time).make(listing)
        raise Killed

    world.market.script["create"] = [killed_after_the_write]
    with suppress(Killed):
        world.drain(shop)
    world.sync()
    assert len(world.market.writes("create")) == 1
    assert world.rows()[0].state == "live"


def test_two_remote_items_of_one_sku_wait_for_a_person(world):
    def made_twice_but_lost(listing):
        connector = world.market.connector()(_account(world), None, world.time)
        connector.make(listing)
        connector.make(listing)
        return Failed(Ambiguous("hết giờ"))

    world.market.script["create"] = [made_twice_but_lost]
    start(world)
    assert world.sql("SELECT kind, status FROM hold") == [("two_items", "open")]
    assert world.market.on_sale("shop-mot") == {}


def test_a_duplicate_sku_answer_is_adopted(world):
    def exists(listing):
        world.market.connector()(_account(world), None, world.time).make(listing)
        return Failed(Rejected("SKU đã có", field="item_sku"))

    world.market.script["create"] = [exists]
    start(world)
    assert len(world.market.writes("create")) == 1
    assert world.rows()[0].state == "live"


def test_packs_are_made_in_two_steps_and_the_handle_survives(world):
    start(world, source_product(prices=(20000, 30000)))
    assert world.market.on_sale("shop-mot") == {
        "OCOP-1-100G": (20000, 100),
        "OCOP-1-200G": (30000, 100),
    }
    remote = world.sql("SELECT sku, remote_id FROM listing_variant ORDER BY sku")
    assert remote == [("OCOP-1-100G", "m-OCOP-1-100G"), ("OCOP-1-200G", "m-OCOP-1-200G")]


def test_certify_is_asked_again_before_an_item_is_switched_on(world):
    """Revoked while its create was pending: it stays invisible."""
    world.book.products = [source_product(prices=(20000, 30000))]
    world.pull()
    shop = world.connect()
    world.plan()
    world.drain(shop)
    certificate = replace(world.book.products[0].certificate, status="revoked")
    world.book.products = [source_product(prices=(20000, 30000), certificate=certificate)]
    world.pull()
    world.time.forward(seconds=10)
    world.drain(shop)
    world.sync()
    assert world.market.writes("set_availability") == []
    assert world.rows()[0].reason_code == "REVOKED"


def test_a_tombstone_takes_the_item_down(world):
    start(world)
    world.book.products = []
    world.book.tombstones = [Tombstone("OCOP-1", None, "ngừng sản xuất")]
    world.pull(full=False)
    world.sync()
    assert world.market.on_sale("shop-mot") == {}
    row = world.rows()[0]
    assert (row.state, row.reason_code) == ("unlisted", "WITHDRAWN")


def test_a_refused_take_down_goes_down_the_ladder_and_is_an_alarm_not_done(world):
    shop = start(world)
    world.book.products = []
    world.book.tombstones = [Tombstone("OCOP-1", None)]
    world.pull(full=False)
    world.market.script["set_availability"] = [Failed(Rejected("đang khuyến mãi", code="promo"))]
    world.plan()
    world.drain(shop)
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20000, 0)}
    row = world.rows()[0]
    assert row.alarm["words"] == "đang khuyến mãi"
    assert row.alarm["rung"] == "stock_zero"
    assert world.due() == 1
    world.time.forward(seconds=901)
    world.drain(shop)
    assert world.market.on_sale("shop-mot") == {}
    assert world.rows()[0].alarm is None


def test_take_downs_leave_before_everything_else(world):
    shop = start(world, source_product(), source_product("OCOP-2"))
    world.book.products = [source_product(prices=(22000,))]
    world.book.tombstones = [Tombstone("OCOP-2", None)]
    world.pull(full=False)
    world.plan()
    before = len(world.market.journal)
    world.drain(shop)
    assert [e[0] for e in world.market.journal[before:]] == ["set_availability", "set_price"]


def test_a_shop_s_fault_opens_its_breaker_and_costs_no_row(world):
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()
    world.market.script["set_price"] = [Failed(Unavailable("bảo trì"))]
    assert world.drain(shop).why == "fault"
    assert world.drain(shop).why == "closed"
    world.time.forward(seconds=30)
    assert world.drain(shop).why == "done"
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 25000
    assert world.sql("SELECT breaker_trips FROM shop") == [(0,)]


def test_what_the_channel_asks_for_is_waited(world):
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()
    world.market.script["set_price"] = [Failed(RateLimited("chậm lại", retry_after=100))]
    world.drain(shop)
    world.time.forward(seconds=99)
    assert world.drain(shop).why == "closed"
    world.time.forward(seconds=2)
    assert world.drain(shop).why == "done"


def test_a_refusal_waits_until_the_data_changes(world):
    shop = start(world)
    world.market.script["set_price"] = [Failed(Rejected("giá quá cao", field="price", hint="Giảm"))]
    world.book.products = [source_product(prices=(59000,))]
    world.pull()
    world.sync()
    world.sync()
    assert world.market.writes("set_price") == []
    assert world.rows()[0].reason_code == "REFUSED"
    world.book.products = [source_product(prices=(50000,))]
    world.pull()
    world.sync(shop)
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 50000


def test_part_of_the_packs_refused_keeps_what_was_accepted(world):
    shop = start(world, source_product(prices=(20000, 30000)))

    def half(change):
        refused = {"OCOP-1-200G": Rejected("khóa", code="promo")}
        return Done(VariantAnswers(frozenset({"OCOP-1-100G"}), refused))

    world.market.script["set_price"] = [half]
    world.book.products = [source_product(prices=(21000, 31000))]
    world.pull()
    world.plan()
    world.drain(shop)
    accepted = world.sql("SELECT sku, price_acked FROM listing_variant ORDER BY sku")
    assert accepted == [("OCOP-1-100G", 21000), ("OCOP-1-200G", 30000)]


def test_an_expired_token_is_refreshed_once_and_the_work_goes_on(world):
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()
    world.market.script["set_price"] = [Failed(AuthExpired("token"))]
    assert world.drain(shop).why == "done"
    assert world.market.on_sale("shop-mot")["OCOP-1-100G"][0] == 25000
    assert len(world.market.writes("refresh")) == 1


def test_only_a_refusal_of_the_refresh_pauses_the_shop(world):
    shop = start(world)
    world.book.products = [source_product(prices=(25000,))]
    world.pull()
    world.plan()
    world.market.script["set_price"] = [Failed(AuthExpired("a")), Failed(AuthExpired("b"))]
    world.market.script["refresh"] = [Ambiguous("hết giờ"), AuthRefused("token đã dùng")]
    assert world.drain(shop).why == "fault"
    assert world.sql("SELECT paused_reason FROM shop") == [("",)]
    world.time.forward(minutes=10)
    world.drain(shop)
    paused = world.sql("SELECT paused_reason FROM shop")[0][0]
    assert "accounts add" in paused


def test_a_sale_is_never_raised_until_the_registry_states_the_stock_anew(world):
    shop = start(world)
    item = world.market.items["shop-mot", "1"]
    item.packs["OCOP-1-100G"][1] = 90
    _read_all(world)
    world.drain(shop)
    world.sync()
    assert item.packs["OCOP-1-100G"][1] == 90
    assert world.rows()[0].stock == 90
    assert world.rows()[0].sold == 10
    world.book.products = [source_product(stock=120)]
    world.pull()
    world.sync()
    assert item.packs["OCOP-1-100G"][1] == 120


def test_units_are_taken_from_a_pool_only_after_they_were_given_back(world):
    """A second shop opens: its create waits until the first has gone down to its share."""
    first = start(world)
    second = world.connect("Shop hai", producer="HTX A")
    world.plan()
    world.drain(second)
    assert world.market.on_sale("shop-hai") == {}
    world.drain(first)
    world.sync()
    total = sum(s["OCOP-1-100G"][1] for s in map(world.market.on_sale, ("shop-mot", "shop-hai")))
    assert total == 100


def test_unknown_stock_creates_with_nothing_and_overwrites_nothing(world):
    shop = start(world, source_product(stock=None))
    item = world.market.items["shop-mot", "1"]
    assert item.packs["OCOP-1-100G"] == [20000, 0]
    item.packs["OCOP-1-100G"][1] = 7
    world.sync(shop)
    assert item.packs["OCOP-1-100G"][1] == 7


def test_a_price_changed_by_hand_in_the_shop_is_put_back(world):
    start(world)
    item = world.market.items["shop-mot", "1"]
    item.packs["OCOP-1-100G"][0] = 1
    _read_all(world)
    world.sync()
    assert item.packs["OCOP-1-100G"][0] == 20000


def test_a_price_that_breaks_the_ratio_is_held_and_the_last_good_one_stays(world):
    start(world, source_product(prices=(20000, 30000)))
    world.book.products = [source_product(prices=(12000, 75000))]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-1-200G"][0] == 30000
    assert world.sql("SELECT kind, status FROM hold") == [("ratio", "open")]
    world.book.products = [source_product(prices=(20000, 40000))]
    world.pull()
    world.sync()
    assert world.market.on_sale("shop-mot")["OCOP-1-200G"][0] == 40000
    assert world.sql("SELECT kind, status FROM hold") == [("ratio", "solved")]


def test_an_item_that_the_channel_lost_is_made_again(world):
    start(world)
    world.market.items.clear()
    world.time.forward(minutes=5)
    _read_all(world)
    world.sync()
    assert world.market.on_sale("shop-mot") == {"OCOP-1-100G": (20000, 100)}


def test_a_ban_is_shown_with_the_channel_s_words(world):
    start(world)
    world.market.items["shop-mot", "1"].status = RemoteStatus.BANNED
    _read_all(world)
    world.sync()
    assert world.rows()[0].state == "banned"
    assert world.rows()[0].whose == "channel"


def test_every_step_is_in_the_log_with_the_worker_s_pid(world):
    start(world)
    kinds = {row[0] for row in world.sql("SELECT kind FROM event")}
    assert {"drain", "pushed", "seen"} <= kinds
    assert world.sql("SELECT count(*) FROM event WHERE kind = 'drain' AND after ? 'pid'")[0][0] > 0


def _account(world):
    from connectors.contract import Account, Credentials

    return Account("shop-mot", "http://fake.example", Credentials({"shop_id": "1"}))


def _read_all(world):
    world.sql("UPDATE listing SET read_due_at = '2026-11-01', read_full = true RETURNING 1")


def test_a_stock_stated_anew_goes_out_although_the_figure_is_the_same(world):
    """Sell one, restock to the same figure: only the revision knows that something happened."""
    shop = start(world)
    world.market.items[shop.key, "1"].packs["OCOP-1-100G"][1] = 99
    _read_all(world)
    world.drain(shop)
    assert world.listing("OCOP-1-100G").facets["stock"].acked == {"OCOP-1-100G": 99}
    world.book.products = [source_product(stock=99)]
    world.pull()
    world.sync()
    assert world.market.writes("set_stock") == [("set_stock", shop.key, {"OCOP-1-100G": 99})]


def test_an_open_attempt_is_never_begun_a_second_time(world):
    """Whatever the caller believes, the database lets nobody create while an attempt is open."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.plan()
    now = world.env.now()
    with world.env.db.transaction() as session:
        fence = leases.take(session, shop.id, "t", 60, 20)
        (row,) = queue.claim(session, shop.id, fence, CREATE, 5, now)
        asked = ([row.listing_id], fence, now, now + timedelta(seconds=20))
        assert outcomes.attempt_create(session, *asked) == {row.listing_id}
        assert outcomes.attempt_create(session, *asked) == set()


def test_what_the_channel_refused_stays_refused_through_plans(world):
    shop = start(world)
    world.book.products.append(source_product("OCOP-2"))
    world.pull()
    world.market.script["create"] = [Failed(Rejected("từ cấm trong tên", field="title"))]
    world.sync(shop)
    for _ in range(2):
        world.plan()
        world.drain(shop)
    refused = next(r for r in world.rows() if r.product_code == "OCOP-2")
    assert (refused.state, refused.reason_code) == ("rejected", "REFUSED")


def test_the_share_of_a_refused_listing_goes_to_the_others(world):
    world.book.products = [source_product(stock=100)]
    world.pull()
    first = world.connect()
    second = world.connect("Shop hai", producer="HTX A")
    world.plan()
    world.market.script["create"] = [Failed(Rejected("từ cấm trong tên", field="title"))]
    world.drain(first)
    world.sync()
    assert world.market.on_sale(second.key) == {"OCOP-1-100G": (20000, 100)}
    world.book.products = [source_product(stock=100, name="Tên lành")]
    world.pull()
    world.sync()
    given = [world.market.on_sale(s.key)["OCOP-1-100G"][1] for s in (first, second)]
    assert given == [50, 50]


def test_a_plan_that_was_read_before_a_create_ended_does_not_park_it(world):
    """The plan of another process and a create meet: whoever commits last, the item goes on."""
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.plan()
    world.market.script["set_availability"] = [Failed(Unavailable("bận"))]
    read = listings.of_products

    def meanwhile(session, ids):
        found = read(session, ids)
        world.drain(shop)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listings, "of_products", meanwhile)
        world.plan()
    world.time.forward(hours=1)
    for _ in range(3):
        world.drain(shop)
    assert "OCOP-1-100G" in world.market.on_sale(shop.key)


def test_no_setting_of_ours_takes_down_what_is_listed(world):
    """A command that was started without PUBLIC_BASE_URL blocks what is new, and nothing else."""
    fake = world.env.connectors["fake"]
    fake.capabilities = replace(fake.capabilities, fetches_images=True)
    world.env.public_base_url = "http://ocop.example"
    shop = start(world)
    world.env.public_base_url = ""
    world.book.products = [source_product(name="Tên mới"), source_product("OCOP-2")]
    world.pull()
    planning.plan_products(world.env)
    for _ in range(3):
        world.drain(shop)
    assert world.market.on_sale(shop.key) == {"OCOP-1-100G": (20000, 100)}
    assert world.market.writes("update_content") == []
    new = next(r for r in world.rows() if r.product_code == "OCOP-2")
    assert (new.state, new.reason_code) == ("blocked", "NO_PUBLIC_URL")
    world.env.public_base_url = "http://ocop.example"
    world.time.forward(hours=1)
    planning.plan_products(world.env)
    for _ in range(3):
        world.drain(shop)
    assert len(world.market.writes("update_content")) == 1
    assert "OCOP-2-100G" in world.market.on_sale(shop.key)
