"""Reading back: every status, odd types, bans, and the list of what changed."""

from __future__ import annotations

import pytest

from connectors.contract import Failed, RemoteStatus
from connectors.errors import NotFound
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import SHOP, Opener, Rig, done, pack


@pytest.mark.parametrize(("deed", "status"), [
    ("relist", RemoteStatus.LIVE), ("unlist", RemoteStatus.UNLISTED), ("ban", RemoteStatus.BANNED),
    ("delete", RemoteStatus.MISSING),
])  # fmt: skip
def test_each_status(rig: Rig, deed: str, status: RemoteStatus) -> None:
    item = rig.listed(pack("A"))
    rig.market.do(SHOP, deed, item_id=int(item.remote_id))
    assert done(rig.shop.read([item.remote_id], full=True)[0]).status is status


def test_a_ban_is_told_in_the_channels_words(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    violation = {"violation_reason": "Thiếu giấy", "suggestion": "Bổ sung"}
    rig.market.do(SHOP, "ban", item_id=int(item.remote_id), violation=violation)
    reason = done(rig.shop.read([item.remote_id], full=False)[0]).reason
    assert "Thiếu giấy" in reason
    assert "Bổ sung" in reason


@pytest.mark.parametrize("floats", [False, True])
def test_packs_with_price_and_stock(open_rig: Opener, floats: bool) -> None:
    rig = open_rig(float_prices=floats)
    one = rig.listed(pack("S", 30_000, 4))
    many = rig.listed(pack("A", 40_000, 7, "Gói"), pack("B", 60_000, 8, "Thùng"))
    first, second, unknown = rig.shop.read([one.remote_id, many.remote_id, "5"], full=True)
    assert [(v.sku, v.price_vnd, v.stock) for v in done(first).variants] == [("S", 30_000, 4)]
    assert [(v.sku, v.price_vnd, v.stock, v.label) for v in done(second).variants] == [
        ("A", 40_000, 7, "Gói"), ("B", 60_000, 8, "Thùng"),
    ]  # fmt: skip
    assert all(isinstance(v.price_vnd, int) for v in done(second).variants)
    assert isinstance(unknown, Failed)
    assert isinstance(unknown.error, NotFound)


def test_more_than_fifty_in_pages(rig: Rig) -> None:
    items = [rig.listed(pack(f"S{n}")) for n in range(51)]
    seen = rig.shop.read([i.remote_id for i in items], full=False)
    assert {done(s).item_sku for s in seen} == {f"S{n}" for n in range(51)}
    assert len(rig.calls("get_item_base_info")) == 2


def test_an_item_hidden_for_some_seconds(open_rig: Opener) -> None:
    rig = open_rig(hidden_s=20)
    item = rig.listed(pack("S"))
    (early,) = rig.shop.read([item.remote_id], full=True)
    assert isinstance(early, Failed)
    assert isinstance(early.error, NotFound)
    rig.clock.turn(21)
    assert done(rig.shop.read([item.remote_id], full=True)[0]).status is RemoteStatus.UNLISTED


@pytest.mark.parametrize("form", ["absent", "null", "empty"])
def test_a_shop_without_items(open_rig: Opener, form: str) -> None:
    rig = open_rig(empty_list=form)
    changes = rig.shop.changed_since(None)
    assert (changes.remote_ids, changes.more) == ((), False)


def test_what_changed_since(rig: Rig) -> None:
    old = rig.listed(pack("A"))
    first = rig.shop.changed_since(None)
    assert first.remote_ids == (old.remote_id,)
    rig.clock.turn(3600)
    overlap = rig.shop.changed_since(first.cursor)
    assert overlap.remote_ids == (old.remote_id,), "readings overlap, so that nothing slips through"
    rig.clock.turn(60)
    assert rig.shop.changed_since(overlap.cursor).remote_ids == ()
    fresh = rig.listed(pack("B"))
    rig.market.do(SHOP, "delete", item_id=int(old.remote_id))
    rig.clock.turn(10)
    again = rig.shop.changed_since(overlap.cursor)
    assert set(again.remote_ids) == {fresh.remote_id, old.remote_id}, "deleted ones too"


def test_the_list_of_changes_goes_page_by_page(rig: Rig) -> None:
    for n in range(103):
        rig.listed(pack(f"S{n}"))
    first = rig.shop.changed_since(None)
    assert (len(first.remote_ids), first.more) == (100, True)
    second = rig.shop.changed_since(first.cursor)
    assert (len(second.remote_ids), second.more) == (3, False)


def test_one_unknown_item_of_a_batch_hides_no_other(open_rig: Opener) -> None:
    """The whole call may be refused for it (3.15): an item that is taken for lost is made anew."""
    rig = open_rig(unknown_ids="all_refused")
    items = [rig.listed(pack("A")), rig.listed(pack("B"))]
    first, unknown, second = rig.shop.read([items[0].remote_id, "5", items[1].remote_id], full=True)
    assert [v.sku for outcome in (first, second) for v in done(outcome).variants] == ["A", "B"]
    assert isinstance(unknown, Failed)
    assert isinstance(unknown.error, NotFound)


def test_a_gateway_that_lost_its_way_once_loses_no_item(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    body = {"error": "common.error_not_found", "message": "not found", "request_id": "1"}
    rig.market.spoil(Fault(kind="answer", path="get_item_base_info", status=200, body=body))
    assert done(rig.shop.read([item.remote_id], full=True)[0]).variants[0].sku == "A"
