"""Level *bronze*: what is wanted stands, is changed facet by facet, and is read back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from connectors.conformance import samples
from connectors.conformance.check import Checks
from connectors.conformance.rig import Fault
from connectors.conformance.world import World, amounts, done, failed
from connectors.contract import (
    Adoption,
    Capabilities,
    ContentChange,
    NewListing,
    PriceChange,
    RemoteItem,
    RemoteStatus,
    RemoteVariant,
    StockChange,
)
from connectors.errors import NotFound, Rejected

check = Checks("bronze")

LONG_S = 3 * 86400
"""So long after a change no feed reaches back to it, however far its readings overlap."""

GONE = "999999999999"
"""An id that no shop has."""


def one_or_two(c: Capabilities) -> Mapping[str, Any]:
    """An item of one pack, and one of two where an item can have them."""
    return {"one pack": 1} if c.variants_are_items else {"one pack": 1, "two packs": 2}


@check("an item comes to be as it is wanted, and no buyer sees it", cases=one_or_two)
def created_unseen(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing)
    seen = w.shows(listing)
    assert not seen.on_sale
    assert seen.remote_id == item.remote_id
    assert {v.sku for v in item.variants} == {p.variant.sku for p in listing.variants}
    assert w.read(item.remote_id).status is not RemoteStatus.LIVE


@check("a buyer sees it after set_availability and not after the take-down, and again",
       cases=one_or_two)  # fmt: skip
def on_and_off(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing)
    for on in (True, False, True):
        w.switch(item, listing, on=on)
        assert w.seen(listing).on_sale is on
        status = w.read(item.remote_id, full=False).status
        assert status is (RemoteStatus.LIVE if on else RemoteStatus.UNLISTED)
    w.shows(listing)


@check("switching to what is so already is done, and harmless")
def on_twice(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    w.switch(item, listing, on=False)
    w.switch(item, listing, on=True)
    w.switch(item, listing, on=True)
    assert w.shows(listing).on_sale


@check("a full reading tells title, status, and each pack's price and stock", cases=one_or_two)
def read_tells_all(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    state = w.read(item.remote_id)
    assert state.remote_id == item.remote_id
    assert state.status is RemoteStatus.LIVE
    assert state.item_sku == listing.item_sku
    assert state.title == listing.content.title
    assert {v.sku: (v.price_vnd, v.stock) for v in state.variants} == {
        p.variant.sku: (p.price_vnd, p.stock) for p in listing.variants
    }
    assert all(type(n) is int for v in state.variants for n in (v.price_vnd, v.stock))
    if packs > 1:
        labels = {v.sku: v.label for v in state.variants}
        assert labels == {p.variant.sku: p.variant.label for p in listing.variants}


@check("an id that the channel does not know is NotFound, beside ones that it knows")
def unknown_id(w: World) -> None:
    item = w.made()
    for full in (True, False):
        first, second, third = w.shop.read([GONE, item.remote_id, GONE], full=full)
        failed(first, NotFound)
        assert done(second).remote_id == item.remote_id
        failed(third, NotFound)


@check("content is changed alone: price, stock and the shelf stay", cases=one_or_two)
def content_alone(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    fresh = w.new_title(listing, "Mỳ gạo Chũ Xuân Trường loại mới")
    content = replace(w.content(fresh, mark=20), description=listing.content.description + "Mới.")
    w.write("update_content", ContentChange(item, listing.item_sku, content), listing.item_sku)
    w.bench.decide(listing.item_sku, "approve")
    w.settle()
    assert w.shows(replace(listing, content=content)).on_sale
    assert w.read(item.remote_id).title == fresh


@check("a price is changed alone", cases=one_or_two)
def price_alone(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    skus = [p.variant.sku for p in listing.variants]
    answers = w.write("set_price", PriceChange(item, {skus[0]: 46_000}))
    assert answers.accepted == {skus[0]}
    assert answers.refused == {}
    first, *others = listing.variants
    assert w.shows(listing, (replace(first, price_vnd=46_000), *others)).on_sale


@check("a stock is changed alone, and absolutely", cases=one_or_two)
def stock_alone(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing, on=True)
    first, *others = listing.variants
    for units in (3, 3, 40):
        answers = w.write("set_stock", StockChange(item, {first.variant.sku: units}))
        assert answers.accepted == {first.variant.sku}
        assert w.shows(listing, (replace(first, stock=units), *others)).on_sale


def _price_ends(c: Capabilities) -> Mapping[str, Any]:
    return {"lowest": max(1, c.price_range[0]), "highest": c.price_range[1]}


@check("the lowest and the highest price come through whole", cases=_price_ends)
def price_at_the_ends(w: World, price: int) -> None:
    listing = w.listing()
    item = w.made(listing)
    (pack,) = listing.variants
    w.write("set_price", PriceChange(item, {pack.variant.sku: price}))
    w.shows(listing, (replace(pack, price_vnd=price),))
    assert w.read(item.remote_id).variants[0].price_vnd == price


def _stock_ends(c: Capabilities) -> Mapping[str, Any]:
    return {"nothing": c.stock_range[0], "lowest": c.lowest_stock, "highest": c.stock_range[1]}


@check("no stock, the lowest and the highest come through, or are refused for the stock",
       cases=_stock_ends)  # fmt: skip
def stock_at_the_ends(w: World, units: int) -> None:
    listing = w.listing()
    item = w.made(listing)
    (pack,) = listing.variants
    (outcome,) = w.shop.set_stock([StockChange(item, {pack.variant.sku: units})])
    answers = done(w.settled(outcome, listing.item_sku))
    w.settle()
    if pack.variant.sku not in answers.accepted:
        error = answers.refused[pack.variant.sku]
        assert isinstance(error, Rejected)
        assert error.field == "stock"
        assert units < w.capabilities.stock_range[1]
        return
    w.shows(listing, (replace(pack, stock=units),))


def _title_ends(c: Capabilities) -> Mapping[str, Any]:
    low, high = c.title_length
    return {"shortest": max(1, low), "longest": high}


@check("a title just at the limit comes through", cases=_title_ends)
def title_at_the_limit(w: World, length: int) -> None:
    listing = w.listing(title=samples.exactly(samples.TITLE, length))
    w.made(listing)
    w.shows(listing)


@check("names go out composed (NFC), and are counted so")
def names_composed(w: World) -> None:
    title = samples.exactly(samples.TITLE, w.capabilities.title_length[1])
    apart = unicodedata.normalize("NFD", title)
    assert len(apart) > len(title)
    listing = w.listing(packs=2)
    packs = tuple(
        replace(p, variant=replace(p.variant, label=unicodedata.normalize("NFD", p.variant.label)))
        for p in listing.variants
    )
    content = replace(listing.content, title=apart)
    item = w.made(replace(listing, content=content, variants=packs))
    assert w.seen(listing).title == title
    labels = {v.sku: v.label for v in w.read(item.remote_id).variants if v.label}
    wanted = {p.variant.sku: p.variant.label for p in listing.variants}
    assert labels.items() <= wanted.items()
    w.write("update_content", ContentChange(item, listing.item_sku, content), listing.item_sku)
    assert w.seen(listing).title == title


# --- finding ----------------------------------------------------------------------------------


@check("an item is found by its SKU and by each pack's, exactly", cases=one_or_two)
def found_exactly(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    item = w.made(listing)
    other = w.listing(2)
    longer = replace(
        other,
        item_sku=f"{listing.item_sku}-X",
        variants=tuple(
            replace(p, variant=replace(p.variant, sku=f"{listing.item_sku}-X"))
            for p in other.variants
        ),
    )
    twin = w.made(longer)
    for sku in {listing.item_sku, *(p.variant.sku for p in listing.variants)}:
        (found,) = w.found(sku)
        assert found.remote_id == item.remote_id
        assert found.item_sku == listing.item_sku
        assert {v.sku for v in found.variants} == {p.variant.sku for p in listing.variants}
    assert [f.remote_id for f in w.found(longer.item_sku)] == [twin.remote_id]
    assert w.found(listing.item_sku[:-1]) == ()
    assert w.found("OCOP-00-000-0000-1G") == ()


@check("an item is found in every state that it can be in, and not when it was deleted")
def found_in_every_state(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    sku = listing.item_sku
    states = [w.read(item.remote_id).status]
    assert [f.status for f in w.found(sku)] == states
    w.switch(item, listing, on=True)
    assert [f.status for f in w.found(sku)] == [RemoteStatus.LIVE]
    w.switch(item, listing, on=False)
    assert [f.status for f in w.found(sku)] == [RemoteStatus.UNLISTED]
    for verdict, status in (("ban", RemoteStatus.BANNED), ("reject", RemoteStatus.REJECTED)):
        if w.bench.decide(sku, verdict, "thiếu giấy tờ"):  # type: ignore[arg-type]
            w.settle()
            assert [(f.remote_id, f.status) for f in w.found(sku)] == [(item.remote_id, status)]
    w.bench.by_hand(sku, "delete")
    w.settle()
    assert w.standing(sku) == []
    living = (RemoteStatus.LIVE, RemoteStatus.IN_REVIEW)
    assert [f for f in w.found(sku) if f.status in living] == []


@check("the change feed tells everything from the beginning, and what changed since a cursor")
def changes_are_told(w: World) -> None:
    assert w.walked(None)[0] == []
    first, second = w.listing(1), w.listing(2)
    a = w.made(first, on=True)
    w.wait(LONG_S)
    b = w.made(second)
    ids, cursor = w.walked(None)
    assert set(ids) == {a.remote_id, b.remote_id}
    w.wait(LONG_S)
    _again, cursor = w.walked(cursor)
    w.wait(LONG_S)
    fresh = replace(second.content, title=w.new_title(second, "Tên mới 2"))
    w.write("update_content", ContentChange(b, second.item_sku, fresh), second.item_sku)
    third = w.made(w.listing(3))
    told, cursor = w.walked(cursor)
    assert {b.remote_id, third.remote_id} <= set(told)
    assert a.remote_id not in told, "an item that had not changed for long before the cursor"
    w.wait(LONG_S)
    w.bench.by_hand(first.item_sku, "delete")
    w.settle()
    told, _cursor = w.walked(cursor)
    gone = w.shop.read([a.remote_id], full=False)[0]
    assert a.remote_id in told or missing(gone), "a deletion must be told or be seen by read"


def missing(outcome: Any) -> bool:
    """Whether a reading says that the item is gone."""
    error = getattr(outcome, "error", None)
    return isinstance(error, NotFound) or outcome.value.status is RemoteStatus.MISSING


# --- adoption ---------------------------------------------------------------------------------


@check("an item that stood there takes our SKUs and keeps all the rest", cases=one_or_two)
def adopted(w: World, packs: int) -> None:
    theirs = w.listing(packs=packs)
    item = w.made(theirs, on=True)
    ours = w.listing(7, packs=packs)
    names = dict(
        zip(
            (p.variant.sku for p in theirs.variants),
            (p.variant.sku for p in ours.variants),
            strict=True,
        )
    )
    pairs = tuple(RemoteVariant(names[v.sku], v.remote_id) for v in item.variants)
    if w.fixed("sku"):
        _keeps_its_sku(w, theirs, item, Adoption(RemoteItem(item.remote_id, pairs), ours.item_sku))
        return
    for _twice in range(2):
        taken = w.write("adopt", Adoption(RemoteItem(item.remote_id, pairs), ours.item_sku))
        assert taken.remote_id == item.remote_id
        assert {v.sku for v in taken.variants} == set(names.values())
        w.bench.decide(ours.item_sku, "approve")
        w.settle()
    wanted = replace(
        theirs,
        item_sku=ours.item_sku,
        variants=tuple(
            replace(p, variant=replace(p.variant, sku=names[p.variant.sku]))
            for p in theirs.variants
        ),
    )
    assert w.shows(wanted).on_sale
    assert [f.remote_id for f in w.found(ours.item_sku)] == [item.remote_id]
    assert w.found(theirs.item_sku) == ()
    moved = PriceChange(taken, {ours.variants[0].variant.sku: 46_000})
    assert w.write("set_price", moved).accepted == {ours.variants[0].variant.sku}


def _keeps_its_sku(w: World, theirs: NewListing, item: RemoteItem, other: Adoption) -> None:
    """Where an item keeps its SKU for ever: another one is refused, its own is taken."""
    (outcome,) = w.shop.adopt([other])
    error = failed(outcome, Rejected)
    assert isinstance(error, Rejected)
    assert error.field in ("sku", "item_sku")
    taken = w.write("adopt", Adoption(item, theirs.item_sku))
    assert taken.remote_id == item.remote_id
    assert w.shows(theirs).on_sale
    assert w.found(other.item_sku) == ()


# --- pictures ---------------------------------------------------------------------------------


@check("pictures get ids of their own, in order, and an item shows them",
       applies=lambda c: not c.fetches_images)  # fmt: skip
def pictures_are_kept(w: World) -> None:
    kinds = w.capabilities.image_types
    count = min(3, w.capabilities.images[1])
    files = [samples.picture(50 + i, kinds=kinds) for i in range(count)]
    ids = [done(outcome) for outcome in w.shop.upload_images(files)]
    assert len(set(ids)) == len(ids)
    assert all(isinstance(i, str) and i for i in ids)
    listing = w.listing()
    listing = replace(listing, content=replace(listing.content, image_ids=tuple(ids)))
    item = w.made(listing)
    shown = w.read(item.remote_id).image_ids
    assert not shown or shown == tuple(ids)


# --- answers ----------------------------------------------------------------------------------


@check("fields that nobody knows change nothing", cases=one_or_two)
def unknown_fields(w: World, packs: int) -> None:
    listing = w.listing(packs=packs)
    w.spoil(Fault.UNKNOWN_FIELDS, times=10_000)
    item = w.made(listing, on=True)
    w.write("set_price", PriceChange(item, {listing.variants[0].variant.sku: 46_000}))
    w.write("set_stock", StockChange(item, {listing.variants[0].variant.sku: 7}))
    w.write("update_content", ContentChange(item, listing.item_sku, listing.content))
    assert w.read(item.remote_id).title == listing.content.title
    assert [f.remote_id for f in w.found(listing.item_sku)] == [item.remote_id]
    assert item.remote_id in w.walked(None)[0]
    assert w.shop.check().region == w.capabilities.region
    w.bench.heal()
    first, *others = listing.variants
    w.shows(listing, (replace(first, price_vnd=46_000, stock=7), *others))


@check("secrets show in no account, credential, outcome, error or excerpt")
def secrets_show_nowhere(w: World) -> None:
    from connectors.conformance.world import secrets_of

    secrets = secrets_of(w.account)
    shown = [repr(w.account), str(w.account), repr(w.account.credentials), repr(w.shop.check())]
    for fault in (Fault.HTML, Fault.MALFORMED, Fault.ARRAY, Fault.UNAVAILABLE, Fault.LOST_ANSWER):
        if w.bench.spoil(fault, verb="check", times=20):
            try:
                w.shop.check()
            except Exception as error:  # noqa: BLE001 (whatever it is, it is looked at)
                shown += [str(error), repr(error), str(getattr(error, "excerpt", ""))]
        w.bench.heal()
    assert not [name for name, value in secrets.items() if any(value in text for text in shown)]


@check("finish after nothing, and twice, does no harm")
def finish_is_harmless(w: World) -> None:
    w.shop.finish()
    listing = w.listing()
    w.made(listing, on=True)
    w.shop.finish()
    w.shop.finish()
    w.settle()
    assert w.shows(listing).on_sale
    assert amounts(w.seen(listing))
