"""Level *listed*: what can be known before a call is refused before it; the shop is understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.conformance import samples
from connectors.conformance.check import Checks
from connectors.conformance.world import MANY, World, failed, raised, secrets_of
from connectors.contract import (
    AvailabilityChange,
    Capabilities,
    NewListing,
    PriceChange,
    PricedVariant,
    StockChange,
)
from connectors.errors import AuthExpired, AuthRefused, Rejected

check = Checks("listed")

TEXT_MOST = 50_000
"""A text limit above this (characters) is no limit that is worth trying."""


@check("the capabilities hold together", every=False)
def capabilities_hold_together(w: World) -> None:
    c = w.capabilities
    assert c.channel
    assert c.label
    assert all(size >= 1 for size in c.batch.values())
    assert c.in_flight >= 1
    assert c.rate_per_s > 0
    assert c.settle_s >= 0
    assert c.call_deadline_s > 0
    assert c.max_variants >= 1
    for low, high in (c.title_length, c.description_length, c.images):
        assert 0 <= low <= high
    for low, high in (c.price_range, c.stock_range):
        assert 0 <= low < high
    assert c.stock_range[0] <= c.lowest_stock <= c.stock_range[1]
    assert not c.fetches_images or not c.image_min_px or c.images[1] >= 1
    required, optional = c.credential_fields
    assert set(w.account.credentials) <= required | optional
    assert not required & optional


@check("check says who the shop is, and what it says can be stored")
def check_says_who_the_shop_is(w: World) -> None:
    facts = w.shop.check()
    assert facts.name
    assert facts.region == w.capabilities.region
    assert facts.currency == "VND"
    assert facts.problems == ()
    text = json.dumps(dict(facts.settings))
    assert not [n for n, v in secrets_of(w.account).items() if v in text], "secrets in settings"


@check("wrong credentials are told as such, by every verb, and nothing is changed")
def wrong_credentials(w: World) -> None:
    wrong = w.bench.wrong_account()
    item, listing = w.made(), w.listing()
    shop = w.connector(account=wrong)
    before = w.bench.stands()
    raised(shop.check, AuthRefused, AuthExpired)
    other = w.listing(2)
    price = PriceChange(item, {listing.variants[0].variant.sku: 46_000})
    rows: list[tuple[str, Any]] = [
        ("set_price", price),
        ("set_availability", AvailabilityChange(item, True)),
        ("find_by_sku", listing.item_sku),
        ("create", other),
    ]
    (read,) = shop.read([item.remote_id], full=True)
    failed(read, AuthRefused, AuthExpired)
    for verb, row in rows:
        calls = w.wire.calls
        (outcome,) = getattr(shop, verb)([row])
        if w.wire.calls > calls:
            failed(outcome, AuthRefused, AuthExpired)
    assert w.bench.stands() == before


@check("the moment when the login lapses is aware, or None")
def token_moment(w: World) -> None:
    moment = w.shop.token_expires_at()
    assert moment is None or isinstance(moment, datetime)
    assert moment is None or moment.utcoffset() is not None


@check("the categories are a tree, and the rig's is a leaf of it")
def categories_are_a_tree(w: World) -> None:
    found = list(w.shop.categories())
    ids = [c.category_id for c in found]
    assert len(set(ids)) == len(ids)
    assert all(c.name for c in found)
    assert all(c.parent_id is None or c.parent_id in ids for c in found)
    parents = {c.parent_id for c in found}
    assert not [c for c in found if c.leaf and c.category_id in parents]
    (mine,) = [c for c in found if c.category_id == w.bench.category()]
    assert mine.leaf


@check("the attributes that a person fills in can be filled in")
def attributes_can_be_filled(w: World) -> None:
    category = w.bench.category()
    answer = w.shop.attributes([category])
    assert set(answer) <= {category}
    found = answer.get(category, ())
    assert len({a.attribute_id for a in found}) == len(found)
    for attribute in found:
        assert attribute.name
        assert attribute.options or attribute.free_text
        assert attribute.max_values >= 1
        values = [o.value_id for o in attribute.options]
        assert len(set(values)) == len(values)
    assert not w.shop.attributes([])


@check("proposed categories exist; a channel that proposes none says so by an empty list")
def recommendations_exist(w: World) -> None:
    proposed = list(w.shop.recommend(samples.TITLE))
    if not w.capabilities.recommends:
        assert proposed == []
    assert set(proposed) <= {c.category_id for c in w.shop.categories()}


@check("no rows, no outcomes, no calls")
def empty_input(w: World) -> None:
    shop = w.shop
    calls = w.wire.calls
    for verb in sorted(MANY - {"read", "upload_images"}):
        assert getattr(shop, verb)([]) == []
    if not w.capabilities.fetches_images:
        assert shop.upload_images([]) == []
    assert shop.read([], full=True) == []
    assert w.wire.calls == calls


# --- refused before a call --------------------------------------------------------------------


def refused(w: World, listing: NewListing, *fields: str) -> None:
    """A create of it is refused for one of the fields without a call that asks for anything."""
    before = w.bench.asked_changes()
    (outcome,) = w.shop.create([listing])
    error = failed(outcome, Rejected)
    assert isinstance(error, Rejected)
    assert error.field in fields, f"the field is '{error.field}'"
    assert w.bench.asked_changes() == before


def _bad_titles(c: Capabilities) -> Mapping[str, Any]:
    low, high = c.title_length
    cases = {"empty": "", "one too long": samples.exactly(samples.TITLE, high + 1)}
    if low > 1:
        cases["one too short"] = samples.exactly(samples.TITLE, low - 1)
    return cases


@check("a title beyond the limits is not sent", cases=_bad_titles, every=False)
def refuses_titles(w: World, title: str) -> None:
    listing = w.listing()
    refused(w, replace(listing, content=replace(listing.content, title=title)), "title")


def _bad_descriptions(c: Capabilities) -> Mapping[str, Any]:
    low, high = c.description_length
    cases = {}
    if high <= TEXT_MOST:
        cases["one too long"] = samples.exactly(samples.DESCRIPTION, high + 1)
    if low > 0:
        cases["one too short"] = samples.exactly(samples.DESCRIPTION, low - 1)
    return cases


@check("a description beyond the limits is not sent", cases=_bad_descriptions, every=False)
def refuses_descriptions(w: World, words: str) -> None:
    listing = w.listing()
    content = replace(listing.content, description=words)
    refused(w, replace(listing, content=content), "description")


def _bad_counts(c: Capabilities) -> Mapping[str, Any]:
    low, high = c.images
    cases = {"one too few": low - 1} if low > 0 else {}
    return {**cases, "one too many": high + 1} if high < 100 else cases


@check("too few or too many pictures are not sent", cases=_bad_counts, every=False)
def refuses_picture_counts(w: World, count: int) -> None:
    listing = w.listing()
    ids = tuple(w.image(1) if i == 0 else f"{w.image(1)}?{i}" for i in range(count))
    refused(w, replace(listing, content=replace(listing.content, image_ids=ids)), "images")


def _bad_prices(c: Capabilities) -> Mapping[str, Any]:
    low, high = c.price_range
    middle = max(low, min(45_000, high - 1))
    cases: dict[str, Any] = {
        "negative": -1, "one above": high + 1, "with a fraction": middle + 0.5,
    }  # fmt: skip
    if low > 0:
        cases |= {"zero": 0, "one below": low - 1}
    return cases


@check("a price that is no whole number within the range is not sent", cases=_bad_prices,
       every=False)  # fmt: skip
def refuses_prices(w: World, price: Any) -> None:
    listing = w.listing()
    (pack,) = listing.variants
    item = w.made(listing)
    refused(w, replace(listing, variants=(replace(pack, price_vnd=price),)), "price")
    before = w.bench.asked_changes()
    (outcome,) = w.shop.set_price([PriceChange(item, {pack.variant.sku: price})])
    assert getattr(failed(outcome, Rejected), "field", "") == "price"
    assert w.bench.asked_changes() == before


def _bad_stocks(c: Capabilities) -> Mapping[str, Any]:
    return {"negative": -1, "one above": c.stock_range[1] + 1, "with a fraction": 1.5}


@check("a stock that is no whole number within the range is not sent", cases=_bad_stocks,
       every=False)  # fmt: skip
def refuses_stocks(w: World, units: Any) -> None:
    listing = w.listing()
    (pack,) = listing.variants
    item = w.made(listing)
    refused(w, replace(listing, variants=(replace(pack, stock=units),)), "stock")
    before = w.bench.asked_changes()
    (outcome,) = w.shop.set_stock([StockChange(item, {pack.variant.sku: units})])
    assert getattr(failed(outcome, Rejected), "field", "") == "stock"
    assert w.bench.asked_changes() == before


def _bad_packs(c: Capabilities) -> Mapping[str, Any]:
    """Sets of packs that no item may have."""
    first, second = samples.two_packs(1)
    cases: dict[str, tuple[PricedVariant, ...]] = {"none": ()}
    if c.variants_are_items:
        return {**cases, "two": (first, second)}
    if c.max_variants < 1000:
        cases["one too many"] = tuple(
            samples.pack(samples.sku(1, f"{i}G"), f"Gói số {i}") for i in range(c.max_variants + 1)
        )
    long = "Gói " + "o" * (c.variant_label_max - 3)
    cases["a label one too long"] = (first, _labelled(second, long))
    cases["two of one name"] = (first, _labelled(second, first.variant.label))
    cases["no label"] = (first, _labelled(second, ""))
    if c.price_ratio is not None:
        dear = int(first.price_vnd * c.price_ratio) + 1
        cases["too far apart in price"] = (first, replace(second, price_vnd=dear))
    return cases


def _labelled(pack: PricedVariant, label: str) -> PricedVariant:
    return replace(pack, variant=replace(pack.variant, label=label))


@check("packs that no item may have are not sent", cases=_bad_packs, every=False)
def refuses_packs(w: World, packs: tuple[PricedVariant, ...]) -> None:
    listing = replace(w.listing(), item_sku=samples.item_sku(1), variants=packs)
    refused(w, listing, "variants", "price", "stock")


def _bad_files(c: Capabilities) -> Mapping[str, Any]:
    """Pictures that the channel would not take."""
    small = samples.picture(kinds=c.image_types)
    cases: dict[str, Any] = {
        "a web page": samples.image_file(b"<html></html>", "text/html"),
        "another kind": samples.image_file(b"BM" + bytes(64), "image/bmp"),
        "nothing": samples.image_file(b"", small.content_type),
    }
    if c.image_max_bytes <= 64 * 1024 * 1024:
        heavy = small.data + bytes(c.image_max_bytes + 1 - len(small.data))
        cases["one byte too large"] = samples.image_file(heavy, small.content_type)
    if c.image_min_px > 1:
        cases["one pixel too small"] = samples.picture(side=c.image_min_px - 1, kinds=c.image_types)
    return cases


@check("a file that is no picture for the channel is not sent", cases=_bad_files,
       applies=lambda c: not c.fetches_images, every=False)  # fmt: skip
def refuses_picture_files(w: World, image: Any) -> None:
    shop = w.shop
    calls = w.wire.calls
    (outcome,) = shop.upload_images([image])
    error = failed(outcome, Rejected)
    assert getattr(error, "field", "") == "images"
    assert w.wire.calls == calls
