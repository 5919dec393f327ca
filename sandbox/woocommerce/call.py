"""One request as the handlers see it, with its query read as strictly as the server does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson

from sandbox.woocommerce.refusals import Refused, invalid
from sandbox.woocommerce.world import Product, Site


@dataclass(slots=True)
class Call:
    """``path`` is the whole path, ``route`` what stands behind ``/wp-json/wc/v3/``. ``changed``
    collects the products that the call changed, for the journal; ``rows`` how many it wrote;
    ``first_row_down``: by a fault, the first row of a batch is not carried out; ``pictures_down``:
    no picture is fetched."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes
    now: float
    route: str = ""
    site: Site | None = None
    query: dict[str, str] = field(default_factory=dict)
    changed: list[Product] = field(default_factory=list)
    rows: int = 0
    first_row_down: bool = False
    pictures_down: bool = False

    def __post_init__(self) -> None:
        self.query = dict(parse_qsl(self.raw_query, keep_blank_values=True))

    def of_site(self) -> Site:
        if self.site is None:
            raise RuntimeError("the gate lets nobody in without a site")
        return self.site

    def json(self) -> dict[str, Any]:
        """The JSON body."""
        if not self.body:
            return {}
        try:
            value = orjson.loads(self.body)
        except ValueError:
            raise Refused(400, "rest_invalid_json", "Invalid JSON body passed.") from None
        return value if isinstance(value, dict) else {}

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number of the query within bounds."""
        text = self.query.get(name)
        if text is None:
            return default
        if not text.lstrip("-").isdigit():
            raise invalid(name, "is not of type integer.")
        if not low <= int(text) <= high:
            raise invalid(name, f"must be between {low} (inclusive) and {high} (inclusive)")
        return int(text)

    def parts(self, name: str) -> list[str]:
        """A list of the query, its parts divided by commas."""
        return [p.strip() for p in self.query.get(name, "").split(",") if p.strip()]

    def ids(self, name: str) -> list[int]:
        parts = self.parts(name)
        if not all(p.isdigit() for p in parts):
            raise invalid(name, "is not of type integer.")
        return [int(p) for p in parts]

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")
