"""Prices and stocks: absolute, by entry, whatever ``error`` says (reference 3.9, 3.10, trap 1)."""

from __future__ import annotations

import pytest

from connectors.contract import (
    Failed,
    Outcome,
    PriceChange,
    RemoteItem,
    RemoteVariant,
    StockChange,
    VariantAnswers,
)
from connectors.errors import Ambiguous, NotFound, Rejected
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import SHOP, Opener, Rig, done, pack

A, B = "OCOP-1-500G", "OCOP-1-1KG"
PRICE, STOCK = "product/update_price", "product/update_stock"


def two(rig: Rig) -> RemoteItem:
    return rig.listed(pack(A, 45_000, 12), pack(B, 85_000, 5))


def price(rig: Rig, item: RemoteItem, **prices: int) -> Outcome[VariantAnswers]:
    wanted = {A if k == "a" else B: v for k, v in prices.items()}
    return rig.shop.set_price([PriceChange(item, wanted)])[0]


def stock(rig: Rig, item: RemoteItem, **units: int) -> Outcome[VariantAnswers]:
    wanted = {A if k == "a" else B: v for k, v in units.items()}
    return rig.shop.set_stock([StockChange(item, wanted)])[0]


def refusal(outcome: Outcome[VariantAnswers], sku: str = "") -> Exception:
    if isinstance(outcome, Failed):
        return outcome.error
    return done(outcome).refused[sku]  # type: ignore[no-any-return]


def test_all_packs_of_an_item_in_one_call(rig: Rig) -> None:
    item = two(rig)
    assert done(price(rig, item, a=46_000, b=90_000)).accepted == {A, B}
    assert done(stock(rig, item, a=3, b=0)).accepted == {A, B}
    assert [(m.price, m.stock) for m in rig.stored(item).models] == [(46_000, 3), (90_000, 0)]
    assert len(rig.calls(PRICE)) == len(rig.calls(STOCK)) == 1


@pytest.mark.parametrize("bare", [False, True])
def test_an_item_without_models(open_rig: Opener, bare: bool) -> None:
    rig = open_rig(bare_no_model=bare)
    item = rig.listed(pack(A))
    assert done(price(rig, item, a=46_000)).accepted == {A}
    assert done(stock(rig, item, a=7)).accepted == {A}
    assert (rig.stored(item).price, rig.stored(item).stock) == (46_000, 7)


def test_dead_model_ids_are_read_again_once(rig: Rig) -> None:
    item = two(rig)
    dead = RemoteItem(item.remote_id, (RemoteVariant(A, "99"), RemoteVariant(B, "98")))
    assert done(price(rig, dead, a=46_000, b=90_000)).accepted == {A, B}
    assert done(stock(rig, dead, a=1, b=2)).accepted == {A, B}
    assert len(rig.calls(PRICE)) == len(rig.calls(STOCK)) == 2


def test_one_dead_id_beside_a_living_one(rig: Rig) -> None:
    item = two(rig)
    ids = {v.sku: v.remote_id for v in item.variants}
    mixed = RemoteItem(item.remote_id, (RemoteVariant(A, ids[A]), RemoteVariant(B, "98")))
    assert done(price(rig, mixed, a=46_000, b=90_000)).accepted == {A, B}


def test_unknown_ids_are_read_first(rig: Rig) -> None:
    item = two(rig)
    assert done(stock(rig, RemoteItem(item.remote_id), a=1, b=2)).accepted == {A, B}


def test_a_pack_that_is_not_there_is_named(rig: Rig) -> None:
    item = rig.listed(pack(A))
    answers = done(price(rig, item, a=46_000, b=90_000))
    assert answers.accepted == {A}
    assert isinstance(answers.refused[B], NotFound)


@pytest.mark.parametrize("codes", ["observed", "documented"])
def test_a_deleted_item_is_gone_not_badly_priced(open_rig: Opener, codes: str) -> None:
    rig = open_rig(price_codes=codes)
    item = two(rig)
    rig.market.do(SHOP, "delete", item_id=int(item.remote_id))
    if codes == "observed":
        assert isinstance(refusal(price(rig, item, a=46_000, b=90_000)), NotFound)
    else:
        assert isinstance(refusal(price(rig, item, a=46_000, b=90_000)), Rejected)


def test_an_item_of_nobody(rig: Rig) -> None:
    assert isinstance(
        refusal(price(rig, RemoteItem("5", (RemoteVariant(A, ""),)), a=1000)), NotFound
    )


def test_a_sibling_beyond_the_ratio_is_refused_with_a_hint(rig: Rig) -> None:
    """Only the changed pack is sent: the channel holds it against the other one."""
    error = refusal(price(rig, two(rig), a=450_000))
    assert isinstance(error, Rejected)
    assert error.field == "price"
    assert "5 lần" in error.hint


def test_prices_out_of_range_are_not_sent(rig: Rig) -> None:
    item = two(rig)
    for bad in ({"a": 999, "b": 999}, {"a": 1_000, "b": 5_001}, {"a": 120_000_001}):
        assert isinstance(refusal(price(rig, item, **bad)), Rejected)
    assert isinstance(refusal(stock(rig, item, a=-1)), Rejected)
    assert rig.calls(PRICE) == rig.calls(STOCK) == []


def test_stock_below_the_reserved_is_refused_for_that_pack_alone(rig: Rig) -> None:
    item = two(rig)
    first = int(item.variants[0].remote_id)
    rig.market.do(SHOP, "promote", item_id=int(item.remote_id), model_id=first,
                  locks=["price"], reserved=4)  # fmt: skip
    answers = done(stock(rig, item, a=3, b=9))
    assert answers.accepted == {B}
    error = answers.refused[A]
    assert isinstance(error, Rejected)
    assert error.code == "reserved_stock"
    assert error.hint


def test_all_stocks_refused_brings_error_and_lists(rig: Rig) -> None:
    item = rig.listed(pack(A, stock=20))
    rig.market.do(SHOP, "promote", item_id=int(item.remote_id), locks=["price"], reserved=4)
    assert isinstance(refusal(stock(rig, item, a=0), A), Rejected)


def test_a_promotion_locks_the_price(rig: Rig) -> None:
    item = two(rig)
    rig.market.do(SHOP, "promote", item_id=int(item.remote_id),
                  model_id=int(item.variants[0].remote_id))  # fmt: skip
    error = refusal(price(rig, item, a=46_000, b=90_000))
    assert isinstance(error, Rejected)
    assert error.field == "promotion"


def test_vacation_holds_the_stock(rig: Rig) -> None:
    item = two(rig)
    rig.market.do(SHOP, "vacation")
    assert isinstance(refusal(stock(rig, item, a=1, b=1)), Rejected)


def test_below_the_channels_minimum(open_rig: Opener) -> None:
    rig = open_rig(min_stock=1)
    item = rig.listed(pack(A, stock=20))
    assert isinstance(refusal(stock(rig, item, a=0), A), Rejected)
    assert done(stock(rig, item, a=1)).accepted == {A}


@pytest.mark.parametrize("codes", ["observed", "documented"])
def test_models_that_were_made_anew_are_found_by_their_skus(open_rig: Opener, codes: str) -> None:
    """ "Wrong model_id." may be said of the whole call (3.9)."""
    rig = open_rig(price_codes=codes)
    item = two(rig)
    stale = RemoteItem(item.remote_id, (RemoteVariant(A, "71"), RemoteVariant(B, "72")))
    assert done(price(rig, stale, a=46_000, b=90_000)).accepted == {A, B}
    assert [m.price for m in rig.stored(item).models] == [46_000, 90_000]


@pytest.mark.parametrize("kind", ["outage_after", "reset_after", "truncated", "html", "silent"])
def test_a_stock_without_an_answer_is_not_said_again_unread(rig: Rig, kind: str) -> None:
    """Buyers may have taken of it meanwhile: whoever says it again reads it first (4.4)."""
    item = two(rig)
    rig.market.spoil(Fault(kind=kind, path=STOCK, seconds=0.05))
    assert isinstance(refusal(stock(rig, item, a=3)), Ambiguous)
    assert len(rig.calls(STOCK)) == 1
    rig.market.spoil(Fault(kind=kind, path=PRICE, seconds=0.05))
    assert done(price(rig, item, a=46_000)).accepted == {A}, "of a price nobody takes"
