"""A row of ours: one listing with one pack, as the verbs wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import orjson

from connectors.contract import Content, Facts, Paper, Variant


@dataclass(frozen=True, slots=True)
class Row:
    """Price in đồng, stock in units. ``on``: a buyer may see it."""

    sku: str
    item_sku: str
    content: Content
    variant: Variant
    price_vnd: int
    stock: int
    on: bool

    def body(self) -> bytes:
        """What does not change with price, stock and availability, as it is stored."""
        return orjson.dumps([self.content, self.variant])

    def digest(self) -> bytes:
        """The row's content hash: two rows with one digest make the same line of a file."""
        state = orjson.dumps([self.sku, self.item_sku, self.price_vnd, self.stock, self.on])
        return hashlib.sha256(self.body() + state).digest()[:16]


def row_from(sku: str, item_sku: str, body: bytes, price: int, stock: int, on: bool) -> Row:
    """The row as it was stored."""
    content, variant = orjson.loads(body)
    return Row(sku, item_sku, _content(content), Variant(**variant), price, stock, on)


def _content(body: dict[str, Any]) -> Content:
    return Content(
        title=body["title"],
        description=body["description"],
        category_id=body["category_id"],
        attributes=(),
        image_ids=tuple(body["image_ids"]),
        weight_g=body["weight_g"],
        dims_mm=tuple(body["dims_mm"]),
        facts=_known(Facts, body["facts"]),
        papers=tuple(_known(Paper, paper) for paper in body["papers"]),
    )


def _known(kind: type[Any], body: Mapping[str, Any]) -> Any:
    """Without fields that a later version of the contract no longer has."""
    names = {f.name for f in fields(kind)}
    return kind(**{name: value for name, value in body.items() if name in names})
