"""Level *gold*: what people do in the shop by hand is seen, and put right."""

from __future__ import annotations

from dataclasses import replace

from connectors.conformance.check import Absent, Checks
from connectors.conformance.checks.bronze import missing, one_or_two
from connectors.conformance.worker import Creation
from connectors.conformance.world import World, done, failed
from connectors.contract import (
    AvailabilityChange,
    ContentChange,
    Done,
    PriceChange,
    RemoteStatus,
    StockChange,
)
from connectors.errors import NotFound, Rejected

check = Checks("gold")


@check("a price and a stock that were changed by hand are read, and put right", cases=one_or_two)
def drift_is_seen_and_put_right(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    sku = listing.variants[-1].variant.sku
    wanted = {p.variant.sku: (p.price_vnd, p.stock) for p in listing.variants}
    w.bench.by_hand(sku, "price", 77_000)
    w.bench.by_hand(sku, "stock", 2)
    w.settle()
    read = {v.sku: (v.price_vnd, v.stock) for v in w.read(item.remote_id).variants}
    assert read == {**wanted, sku: (77_000, 2)}
    w.write("set_price", PriceChange(item, {s: p for s, (p, _n) in wanted.items()}))
    w.write("set_stock", StockChange(item, {s: n for s, (_p, n) in wanted.items()}))
    read = {v.sku: (v.price_vnd, v.stock) for v in w.read(item.remote_id).variants}
    assert read == wanted
    assert w.shows(listing).on_sale


@check("what was taken off the shelf by hand is read and told by the feed, and goes on again")
def off_by_hand(w: World) -> None:
    listing = w.listing()
    item = w.made(listing, on=True)
    _ids, cursor = w.walked(None)
    w.wait(600)
    if w.bench.by_hand(listing.item_sku, "off") is False:
        raise Absent("nobody can tell what was taken off the shelf from what was deleted")
    w.settle()
    assert w.read(item.remote_id, full=False).status is RemoteStatus.UNLISTED
    assert item.remote_id in w.walked(cursor)[0]
    w.switch(item, listing, on=True)
    assert w.shows(listing).on_sale


@check("what was deleted by hand is MISSING or NotFound, no write brings it back, a create does")
def deleted_by_hand(w: World) -> None:
    listing, other = w.listing(1), w.listing(2)
    item, stays = w.made(listing, on=True), w.made(other)
    sku = listing.item_sku
    assert w.read(item.remote_id, full=False).status is RemoteStatus.LIVE
    w.bench.by_hand(sku, "delete")
    w.settle()
    assert w.standing(sku) == []
    for full in (True, False):
        gone, there = w.shop.read([item.remote_id, stays.remote_id], full=full)
        assert missing(gone)
        assert done(there).remote_id == stays.remote_id
    changes = {
        "set_price": PriceChange(item, {sku: 46_000}),
        "set_stock": StockChange(item, {sku: 3}),
        "update_content": ContentChange(item, sku, listing.content),
    }
    for verb, change in changes.items():
        (outcome,) = getattr(w.shop, verb)([change])
        if not isinstance(outcome, Done):
            failed(outcome, NotFound, Rejected)
    w.settle()
    assert w.standing(sku) == [], "a write brought it back"
    (outcome,) = w.shop.set_availability([AvailabilityChange(item, True)])
    w.settle()
    if isinstance(outcome, Done):
        assert w.seen(listing).on_sale, "what is deleted was said to be on sale"
        return
    failed(outcome, NotFound, Rejected)
    assert [f for f in w.found(sku) if f.status is RemoteStatus.LIVE] == []
    item = Creation(w, listing).carried_through()
    assert w.shows(listing).remote_id == item.remote_id


@check("a sale lowers the stock that is read", cases=one_or_two)
def sale_lowers_stock(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    pack = listing.variants[-1]
    w.bench.by_hand(pack.variant.sku, "sell", 2)
    w.settle()
    stock = {v.sku: v.stock for v in w.read(item.remote_id).variants}
    assert stock[pack.variant.sku] == pack.stock - 2
    for other in listing.variants[:-1]:
        assert stock[other.variant.sku] == other.stock
    w.write("set_stock", StockChange(item, {pack.variant.sku: 20}))
    read = {v.sku: v.stock for v in w.read(item.remote_id).variants}
    assert read[pack.variant.sku] == 20
    prices = {v.sku: v.price_vnd for v in w.read(item.remote_id).variants}
    assert prices == {p.variant.sku: replace(p).price_vnd for p in listing.variants}
