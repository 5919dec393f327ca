"""The market's data: categories with their attributes, limits and shipping channels, from JSON.

The tree and all ids are invented; the shapes are the channel's (3.1, 3.2, 3.5, 3.6).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

_DATA = orjson.loads((Path(__file__).parent / "catalogue.json").read_bytes())

CATEGORIES: dict[int, dict[str, Any]] = {c["id"]: c for c in _DATA["categories"]}
PARENTS = {c["parent"] for c in _DATA["categories"]}
LEAVES = frozenset(CATEGORIES) - PARENTS
BLOCKED = frozenset(c["id"] for c in _DATA["categories"] if c.get("blocked"))
ATTRIBUTES: dict[int, dict[str, Any]] = {a["id"]: a for a in _DATA["attributes"]}
LOGISTICS: list[dict[str, Any]] = _DATA["logistics"]
LIMITS: dict[str, Any] = _DATA["limits"]
USABLE_CHANNELS = {
    c["logistics_channel_id"]: c for c in LOGISTICS if c["enabled"] and not c["mask_channel_id"]
}


def attribute_ids(category_id: int) -> dict[int, bool]:
    """The attributes of a leaf: id → mandatory."""
    own = CATEGORIES[category_id]["attributes"]
    return {int(i): mandatory for i, mandatory in own.items()}


def description_min(category_id: int) -> int:
    low: int = CATEGORIES.get(category_id, {}).get(
        "description_min", LIMITS["item_description_length_limit"]["min_limit"]
    )
    return low
