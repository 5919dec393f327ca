"""Packs of an item: which calls bring it from what it shows to what we want. Pure.

Model ids must live on, because orders and promotions hang on them: a changed structure kills all
of them (trap 11), so packs are added, renamed and removed within it wherever that can be done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import PricedVariant
from connectors.shopee.answers import Model, Models
from connectors.shopee.payloads import gtin, kilograms, model, structure

INIT = "product/init_tier_variation"
RENAME = "product/update_tier_variation"
ADD = "product/add_model"
EDIT = "product/update_model"


@dataclass(frozen=True, slots=True)
class Step:
    """One call: path and body, without the item's id."""

    path: str
    body: Mapping[str, Any]


def build(name: str, packs: Sequence[PricedVariant], settings: Mapping[str, Any]) -> Step:
    """The whole structure at once, for an item that has none of ours yet."""
    labels = [p.variant.label for p in packs]
    return Step(
        INIT,
        {
            "standardise_tier_variation": structure(name, labels),
            "model": [model(pack, i, settings) for i, pack in enumerate(packs)],
        },
    )


def steps(
    now: Models,
    alone: Collection[str],
    name: str,
    packs: Sequence[PricedVariant],
    settings: Mapping[str, Any],
) -> list[Step]:
    """The calls, in order; [] when the item shows just these packs already. ``alone``: SKUs that
    may stand for an item without packs, its own and that of the pack it was made of; another one's
    orders would name the old pack."""
    if not now.models:
        stays = len(packs) == 1 and packs[0].variant.sku in alone
        return [] if stays else [build(name, packs, settings)]
    wanted = {p.variant.sku for p in packs}
    kept = {m.sku: m for m in now.models if m.sku in wanted}
    if len(now.levels) != 1 or not kept or len(kept) < _named(now, wanted):
        return [build(name, packs, settings)]
    return [
        *_structural(now, name, packs, kept, settings),
        *_edited(packs, kept),
    ]


def _named(now: Models, wanted: set[str]) -> int:
    """Models that carry one of our SKUs; more of them than SKUs is a muddle to be rebuilt."""
    return sum(m.sku in wanted for m in now.models)


def _structural(
    now: Models,
    name: str,
    packs: Sequence[PricedVariant],
    kept: Mapping[str, Model],
    settings: Mapping[str, Any],
) -> list[Step]:
    """Packs that stay first, new ones after them, so that no index in between is ever empty
    (see :func:`settle_order`)."""
    staying = [p for p in packs if p.variant.sku in kept]
    fresh = [p for p in packs if p.variant.sku not in kept]
    between = [*staying, *fresh]
    steps_: list[Step] = []
    if fresh or _labels(now) != [p.variant.label for p in between] or _order(now) != _skus(between):
        bound = [_bound(kept[p.variant.sku], i) for i, p in enumerate(staying)]
        steps_.append(_rename(name, between, bound))
    if fresh:
        first = len(staying)
        rows = [model(p, first + i, settings) for i, p in enumerate(fresh)]
        steps_.append(Step(ADD, {"model_list": rows}))
    return steps_


def settle_order(now: Models, name: str, packs: Sequence[PricedVariant]) -> list[Step]:
    """After new packs were added behind the others: the order that is wanted, ids kept."""
    if not now.models or len(now.levels) != 1 or _order(now) == _skus(packs):
        return []
    by_sku = {m.sku: m for m in now.models}
    if set(by_sku) != set(_skus(packs)):
        return []
    return [_rename(name, packs, [_bound(by_sku[s], i) for i, s in enumerate(_skus(packs))])]


def _rename(name: str, packs: Sequence[PricedVariant], bound: Sequence[Mapping[str, Any]]) -> Step:
    """Models that ``bound`` leaves out are deleted by the channel (3.16)."""
    labels = [p.variant.label for p in packs]
    return Step(
        RENAME,
        {"standardise_tier_variation": structure(name, labels), "model_list": list(bound)},
    )


def _bound(held: Model, index: int) -> dict[str, Any]:
    return {"model_id": held.model_id, "tier_index": [index]}


def _labels(now: Models) -> list[str]:
    return list(now.levels[0]) if now.levels else []


def _order(now: Models) -> list[str]:
    """SKUs in the order of their options."""
    return [m.sku for m in sorted(now.models, key=lambda m: m.index)]


def _skus(packs: Sequence[PricedVariant]) -> list[str]:
    return [p.variant.sku for p in packs]


def _edited(packs: Sequence[PricedVariant], kept: Mapping[str, Model]) -> list[Step]:
    """Weight or GTIN of packs that stay."""
    rows = [
        {
            "model_id": held.model_id,
            "model_sku": pack.variant.sku,
            "weight": kilograms(pack.variant.weight_g),
            **gtin(pack.variant.gtin, {}),
        }
        for pack in packs
        if (held := kept.get(pack.variant.sku)) and _differs(pack, held)
    ]
    return [Step(EDIT, {"model": rows})] if rows else []


def _differs(pack: PricedVariant, held: Model) -> bool:
    weight = kilograms(pack.variant.weight_g)
    return held.weight_kg != weight or (pack.variant.gtin or "") != held.gtin
