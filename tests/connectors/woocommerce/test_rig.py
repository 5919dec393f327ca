"""The rig opens under every answer, and what it says of the shop is true."""

from __future__ import annotations

import pytest

from connectors.conformance.rig import Fault, Rig
from connectors.contract import AvailabilityChange, Done, Pending, PriceChange, RemoteStatus
from connectors.http import Http
from connectors.woocommerce import client
from tests.connectors.woocommerce.conftest import content, listing, pack
from tests.connectors.woocommerce.rig import _CALLS, WooCommerceBench, WooCommerceRig

RIG: Rig = WooCommerceRig()


def _listed(bench: WooCommerceBench):  # type: ignore[no-untyped-def]
    shop = RIG.connector(bench.account(), Http(), bench.now)
    (begun,) = shop.create([listing(pack("A"), pack("B"), category_id=bench.category())])
    if isinstance(begun, Pending):
        bench.pass_time(begun.ask_after)
        (begun,) = shop.resume([begun.handle])
    assert isinstance(begun, Done), begun
    return shop, begun.value


@pytest.mark.parametrize("answer", RIG.answers)
def test_a_product_lives_under_every_answer(answer: str) -> None:
    with RIG.open(RIG.answers[answer]) as bench:
        shop, item = _listed(bench)
        (seen,) = bench.stands()
        assert (seen.item_sku, seen.on_sale, set(seen.packs)) == ("OCOP-1", False, {"A", "B"})
        asked = bench.asked_changes()
        (answers,) = shop.set_price([PriceChange(item, {"A": 46_000, "B": 47_000})])
        assert isinstance(answers, Done)
        assert answers.value.accepted == {"A", "B"}
        (on,) = shop.set_availability([AvailabilityChange(item, True)])
        assert isinstance(on, Done)
        assert bench.asked_changes() > asked
        assert bench.stands()[0].on_sale
        bench.by_hand("A", "sell", 3)
        bench.by_hand("B", "price", 5_000)
        (read,) = shop.read([item.remote_id], full=True)
        assert isinstance(read, Done)
        packs = {v.sku: (v.price_vnd, v.stock) for v in read.value.variants}
        assert packs == {"A": (46_000, 17), "B": (5_000, 20)}
        bench.by_hand("A", "off")
        assert not bench.stands()[0].on_sale
        bench.by_hand("A", "delete")
        assert bench.stands() == []
        (gone,) = shop.read([item.remote_id], full=False)
        lost = isinstance(gone, Done) and gone.value.status is RemoteStatus.MISSING
        assert lost or type(getattr(gone, "error", None)).__name__ == "NotFound"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_but_a_lapsed_token(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    with RIG.open(()) as bench:
        shop, item = _listed(bench)
        has = fault is not Fault.EXPIRED_TOKEN
        assert bench.spoil(fault, verb="set_price", times=9) is has
        assert not bench.spoil(fault, verb="cancel")
        hasty = RIG.connector(bench.account(), Http(longest_s=0.3), bench.now)
        (outcome,) = hasty.set_price([PriceChange(item, {"A": 46_000})])
        assert isinstance(outcome, Done) is (fault in (Fault.UNKNOWN_FIELDS, Fault.EXPIRED_TOKEN))
        bench.heal()
        (outcome,) = shop.set_price([PriceChange(item, {"A": 46_000})])
        assert isinstance(outcome, Done)


@pytest.mark.parametrize("verb", _CALLS)
def test_each_verb_makes_the_call_that_is_spoilt_for_it(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connectors.contract import Adoption, ContentChange, StockChange, VariantsChange

    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    with RIG.open(()) as bench:
        shop, item = _listed(bench)
        new = listing(pack("N1"), pack("N2"), sku="N", category_id="15")
        (begun,) = shop.create([new])
        assert isinstance(begun, Pending)
        bench.spoil(Fault.REDIRECT, verb=verb, times=99)
        rows = {
            "find_by_sku": ["A"],
            "create": [listing(pack("Z"), category_id="15")],
            "resume": [begun.handle],
            "adopt": [Adoption(item, "KHAC")],
            "update_variants": [VariantsChange(item, "OCOP-1", (pack("A"), pack("C")))],
            "update_content": [ContentChange(item, "OCOP-1", content(category_id="15"))],
            "set_price": [PriceChange(item, {"A": 1_000})],
            "set_stock": [StockChange(item, {"A": 1})],
            "set_availability": [AvailabilityChange(item, True)],
        }
        try:
            if verb == "read":
                outcomes = shop.read([item.remote_id], full=True)
            elif verb == "changed_since":
                outcomes = [shop.changed_since(None)]  # type: ignore[list-item]
            elif verb in rows:
                outcomes = getattr(shop, verb)(rows[verb])
            else:
                getattr(shop, verb)()
                outcomes = []
        except Exception as error:  # noqa: BLE001 (whatever it is, it must be the redirect)
            assert "chuyển hướng" in str(error)
        else:
            (outcome,) = outcomes
            assert "chuyển hướng" in str(getattr(outcome, "error", "")), outcome


def test_a_wrong_account() -> None:
    with RIG.open(()) as bench:
        shop = RIG.connector(bench.wrong_account(), Http(), bench.now)
        (outcome,) = shop.read(["1"], full=False)
        assert type(outcome.error).__name__ == "AuthRefused"  # type: ignore[union-attr]
        assert not bench.decide("A", "approve")
