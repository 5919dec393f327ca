"""Product categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sandbox.woocommerce.call import Call
from sandbox.woocommerce.refusals import Refused, invalid
from sandbox.woocommerce.world import UNCATEGORIZED, World


def first() -> list[dict[str, Any]]:
    """A fresh shop has one."""
    return [{"id": UNCATEGORIZED, "name": "Uncategorized", "slug": "uncategorized", "parent": 0}]


def found(world: World, call: Call) -> list[dict[str, Any]]:
    rows = world.categories[call.of_site().folder]
    if "slug" in call.query:
        rows = [r for r in rows if r["slug"] == call.query["slug"]]
    if "include" in call.query:
        ids = call.ids("include")
        rows = [r for r in rows if r["id"] in ids]
    return sorted(rows, key=lambda r: str(r["name"]))


def create(world: World, site: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A name or slug that stands already is told with the term that has it."""
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid("name", "is required.")
    slug = str(body.get("slug") or slug_of(name))
    rows = world.categories[site]
    for row in rows:
        if row["slug"] == slug or row["name"].casefold() == name.casefold():
            words = "A term with the name provided already exists with this parent."
            raise Refused(400, "term_exists", words, resource_id=row["id"])
    row = {"id": world.next_id(), "name": name, "slug": slug, "parent": int(body.get("parent", 0))}
    rows.append(row)
    world.touched.add(("categories", site))
    return row


def slug_of(name: str) -> str:
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
