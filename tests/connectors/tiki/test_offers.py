"""Price, stock and switch: a call a row, at once, repeated only where that does no harm."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import (
    AvailabilityChange,
    Failed,
    Pending,
    PriceChange,
    RemoteItem,
    RemoteStatus,
    RemoteVariant,
    StockChange,
    VariantsChange,
)
from connectors.errors import Ambiguous, NotFound, ProtocolError, Rejected
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import Opener, done, followed, listed, pack, refused
from tests.connectors.tiki.rig import SID, TikiBench

SKU = "MICHU-500G"
INFO = "updateProductInfo"


def test_a_price(bench: TikiBench) -> None:
    item = listed(bench)
    answers = done(bench.shop.set_price([PriceChange(item, {SKU: 41_000})])[0])
    assert answers.accepted == {SKU}
    held = bench.product(SKU)
    assert (held.price, held.available, held.active) == (41_000, 20, False)
    assert bench.calls("updateSku")[-1]["body"] == {
        "product_id": int(item.remote_id),
        "price": 41_000,
    }


@pytest.mark.parametrize("price", [0, -1, 999, 10**9 + 1, 41_000.5])
def test_a_price_that_is_not_sent(bench: TikiBench, price: Any) -> None:
    item = listed(bench)
    refused(bench.shop.set_price([PriceChange(item, {SKU: price})])[0], "price")
    assert bench.calls("updateSku") == []


@pytest.mark.parametrize("units", [-1, 10**6, 2.5])
def test_a_stock_that_is_not_sent(bench: TikiBench, units: Any) -> None:
    item = listed(bench)
    refused(bench.shop.set_stock([StockChange(item, {SKU: units})])[0], "stock")
    assert bench.calls("updateSku") == []


@pytest.mark.parametrize("units", [0, 1, 999_999])
def test_a_stock_at_its_bounds(bench: TikiBench, units: int) -> None:
    item = listed(bench)
    assert done(bench.shop.set_stock([StockChange(item, {SKU: units})])[0]).accepted == {SKU}
    assert bench.product(SKU).available == units


def test_the_list_price_bounds_the_price_below(bench: TikiBench) -> None:
    item = listed(bench)
    bench.market.do(SID, "edit", sku=SKU, market_price=39_000)
    error = refused(bench.shop.set_price([PriceChange(item, {SKU: 3_000})])[0], "price")
    assert "listing price" in error.message
    assert bench.product(SKU).price == 32_000
    assert bench.calls(INFO) == []


# --- a price above the list price -------------------------------------------------------------


def lifted(bench: TikiBench, price: int = 36_000) -> tuple[RemoteItem, Pending]:
    """A raise on a floor that took the first price for the list price."""
    item = listed(bench)
    (outcome,) = bench.shop.set_price([PriceChange(item, {SKU: price})])
    assert isinstance(outcome, Pending), outcome
    return item, outcome


def test_a_raise_waits_for_the_list_price_to_follow(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price")
    item, pending = lifted(bench)
    assert pending.in_review
    assert bench.calls(INFO)[-1]["body"] == {
        "product_id": int(item.remote_id), "market_price": 36_000,
    }  # fmt: skip
    assert bench.product(SKU).price == 32_000
    assert done(followed(bench, pending)).remote_id == item.remote_id
    held = bench.product(SKU)
    assert (held.price, held.market_price) == (36_000, 36_000)
    assert len(bench.calls(INFO)) == 1, "one request, however often it is asked for"


def test_a_raise_goes_through_at_once_where_nobody_reviews(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price", "update_review=false")
    item = listed(bench)
    answers = done(bench.shop.set_price([PriceChange(item, {SKU: 36_000})])[0])
    assert answers.accepted == {SKU}
    assert bench.product(SKU).price == 36_000


def test_a_raise_whose_list_price_the_desk_refuses(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price")
    _item, pending = lifted(bench)
    bench.pass_time(6)
    bench.decide(SKU, "reject", "Nâng giá ảo")
    error = refused(bench.shop.resume([pending.handle])[0], "price")
    assert "Nâng giá ảo" in error.message
    assert "Seller Center" in error.hint
    assert bench.product(SKU).price == 32_000


def test_a_raise_whose_request_was_deleted_is_refused(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price")
    _item, pending = lifted(bench)
    bench.pass_time(6)
    bench.market.do(SID, "delete_request", sku=SKU)
    refused(bench.shop.resume([pending.handle])[0], "price")


def test_a_raise_whose_request_tiki_forgot_is_tried(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price")
    _item, pending = lifted(bench)
    bench.pass_time(31 * 86400)
    bench.credentials = bench.shop.refresh()
    done(bench.shop.resume([pending.handle])[0])
    assert bench.product(SKU).price == 36_000


def test_a_raise_that_is_not_known_yet_is_asked_again(open_bench: Opener) -> None:
    bench = open_bench("omitted_market=price", "tracking_lag_s=30")
    _item, pending = lifted(bench)
    assert isinstance(bench.shop.resume([pending.handle])[0], Pending)
    done(followed(bench, pending))


@pytest.mark.parametrize(("kind", "error"), [
    ("reset_after", Ambiguous), ("outage", Ambiguous), ("array", ProtocolError),
])  # fmt: skip
def test_a_raise_whose_request_is_unclear(open_bench: Opener, kind: Any, error: Any) -> None:
    bench = open_bench("omitted_market=price")
    item = listed(bench)
    bench.market.spoil(Fault(kind=kind, path=INFO))
    (outcome,) = bench.shop.set_price([PriceChange(item, {SKU: 36_000})])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, error)
    (again,) = bench.shop.set_price([PriceChange(item, {SKU: 36_000})])
    done(followed(bench, again))  # type: ignore[arg-type]
    assert bench.product(SKU).price == 36_000


def test_a_list_price_that_was_read_is_minded_here(bench: TikiBench) -> None:
    item = listed(bench)
    bench.market.do(SID, "edit", sku=SKU, market_price=39_000)
    shop = bench.shop
    shop.read([item.remote_id], full=True)
    refused(shop.set_price([PriceChange(item, {SKU: 3_899})])[0], "price")
    assert bench.calls("updateSku") == []
    done(shop.set_price([PriceChange(item, {SKU: 3_900})])[0])
    bench.market.do(SID, "edit", sku=SKU, market_price=20_000)
    bench.pass_time(61)
    done(shop.set_price([PriceChange(item, {SKU: 2_000})])[0])


@pytest.mark.parametrize("answer", ["refused", "bumped"])
def test_a_price_above_the_list_price_is_tikis_to_judge(open_bench: Opener, answer: str) -> None:
    bench = open_bench(f"above_market={answer}")
    item = listed(bench)
    bench.market.do(SID, "edit", sku=SKU, market_price=39_000)
    shop = bench.shop
    shop.read([item.remote_id], full=True)
    (outcome,) = shop.set_price([PriceChange(item, {SKU: 41_000})])
    assert isinstance(outcome, Pending) is (answer == "refused")
    assert bench.product(SKU).price == (32_000 if answer == "refused" else 41_000)


def test_each_row_has_its_own_answer(bench: TikiBench) -> None:
    good, bad = listed(bench, pack("A")), listed(bench, pack("B"))
    bench.market.do(SID, "edit", sku="B", market_price=30_000)
    answers = bench.shop.set_price(
        [PriceChange(good, {"A": 50_000}), PriceChange(bad, {"B": 50_000}),
         PriceChange(RemoteItem("270009999"), {"C": 50_000})]
    )  # fmt: skip
    assert done(answers[0]).accepted == {"A"}
    assert isinstance(answers[1], Pending)
    assert isinstance(answers[2], Failed)
    assert isinstance(answers[2].error, NotFound)


def test_on_and_off(bench: TikiBench) -> None:
    item = listed(bench)
    for on, status in ((True, RemoteStatus.LIVE), (False, RemoteStatus.UNLISTED)):
        for _ in range(2):
            done(bench.shop.set_availability([AvailabilityChange(item, on)])[0])
        assert done(bench.shop.read([item.remote_id], full=False)[0]).status is status
    assert bench.calls("updateSku")[0]["body"]["active"] == 1


def test_a_hidden_product_cannot_be_switched_on(bench: TikiBench) -> None:
    item = listed(bench)
    bench.decide(SKU, "ban", "Vi phạm hình ảnh")
    (outcome,) = bench.shop.set_availability([AvailabilityChange(item, True)])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Rejected)
    assert "Vi phạm hình ảnh" in outcome.error.message


@pytest.mark.parametrize("kind", ["outage", "reset_before", "outage_after", "html", "truncated"])
def test_two_failures_in_a_row_are_not_even_noticed(bench: TikiBench, kind: Any) -> None:
    item = listed(bench)
    bench.market.spoil(Fault(kind=kind, path="updateSku", times=2))
    assert done(bench.shop.set_price([PriceChange(item, {SKU: 45_000})])[0]).accepted == {SKU}


@pytest.mark.parametrize("kind", ["outage_after", "reset_after", "truncated", "html", "silent"])
def test_a_stock_without_an_answer_is_not_said_again_unread(bench: TikiBench, kind: Any) -> None:
    """Buyers may have taken of it meanwhile: whoever says it again reads it first."""
    item = listed(bench)
    bench.market.spoil(Fault(kind=kind, path="updateSku", seconds=0.05))
    (outcome,) = bench.shop.set_stock([StockChange(item, {SKU: 4})])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Ambiguous)
    assert len(bench.calls("updateSku")) == 1
    assert _stock(bench, item) == 4


def test_a_refusal_is_not_repeated(bench: TikiBench) -> None:
    item = listed(bench)
    bench.market.do(SID, "edit", sku=SKU, market_price=30_000)
    bench.shop.set_price([PriceChange(item, {SKU: 2_000})])
    assert len(bench.calls("updateSku")) == 1


def test_an_order_is_in_what_is_written_and_read(bench: TikiBench) -> None:
    """What is available holds the reserved units until they are handed over (3.6, 4.2)."""
    item = listed(bench)
    done(bench.shop.set_availability([AvailabilityChange(item, True)])[0])
    bench.market.do(SID, "order", sku=SKU, units=3)
    assert _stock(bench, item) == 20
    bench.market.do(SID, "ship", sku=SKU, units=3)
    assert _stock(bench, item) == 17


def _stock(bench: TikiBench, item: RemoteItem) -> int | None:
    stock: int | None = done(bench.shop.read([item.remote_id], full=True)[0]).variants[0].stock
    return stock


def test_the_one_pack_has_nothing_to_change(bench: TikiBench) -> None:
    item = listed(bench)
    before = len(bench.market.journal())
    change = VariantsChange(item, SKU, (pack(),))
    assert done(bench.shop.update_variants([change])[0]).variants == (
        RemoteVariant(SKU, item.remote_id),
    )
    assert len(bench.market.journal()) == before
    two = VariantsChange(item, SKU, (pack(), pack("B")))
    refused(bench.shop.update_variants([two])[0], "variants")


def test_a_product_that_is_gone(open_bench: Opener) -> None:
    bench = open_bench()
    item = listed(bench)
    bench.by_hand(SKU, "delete")
    for outcome in (
        *bench.shop.set_price([PriceChange(item, {SKU: 50_000})]),
        *bench.shop.set_availability([AvailabilityChange(item, False)]),
        *bench.shop.read([item.remote_id, "abc"], full=True),
    ):
        assert isinstance(outcome, Failed)
        assert isinstance(outcome.error, NotFound)
