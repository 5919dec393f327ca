"""One request as the handlers see it, and the readers of its fields, strict about types (2.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.shopee.refusals import Refused, missing, mistyped, too_long
from sandbox.shopee.world import Item, Shop

UINT32 = 4294967295


@dataclass(slots=True)
class Call:
    """``changed`` collects the items that the call changed, for the journal."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes
    now: float
    shop: Shop | None = None
    query: dict[str, list[str]] = field(default_factory=dict)
    changed: list[Item] = field(default_factory=list)
    warning: str = ""

    def __post_init__(self) -> None:
        for name, value in parse_qsl(self.raw_query, keep_blank_values=True):
            self.query.setdefault(name, []).append(value)

    def first(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[0] if values else None

    def json(self) -> dict[str, Any]:
        """The JSON body. A GET's body is ignored by the channel (trap 8)."""
        if not self.body:
            raise Refused("error_param", "EOF")
        try:
            value = orjson.loads(self.body)
        except ValueError:
            raise Refused("error_param", "parse request body failed") from None
        if not isinstance(value, dict):
            raise Refused("error_param", "request body must be an object")
        return value

    def of_shop(self) -> Shop:
        """The shop that the token speaks for; only shop endpoints ask."""
        if self.shop is None:
            raise Refused("error_param", "There is no shop_id in query.", kind="gateway")
        return self.shop

    # --- query ------------------------------------------------------------------------------

    def query_int(self, name: str, low: int, high: int) -> int:
        """A required whole number of the query within bounds."""
        text = self.first(name)
        if text is None or text == "":
            raise missing(name)
        if not text.isdigit():
            raise mistyped(name)
        if int(text) > high:
            raise too_long(name, int(text), high)
        if int(text) < low:
            raise Refused("error_param", f"invalid field {name}: value '{text}' is too small")
        return int(text)

    def query_ids(self, name: str, most: int) -> list[int]:
        """A list of ids: repeated keys or comma-joined, both are taken (3)."""
        parts = [p for value in self.query.get(name, []) for p in value.split(",") if p.strip()]
        if not parts:
            raise missing(name)
        if not all(p.strip().isdigit() for p in parts):
            raise mistyped(name)
        if len(parts) > most:
            raise too_long(name, len(parts), most)
        return [int(p) for p in parts]


def whole(body: Mapping[str, Any], name: str) -> int:
    """A required int64 of a body."""
    value = body.get(name)
    if value is None:
        raise missing(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise mistyped(name)
    return value


def number(body: Mapping[str, Any], name: str) -> float:
    """A required JSON number, never a text (7)."""
    value = body.get(name)
    if value is None:
        raise missing(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise mistyped(name)
    return float(value)


def text(body: Mapping[str, Any], name: str) -> str:
    """An optional text, "" when absent."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise mistyped(name)
    return value


def rows(body: Mapping[str, Any], name: str, low: int, high: int) -> Sequence[dict[str, Any]]:
    """A list of objects with between ``low`` and ``high`` entries."""
    value = body.get(name)
    if value is None:
        if low == 0:
            return []
        raise missing(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise mistyped(name)
    if len(value) > high:
        raise too_long(name, len(value), high)
    if len(value) < low:
        raise missing(name)
    return value
