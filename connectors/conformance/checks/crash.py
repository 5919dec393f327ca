"""Level *gold*: killed or cut off at every step, clocks that are wrong, threads, the last word.

*Every step* is every call that leaves: the verb is run once to count them, then once for each,
on a product of its own, with that call's answer lost or the process dead right after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

from connectors.conformance import samples
from connectors.conformance.check import Absent, Checks
from connectors.conformance.checks.packs import change_of, has_packs, third_pack
from connectors.conformance.rig import Fault
from connectors.conformance.worker import Creation, until_done
from connectors.conformance.world import World, done, stored
from connectors.contract import (
    Adoption,
    AvailabilityChange,
    Capabilities,
    ContentChange,
    Failed,
    NewListing,
    Pending,
    PriceChange,
    RemoteItem,
    RemoteVariant,
    StockChange,
)
from connectors.errors import SHOP_FAULTS, Ambiguous, AuthRefused, ProtocolError

check = Checks("gold")

MOST_STEPS = 24


def _ends(w: World, end: str, step: int) -> None:
    """Arrange for the end of the call after ``step`` others."""
    if end == "killed":
        w.wire.kill_after = step
    else:
        w.spoil(Fault.LOST_ANSWER, after=step)


def _calm(w: World) -> None:
    w.wire.kill_after = None
    w.bench.heal()


def _creations(c: Capabilities) -> Mapping[str, Any]:
    packs = {"one pack": 1} if c.variants_are_items else {"one pack": 1, "two packs": 2}
    return {f"{name}, {end}": (n, end) for name, n in packs.items() for end in ("lost", "killed")}


@check("a create that ends at any step comes to one item, as it was wanted", cases=_creations)
def create_crashes_anywhere(w: World, case: tuple[int, str]) -> None:
    packs, end = case
    w.content()
    before = w.wire.calls
    Creation(w, w.listing(1, packs=packs)).carried_through()
    steps = min(w.wire.calls - before, MOST_STEPS)
    for step in range(steps):
        listing = w.listing(10 + step, packs=packs)
        _ends(w, end, step)
        item = Creation(w, listing).carried_through()
        _calm(w)
        w.settle()
        seen = w.shows(listing)
        assert seen.remote_id == item.remote_id
        assert not seen.on_sale
        w.switch(item, listing, on=True)
        assert w.shows(listing).on_sale


@check("a step of a create whose answer was lost is seen to be done, and not done again")
def resume_does_nothing_twice(w: World) -> None:
    first = w.listing(1, packs=2)
    before = w.bench.asked_changes()
    (begun,) = w.shop.create([first])
    if not isinstance(begun, Pending):
        raise Absent("a create is done at once here")
    calls = w.wire.calls
    done(w.settled(begun, first.item_sku))
    steps, asked = w.wire.calls - calls, w.bench.asked_changes() - before
    for step in range(min(steps, MOST_STEPS)):
        listing = w.listing(10 + step, packs=2)
        before = w.bench.asked_changes()
        (begun,) = w.shop.create([listing])
        assert isinstance(begun, Pending)
        w.spoil(Fault.LOST_ANSWER, after=step)
        outcome = w.settled(begun, listing.item_sku)
        w.bench.heal()
        while isinstance(outcome, Failed):
            assert isinstance(outcome.error, (*SHOP_FAULTS, Ambiguous)), repr(outcome)
            (outcome,) = w.shop.resume([stored(begun.handle)])
            outcome = w.settled(outcome, listing.item_sku)
        assert w.bench.asked_changes() - before == asked, "a step was asked for twice"
        w.settle()
        w.shows(listing)


def _writes(c: Capabilities) -> Mapping[str, Any]:
    verbs = ["set_price", "set_stock", "off", "on", "update_content", "adopt"]
    if has_packs(c):
        verbs.append("update_variants")
    return {f"{verb}, {end}": (verb, end) for verb in verbs for end in ("lost", "killed")}


@check("a write that ends at any step comes true when it is sent again", cases=_writes)
def write_crashes_anywhere(w: World, case: tuple[str, str]) -> None:
    verb, end = case
    steps = _one_write(w, verb, 1)
    for step in range(min(steps, MOST_STEPS)):
        _one_write(w, verb, 10 + 10 * step, end, step)


def _one_write(w: World, verb: str, number: int, end: str = "", step: int = 0) -> int:
    """One write on a product of its own, perhaps cut off; the calls that it took."""
    packs = 1 if verb == "adopt" else 2
    listing = w.listing(number, packs=packs)
    item = w.made(listing, on=verb != "on")
    change, wanted = _change(w, verb, item, listing, number)
    verb = "set_availability" if verb in ("on", "off") else verb
    before = w.wire.calls
    if end:
        _ends(w, end, step)
    until_done(w, verb, change, listing.item_sku)
    steps = w.wire.calls - before
    _calm(w)
    w.bench.decide(wanted.item_sku, "approve")
    w.settle()
    on = getattr(change, "on", True)
    seen = w.shows(wanted) if on else w.seen(wanted)
    assert seen.remote_id == item.remote_id
    assert seen.on_sale is on
    return steps


def _change(
    w: World, verb: str, item: RemoteItem, listing: NewListing, number: int
) -> tuple[Any, NewListing]:
    """A change of the listing, and the listing as it shall be after it."""
    first, *others = listing.variants
    sku = first.variant.sku
    if verb == "set_price":
        after = (replace(first, price_vnd=46_000), *others)
        return PriceChange(item, {sku: 46_000}), replace(listing, variants=after)
    if verb == "set_stock":
        after = (replace(first, stock=3), *others)
        return StockChange(item, {sku: 3}), replace(listing, variants=after)
    if verb in ("on", "off"):
        return AvailabilityChange(item, verb == "on"), listing
    if verb == "update_content":
        title = w.new_title(listing, "Mỳ gạo Chũ Xuân Trường loại mới")
        content = replace(listing.content, title=title)
        changed = replace(listing, content=content)
        return ContentChange(item, listing.item_sku, content), changed
    if verb == "adopt":
        ours = listing.variants if w.fixed("sku") else samples.one_pack(number + 1)
        taken = RemoteItem(
            item.remote_id,
            tuple(RemoteVariant(ours[0].variant.sku, v.remote_id) for v in item.variants),
        )
        key = ours[0].variant.sku
        return Adoption(taken, key), replace(listing, item_sku=key, variants=ours)
    third = third_pack()
    third = replace(third, variant=replace(third.variant, sku=samples.sku(number, "250G")))
    large = replace(others[0], variant=replace(others[0].variant, label="Thùng 1 kg"))
    packs = (third, large)
    return change_of(item, listing, packs), replace(listing, variants=packs)


# --- clocks -----------------------------------------------------------------------------------


def _skews(_c: Capabilities) -> Mapping[str, Any]:
    return {"an hour ahead": 3600.0, "an hour behind": -3600.0}


@check("with a wrong clock nothing is refused, doubled or lost", cases=_skews)
def wrong_clock(w: World, seconds: float) -> None:
    """Nor is it told as refused secrets: whoever connects the shop anew mends no clock."""
    listing = w.listing()
    item = w.made(listing)
    fresh = replace(w.listing(2))
    clock = lambda: w.bench.now() + timedelta(seconds=seconds)  # noqa: E731
    shop = w.connector(clock=clock)
    (price,) = shop.set_price([PriceChange(item, {listing.item_sku: 46_000})])
    (made,) = shop.create([fresh])
    (found,) = shop.find_by_sku([listing.item_sku])
    for outcome in (price, made, found):
        if isinstance(outcome, Failed):
            assert isinstance(outcome.error, (*SHOP_FAULTS, Ambiguous, ProtocolError))
            assert not isinstance(outcome.error, AuthRefused), repr(outcome.error)
    if not isinstance(found, Failed):
        assert [f.remote_id for f in done(found)] == [item.remote_id], (
            "found none for a wrong clock"
        )
    w.settle()
    Creation(w, fresh).carried_on(made)
    w.shows(fresh)
    until_done(w, "set_price", PriceChange(item, {listing.item_sku: 46_000}), listing.item_sku)
    (pack,) = listing.variants
    w.shows(listing, (replace(pack, price_vnd=46_000),))


# --- order ------------------------------------------------------------------------------------


@check("45 → 50 → 45 around an unclear call ends at 45")
def the_last_word_wins(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    (pack,) = listing.variants
    w.spoil(Fault.LOST_ANSWER, verb="set_price", times=10_000)
    w.shop.set_price([PriceChange(item, {pack.variant.sku: 50_000})])
    w.bench.heal()
    until_done(w, "set_price", PriceChange(item, {pack.variant.sku: 45_000}), listing.item_sku)
    w.shows(listing)
    assert w.read(item.remote_id).variants[0].price_vnd == 45_000


@check("several threads on one connector: every answer belongs to its own row")
def threads_do_not_mix(w: World) -> None:
    listings = [w.listing(n) for n in range(1, 5)]
    items = [w.made(x) for x in listings]
    shop = w.shop

    def one(n: int) -> None:
        sku = listings[n].item_sku
        for i in range(3):
            (outcome,) = shop.set_price([PriceChange(items[n], {sku: 50_000 + 100 * n + i})])
            assert done(w_settled(w, outcome, sku)).accepted == {sku}
            (state,) = shop.read([items[n].remote_id], full=True)
            assert done(state).item_sku == sku
            (found,) = shop.find_by_sku([sku])
            assert [f.remote_id for f in done(found)] == [items[n].remote_id]

    with ThreadPoolExecutor(4) as pool:
        for result in [pool.submit(one, n) for n in range(4)]:
            result.result()
    w.settle()
    for n, listing in enumerate(listings):
        (pack,) = listing.variants
        w.shows(listing, (replace(pack, price_vnd=50_002 + 100 * n),))


def w_settled(w: World, outcome: Any, sku: str) -> Any:
    """Pending is left to the main thread, which alone moves the clock."""
    return outcome
