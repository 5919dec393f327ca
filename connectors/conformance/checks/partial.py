"""Level *silver*: answers that are right in form and wrong in part.

No status and no broken JSON gives these away. What a row was refused for the channel's own
reasons is sent again; a list that lost its rows, or comes out of a cache that lags, is no news.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from connectors.conformance.check import Checks
from connectors.conformance.checks.faults import (
    ABSOLUTE,
    ALWAYS,
    ASKED_AGAIN,
    came_true,
    changes,
    fault_cases,
    verb_cases,
)
from connectors.conformance.rig import Fault
from connectors.conformance.worker import Creation, until_done
from connectors.conformance.world import World, done
from connectors.contract import Done, Failed, Outcome, PriceChange, RemoteItem, RemoteState
from connectors.errors import ChannelError

check = Checks("silver")

A_DAY_S = 86_400


# --- rows of a batch --------------------------------------------------------------------------


def _lost(outcome: Outcome[Any]) -> ChannelError | None:
    """Why a row was not carried out, None when it was."""
    if isinstance(outcome, Failed):
        return outcome.error
    refused = getattr(outcome.value, "refused", {}) if isinstance(outcome, Done) else {}
    return next(iter(refused.values()), None)


@check("a row that the channel had no luck with is sent again, the rows beside it stand",
       cases=verb_cases(*ABSOLUTE))  # fmt: skip
def row_down(w: World, verb: str) -> None:
    w.needs(Fault.ROW_DOWN, verb)
    listings = [w.listing(1), w.listing(2)]
    rows = [changes(w.made(x, on=True), x)[verb] for x in listings]
    w.spoil(Fault.ROW_DOWN, verb=verb, times=ALWAYS)
    outcomes = getattr(w.shop, verb)(rows)
    w.bench.heal()
    errors = [error for outcome in outcomes if (error := _lost(outcome))]
    assert len(errors) == 1, f"one row was lost: {outcomes!r}"
    assert isinstance(errors[0], ASKED_AGAIN), repr(errors[0])
    for listing, row in zip(listings, rows, strict=True):
        until_done(w, verb, row, listing.item_sku)
        came_true(w, verb, listing)


@check("a create that the channel had no luck with is made once, the creates beside it stand")
def row_down_create(w: World) -> None:
    w.needs(Fault.ROW_DOWN, "create")
    listings = [w.listing(1), w.listing(2)]
    w.spoil(Fault.ROW_DOWN, verb="create", times=ALWAYS)
    outcomes = w.shop.create(listings)
    w.bench.heal()
    errors = [error for outcome in outcomes if (error := _lost(outcome))]
    assert len(errors) == 1, f"one row was lost: {outcomes!r}"
    assert isinstance(errors[0], ASKED_AGAIN), repr(errors[0])
    for listing, outcome in zip(listings, outcomes, strict=True):
        Creation(w, listing).carried_on(outcome)
        assert not w.shows(listing).on_sale


# --- lists ------------------------------------------------------------------------------------


def _told(w: World, item: RemoteItem) -> RemoteState | None:
    """What is read of an item; None when the reading fails as one that is asked again."""
    (outcome,) = w.shop.read([item.remote_id], full=True)
    if isinstance(outcome, Failed):
        assert isinstance(outcome.error, ASKED_AGAIN), repr(outcome.error)
        return None
    return cast(RemoteState, done(outcome))


def _price(seen: RemoteState | None) -> int | None:
    """The price of an item's only pack."""
    assert seen is not None
    (pack,) = seen.variants
    return pack.price_vnd


@check("a list that has lost rows, or an end, takes nothing off the shelf and sells nothing",
       cases=fault_cases((Fault.SHORTENED, Fault.CLIPPED)))  # fmt: skip
def shortened_list(w: World, fault: Fault) -> None:
    w.needs(fault, "read")
    items = [w.made(w.listing(n), on=True) for n in range(1, 5)]
    before = [_told(w, item) for item in items]
    assert None not in before
    w.spoil(fault, verb="read", times=ALWAYS)
    for item, was in zip(items, before, strict=True):
        assert _told(w, item) in (None, was)
    w.bench.heal()
    assert [_told(w, item) for item in items] == before


@check("an answer of an earlier time does not bring back the price of that time")
def stale_answer(w: World) -> None:
    w.needs(Fault.STALE, "read")
    listing = w.listing()
    item = w.made(listing, on=True)
    (pack,) = listing.variants
    old = _told(w, item)
    w.write("set_price", PriceChange(item, {pack.variant.sku: 46_000}))
    assert w.shows(listing, (replace(pack, price_vnd=46_000),)).on_sale
    fresh = _told(w, item)
    assert _price(old) == pack.price_vnd
    assert _price(fresh) == 46_000
    for wait_s in (60, 2 * A_DAY_S):
        w.wait(wait_s)
        w.spoil(Fault.STALE, verb="read")
        seen = _told(w, item)
        assert seen is None or _price(seen) == 46_000, f"{wait_s} s later: {seen!r}"
        w.bench.heal()
        assert _price(_told(w, item)) == 46_000
