"""Our content and packs as Shopee's request fields. Pure (reference 3.7, 3.8, 3.16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import inf
from typing import Any

from connectors.contract import AttributeValue, Content, NewListing, PricedVariant

NO_BRAND = {"brand_id": 0, "original_brand_name": "NoBrand"}
"""Sent always: categories that demand a brand take it (3.3)."""

_GRAMS, _MILLIMETRES = 1000, 10


def new_item(listing: NewListing, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The body of add_item: unlisted, with the first price and the stock; variations come after
    (trap 10)."""
    packs = listing.variants
    return {
        **content_fields(listing.content, with_weight=True),
        "item_status": "UNLIST",
        "condition": "NEW",
        "item_sku": listing.item_sku,
        "original_price": packs[0].price_vnd,
        "seller_stock": seller_stock(sum(p.stock for p in packs), settings),
        "logistic_info": [
            {"logistic_id": channel, "enabled": True, "is_free": False}
            for channel in channels(listing, settings)
        ],
        "pre_order": {"is_pre_order": False},
        **gtin(packs[0].variant.gtin if len(packs) == 1 else None, settings),
    }


def content_fields(content: Content, *, with_weight: bool) -> dict[str, Any]:
    """What add_item and update_item share. An item-level weight overwrites that of all models
    (3.8), so an item with models gets none here."""
    length, width, height = (max(1, -(-side // _MILLIMETRES)) for side in content.dims_mm)
    fields: dict[str, Any] = {
        "item_name": content.title,
        "description": content.description,
        "category_id": int(content.category_id),
        "image": {"image_id_list": list(content.image_ids)},
        "brand": NO_BRAND,
        "attribute_list": attribute_list(content.attributes),
        "dimension": {
            "package_length": length,
            "package_width": width,
            "package_height": height,
        },
    }
    if with_weight:
        fields["weight"] = kilograms(content.weight_g)
    return fields


def attribute_list(values: Sequence[AttributeValue]) -> list[dict[str, Any]]:
    """Values of one attribute together; free text goes with value_id 0 (3.7)."""
    rows = sorted(values, key=lambda v: v.attribute_id)
    return [
        {
            "attribute_id": int(attribute_id),
            "attribute_value_list": [_attribute_value(v) for v in group],
        }
        for attribute_id, group in groupby(rows, key=lambda v: v.attribute_id)
    ]


def _attribute_value(value: AttributeValue) -> dict[str, Any]:
    if value.value_id:
        return {"value_id": int(value.value_id)}
    row: dict[str, Any] = {"value_id": 0, "original_value_name": value.text}
    if value.unit:
        row["value_unit"] = value.unit
    return row


def kilograms(grams: int) -> float:
    """Weights are kilograms on the wire, to the gram."""
    return round(grams / _GRAMS, 3)


def gtin(code: str | None, settings: Mapping[str, Any]) -> dict[str, str]:
    """ "00" says that there is none, where the shop has to say something (3.7)."""
    asked = settings.get("gtin_rule") in ("Mandatory", "Flexible")
    return {"gtin_code": code or "00"} if code or asked else {}


def channels(listing: NewListing, settings: Mapping[str, Any]) -> list[int]:
    """The shop's delivery channels that take every pack of the item: one that does not fit spoils
    the whole call (trap 30)."""
    content = listing.content
    packs = listing.variants if len(listing.variants) > 1 else ()
    weights = [content.weight_g, *(p.variant.weight_g for p in packs)]
    return [
        _id(channel) for channel in settings.get("logistics", ())
        if isinstance(channel, int) or _fits(channel, weights, content.dims_mm)
    ]  # fmt: skip


def _id(channel: Any) -> int:
    """A shop that was checked by an older version has its channels' ids alone."""
    return channel if isinstance(channel, int) else int(channel["id"])


def _fits(channel: Mapping[str, Any], grams: Sequence[int], mm: Sequence[int]) -> bool:
    weight, size = channel["weight"], channel["size"]
    sides = [side / _MILLIMETRES for side in mm]
    longest = [size.get(name) for name in ("length", "width", "height")]
    return (
        min(grams) >= _GRAMS * float(weight.get("item_min_weight") or 0)
        and max(grams) <= _GRAMS * _bound(weight.get("item_max_weight"))
        and all(side <= _bound(most) for side, most in zip(sides, longest, strict=True))
        and sum(sides) <= _bound(size.get("dimension_sum"))
    )


def _bound(value: Any) -> float:
    """0 and null are no bound (3.5)."""
    return float(value) if value else inf


def seller_stock(units: int, settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Absolute stock; a location only where the shop has several warehouses (3.10)."""
    location = settings.get("location_id")
    return [{"location_id": location, "stock": units} if location else {"stock": units}]


def structure(name: str, labels: Sequence[str]) -> list[dict[str, Any]]:
    """One level of options, in Shopee's present form (3.16)."""
    return [
        {
            "variation_id": 0,
            "variation_group_id": 0,
            "variation_name": name,
            "variation_option_list": [
                {"variation_option_id": 0, "variation_option_name": label} for label in labels
            ],
        }
    ]


def model(pack: PricedVariant, index: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """One pack of init_tier_variation or add_model."""
    return {
        "tier_index": [index],
        "original_price": pack.price_vnd,
        "model_sku": pack.variant.sku,
        "seller_stock": seller_stock(pack.stock, settings),
        "weight": kilograms(pack.variant.weight_g),
        **gtin(pack.variant.gtin, settings),
    }
