"""From the packs that stand to the packs that are wanted: which calls, in which order. Pure.

What buyers meet in between decides the order: a pack that goes is sold out first, options are
only ever added to the page before the packs that bear them, and taken from it after. Whatever
step was the last one that happened, looking again gives the rest of them (docs: "Packs").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import PricedVariant
from connectors.woocommerce.answers import (
    Row,
    Variation,
    choice,
    counted,
    int_of,
    is_variable,
    manages,
    objects,
    price_of,
    same,
)
from connectors.woocommerce.payloads import (
    amounts,
    choice_attribute,
    is_lone,
    one_option,
    pack_fields,
    parent_sku,
    price,
    skus_of,
    stock,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The packs an item shall have, in order."""

    item_sku: str
    name: str
    packs: Sequence[PricedVariant]

    @property
    def parent_sku(self) -> str:
        return parent_sku(self.item_sku, skus_of(self.packs))


@dataclass(frozen=True, slots=True)
class Plan:
    """The calls, each left out when empty: sell out, parent, packs changed and made, packs
    deleted (ids). What is left to do on the parent then is :func:`settled`."""

    sold_out: Sequence[Row]
    parent: Mapping[str, Any]
    changed: Sequence[Row]
    made: Sequence[Row]
    deleted: Sequence[str]


def stays_simple(row: Row, wanted: Wanted) -> bool:
    """One pack needs no variations; a product that has some never loses them again, because the
    shop deletes them for good when the type changes back."""
    return not is_variable(row) and is_lone(wanted.item_sku, wanted.packs)


def lone_change(row: Row, wanted: Wanted) -> dict[str, Any]:
    """What a product without packs lacks: its SKU."""
    body: dict[str, Any] = {}
    if str(row.get("sku") or "") != wanted.item_sku:
        body["sku"] = wanted.item_sku
    return body


def plan(
    row: Row, standing: Sequence[Variation], wanted: Wanted, settings: Mapping[str, Any]
) -> Plan:
    kept = keepers(standing, wanted.packs)
    gone = [v for v in standing if v not in kept.values()]
    labels = [p.variant.label for p in wanted.packs]
    offered = choice_attribute(choice(row), wanted.name, labels)
    changed, made = [], []
    for pack in wanted.packs:
        fields = pack_fields(pack, offered, settings)
        held = kept.get(pack.variant.sku)
        if held is None:
            made.append(fields | _first_amounts(row, pack, wanted))
        elif _differs(held, fields, pack):
            changed.append({"id": int_of(held.variation_id), **fields, "status": "publish"})
    still = [v.option for v in standing if v.option]
    return Plan(
        sold_out=[_sold_out(v) for v in gone if v.stock != 0],
        parent=_parent(row, wanted, {**offered, "options": _joined(offered["options"], still)}),
        changed=changed,
        made=made,
        deleted=[v.variation_id for v in gone],
    )


def keepers(standing: Sequence[Variation], packs: Sequence[PricedVariant]) -> dict[str, Variation]:
    """Our SKU → the pack that bears it already."""
    return {
        p.variant.sku: v for p in packs for v in standing if v.sku and same(v.sku, p.variant.sku)
    }


def _first_amounts(row: Row, pack: PricedVariant, wanted: Wanted) -> dict[str, Any]:
    """A new pack starts as it was asked for. The one that stood alone until now keeps its price
    and what is left of its stock: sales since the last reading are in there, and nowhere else.
    A variable parent that still counts says that this was begun and not finished."""
    own = str(row.get("sku") or "")
    alone = same(pack.variant.sku, own) or (
        is_variable(row) and same(own, wanted.parent_sku)
        and same(pack.variant.sku, wanted.item_sku)
    )  # fmt: skip
    first = amounts(pack)
    if not alone or (is_variable(row) and not manages(row)):
        return first
    kept_price = price_of({"regular_price": row.get("regular_price") or row.get("price")})
    units = counted(row)
    return {
        **first,
        **(price(kept_price) if kept_price and kept_price > 0 else {}),
        **(stock(units) if units is not None else {}),
    }


def _differs(held: Variation, fields: Row, pack: PricedVariant) -> bool:
    """One that has another attribute beside the choice, or is hidden, cannot be chosen."""
    return (
        held.sku != pack.variant.sku
        or held.option != one_option(pack.variant.label)
        or len(held.attributes) != 1
        or held.status != "publish"
        or not _same_weight(held.weight, str(fields["weight"]))
    )


def _same_weight(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return False


def _sold_out(variation: Variation) -> Row:
    return {"id": int_of(variation.variation_id), **stock(0)}


def _joined(first: Sequence[str], more: Sequence[str]) -> list[str]:
    joined = list(first)
    for option in more:
        if option not in joined:
            joined.append(option)
    return joined


def _parent(row: Row, wanted: Wanted, offered: Row) -> dict[str, Any]:
    """What the parent needs before its packs change. It steps aside from the SKU that one of
    them is about to take; the way back waits until that pack is gone (:func:`settled`)."""
    body: dict[str, Any] = {}
    if not is_variable(row):
        body["type"] = "variable"
    sku = wanted.parent_sku
    if sku != wanted.item_sku and str(row.get("sku") or "") != sku:
        body["sku"] = sku
    if not is_variable(row) or _options(row) != list(offered["options"]):
        body["attributes"] = [offered, *_others(row)]
    return body


def settled(row: Row, wanted: Wanted) -> dict[str, Any]:
    """What is left to do on the parent (as it stands now) when its packs are as wanted."""
    body: dict[str, Any] = {}
    offered = choice_attribute(choice(row), wanted.name, [p.variant.label for p in wanted.packs])
    if _options(row) != offered["options"]:
        body["attributes"] = [offered, *_others(row)]
    sku = wanted.parent_sku
    if str(row.get("sku") or "") != sku:
        body["sku"] = sku
    if manages(row):
        body["manage_stock"] = False
    return body


def _others(row: Row) -> list[Row]:
    """The product's other attributes; it can be chosen by one only."""
    chosen = choice(row)
    return [{**a, "variation": False} for a in objects(row, "attributes") if a is not chosen]


def _options(row: Row) -> list[str]:
    chosen = choice(row)
    given = chosen.get("options") if chosen else None
    return [one_option(str(o)) for o in given] if isinstance(given, list) else []
