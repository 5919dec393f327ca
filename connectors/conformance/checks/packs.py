"""Level *bronze*, items of several packs: added, renamed, reordered, removed, ids living on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.conformance import samples
from connectors.conformance.check import Checks
from connectors.conformance.world import World
from connectors.contract import (
    Capabilities,
    NewListing,
    PriceChange,
    PricedVariant,
    RemoteItem,
    VariantsChange,
)

check = Checks("bronze")


def has_packs(c: Capabilities) -> bool:
    return not c.variants_are_items and c.max_variants > 2


def third_pack() -> PricedVariant:
    return samples.pack(samples.sku(1, "250G"), "Gói 250 g", 24_000, 9, 290)


def renamed(pack: PricedVariant, label: str) -> PricedVariant:
    return replace(pack, variant=replace(pack.variant, label=label))


def new_sets(_c: Capabilities) -> Mapping[str, Any]:
    """Sets of packs that an item of two (500 g, 1 kg) shall have instead."""
    small, large = samples.two_packs(1)
    third = third_pack()
    return {
        "one added": (small, large, third),
        "one added in front": (third, small, large),
        "one renamed": (renamed(small, "Túi 500 g"), large),
        "names exchanged": (
            renamed(small, large.variant.label),
            renamed(large, small.variant.label),
        ),
        "reordered": (large, small),
        "one removed": (large,),
        "one removed, one added": (large, third),
        "added, renamed, reordered": (third, renamed(large, "Thùng 1 kg"), small),
        "a code more": (replace_gtin(small, samples.gtin(99)), large),
    }


def replace_gtin(pack: PricedVariant, code: str) -> PricedVariant:
    return replace(pack, variant=replace(pack.variant, gtin=code))


def change_of(item: RemoteItem, listing: NewListing, packs: Sequence[PricedVariant]) -> Any:
    return VariantsChange(item, listing.item_sku, tuple(packs), listing.variation_name)


@check("packs come to be as they are wanted: who stays keeps id, price and stock",
       applies=has_packs, cases=new_sets)  # fmt: skip
def packs_changed(w: World, packs: tuple[PricedVariant, ...]) -> None:
    listing = w.listing(packs=2)
    item = w.made(listing, on=True)
    ids = {v.sku: v.remote_id for v in item.variants}
    skus = [p.variant.sku for p in listing.variants]
    w.write("set_price", PriceChange(item, {skus[0]: 45_500, skus[1]: 86_000}))
    held = {skus[0]: (45_500, 12), skus[1]: (86_000, 5)}
    after = w.write("update_variants", change_of(item, listing, packs), listing.item_sku)
    now = {v.sku: v.remote_id for v in after.variants}
    assert set(now) == {p.variant.sku for p in packs}
    assert not [s for s in now if s in ids and now[s] != ids[s]], "a pack that stayed lost its id"
    wanted = tuple(
        replace(p, price_vnd=held[s][0], stock=held[s][1]) if (s := p.variant.sku) in held else p
        for p in packs
    )
    w.shows(listing, wanted)
    state = w.read(item.remote_id)
    labels = {v.sku: v.label for v in state.variants}
    assert labels == {p.variant.sku: p.variant.label for p in packs}
    assert [v.sku for v in state.variants] == [p.variant.sku for p in packs] or len(packs) < 2


@check("the same packs once more ask for nothing", applies=has_packs)
def packs_twice(w: World) -> None:
    listing = w.listing(packs=2)
    item = w.made(listing)
    w.write("update_variants", change_of(item, listing, listing.variants), listing.item_sku)
    before = w.bench.asked_changes()
    w.write("update_variants", change_of(item, listing, listing.variants), listing.item_sku)
    assert w.bench.asked_changes() == before
    w.shows(listing)


@check("an item of one pack becomes one of two", applies=has_packs)
def one_becomes_two(w: World) -> None:
    two = w.listing(packs=2)
    single = replace(two, variants=two.variants[:1])
    item = w.made(single, on=True)
    after = w.write("update_variants", change_of(item, two, two.variants), two.item_sku)
    assert {v.sku for v in after.variants} == {p.variant.sku for p in two.variants}
    w.shows(two)


@check("the only pack of an item is exchanged for another, which is known by its own SKU",
       applies=has_packs)  # fmt: skip
def only_pack_exchanged(w: World) -> None:
    two = w.listing(packs=2)
    single = replace(two, item_sku=two.variants[0].variant.sku, variants=two.variants[:1])
    item = w.made(single, on=True)
    after = w.write("update_variants", change_of(item, single, (third_pack(),)), single.item_sku)
    assert [v.sku for v in after.variants] == [third_pack().variant.sku]
    w.shows(single, (third_pack(),))
