"""Every misbehaviour that a host, a plugin or a line can show."""

from __future__ import annotations

import pytest

from connectors.contract import (
    Account,
    AvailabilityChange,
    ContentChange,
    Credentials,
    Failed,
    PriceChange,
)
from connectors.errors import Ambiguous, AuthRefused, ProtocolError, RateLimited, Unavailable
from connectors.http import Http
from connectors.woocommerce.connector import WooCommerceConnector
from tests.connectors.woocommerce.conftest import (
    KEY,
    SECRET,
    Opener,
    Rig,
    content,
    done,
    listing,
    pack,
)

BATCH = "products/batch"
CASES = {
    "rate": (RateLimited, RateLimited),
    "outage": (Unavailable, Ambiguous),
    "reset_before": (Unavailable, Ambiguous),
    "redirect": (ProtocolError, ProtocolError),
    "outage_after": (Unavailable, Ambiguous),
    "malformed": (Unavailable, Ambiguous),
    "truncated": (Unavailable, Ambiguous),
    "html": (Unavailable, Ambiguous),
    "reset_after": (Unavailable, Ambiguous),
    "silent": (Unavailable, Ambiguous),
    "array": (ProtocolError, ProtocolError),
}
"""Kind → (what a repeatable call ends with, what a create ends with)."""


@pytest.mark.parametrize("kind", CASES)
def test_reads_absolute_writes_and_creates(rig: Rig, kind: str) -> None:
    single, many = rig.listed(pack("A")), rig.listed(pack("P"), pack("Q"))
    more = {"times": 9, "seconds": 0.01, "location": "http://127.0.0.1:9/"}
    for path, call in {
        "/products": lambda: rig.shop.read([single.remote_id], full=False),
        BATCH: lambda: rig.shop.set_price([PriceChange(single, {"A": 46_000})]),
        "variations": lambda: rig.shop.set_price([PriceChange(many, {"P": 46_000})]),
        "/batch": lambda: rig.shop.set_availability([AvailabilityChange(single, True)]),
        "update": lambda: rig.shop.update_content([ContentChange(single, "A", content())]),
    }.items():
        rig.spoil(kind, path=path if path != "update" else BATCH, **more)
        (outcome,) = call()
        rig.market.heal()
        assert isinstance(outcome, Failed), path
        assert type(outcome.error) is CASES[kind][0], path
    rig.spoil(kind, path=BATCH, **more)
    (outcome,) = rig.shop.create([listing(pack("N"))])
    assert isinstance(outcome, Failed)
    assert type(outcome.error) is CASES[kind][1]
    assert sum(p.sku == "N" for p in rig.market.products()) <= 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_page_of_a_firewall_does_not_pause_the_shop(rig: Rig, status: int) -> None:
    """It is of the host, about an address or a moment, and not of the shop, about the keys; and it
    was not carried out."""
    item = rig.listed(pack("A"), on=True)
    new, down = listing(pack("N")), AvailabilityChange(item, False)
    for call in (
        lambda: rig.shop.read([item.remote_id], full=False),
        lambda: rig.shop.set_price([PriceChange(item, {"A": 46_000})]),
        lambda: rig.shop.create([new]),
        lambda: rig.shop.set_availability([down]),
    ):
        rig.spoil("firewall", status=status, times=None)
        (outcome,) = call()
        rig.market.heal()
        assert isinstance(outcome, Failed)
        assert type(outcome.error) is Unavailable
        assert "tường lửa" in outcome.error.message
    rig.spoil("firewall", status=status)
    with pytest.raises(AuthRefused, match="tường lửa"):
        rig.shop.check()
    done(rig.shop.set_availability([down])[0])


def test_the_shops_own_words_are_about_the_keys(rig: Rig) -> None:
    body = {"code": "woocommerce_rest_cannot_edit", "message": "Sorry.", "data": {"status": 403}}
    item = rig.listed(pack("A"))
    rig.spoil("answer", status=403, body=body)
    (outcome,) = rig.shop.read([item.remote_id], full=False)
    assert isinstance(outcome, Failed)
    assert type(outcome.error) is AuthRefused


@pytest.mark.parametrize("kind", ["outage", "reset_before", "truncated", "malformed", "html"])
def test_two_failures_in_a_row_are_not_even_noticed(rig: Rig, kind: str) -> None:
    item = rig.listed(pack("A"))
    rig.spoil(kind, path=BATCH, times=2)
    assert done(rig.shop.set_price([PriceChange(item, {"A": 46_000})])[0]).accepted == {"A"}


def test_a_redirect_is_never_followed(open_rig: Opener) -> None:
    """Not even to a good server: it would be handed the signature."""
    rig, other = open_rig(), open_rig()
    rig.spoil("redirect", location=f"{other.url}/wp-json/wc/v3/products")
    assert isinstance(rig.shop.read(["1"], full=False)[0], Failed)
    assert other.market.journal() == []


def test_a_shop_that_is_not_there() -> None:
    login = Credentials(consumer_key=KEY, consumer_secret=SECRET)
    from tests.connectors.woocommerce.conftest import TurnedClock

    shop = WooCommerceConnector(Account("x", "http://127.0.0.1:9", login), Http(), TurnedClock())
    (outcome,) = shop.read(["1"], full=False)
    assert isinstance(outcome, Failed)
    assert type(outcome.error) is Unavailable
    with pytest.raises(Unavailable):
        shop.changed_since(None)


def test_a_slow_host_and_a_client_that_does_not_wait(open_rig: Opener) -> None:
    """A batch that outlasts the call is unclear, and was carried out."""
    rig = open_rig(row_ms=150)
    login = Credentials(consumer_key=KEY, consumer_secret=SECRET)
    hasty = WooCommerceConnector(Account("thu", rig.url, login), Http(longest_s=0.3), rig.clock)
    outcomes = hasty.create([listing(pack(f"S{n}")) for n in range(5)])
    assert all(isinstance(o, Failed) and isinstance(o.error, Ambiguous) for o in outcomes)
    found = rig.shop.find_by_sku([f"S{n}" for n in range(5)])
    assert all(len(done(o)) == 1 for o in found)


def test_a_secret_is_in_no_journal_and_no_error(rig: Rig) -> None:
    rig.listed(pack("A"))
    assert SECRET not in repr(rig.market.journal())
    rig.spoil("outage", times=9)
    (outcome,) = rig.shop.read(["1"], full=False)
    assert SECRET not in repr(outcome)
    assert "oauth" not in repr(outcome)
