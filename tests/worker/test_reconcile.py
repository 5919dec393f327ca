"""Reconcile: drift is put back, a sale stays, and nobody is fought in a loop."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from connectors.contract import Done, RemoteStatus
from connectors.registry.contract import Tombstone
from tests.worker.fakes import source_product
from worker.planning import push_again
from worker.reading import REPAIRS
from worker.reconcile import reconcile

SKU = "OCOP-1-100G"


def start(world):
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def look(world, shop):
    """What the schedule does: mark, then drain."""
    reconcile(world.env, shop.id, everything=True)
    world.drain(shop)


def holds(world, kind):
    return world.sql("SELECT key, message FROM hold WHERE kind = :k AND status = 'open'", k=kind)


def test_a_price_changed_by_hand_again_and_again_is_a_hold_in_the_end(world):
    shop = start(world)
    item = world.market.items[shop.key, "1"]
    for price in range(1, REPAIRS + 1):
        item.packs[SKU][0] = price
        look(world, shop)
        assert item.packs[SKU][0] == 20000
        assert holds(world, "repeated_drift") == []
    item.packs[SKU][0] = 999
    for _ in range(3):
        look(world, shop)
    assert item.packs[SKU][0] == 999
    ((key, message),) = holds(world, "repeated_drift")
    assert key.endswith("/price")
    assert "giá" in message
    world.time.forward(days=2)
    look(world, shop)
    assert item.packs[SKU][0] == 20000


def test_a_sale_is_no_drift_however_often(world):
    shop = start(world)
    item = world.market.items[shop.key, "1"]
    for left in range(99, 90, -1):
        item.packs[SKU][1] = left
        look(world, shop)
        assert item.packs[SKU][1] == left
    assert holds(world, "repeated_drift") == []
    assert world.market.writes("set_stock") == []


def test_an_item_deleted_again_and_again_is_not_made_again(world):
    shop = start(world)
    for times in range(1, REPAIRS + 1):
        world.market.items.clear()
        world.time.forward(seconds=300)
        look(world, shop)
        world.sync()
        assert len(world.market.writes("create")) == 1 + min(times, REPAIRS - 1)
    ((_key, message),) = holds(world, "repeated_loss")
    assert "OCOP-1" in message
    assert world.rows()[0].reason_code == "LOST_AGAIN"


def test_what_a_stranger_switched_off_is_switched_on(world):
    shop = start(world)
    world.market.items[shop.key, "1"].status = RemoteStatus.UNLISTED
    look(world, shop)
    assert SKU in world.market.on_sale(shop.key)


def test_an_operator_s_push_mends_what_was_given_up(world):
    shop = start(world)
    for _ in range(REPAIRS):
        world.market.items.clear()
        world.time.forward(seconds=300)
        look(world, shop)
        world.sync()
    assert world.market.on_sale(shop.key) == {}
    assert push_again(world.env, [SKU]) == 1
    world.sync()
    assert SKU in world.market.on_sale(shop.key)
    assert holds(world, "repeated_loss") == []


def test_a_shop_is_read_in_full_within_the_time_that_is_set(world, monkeypatch):
    shop = start(world)
    world.book.products = [source_product(f"OCOP-{n}") for n in range(2, 12)]
    world.pull()
    world.sync()
    monkeypatch.setattr("worker.reconcile._changed", lambda env, shop: [])  # a blind feed
    part = len(world.rows()) * world.env.timing.period_s / world.env.timing.look_all_s
    assert reconcile(world.env, shop.id) == math.ceil(part) == 1
    world.sync()
    world.env.timing = replace(world.env.timing, look_all_s=world.env.timing.period_s)
    assert reconcile(world.env, shop.id) == len(world.rows()) == 11


def test_who_does_not_answer_or_owes_a_take_down_is_asked_nothing_else(world, monkeypatch):
    shop = start(world)
    asked: list[str] = []
    monkeypatch.setattr("worker.reconcile._changed", lambda _e, shop: asked.append(shop.key) or [])
    later = world.time.at + timedelta(hours=1)
    world.sql("UPDATE shop SET breaker_until = :t RETURNING id", t=later)
    reconcile(world.env, shop.id)
    assert asked == []
    world.time.forward(hours=2)
    reconcile(world.env, shop.id)
    assert asked == [shop.key]
    world.book.products = []
    world.book.tombstones = [Tombstone("OCOP-1", None, "thu hồi")]
    world.pull()
    world.plan()
    reconcile(world.env, shop.id)
    assert asked == [shop.key]
    world.drain(shop)
    reconcile(world.env, shop.id)
    assert asked == [shop.key] * 2


def test_why_it_may_not_be_sold_stands_though_the_shop_was_read_meanwhile(world):
    """The certificate is revoked while the shop answers that its ban is over."""
    shop = start(world)
    item = world.market.items[shop.key, "1"]
    item.status = RemoteStatus.BANNED
    look(world, shop)
    assert world.rows()[0].reason_code == "BANNED"

    def revoked_meanwhile(_remote_id):
        world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
        world.plan()

    item.status = RemoteStatus.LIVE
    world.market.script["read"] = [revoked_meanwhile]
    look(world, shop)
    (row,) = world.rows()
    assert (row.state, row.reason_code) == ("unlisted", "REVOKED")


def test_why_it_may_not_be_sold_stands_while_it_is_banned_too(world):
    shop = start(world)
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    world.plan()
    item = world.market.items[shop.key, "1"]
    item.status = RemoteStatus.BANNED
    world.market.script["set_availability"] = [lambda _change: Done(None)]
    look(world, shop)
    assert (world.rows()[0].state, world.rows()[0].reason_code) == ("banned", "REVOKED")
    item.status = RemoteStatus.UNLISTED
    look(world, shop)
    assert (world.rows()[0].state, world.rows()[0].reason_code) == ("unlisted", "REVOKED")
