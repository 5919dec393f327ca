"""Reading back: states, prices as the shop writes them, SKUs, and the feed of changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import RemoteStatus, VariantsChange
from connectors.errors import NotFound, ProtocolError
from connectors.woocommerce.answers import price_of, stock_of
from connectors.woocommerce.capabilities import CAPABILITIES
from tests.connectors.woocommerce.conftest import Opener, Rig, done, ids, pack, refused

MOST = CAPABILITIES.stock_range[1]
A, B = pack("A", 40_000), pack("B", 50_000)


@pytest.mark.parametrize("switches", [
    {}, {"ids_as_text": True}, {"total_headers": False}, {"bom": True},
])  # fmt: skip
def test_full_readings_in_order(open_rig: Opener, switches: dict[str, bool]) -> None:
    rig = open_rig(**switches)
    simple, variable = rig.listed(pack("S"), on=True), rig.listed(A, B)
    first, second, third = rig.shop.read([variable.remote_id, simple.remote_id, "4711"], full=True)
    state = done(first)
    assert (state.status, state.item_sku) == (RemoteStatus.UNLISTED, "OCOP-1")
    assert [(v.sku, v.price_vnd, v.stock, v.label) for v in state.variants] == [
        ("A", 40_000, 20, "Gói A"), ("B", 50_000, 20, "Gói B"),
    ]  # fmt: skip
    assert {v.sku: v.remote_id for v in state.variants} == ids(variable)
    state = done(second)
    assert (state.status, state.title) == (RemoteStatus.LIVE, "Mỳ gạo Chũ - OCOP 4 sao")
    assert state.url.endswith(f"/product/{simple.remote_id}/")
    assert [(v.sku, v.remote_id, v.price_vnd, v.stock) for v in state.variants] == [
        ("S", "", 45_000, 20)
    ]
    refused(third, NotFound)


def test_a_status_alone_asks_for_no_packs(rig: Rig) -> None:
    item = rig.listed(A, B)
    before = len(rig.calls("variations"))
    assert done(rig.shop.read([item.remote_id], full=False)[0]).variants == ()
    assert len(rig.calls("variations")) == before
    refused(rig.shop.read(["abc"], full=False)[0], NotFound)


@pytest.mark.parametrize(("deed", "status"), [
    ("off", RemoteStatus.UNLISTED), ("hide", RemoteStatus.UNLISTED),
    ("trash", RemoteStatus.MISSING),
])  # fmt: skip
def test_what_people_do_by_hand(rig: Rig, deed: str, status: RemoteStatus) -> None:
    """Packs go on saying that they are on sale; only their product counts."""
    item = rig.listed(A, B, on=True)
    rig.market.do(deed, item_id=int(item.remote_id))
    assert done(rig.shop.read([item.remote_id], full=True)[0]).status is status


@pytest.mark.parametrize(("text", "price"), [
    ("45000", 45_000), ("35.000", 35), ("45000.5", None), ("abc", None), ("", 0), (None, 0),
    ("-5", -5), ("0", 0), (45000, 45_000), ("NaN", None),
])  # fmt: skip
def test_prices_as_they_may_stand(text: object, price: int | None) -> None:
    assert price_of({"regular_price": text}) == price
    assert price_of({"regular_price": "99000", "price": text}) == (price if text else 99_000)


def test_the_price_that_buyers_pay(rig: Rig) -> None:
    """A promotion by hand is another price than ours, whatever the regular one says."""
    single, many = rig.listed(pack("S")), rig.listed(A, B)
    rig.market.do("sale", sku="S", price="39000")
    rig.market.do("sale", sku="B", price="44000")
    one, two = (done(o) for o in rig.shop.read([single.remote_id, many.remote_id], full=True))
    assert [v.price_vnd for v in one.variants] == [39_000]
    assert [v.price_vnd for v in two.variants] == [40_000, 44_000]


@pytest.mark.parametrize(("row", "stock"), [
    ({"manage_stock": True, "stock_quantity": -23}, 0),
    ({"manage_stock": True, "stock_quantity": "7"}, 7),
    ({"manage_stock": True, "stock_quantity": 2.5}, 2),
    ({"manage_stock": True, "stock_quantity": None}, None),
    ({"manage_stock": True, "stock_quantity": 5, "backorders": "no"}, 5),
    ({"manage_stock": False, "stock_quantity": 5}, MOST),
    ({"manage_stock": "parent", "stock_quantity": 5}, MOST),
    ({"manage_stock": False, "stock_quantity": None, "stock_status": "instock"}, MOST),
    ({"manage_stock": False, "stock_quantity": None, "stock_status": "onbackorder"}, MOST),
    ({"manage_stock": False, "stock_quantity": None, "stock_status": "outofstock"}, 0),
    ({"manage_stock": True, "stock_quantity": 0, "stock_status": "onbackorder",
      "backorders": "notify"}, MOST),
    ({"manage_stock": True, "stock_quantity": 5, "stock_status": "instock",
      "backorders": "yes"}, MOST),
])  # fmt: skip
def test_stocks_as_they_may_stand(row: dict[str, object], stock: int | None) -> None:
    assert stock_of(row) == stock


def test_a_pack_without_a_sku_does_not_pass_for_its_parent(rig: Rig) -> None:
    """It reads back with its parent's: taken for that, it would be kept as our pack of that SKU."""
    item = rig.listed(A, B, sku="P")
    bare = replace(rig.packs(item)["B"], sku="", product_id=900)
    rig.market._channel.world.add(bare)
    state = done(rig.shop.read([item.remote_id], full=True)[0])
    assert sorted(v.sku for v in state.variants) == ["", "A", "B"]
    change = VariantsChange(item, "P", (A, pack("P")))
    after = done(rig.shop.update_variants([change])[0])
    assert ids(after)["P"] != "900"
    assert rig.on_page(after) == ["A", "P"]


@pytest.mark.parametrize(("deed", "units"), [
    ("uncounted", MOST), ("backorders", MOST), ("out_of_stock", 0),
])  # fmt: skip
def test_what_buyers_can_have_without_a_count(rig: Rig, deed: str, units: int) -> None:
    """Somebody stopped the counting: it is seen as what it is, more than we set, or nothing."""
    single, many = rig.listed(pack("S")), rig.listed(A, B)
    for sku in ("S", "B"):
        rig.market.do(deed, sku=sku)
    one, two = (done(o) for o in rig.shop.read([single.remote_id, many.remote_id], full=True))
    assert [v.stock for v in one.variants] == [units]
    assert [v.stock for v in two.variants] == [20, units]


def test_a_pack_that_shares_its_products_count(rig: Rig) -> None:
    item = rig.listed(A, B)
    rig.market.do("uncounted", sku="B")
    rig.market.do("stock", sku="OCOP-1", stock=9)
    state = done(rig.shop.read([item.remote_id], full=True)[0])
    assert [v.stock for v in state.variants] == [20, MOST]


def test_an_oversold_pack_has_none_left(rig: Rig) -> None:
    item = rig.listed(A, B)
    rig.market.do("sell", sku="A", units=43)
    state = done(rig.shop.read([item.remote_id], full=True)[0])
    assert [v.stock for v in state.variants] == [0, 20]


# --- by SKU -----------------------------------------------------------------------------------


def test_many_skus_products_and_packs_mixed(rig: Rig) -> None:
    simple = [rig.listed(pack(f"S{n}")) for n in range(20)]
    variable = rig.listed(A, B)
    asked = [*(f"S{n}" for n in range(20)), "B", "OCOP-1", "S", "khong-co"]
    found = [done(o) for o in rig.shop.find_by_sku(asked)]
    assert [f[0].remote_id for f in found[:20]] == [i.remote_id for i in simple]
    for (item,) in (found[20], found[21]):
        assert (item.remote_id, item.item_sku) == (variable.remote_id, "OCOP-1")
        assert {v.sku: v.remote_id for v in item.variants} == ids(variable)
    assert found[22:] == [(), ()], "exact matches only"


def test_a_sku_in_another_case_is_the_same_to_the_shop(rig: Rig) -> None:
    item = rig.listed(pack("ocop-1-500g"))
    (found,) = done(rig.shop.find_by_sku(["OCOP-1-500G"])[0])
    assert (found.remote_id, found.item_sku) == (item.remote_id, "OCOP-1-500G")
    assert [v.sku for v in found.variants] == ["OCOP-1-500G"]


def test_a_product_that_stepped_aside_is_found_without_the_pack_it_did_it_for(rig: Rig) -> None:
    item = rig.listed(A)
    done(rig.shop.update_variants([VariantsChange(item, "A", (A, B))])[0])
    rig.market.do("delete", sku="A")
    (found,) = done(rig.shop.find_by_sku(["A"])[0])
    assert (found.remote_id, found.item_sku) == (item.remote_id, "A")


@pytest.mark.parametrize("sku", ["OCOP-1", "A"])
def test_what_lies_in_the_trash_is_found_by_product_and_pack(rig: Rig, sku: str) -> None:
    item = rig.listed(A, B)
    rig.market.do("trash", item_id=int(item.remote_id))
    (found,) = done(rig.shop.find_by_sku([sku])[0])
    assert (found.remote_id, found.status) == (item.remote_id, RemoteStatus.MISSING)


# --- changes ----------------------------------------------------------------------------------


def walk(rig: Rig, cursor: str | None) -> tuple[list[str], str]:
    """Every page from a cursor on."""
    found: list[str] = []
    for _page in range(20):
        changes = rig.shop.changed_since(cursor)
        found += changes.remote_ids
        cursor = changes.cursor
        if not changes.more:
            return found, cursor
    raise AssertionError("the feed does not end")


def test_all_and_then_what_changed(rig: Rig) -> None:
    simple, variable = rig.listed(pack("S")), rig.listed(A, B)
    found, cursor = walk(rig, None)
    assert set(found) == {simple.remote_id, variable.remote_id}
    rig.clock.turn(600)
    rig.market.do("sell", sku="B", units=1)
    found, cursor = walk(rig, cursor)
    assert variable.remote_id in found, "a pack's change moves its product"
    rig.clock.turn(600)
    rig.market.do("stock", sku="S", stock=3)
    assert walk(rig, cursor)[0] == [variable.remote_id, simple.remote_id], "a minute of overlap"


def test_a_product_put_into_the_trash_is_news(rig: Rig) -> None:
    item = rig.listed(pack("S"))
    _found, cursor = walk(rig, None)
    rig.clock.turn(600)
    rig.market.do("trash", sku="S")
    assert item.remote_id in walk(rig, cursor)[0]


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("apart", [0, 1])
def test_many_pages_while_things_move(open_rig: Opener, apart: int, told: bool) -> None:
    """What changes under the walk goes to its end and pulls the rest forward: nothing is lost,
    not even where one second holds more than a page."""
    rig = open_rig(total_headers=told)
    made = []
    for n in range(0, 250, 10):
        rig.clock.turn(apart)
        made += [done(o) for o in rig.shop.create([_bare_listing(f"S{n + i}") for i in range(10)])]
    rig.clock.turn(60)
    first = rig.shop.changed_since(None)
    assert first.more
    for n in range(5):
        rig.market.do("stock", sku=f"S{n}", stock=1)
    found, _cursor = walk(rig, first.cursor)
    assert {*first.remote_ids, *found} == {item.remote_id for item in made}


@pytest.mark.parametrize("apart", [0, 1])
def test_a_page_that_is_short_is_not_the_last(open_rig: Opener, apart: int) -> None:
    """A row that may not be shown is taken from its page; everything behind it still comes."""
    rig = open_rig(page_drops=1)
    made = []
    for n in range(0, 250, 10):
        rig.clock.turn(apart)
        made += [done(o) for o in rig.shop.create([_bare_listing(f"S{n + i}") for i in range(10)])]
    rig.clock.turn(60)
    found, cursor = walk(rig, None)
    lost = {item.remote_id for item in made} - set(found)
    assert len(lost) <= (3 if apart else 1)
    assert made[-2].remote_id in found
    rig.clock.turn(600)
    rig.market.do("stock", sku="S7", stock=1)
    rig.market.do("stock", sku="S8", stock=1)
    assert made[7].remote_id in walk(rig, cursor)[0]


def _bare_listing(sku: str):  # type: ignore[no-untyped-def]
    from tests.connectors.woocommerce.conftest import listing

    return listing(pack(sku), image_ids=())


def test_a_cursor_that_is_none(rig: Rig) -> None:
    with pytest.raises(ProtocolError):
        rig.shop.changed_since("{}")
