"""One request as the handlers see it, and the readers of its fields, strict about types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.tiki.refusals import bad, unprocessable
from sandbox.tiki.world import Product, Request, Seller, Token


@dataclass(slots=True)
class Call:
    """``path`` loses the API's prefix on its way; ``changed`` collects what the call changed, for
    the journal."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes
    now: float
    seller: Seller | None = None
    token: Token | None = None
    full_path: str = ""
    query: dict[str, str] = field(default_factory=dict)
    changed: list[Product | Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.full_path = self.path
        self.query = dict(parse_qsl(self.raw_query, keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        try:
            value = orjson.loads(self.body)
        except ValueError:
            raise bad("Request body is not valid JSON") from None
        if not isinstance(value, dict):
            raise bad("Request body must be an object")
        return value

    def form(self) -> dict[str, str]:
        """The token endpoint's body (1)."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def of_seller(self) -> Seller:
        assert self.seller is not None  # noqa: S101 (the gate ran before)
        return self.seller

    def query_int(self, name: str, default: int, low: int, high: int) -> int:
        text = self.query.get(name)
        if text is None:
            return default
        if not text.isdigit() or not low <= int(text) <= high:
            raise bad(f"{name} must be a number between {low} and {high}")
        return int(text)


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def whole(body: Mapping[str, Any], name: str) -> int:
    """A required whole number. Raises Refused."""
    value = body.get(name)
    if not is_whole(value):
        raise unprocessable(f"{name} must be an integer")
    assert isinstance(value, int)  # noqa: S101 (is_whole said so)
    return value
