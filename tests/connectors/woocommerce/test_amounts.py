"""Prices and stocks: absolute, batched, each row's answer read, nothing swallowed."""

from __future__ import annotations

import pytest

from connectors.contract import Failed, PriceChange, RemoteItem, StockChange
from connectors.errors import Ambiguous, NotFound, Rejected
from tests.connectors.woocommerce.conftest import Opener, Rig, bare, done, pack, refused

A, B = pack("A", 40_000), pack("B", 50_000)


def test_simple_ones_share_a_call_and_packs_travel_together(rig: Rig) -> None:
    one, two, many = rig.listed(pack("S1")), rig.listed(pack("S2")), rig.listed(A, B)
    batches, packs = len(rig.calls("products/batch")), len(rig.calls("variations/batch"))
    outcomes = rig.shop.set_price([
        PriceChange(one, {"S1": 46_000}),
        PriceChange(many, {"A": 41_000, "B": 51_000}),
        PriceChange(two, {"S2": 47_000}),
    ])  # fmt: skip
    assert [done(o).accepted for o in outcomes] == [{"S1"}, {"A", "B"}, {"S2"}]
    assert len(rig.calls("products/batch")) == batches + 1
    assert len(rig.calls("variations/batch")) == packs + 1
    prices = {p.sku: p.regular_price for p in rig.market.products() if p.regular_price}
    assert prices == {"S1": "46000", "S2": "47000", "A": "41000", "B": "51000"}


def test_a_price_ends_a_promotion(rig: Rig) -> None:
    """The registry's price is the one that buyers pay."""
    single, many = rig.listed(pack("S")), rig.listed(A, B)
    for sku in ("S", "A"):
        rig.market.do("sale", sku=sku, price="39000")
    one, two = rig.shop.set_price([
        PriceChange(single, {"S": 45_000}), PriceChange(many, {"A": 40_000, "B": 50_000}),
    ])  # fmt: skip
    assert (done(one).accepted, done(two).accepted) == ({"S"}, {"A", "B"})
    assert rig.stored(single).price == "45000"
    assert {s: p.price for s, p in rig.packs(many).items()} == {"A": "40000", "B": "50000"}


def test_a_hundred_and_more_go_in_hundreds(rig: Rig) -> None:
    items = [rig.listed(pack(f"S{n}")) for n in range(3)]
    changes = [StockChange(items[n % 3], {f"S{n % 3}": n}) for n in range(120)]
    assert all(done(o).accepted for o in rig.shop.set_stock(changes))
    last = [e for e in rig.calls("products/batch") if "update" in e["body"]]
    assert [len(e["body"]["update"]) for e in last] == [100, 20]


@pytest.mark.parametrize("deed", ["uncounted", "out_of_stock", "backorders"])
def test_stock_is_counted_again_where_somebody_stopped_it(rig: Rig, deed: str) -> None:
    single, many = rig.listed(pack("S")), rig.listed(A, B)
    for sku in ("S", "A"):
        rig.market.do(deed, sku=sku)
    one, two = rig.shop.set_stock([StockChange(single, {"S": 7}), StockChange(many, {"A": 8})])
    assert (done(one).accepted, done(two).accepted) == ({"S"}, {"A"})
    for held, units in ((rig.stored(single), 7), (rig.packs(many)["A"], 8)):
        assert (held.manage_stock, held.stock, held.backorders) == (True, units, "no")


def test_the_most_that_can_be_stated_is_not_taken_for_no_count(open_rig: Opener) -> None:
    rig = open_rig(stock_managed=False)
    item = rig.listed(A)
    assert done(rig.shop.set_stock([StockChange(item, {"A": 1_000_000})])[0]).refused


def test_ids_that_are_not_known_are_read(rig: Rig) -> None:
    item, single = rig.listed(A, B), rig.listed(pack("S"))
    assert done(rig.shop.set_price([PriceChange(bare(item), {"A": 1_000})])[0]).accepted == {"A"}
    assert done(rig.shop.set_price([PriceChange(bare(single), {"S": 1_000})])[0]).accepted == {"S"}


def test_a_product_that_has_grown_packs_by_hand(rig: Rig) -> None:
    """It swallows a price and a stock for itself, and shows its cheapest pack's price: so the
    packs are looked up."""
    single = rig.listed(B)
    done(rig.change(single, B, A, sku="B"))
    answers = done(rig.shop.set_price([PriceChange(single, {"B": 40_000})])[0])
    assert answers.accepted == {"B"}
    assert rig.packs(single)["B"].regular_price == "40000"
    assert done(rig.shop.set_stock([StockChange(single, {"B": 3})])[0]).accepted == {"B"}
    assert {s: p.stock for s, p in rig.packs(single).items()} == {"B": 3, "A": 20}


def test_packs_with_new_ids(rig: Rig) -> None:
    item = rig.listed(A, B)
    done(rig.change(item, B))
    done(rig.change(item, A, B))
    answers = done(rig.shop.set_stock([StockChange(item, {"A": 3, "B": 4})])[0])
    assert answers.accepted == {"A", "B"}
    assert {s: p.stock for s, p in rig.packs(item).items()} == {"A": 3, "B": 4}


def test_a_pack_that_is_not_there(rig: Rig) -> None:
    item = rig.listed(A, B)
    answers = done(rig.shop.set_price([PriceChange(item, {"A": 41_000, "X": 1_000})])[0])
    assert answers.accepted == {"A"}
    assert isinstance(answers.refused["X"], NotFound)


@pytest.mark.parametrize("deed", ["delete", "trash"])
def test_a_product_that_is_gone(rig: Rig, deed: str) -> None:
    """What lies in the trash takes a price as well as any other, and nobody sees it."""
    item, other = rig.listed(A, B), rig.listed(pack("S"))
    rig.market.do(deed, item_id=int(item.remote_id))
    gone, good = rig.shop.set_price(
        [PriceChange(item, {"A": 1_000}), PriceChange(other, {"S": 9_000})]
    )
    assert done(good).accepted == {"S"}
    if deed == "delete":
        refused(gone, NotFound)
    refused(rig.shop.set_price([PriceChange(RemoteItem("4711"), {"A": 1_000})])[0], NotFound)
    refused(rig.shop.set_price([PriceChange(RemoteItem("x"), {"A": 1_000})])[0], NotFound)


@pytest.mark.parametrize("price", [0, -1, 1_000_000_001, 45_000.5, None, "45000"])
def test_prices_that_are_never_sent(rig: Rig, price: object) -> None:
    item, other = rig.listed(A), rig.listed(B)
    bad, good = rig.shop.set_price(
        [PriceChange(item, {"A": price}), PriceChange(other, {"B": 9_000})]  # type: ignore[dict-item]
    )
    refused(bad, Rejected, "price")
    assert done(good).accepted == {"B"}, "the others go out all the same"
    assert rig.stored(item).regular_price == "40000"


@pytest.mark.parametrize("units", [-1, None, 2.5, 1_000_001])
def test_stocks_that_are_never_sent(rig: Rig, units: object) -> None:
    item = rig.listed(A)
    bad = rig.shop.set_stock([StockChange(item, {"A": units})])[0]  # type: ignore[dict-item]
    refused(bad, Rejected, "stock")
    assert rig.stored(item).stock == 20


def test_the_bounds_are_taken(rig: Rig) -> None:
    item = rig.listed(A)
    for price in (1, 1_000_000_000):
        assert done(rig.shop.set_price([PriceChange(item, {"A": price})])[0]).accepted
    for units in (0, 1_000_000):
        assert done(rig.shop.set_stock([StockChange(item, {"A": units})])[0]).accepted


def test_a_shop_that_takes_few_rows(open_rig: Opener) -> None:
    rig = open_rig(rows_max=1)
    item = rig.listed(A, B)
    answers = done(rig.shop.set_stock([StockChange(item, {"A": 1, "B": 2})])[0])
    assert answers.accepted == {"A", "B"}


@pytest.mark.parametrize("kind", ["outage_after", "reset_after", "truncated", "html", "silent"])
def test_a_stock_without_an_answer_is_not_said_again_unread(rig: Rig, kind: str) -> None:
    """Buyers may have taken of it meanwhile: whoever says it again reads it first."""
    single, many = rig.listed(pack("S")), rig.listed(A, B)
    for path, change in (
        ("products/batch", StockChange(single, {"S": 3})),
        ("variations/batch", StockChange(many, {"A": 3})),
    ):
        before = len(rig.calls(path))
        rig.spoil(kind, path=path, seconds=0.05)
        (outcome,) = rig.shop.set_stock([change])
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, Ambiguous)
        assert len(rig.calls(path)) == before + 1
