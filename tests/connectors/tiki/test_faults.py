"""Each misbehaviour on a read, an absolute write and a create: which of our errors it becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.contract import Failed, PriceChange, RemoteItem, StockChange
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    ChannelError,
    ProtocolError,
    RateLimited,
    Unavailable,
)
from sandbox.tiki import Fault
from tests.connectors.tiki.conftest import Opener, begun, done, listed, listing
from tests.connectors.tiki.rig import SID, TikiBench

SKU = "MICHU-500G"
READ, WRITE, MAKE = "v2.1/products/2", "updateSku", "POST /integration/v2.1/requests"
CASES: dict[str, tuple[type[ChannelError], type[ChannelError], type[ChannelError]]] = {
    "rate": (RateLimited, RateLimited, RateLimited),
    "outage": (Unavailable, Unavailable, Ambiguous),
    "reset_before": (Unavailable, Unavailable, Ambiguous),
    "expired_token": (AuthExpired, AuthExpired, AuthExpired),
    "outage_after": (Unavailable, Unavailable, Ambiguous),
    "malformed": (Unavailable, Unavailable, Ambiguous),
    "truncated": (Unavailable, Unavailable, Ambiguous),
    "html": (Unavailable, Unavailable, Ambiguous),
    "reset_after": (Unavailable, Unavailable, Ambiguous),
    "silent": (Unavailable, Unavailable, Ambiguous),
    "array": (ProtocolError, ProtocolError, ProtocolError),
    "redirect": (ProtocolError, ProtocolError, ProtocolError),
}
"""Kind → what a read, an absolute write and a create end with."""


@pytest.mark.parametrize("kind", CASES)
def test_what_each_becomes(bench: TikiBench, kind: Any) -> None:
    item = listed(bench)
    calls = (
        (READ, lambda: bench.shop.read([item.remote_id], full=True)),
        (WRITE, lambda: bench.shop.set_price([PriceChange(item, {SKU: 50_000})])),
        (MAKE, lambda: bench.shop.create([listing()])),
    )
    for (path, call), expected in zip(calls, CASES[kind], strict=True):
        bench.market.spoil(
            Fault(kind=kind, path=path, times=9, seconds=0.01, location="http://127.0.0.1:9/")
        )
        (outcome,) = call()  # type: ignore[no-untyped-call]
        bench.market.heal()
        if kind == "expired_token":
            bench.credentials = bench.shop.refresh()
        assert isinstance(outcome, Failed)
        assert type(outcome.error) is expected, path
        assert bench.credentials["access_token"] not in str(outcome.error)


@pytest.mark.parametrize("seconds", [None, 7])
def test_a_rate_limit_says_for_how_long_or_not(bench: TikiBench, seconds: int | None) -> None:
    item = listed(bench)
    bench.market.spoil(Fault(kind="rate", path=WRITE, retry_after=seconds))
    (outcome,) = bench.shop.set_stock([StockChange(item, {SKU: 3})])
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, RateLimited)
    assert outcome.error.retry_after == seconds
    assert len([e for e in bench.calls(WRITE) if e["status"] != 200]) == 0, "not repeated"


def test_half_of_a_refusal_is_none(bench: TikiBench) -> None:
    """Not even half of a 404: who takes it for one makes the product again."""
    bench.market.spoil(Fault(kind="malformed", times=None))
    (gone,) = bench.shop.read(["279999999"], full=True)
    (none,) = bench.shop.find_by_sku(["NONE"])
    (price,) = bench.shop.set_price([PriceChange(RemoteItem("279999999"), {SKU: 50_000})])
    (made,) = bench.shop.create([listing(category_id="1")])
    assert [type(o.error) for o in (gone, none, price, made)] == [  # type: ignore[union-attr]
        Unavailable, Unavailable, Unavailable, Unavailable,
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["v2.1/products", "v2/sellers/me/warehouses", "v2/requests"])
def test_an_array_where_a_list_has_pages_says_nothing(bench: TikiBench, path: str) -> None:
    begun(bench)
    bench.pass_time(6)
    bench.market.spoil(Fault(kind="array", path=f"GET /integration/{path}$", times=9))
    asked: dict[str, Callable[[], Any]] = {
        "v2.1/products": lambda: bench.shop.changed_since(None),
        "v2/sellers/me/warehouses": bench.shop.check,
    }
    if path in asked:
        with pytest.raises(ProtocolError):
            asked[path]()
    else:
        (found,) = bench.shop.find_by_sku([SKU])
        assert isinstance(found, Failed)
        assert isinstance(found.error, ProtocolError)


def test_the_marketplaces_own_rate(open_bench: Opener) -> None:
    bench = open_bench("rate_per_s=10", "rate_headers=true")
    outcomes = [bench.shop.read(["270000001"], full=False)[0] for _ in range(12)]
    assert isinstance(outcomes[-1].error, RateLimited)  # type: ignore[union-attr]


def test_strange_fields_change_nothing(bench: TikiBench) -> None:
    bench.market.spoil(Fault(kind="unknown_fields", times=None))
    item = listed(bench, on=True)
    assert done(bench.shop.set_stock([StockChange(item, {SKU: 3})])[0]).accepted == {SKU}
    state = done(bench.shop.read([item.remote_id], full=True)[0])
    assert state.variants[0].stock == 3
    assert bench.shop.check().problems == ()
    assert bench.shop.attributes(["22988"])["22988"]
    assert bench.shop.changed_since(None).remote_ids == (item.remote_id,)


def test_a_redirect_is_never_followed(open_bench: Opener) -> None:
    """Not even to a good server: it would be handed the token."""
    bench, other = open_bench(), open_bench()
    item = listed(bench)
    bench.market.spoil(
        Fault(kind="redirect", path=READ, location=f"{other.url}/integration/v2/sellers/me")
    )
    before = len(other.market.journal())
    assert isinstance(bench.shop.read([item.remote_id], full=False)[0], Failed)
    assert len(other.market.journal()) == before


def test_a_token_that_lapses_between_two_rows(bench: TikiBench) -> None:
    item = listed(bench)
    bench.market.spoil(Fault(kind="expired_token", path=WRITE, after=1))
    first, second = bench.shop.set_price([PriceChange(item, {SKU: p}) for p in (50_000, 60_000)])
    assert done(first).accepted == {SKU}
    assert isinstance(second, Failed)
    assert isinstance(second.error, AuthExpired)
    assert bench.product(SKU).price == 50_000


def test_no_token_yet(bench: TikiBench) -> None:
    del bench.credentials["access_token"]
    with pytest.raises(AuthExpired):
        bench.shop.check()
    assert bench.shop.token_expires_at().timestamp() == 0  # type: ignore[union-attr]


def test_a_resume_during_an_outage_is_not_its_end(bench: TikiBench) -> None:
    (begun,) = bench.shop.create([listing()])
    bench.market.spoil(Fault(kind="outage", path="v2/tracking/", times=9))
    (outcome,) = bench.shop.resume([begun.handle])  # type: ignore[union-attr]
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unavailable)
    bench.market.heal()
    assert bench.market.requests(SID)[0].open
