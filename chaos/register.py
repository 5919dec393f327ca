"""The register's own file: every state that it was in, as the second opinion reads it.

The sandbox keeps each version of each product; nothing here asks the program.
"""

from __future__ import annotations

import copy
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from tests.system import checker
from tests.system.checker import Product

Book = dict[str, Product]


def changes(home: Path, first: Mapping[str, Product]) -> Iterator[tuple[str, Product]]:
    """Each edit in order: the code and the product as it then was. ``first`` is the book of the
    first day."""
    now = copy.deepcopy(dict(first))
    path = home / "demo" / "registry" / "registry.sqlite3"
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT code, kind, product FROM version ORDER BY seq").fetchall()
    for code, kind, body in rows:
        if kind != "entered":
            now[code] = _edited(now[code], kind, orjson.loads(body))
            yield code, now[code]


def last(home: Path, first: Mapping[str, Product]) -> Book:
    """The book as it is now."""
    return dict(first) | dict(changes(home, first))


def _edited(product: Product, kind: str, body: Mapping[str, Any]) -> Product:
    """``expires`` long ago stands for what may not be sold any more."""
    gone = kind == "withdrawn" or any(c["status"] == "revoked" for c in body["certificates"][:1])
    said = {row["pack"]: row for row in body["variants"]}
    packs = [
        replace(pack, price=said[pack.text]["price_vnd"], stock=said[pack.text]["stock"])
        for pack in product.packs
    ]
    return replace(product, packs=packs, expires=date.min if gone else product.expires)


def on_first_day(day: date) -> Book:
    return checker.book((day - checker.BOOK_DAY).days)
