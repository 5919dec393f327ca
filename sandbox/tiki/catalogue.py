"""The category tree with its attributes, values and papers, from ``catalogue.json`` (3.2).

Ids and words are our own choice, in the shapes of the reference; a few are the reference's.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from sandbox.tiki.switches import Switches

_DATA = orjson.loads(Path(__file__).with_name("catalogue.json").read_bytes())

CATEGORIES: dict[int, dict[str, Any]] = {c["id"]: c for c in _DATA["categories"]}
PRIMARY = frozenset(i for i, c in CATEGORIES.items() if c["primary"])
VALUES: dict[int, list[str]] = {int(i): names for i, names in _DATA["values"].items()}
BRAND = 603
ORIGINS = (560, 610)


def attributes_of(category_id: int) -> list[dict[str, Any]]:
    """Attribute rows of a category, each with its ``code`` and ``required``; none for one that is
    not primary."""
    group = _DATA["attributes_of"].get(str(category_id))
    return [
        {"code": code, "required": bool(required), **_DATA["attributes"][code]}
        for code, required in _DATA["groups"].get(group, [])
    ]


def input_type(row: Mapping[str, Any], switches: Switches) -> str:
    """Whether a value comes out of a list is a switch for some (3.2)."""
    if row["id"] == BRAND and not switches.brand_listed:
        return "text"
    if row["id"] in ORIGINS and switches.home_listed != "no":
        return "select"
    return str(row["input_type"])


def values_of(attribute_id: int, switches: Switches) -> list[str] | None:
    """The legal values; None for an attribute that has no list."""
    if attribute_id in ORIGINS and switches.home_listed != "no":
        return ["China", "Thailand", switches.home_listed]
    return VALUES.get(attribute_id)


def documents_of(category_id: int) -> list[dict[str, Any]]:
    """Papers of a category: ``document_id``, name (and in English), whether one must be there."""
    return [
        {"document_id": i, "required": bool(required), **_DATA["documents"][str(i)]}
        for i, required in _DATA["documents_of"].get(str(category_id), [])
    ]
