"""Each misbehaviour on a read, an absolute write and a create: which of our errors it becomes."""

from __future__ import annotations

import pytest

from connectors.contract import AvailabilityChange, Done, Failed, PriceChange
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from sandbox.shopee import Fault
from tests.connectors.shopee.conftest import Opener, Rig, done, pack

READ, PRICE, ADD = "get_item_base_info", "update_price", "add_item"
CASES: dict[str, tuple[type[ChannelError], type[ChannelError]]] = {
    "rate": (RateLimited, RateLimited),
    "outage": (Unavailable, Ambiguous),
    "reset_before": (Unavailable, Ambiguous),
    "expired_token": (AuthExpired, AuthExpired),
    "outage_after": (Unavailable, Ambiguous),
    "malformed": (Unavailable, Ambiguous),
    "truncated": (Unavailable, Ambiguous),
    "html": (Unavailable, Ambiguous),
    "reset_after": (Unavailable, Ambiguous),
    "silent": (Unavailable, Ambiguous),
    "redirect": (ProtocolError, ProtocolError),
}
"""Kind → (what a repeatable call ends with, what a create ends with)."""


@pytest.mark.parametrize("kind", CASES)
def test_a_read_and_an_absolute_write(rig: Rig, kind: str) -> None:
    item = rig.listed(pack("A"))
    for path in (READ, PRICE):
        rig.market.spoil(
            Fault(kind=kind, path=path, times=9, seconds=0.01, location="http://127.0.0.1:9/")
        )
        if path == READ:
            (outcome,) = rig.shop.read([item.remote_id], full=False)
        else:
            (outcome,) = rig.shop.set_price([PriceChange(item, {"A": 46_000})])
        rig.market.heal()
        if kind == "expired_token":
            rig.credentials = rig.shop.refresh()
        assert isinstance(outcome, Failed)
        assert type(outcome.error) is CASES[kind][0]


@pytest.mark.parametrize("spoilt", ["malformed", "html", "truncated"])
def test_a_lapsed_token_that_is_told_in_a_spoilt_answer_asks_for_a_refresh(
    rig: Rig, spoilt: str
) -> None:
    """It comes with HTTP 403 and no word: no person is called for it."""
    item = rig.listed(pack("A"))
    rig.market.spoil(Fault(kind="expired_token", path=READ))
    rig.shop.read([item.remote_id], full=False)
    rig.market.spoil(Fault(kind=spoilt, path=READ, times=9))
    (outcome,) = rig.shop.read([item.remote_id], full=False)
    assert isinstance(outcome, Failed)
    assert not isinstance(outcome.error, AuthRefused)
    rig.market.heal()
    rig.credentials = rig.shop.refresh()
    assert done(rig.shop.read([item.remote_id], full=False)[0])


@pytest.mark.parametrize("kind", CASES)
def test_a_create(rig: Rig, kind: str) -> None:
    listing = rig.listing(pack("A"))
    rig.market.spoil(
        Fault(kind=kind, path=ADD, times=9, seconds=0.01, location="http://127.0.0.1:9/")
    )
    (outcome,) = rig.shop.create([listing])
    assert isinstance(outcome, Failed)
    assert type(outcome.error) is CASES[kind][1]
    assert len(rig.market.items(200000001)) <= 1


@pytest.mark.parametrize("kind", ["outage", "reset_before", "truncated", "malformed", "html"])
def test_two_failures_in_a_row_are_not_even_noticed(rig: Rig, kind: str) -> None:
    item = rig.listed(pack("A"))
    rig.market.spoil(Fault(kind=kind, path=PRICE, times=2))
    assert done(rig.shop.set_price([PriceChange(item, {"A": 46_000})])[0]).accepted == {"A"}


def test_a_slow_answer_is_still_an_answer(rig: Rig) -> None:
    item = rig.listed(pack("A"))
    rig.market.spoil(Fault(kind="slow", path=READ, seconds=0.2))
    assert isinstance(rig.shop.read([item.remote_id], full=False)[0], Done)


def test_a_redirect_is_never_followed(open_rig: Opener) -> None:
    """Not even to a good server: it would be handed the token."""
    rig, other = open_rig(), open_rig()
    item = rig.listed(pack("A"))
    rig.market.spoil(Fault(kind="redirect", path=READ, location=f"{other.url}/api/v2/steal"))
    before = len(other.market.journal())
    assert isinstance(rig.shop.read([item.remote_id], full=False)[0], Failed)
    assert len(other.market.journal()) == before


def test_a_token_that_lapses_between_two_rows(rig: Rig) -> None:
    first, second = rig.listed(pack("A")), rig.listed(pack("B"))
    rig.market.spoil(Fault(kind="expired_token", path=PRICE, after=1))
    good, bad = rig.shop.set_price(
        [PriceChange(first, {"A": 46_000}), PriceChange(second, {"B": 46_000})]
    )
    assert isinstance(good, Done)
    assert isinstance(bad, Failed)
    assert isinstance(bad.error, AuthExpired)


@pytest.mark.parametrize("status", [200, 429])
@pytest.mark.parametrize("wait", [None, 7])
def test_too_fast(open_rig: Opener, status: int, wait: int | None) -> None:
    rig = open_rig(rate_per_s=1.0, burst=12, rate_status=status, retry_after=wait)
    item = rig.listed(pack("A"))
    outcomes = [rig.shop.set_price([PriceChange(item, {"A": 46_000})])[0] for _ in range(13)]
    refused = [o for o in outcomes if isinstance(o, Failed)]
    assert refused
    assert isinstance(refused[0].error, RateLimited)
    assert refused[0].error.retry_after == wait


def test_the_daily_quota_waits_for_the_next_day_there(open_rig: Opener) -> None:
    rig = open_rig(daily_quota=10)
    outcomes = [rig.shop.read(["5"], full=False)[0] for _ in range(11)]
    last = outcomes[-1]
    assert isinstance(last, Failed)
    assert isinstance(last.error, RateLimited)
    assert last.error.retry_after is not None
    there = rig.clock().timestamp() + 8 * 3600 + last.error.retry_after
    assert there % 86400 == pytest.approx(0, abs=1)


@pytest.mark.parametrize("switches", [
    {"business_status": 400}, {"auth_status": 200}, {"auth_status": 401}, {"prefix": False},
    {"warning_list": True}, {"business_status": 500},
])  # fmt: skip
def test_the_http_status_and_the_prefix_do_not_matter(open_rig: Opener, switches: dict) -> None:  # type: ignore[type-arg]
    rig = open_rig(**switches)
    item = rig.listed(pack("A"))
    (bad,) = rig.shop.create([_without_category(rig)])
    assert isinstance(bad, Failed)
    assert getattr(bad.error, "field", "") == "category"
    rig.market.do(200000001, "expire_token")
    (lapsed,) = rig.shop.set_availability([AvailabilityChange(item, True)])
    assert isinstance(lapsed, Failed)
    assert isinstance(lapsed.error, AuthExpired)


def _without_category(rig: Rig):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    listing = rig.listing(pack("Z"))
    return replace(listing, content=replace(listing.content, category_id="1"))


@pytest.mark.parametrize(
    ("status", "error"), [(500, Ambiguous), (503, Ambiguous), (403, AuthExpired)]
)
def test_of_a_code_that_nobody_told_the_status_is_the_witness(
    rig: Rig, status: int, error: type[ChannelError]
) -> None:
    """Or an outage would refuse for good every row that it meets (2.2)."""
    listing = rig.listing(pack("A"))
    body = {"error": "internal_error", "message": "oops", "request_id": "1"}
    rig.market.spoil(Fault(kind="answer", path=ADD, status=status, body=body))
    (answer,) = rig.shop.create([listing])
    assert isinstance(answer, Failed)
    assert isinstance(answer.error, error)
