"""The rig's faults meet the calls that they are meant for; the kit shows the rest of it."""

from __future__ import annotations

import pytest

from connectors.conformance.rig import Fault, Rig
from connectors.contract import AvailabilityChange, Done, Pending, PriceChange
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


def test_what_this_channel_does_not_have() -> None:
    """Keys do not lapse, and nobody reviews."""
    with RIG.open(()) as bench:
        assert not bench.spoil(Fault.EXPIRED_TOKEN)
        assert not bench.spoil(Fault.REDIRECT, verb="cancel")
        assert not bench.decide("A", "approve")
