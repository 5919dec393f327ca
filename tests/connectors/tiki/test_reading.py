"""What a product shows, and which changed."""

from __future__ import annotations

import orjson
import pytest

from connectors.contract import RemoteStatus
from connectors.tiki.products import state_of
from connectors.tiki.tracks import Tracks
from tests.connectors.tiki.conftest import Opener, done, listed, listing, pack
from tests.connectors.tiki.rig import SID, TikiBench


def walked(bench: TikiBench, cursor: str | None) -> tuple[list[str], str, int]:
    ids: list[str] = []
    pages = 0
    while True:
        changes = bench.shop.changed_since(cursor)
        ids += changes.remote_ids
        cursor, pages = changes.cursor, pages + 1
        if not changes.more:
            return ids, cursor, pages


def many(bench: TikiBench, count: int) -> list[str]:
    """Products that were approved some minutes ago."""
    bench.shop.create([listing(pack(f"SP-{number:03d}")) for number in range(count)])
    bench.pass_time(400)
    made = [str(p.product_id) for p in bench.market.products(SID)]
    bench.pass_time(200)
    return made


@pytest.mark.parametrize("words", [(), ("short_pages=true",), ("max_limit=100",)])
def test_all_of_them_then_only_what_changed(open_bench: Opener, words: tuple[str, ...]) -> None:
    bench = open_bench(*words)
    made = many(bench, 101)
    ids, cursor, pages = walked(bench, None)
    assert sorted(ids) == sorted(made)
    assert pages == 3
    bench.pass_time(600)
    assert walked(bench, cursor)[0] == []
    bench.by_hand("SP-007", "price", 77_000)
    bench.pass_time(600)
    changed, cursor, _ = walked(bench, cursor)
    assert changed == [str(bench.product("SP-007").product_id)]
    bench.pass_time(200)
    assert walked(bench, cursor)[0] == []


def test_what_changes_while_it_is_walked_comes_again(bench: TikiBench) -> None:
    many(bench, 60)
    first = bench.shop.changed_since(None)
    assert first.more
    began = int(bench.now().timestamp())
    bench.pass_time(30)
    bench.by_hand("SP-055", "off")
    _, cursor, _ = walked(bench, first.cursor)
    assert orjson.loads(cursor)["since"] == began - 120
    assert str(bench.product("SP-055").product_id) in walked(bench, cursor)[0]


def test_a_broken_cursor_begins_anew(bench: TikiBench) -> None:
    item = listed(bench)
    assert bench.shop.changed_since("{").remote_ids == (item.remote_id,)
    cursor = bench.shop.changed_since(None).cursor
    assert isinstance(orjson.loads(cursor)["since"], int)


def test_times_are_vietnams(bench: TikiBench) -> None:
    listed(bench)
    _, cursor, _ = walked(bench, None)
    walked(bench, cursor)
    sent = bench.calls("v2.1/products")[-1]["query"]["updated_from_date"]
    hours = int(sent[11:13])
    assert hours == (bench.now().hour + 7 - (bench.now().minute < 2)) % 24


def test_hidden_by_tiki(bench: TikiBench) -> None:
    item = listed(bench, on=True)
    bench.decide("MICHU-500G", "ban", "Sai danh mục")
    state = done(bench.shop.read([item.remote_id], full=True)[0])
    assert (state.status, state.reason) == (RemoteStatus.BANNED, "Sai danh mục")
    (found,) = done(bench.shop.find_by_sku(["MICHU-500G"])[0])
    assert found.status is RemoteStatus.BANNED
    bench.decide("MICHU-500G", "approve")
    assert done(bench.shop.read([item.remote_id], full=True)[0]).status is RemoteStatus.LIVE


def test_a_page_that_was_merged_is_still_ours(bench: TikiBench) -> None:
    """Its name is the master's now; price, stock and switch are what we compare (trap 11)."""
    item = listed(bench, on=True)
    bench.market.do(SID, "merge", sku="MICHU-500G", name="Mì Chũ (nhiều nhà bán)")
    state = done(bench.shop.read([item.remote_id], full=True)[0])
    assert state.title == "Mì Chũ (nhiều nhà bán)"
    assert (state.status, state.item_sku) == (RemoteStatus.LIVE, "MICHU-500G")


@pytest.mark.parametrize(("row", "status", "price", "stock"), [
    ({"active": "1"}, "live", None, None),
    ({"active": 1, "price": 409000.0, "inventory": {"quantity_available": 5, "quantity": 9}},
     "live", 409_000, 5),
    ({"active": 0, "price": "35000", "inventory": {"quantity": 9}}, "unlisted", 35_000, 9),
    ({"active": "0", "inventory": []}, "unlisted", None, None),
    ({"active": 1, "is_hidden": 1}, "banned", None, None),
    ({"active": 1, "is_hidden": "0"}, "live", None, None),
    ({"status": 2}, "unlisted", None, None),
    ({"status": 3}, "banned", None, None),
    ({}, "unlisted", None, None),
])  # fmt: skip
def test_the_types_that_tiki_mixes(
    row: dict[str, object], status: str, price: int | None, stock: int | None
) -> None:
    state = state_of({"product_id": 27, "original_sku": None, **row})
    pack_ = state.variants[0]
    assert (state.remote_id, state.status, state.item_sku) == ("27", status, "")
    assert (pack_.price_vnd, pack_.stock) == (price, stock)


def test_a_full_tracking_list_that_heeds_no_filter_ends(open_bench: Opener) -> None:
    bench = open_bench("tracking_filter=false", "review_s=none")
    bench.shop.create([listing(pack(f"SP-{number:03d}")) for number in range(60)])
    bench.pass_time(10)
    shop = bench.shop
    before = len(bench.calls("v2/tracking"))
    found = Tracks(shop._client, bench.clock).open_requests()
    assert len(found.by_sku) == 50
    assert len(bench.calls("v2/tracking")) - before == 3
