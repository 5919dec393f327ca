"""Level *silver*: batches, pages, limits, and rows that fare differently."""

from __future__ import annotations

from dataclasses import replace

from connectors.conformance import samples
from connectors.conformance.check import Checks
from connectors.conformance.checks.bronze import GONE, LONG_S
from connectors.conformance.world import World, done, failed, judge_handle
from connectors.contract import (
    AvailabilityChange,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Pending,
    PriceChange,
    PricedVariant,
    RemoteItem,
    RemoteVariant,
    StockChange,
    Variant,
)
from connectors.errors import Ambiguous, NotFound, Rejected

check = Checks("silver")

MANY_ITEMS = 105
"""More than a page of any channel that we know."""


@check("readings and change feeds go beyond a page, and lose and invent nothing", every=False)
def pages_have_no_edges(w: World) -> None:
    listings = [w.listing(n) for n in range(1, MANY_ITEMS + 1)]
    begun = w.shop.create(listings)
    w.shop.finish()
    items = [
        done(w.settled(outcome, listing.item_sku))
        for outcome, listing in zip(begun, listings, strict=True)
    ]
    w.settle()
    ids = [item.remote_id for item in items]
    assert len(set(ids)) == MANY_ITEMS
    told, cursor = w.walked(None)
    assert set(told) == set(ids)
    w.wait(LONG_S)
    assert set(w.walked(cursor)[0]) <= set(ids)
    states = w.shop.read([*reversed(ids), GONE], full=True)
    assert [done(s).remote_id for s in states[:-1]] == list(reversed(ids))
    failed(states[-1], NotFound)
    skus = [listing.item_sku for listing in listings]
    for outcome, remote_id in zip(w.shop.find_by_sku(skus), ids, strict=True):
        assert [f.remote_id for f in done(outcome)] == [remote_id]


@check("a batch of bad and good rows: each row has its own outcome, in order")
def rows_fare_alone(w: World) -> None:
    listings = [w.listing(n) for n in (1, 2, 3)]
    first, _second, third = (w.made(x) for x in listings)
    gone = RemoteItem(GONE, (RemoteVariant(listings[1].item_sku, ""),))
    high = w.capabilities.price_range[1]
    keys = [x.item_sku for x in listings]
    a, b, c, d = w.shop.set_price([
        PriceChange(first, {keys[0]: 46_000}), PriceChange(gone, {keys[1]: 46_000}),
        PriceChange(first, {keys[0]: high + 1}), PriceChange(third, {keys[2]: 47_000}),
    ])  # fmt: skip
    _accepted(w, a, keys[0])
    _gone(b, keys[1])
    failed(c, Rejected)
    _accepted(w, d, keys[2])
    a, b, c, d = w.shop.set_stock([
        StockChange(first, {keys[0]: 3}), StockChange(gone, {keys[1]: 3}),
        StockChange(first, {keys[0]: -1}), StockChange(third, {keys[2]: 4}),
    ])  # fmt: skip
    _accepted(w, a, keys[0])
    _gone(b, keys[1])
    failed(c, Rejected)
    _accepted(w, d, keys[2])
    x, y, z = w.shop.update_content([
        ContentChange(first, keys[0], listings[0].content),
        ContentChange(gone, keys[1], replace(listings[1].content, title="")),
        ContentChange(third, keys[2], listings[2].content),
    ])  # fmt: skip
    done(w.settled(x, keys[0]))
    failed(y, Rejected, NotFound)
    done(w.settled(z, keys[2]))
    w.settle()
    for listing, price, stock in ((listings[0], 46_000, 3), (listings[2], 47_000, 4)):
        (pack,) = listing.variants
        w.shows(listing, (replace(pack, price_vnd=price, stock=stock),))


def _accepted(w: World, outcome: object, sku: str) -> None:
    answers = done(w.settled(outcome, sku))  # type: ignore[arg-type]
    assert answers.accepted == {sku}


def _gone(outcome: object, sku: str) -> None:
    """An item that is not there: NotFound of the row, or of its one pack."""
    if isinstance(outcome, Done):
        assert isinstance(outcome.value.refused[sku], NotFound)
        return
    failed(outcome, NotFound)  # type: ignore[arg-type]


@check("more rows than a batch takes go on and off the shelf, with one that is gone in between")
def shelf_in_batches(w: World) -> None:
    most = min(w.capabilities.batch.get("set_availability", 1), 60)
    count = most + 2
    listings = [w.listing(n) for n in range(1, min(count, 8) + 1)]
    items = [w.made(x) for x in listings]
    rows = [items[n % len(items)] for n in range(count)]
    rows[1] = RemoteItem(GONE)
    answers = w.shop.set_availability([AvailabilityChange(item, True) for item in rows])
    failed(answers[1], NotFound, Rejected)
    for n, answer in enumerate(answers):
        if n != 1:
            done(w.settled(answer, listings[n % len(items)].item_sku))
    w.settle()
    for n in {n % len(items) for n in range(count) if n != 1}:
        if not w.seen(listings[n]).on_sale:
            w.bench.decide(listings[n].item_sku, "approve")
            w.settle()
        assert w.seen(listings[n]).on_sale


@check("a pack that the item does not have is refused alone, or told as unknown",
       applies=lambda c: not c.variants_are_items)  # fmt: skip
def packs_fare_alone(w: World) -> None:
    listing = w.listing(packs=2)
    item = w.made(listing)
    first, second = listing.variants
    stray = samples.sku(9)
    for verb, make in (("set_price", PriceChange), ("set_stock", StockChange)):
        value = 46_000 if verb == "set_price" else 4
        wanted = {first.variant.sku: value, stray: value}
        (outcome,) = getattr(w.shop, verb)([make(item, wanted)])
        answers = done(w.settled(outcome, listing.item_sku))
        assert answers.accepted == {first.variant.sku}
        assert isinstance(answers.refused[stray], NotFound | Rejected)
    w.settle()
    w.shows(listing, (replace(first, price_vnd=46_000, stock=4), second))


@check("ids that died are read again: a change with old ones, or none, still arrives",
       applies=lambda c: not c.variants_are_items)  # fmt: skip
def stale_ids_are_read_again(w: World) -> None:
    listing = w.listing(packs=2)
    item = w.made(listing)
    first, second = listing.variants
    dead = tuple(RemoteVariant(v.sku, f"42424{n}") for n, v in enumerate(item.variants))
    half = (dead[0], item.variants[1])
    for n, variants in enumerate(((), dead, half), start=1):
        blind = RemoteItem(item.remote_id, variants)
        skus = {first.variant.sku, second.variant.sku}
        prices = {first.variant.sku: 46_000 + n, second.variant.sku: 87_000 + n}
        assert w.write("set_price", PriceChange(blind, prices)).accepted == skus
        stock = {first.variant.sku: 6 + n, second.variant.sku: 8 + n}
        assert w.write("set_stock", StockChange(blind, stock)).accepted == skus
        w.shows(listing, (
            replace(first, price_vnd=46_000 + n, stock=6 + n),
            replace(second, price_vnd=87_000 + n, stock=8 + n),
        ))  # fmt: skip


@check("a second create of one SKU is told as such, or both are found")
def duplicate_sku(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    (outcome,) = w.shop.create([listing])
    if isinstance(outcome, Pending):
        outcome = w.settled(outcome, listing.item_sku)
    w.settle()
    found = {f.remote_id for f in w.found(listing.item_sku)}
    standing = {s.remote_id for s in w.standing(listing.item_sku)}
    assert item.remote_id in found
    assert found == standing
    if isinstance(outcome, Failed):
        if isinstance(outcome.error, Rejected):
            assert outcome.error.field in ("sku", "item_sku")
        else:
            failed(outcome, Ambiguous)
        assert len(standing) == 1
    else:
        assert done(outcome).remote_id in standing


@check("writes that are done again ask again and change nothing")
def writes_are_absolute(w: World) -> None:
    listing = w.listing(packs=2)
    item = w.made(listing, on=True)
    for _ in range(2):
        prices = {p.variant.sku: p.price_vnd for p in listing.variants}
        w.write("set_price", PriceChange(item, prices))
        stock = {p.variant.sku: p.stock for p in listing.variants}
        w.write("set_stock", StockChange(item, stock))
        change = ContentChange(item, listing.item_sku, listing.content)
        w.write("update_content", change, listing.item_sku)
        w.bench.decide(listing.item_sku, "approve")
        w.settle()
    assert w.shows(listing).on_sale


def largest(w: World) -> NewListing:
    """As many packs as an item takes, with the longest names that there are."""
    most = min(w.capabilities.max_variants, 100)
    room = min(w.capabilities.variant_label_max, 40)
    packs = tuple(
        PricedVariant(
            Variant(
                f"OCOP-24-219-0001-{n:03d}G".ljust(40, "X"),
                f"{n:03d} Hộp giấy bìa cứng thượng hạng đặc biệt"[:room].rstrip().ljust(room, "ờ"),
                550 + n,
                samples.gtin(n),
                net_g=500 + n,
            ),
            45_000 + n,
            10 + n,
        )
        for n in range(most)
    )
    return replace(w.listing(packs=2), variants=packs)


@check("the largest item comes to be, or is refused for its packs; its handle fits 4 KB",
       applies=lambda c: not c.variants_are_items and c.max_variants > 2)  # fmt: skip
def largest_item(w: World) -> None:
    listing = largest(w)
    (outcome,) = w.shop.create([listing])
    if isinstance(outcome, Pending):
        judge_handle(outcome.handle)
    outcome = w.settled(outcome, listing.item_sku)
    w.settle()
    if isinstance(outcome, Failed):
        assert getattr(failed(outcome, Rejected), "field", "") == "variants"
        stands = {s.remote_id: s.on_sale for s in w.standing(listing.item_sku)}
        assert stands == ({outcome.made.remote_id: False} if outcome.made else {})
        return
    item = done(outcome)
    assert len(item.variants) == len(listing.variants)
    w.shows(listing)
