"""Reading the catalogue: tree, attributes, brands, recommended category, limits (3.1-3.3, 3.6)."""

from __future__ import annotations

import unicodedata
from typing import Any

from sandbox.shopee import catalogue
from sandbox.shopee.call import Call
from sandbox.shopee.refusals import Refused, missing
from sandbox.shopee.switches import Switches


def get_category(switches: Switches, call: Call) -> dict[str, Any]:
    language = call.first("language") or "en"
    if language not in ("en", "vi"):
        raise Refused("error_invalid_language", "Invalid language.")
    return {
        "category_list": [
            {
                "category_id": c["id"],
                "parent_category_id": c["parent"],
                "original_category_name": c["en"],
                "display_category_name": c[language],
                "has_children": c["id"] in catalogue.PARENTS,
            }
            for c in catalogue.CATEGORIES.values()
        ]
    }


def get_attribute_tree(switches: Switches, call: Call) -> dict[str, Any]:
    """3.2: here the language is ``vn``; the list is also taken under its other name (10.11)."""
    language = call.first("language") or "en"
    if language not in ("en", "vn"):
        raise Refused("error_invalid_language", "Invalid language.")
    name = "category_ids" if call.first("category_ids") else "category_id_list"
    ids = call.query_ids(name, 20)
    if any(i not in catalogue.LEAVES for i in ids):
        raise Refused("error_invalid_category", "Invalid category id.")
    shown = "vi" if language == "vn" else "en"
    return {
        "list": [
            {
                "category_id": i,
                "attribute_tree": [
                    _attribute(catalogue.ATTRIBUTES[a], mandatory, shown)
                    for a, mandatory in catalogue.attribute_ids(i).items()
                ],
            }
            for i in ids
        ]
    }


def _attribute(one: dict[str, Any], mandatory: bool, language: str) -> dict[str, Any]:
    return {
        "attribute_id": one["id"],
        "mandatory": mandatory,
        "name": one[language],
        "attribute_value_list": [
            {
                "value_id": v["id"],
                "name": v[language],
                "value_unit": "",
                "child_attribute_list": [
                    _attribute(catalogue.ATTRIBUTES[child], required, language)
                    for child, required in v.get("children", [])
                ],
                "multi_lang": [],
            }
            for v in one.get("values", [])
        ],
        "attribute_info": {
            "input_type": one["input_type"],
            "input_validation_type": one.get("validation", 0),
            "format_type": 2 if one.get("units") else 1,
            "date_format_type": 0,
            "attribute_unit_list": one.get("units", []),
            "max_value_count": one.get("max", 1),
            "introduction": "",
            "is_oem": False,
            "support_search_value": False,
        },
        "multi_lang": [],
    }


def get_brand_list(switches: Switches, call: Call) -> dict[str, Any]:
    call.query_int("offset", 0, 1_000_000)
    call.query_int("page_size", 1, 100)
    if call.query_int("category_id", 0, 2**53) not in catalogue.LEAVES:
        raise Refused("error_invalid_category", "Invalid category id.")
    call.query_int("status", 1, 2)
    brand = {"brand_id": 0, "original_brand_name": "NoBrand", "display_brand_name": "No Brand"}
    return {
        "brand_list": [brand],
        "has_next_page": False,
        "next_offset": 0,
        "is_mandatory": True,
        "input_type": "DROP_DOWN",
    }


def category_recommend(switches: Switches, call: Call) -> dict[str, Any]:
    """The leaves whose names share most words with the item's."""
    name = call.first("item_name")
    if not name:
        raise missing("item_name")
    wanted = _words(name)
    scored = sorted(
        (-len(wanted & _words(catalogue.CATEGORIES[i]["vi"])), i) for i in catalogue.LEAVES
    )
    return {"category_id": [i for score, i in scored[:3] if score < 0]}


def _words(text: str) -> set[str]:
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return set(
        "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    )


def get_item_limit(switches: Switches, call: Call) -> dict[str, Any]:
    category = call.first("category_id")
    limits = {k: v for k, v in catalogue.LIMITS.items() if k != "gtin_limit"}
    if switches.null_limits:
        limits["price_limit"] = {"min_limit": None, "max_limit": None}
    limits["stock_limit"] = {
        "min_limit": switches.min_stock,
        "max_limit": catalogue.LIMITS["stock_limit"]["max_limit"],
    }
    if category and category.isdigit():
        low = catalogue.description_min(int(category))
        limits["item_description_length_limit"] = {
            **limits["item_description_length_limit"], "min_limit": low,
        }  # fmt: skip
    return {**limits, "gtin_limit": {"gtin_validation_rule": switches.gtin_rule}}
