"""A page of the registry as the worker takes it: keys first, products only when asked for.

A registry that counts versions is taken at its word: the version is the digest, and an unchanged
page costs no more than reading it. Without versions the statement itself is digested.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.registry.contract import (
    Key,
    Page,
    RowProblem,
    SourceProduct,
    Tombstone,
    statement_digest,
)
from connectors.registry.http_json.items import problem, product


@dataclass(frozen=True, slots=True)
class JsonPage(Page):
    """``items`` are the live ones by code, as decoded."""

    items: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def keys(self) -> list[Key]:
        return [_key(code, item) for code, item in self.items.items()]

    def parse(self, codes: Collection[str]) -> tuple[list[SourceProduct], list[RowProblem]]:
        products: list[SourceProduct] = []
        problems: list[RowProblem] = []
        for code in codes:
            read, wrong = product(self.items[code])
            problems += wrong
            if read is not None:
                products.append(read)
        return products, problems


def _key(code: str, item: Mapping[str, Any]) -> Key:
    version = item.get("version")
    if type(version) is int and 0 <= version < 2**63:
        return code, version.to_bytes(16, "big"), version
    digest = statement_digest(orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
    return code, digest, None


def page_of(rows: list[Any]) -> JsonPage:
    """Sort a page's rows: products, tombstones, and what is neither. An item that comes twice
    counts once, with its highest version."""
    items: dict[str, Mapping[str, Any]] = {}
    tombstones: list[Tombstone] = []
    problems: list[RowProblem] = []
    for row in rows:
        code = row.get("code") if isinstance(row, dict) else None
        if not isinstance(code, str) or not code:
            problems.append(problem("?", "CODE_MISSING", "code", row, "mã sản phẩm"))
        elif row.get("deleted") is True:
            tombstones.append(_tombstone(code, row))
        elif code not in items or _version(row) >= _version(items[code]):
            items[code] = row
    return JsonPage(
        tombstones=tuple(tombstones),
        problems=tuple(problems),
        rejected=len(problems),
        items=items,
    )


def _tombstone(code: str, row: Mapping[str, Any]) -> Tombstone:
    version = row.get("version")
    return Tombstone(code, version if type(version) is int else None, str(row.get("reason") or ""))


def _version(row: Mapping[str, Any]) -> int:
    version = row.get("version")
    return version if type(version) is int else 0
