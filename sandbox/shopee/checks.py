"""Whether an item may look like this: texts, price, stock, images, attributes, shipping (3.7).

Every edit checks the whole item again, so an edit may fail because of something old (trap 13).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.shopee import catalogue
from sandbox.shopee.call import number, rows, text, whole
from sandbox.shopee.refusals import Refused, missing, mistyped
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import World

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f<>]")
_HASH_TAG = re.compile(r"#\w")
MAX_HASH_TAGS = 18
MAX_SKU = 100


def check_item(world: World, fields: Mapping[str, Any]) -> None:
    """Everything about an item but its price and stock. Raises Refused."""
    category = whole(fields, "category_id")
    _name(text(fields, "item_name"))
    _category(category)
    _description(text(fields, "description"), category)
    _weight(fields)
    _dimension(fields)
    _images(world, fields)
    _brand(fields)
    _logistics(fields)
    check_attributes(category, rows(fields, "attribute_list", 0, 100))
    _small_fields(fields)


def _name(name: str) -> None:
    limits = catalogue.LIMITS["item_name_length_limit"]
    if not name.strip():
        raise missing("item_name")
    if len(name) < limits["min_limit"]:
        raise Refused("error_item_name_is_too_short", "Item name is too short.")
    if len(name) > limits["max_limit"]:
        raise Refused("error_title_exceeds_max_length", "Item name exceeds the max length.")
    if _FORBIDDEN.search(name):
        raise Refused("error_title_character_forbidden", "Item name has forbidden characters.")


def _category(category: int) -> None:
    if category not in catalogue.LEAVES:
        raise Refused("error_invalid_category", "Invalid category id")
    if category in catalogue.BLOCKED:
        raise Refused("error_category_is_block", "The category is restricted.")


def _description(words: str, category: int) -> None:
    if not words:
        raise missing("description")
    if len(words) < catalogue.description_min(category):
        raise Refused("error_desc_length_min_limit", "Description is too short.")
    if len(words) > catalogue.LIMITS["item_description_length_limit"]["max_limit"]:
        raise Refused("error_param", "Description exceeds the max length.")
    if len(_HASH_TAG.findall(words)) > MAX_HASH_TAGS:
        raise Refused("error_desc_hash_tag_over_limit", "Too many hash tags.")


def _weight(fields: Mapping[str, Any]) -> None:
    if number(fields, "weight") <= 0:
        raise Refused("error_param", "Invalid Weight.")


def _dimension(fields: Mapping[str, Any]) -> None:
    dimension = fields.get("dimension")
    if dimension is None:
        raise Refused("error_param", "dimension is required")
    if not isinstance(dimension, dict):
        raise mistyped("dimension")
    for side in ("package_length", "package_width", "package_height"):
        if whole(dimension, side) <= 0:
            raise Refused("error_param", f"Invalid {side}.")


def _images(world: World, fields: Mapping[str, Any]) -> None:
    image = fields.get("image")
    if not isinstance(image, dict):
        raise missing("image")
    ids = image.get("image_id_list")
    if not isinstance(ids, list) or not ids:
        raise Refused("error_image_num_min", "At least one image is required.")
    if len(ids) > catalogue.LIMITS["item_image_count_limit"]["max_limit"]:
        raise Refused("error_param", "Too many images.")
    if any(i not in world.images for i in ids):
        raise Refused("error_param", "Image not exist.")


def _brand(fields: Mapping[str, Any]) -> None:
    brand = fields.get("brand")
    if not isinstance(brand, dict):
        raise Refused("error_less_required_brand", "Brand is required.")
    text(brand, "original_brand_name")
    if whole(brand, "brand_id") != 0:
        raise Refused("error_invalid_brand", "Invalid brand.")


def _logistics(fields: Mapping[str, Any]) -> None:
    """Only channels that the shop enabled and that are not masked, within their weight and size
    (3.5, trap 30)."""
    enabled = 0
    for row in rows(fields, "logistic_info", 1, 50):
        number_ = whole(row, "logistic_id")
        if not isinstance(row.get("enabled"), bool):
            raise mistyped("enabled")
        channel = catalogue.USABLE_CHANNELS.get(number_)
        if channel is None:
            raise Refused("error_invalid_logistic_info", "Invalid logistic info: channel.")
        if not row["enabled"]:
            continue
        enabled += 1
        _fits(fields, channel)
    if not enabled:
        raise Refused("error_invalid_logistic_info", "No enabled logistic channel.")


def _fits(fields: Mapping[str, Any], channel: Mapping[str, Any]) -> None:
    weight, size = channel["weight_limit"], channel["item_max_dimension"]
    if not weight["item_min_weight"] <= number(fields, "weight") <= weight["item_max_weight"]:
        raise Refused("error_invalid_logistic_info", "Item's weight does not fit the channel.")
    dimension = fields.get("dimension") or {}
    for side in ("length", "width", "height"):
        if size[side] and dimension.get(f"package_{side}", 0) > size[side]:
            raise Refused("error_invalid_logistic_info", "Item is too large for the channel.")


def _small_fields(fields: Mapping[str, Any]) -> None:
    if fields.get("condition", "NEW") not in ("NEW", "USED"):
        raise Refused("error_param", "Invalid condition.")
    if len(text(fields, "item_sku")) > MAX_SKU:
        raise Refused("error_param", "item_sku is too long.")
    check_gtin(text(fields, "gtin_code"))
    pre_order = fields.get("pre_order")
    if isinstance(pre_order, dict) and pre_order.get("is_pre_order"):
        limit = catalogue.LIMITS["dts_limit"]["days_to_ship_limit"]
        if not limit["min_limit"] <= whole(pre_order, "days_to_ship") <= limit["max_limit"]:
            raise Refused("error_invalid_days_to_ship", "Invalid days to ship.")


def check_gtin(gtin: str) -> None:
    """8 to 14 digits with a good check digit, "00" or nothing (3.7)."""
    if gtin in ("", "00"):
        return
    digits = [int(d) for d in gtin if d.isdigit()]
    if len(digits) != len(gtin) or not 8 <= len(digits) <= 14:
        raise Refused("error_param_validate", "Invalid GTIN.")
    odd, even = sum(digits[-2::-2]), sum(digits[-3::-2])
    if (odd * 3 + even + digits[-1]) % 10:
        raise Refused("error_param_validate", "Invalid GTIN.")


# --- attributes -------------------------------------------------------------------------------


def check_attributes(category: int, given: Sequence[Mapping[str, Any]]) -> None:
    """Mandatory ones, those of a chosen value's children, and every value's form (3.2, 3.7)."""
    due = catalogue.attribute_ids(category)
    allowed = dict(due)
    chosen: dict[int, Sequence[Mapping[str, Any]]] = {}
    for row in given:
        chosen[whole(row, "attribute_id")] = rows(row, "attribute_value_list", 1, 20)
    for attribute_id, values in chosen.items():
        allowed |= dict(_children(attribute_id, values))
    for attribute_id, values in chosen.items():
        if attribute_id not in allowed:
            raise Refused("error_invalid_category_attribute", "Attribute not of the category.")
        _values(catalogue.ATTRIBUTES[attribute_id], values)
    if any(required and i not in chosen for i, required in allowed.items()):
        raise Refused("error_less_required_attribute", "Mandatory attribute information required")


def _children(attribute_id: int, values: Sequence[Mapping[str, Any]]) -> list[tuple[int, bool]]:
    options = {v["id"]: v for v in catalogue.ATTRIBUTES.get(attribute_id, {}).get("values", [])}
    return [
        (child, required)
        for value in values
        for child, required in options.get(value.get("value_id"), {}).get("children", [])
    ]


def _values(attribute: Mapping[str, Any], values: Sequence[Mapping[str, Any]]) -> None:
    if len(values) > attribute.get("max", 1):
        raise Refused("error_invalid_attribute", "Too many values of an attribute.")
    options = {v["id"] for v in attribute.get("values", [])}
    for value in values:
        value_id = whole(value, "value_id")
        if value_id:
            if value_id not in options:
                raise Refused("error_invalid_attribute_value", "Invalid attribute value.")
            continue
        if attribute["input_type"] in (1, 4):
            raise Refused("error_invalid_attribute_value", "A value of the list is required.")
        words = text(value, "original_value_name")
        if not words:
            raise Refused("error_value_name_required", "original_value_name is required.")
        _free_text(attribute, words, text(value, "value_unit"))


def _free_text(attribute: Mapping[str, Any], words: str, unit: str) -> None:
    """Validation types: 1 whole number, 3 decimal, 4 date as unix seconds (3.2, 3.7)."""
    kind = attribute.get("validation", 0)
    pattern = {1: r"-?\d+", 3: r"\d+(\.\d+)?", 4: r"\d{9,11}"}.get(kind)
    if pattern and not re.fullmatch(pattern, words):
        raise Refused("error_invalid_attribute_value", "The value has the wrong format.")
    units = attribute.get("units", [])
    if units and unit not in units:
        raise Refused("error_invalid_attribute_value", "Invalid value unit.")


# --- money and units --------------------------------------------------------------------------


def price_of(fields: Mapping[str, Any], switches: Switches) -> int:
    """A VND price within the limits: whole, a JSON number (7)."""
    value = number(fields, "original_price")
    if value != int(value):
        if switches.fraction == "refused":
            raise Refused("error_invalid_price", "Please use the correct price format.")
        value = int(value + 0.5)
    limits = catalogue.LIMITS["price_limit"]
    if value < limits["min_limit"]:
        raise Refused(
            "error_price_exceed_min_limitt", "Original_price is less than min price limit."
        )
    if value > limits["max_limit"]:
        raise Refused(
            "error_price_exceed_max_limitt", "Original_price is more than max price limit."
        )
    return int(value)


def stock_of(
    fields: Mapping[str, Any], warehouses: Sequence[str], switches: Switches
) -> tuple[int, str]:
    """Units and the location from ``seller_stock`` (3.10; location only for multi-warehouse)."""
    entry = rows(fields, "seller_stock", 1, 50)[0]
    units, location = whole(entry, "stock"), text(entry, "location_id")
    if warehouses and location not in warehouses:
        raise Refused("error_auth", "location_id is required for multi warehouse shop.")
    if location and not warehouses:
        raise Refused("error_auth", "location_id is not allowed for this shop.")
    high = catalogue.LIMITS["stock_limit"]["max_limit"]
    if not switches.min_stock <= units <= high:
        raise Refused("error_param", f"Stock should be within {switches.min_stock}-{high}")
    return units, location


MAX_RATIO = 5
"""Dearest / cheapest pack of one item in Vietnam (7)."""


def ratio_holds(prices: Sequence[int]) -> bool:
    return not prices or max(prices) <= MAX_RATIO * min(prices)
