"""The category tree with its attributes, values and papers, from ``catalogue.json`` (3.2).

Ids and words are our own choice, in the shapes of the reference; a few are the reference's.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

_DATA = orjson.loads(Path(__file__).with_name("catalogue.json").read_bytes())

CATEGORIES: dict[int, dict[str, Any]] = {c["id"]: c for c in _DATA["categories"]}
PRIMARY = frozenset(i for i, c in CATEGORIES.items() if c["primary"])
VALUES: dict[int, list[str]] = {int(i): names for i, names in _DATA["values"].items()}
BRAND = 603


def attributes_of(category_id: int) -> list[dict[str, Any]]:
    """Attribute rows of a category, each with its ``code`` and ``required``; none for one that is
    not primary."""
    group = _DATA["attributes_of"].get(str(category_id))
    return [
        {"code": code, "required": bool(required), **_DATA["attributes"][code]}
        for code, required in _DATA["groups"].get(group, [])
    ]


def documents_of(category_id: int) -> list[dict[str, Any]]:
    """Papers of a category: ``document_id``, name (and in English), whether one must be there."""
    return [
        {"document_id": i, "required": bool(required), **_DATA["documents"][str(i)]}
        for i, required in _DATA["documents_of"].get(str(category_id), [])
    ]
