"""A page of the registry as the worker takes it: keys first, products only when asked for.

A registry that counts versions is taken at its word: the version is the digest, and an unchanged
page costs no more than reading it. Without versions the statement itself is digested.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    """``raw`` is the page's JSON, kept instead of what it decodes to: most pages hold nothing
    new, and ten thousand decoded items in memory cost more than decoding one page again."""

    raw: bytes = b""
    known: tuple[Key, ...] = ()

    def keys(self) -> Sequence[Key]:
        return self.known

    def parse(self, codes: Collection[str]) -> tuple[list[SourceProduct], list[RowProblem]]:
        items = _sorted(orjson.loads(self.raw)["items"])[0]
        products: list[SourceProduct] = []
        problems: list[RowProblem] = []
        for code in codes:
            read, wrong = product(items[code])
            problems += wrong
            if read is not None:
                products.append(read)
        return products, problems


def page_of(raw: bytes, rows: Sequence[Any]) -> JsonPage:
    """Sort a page's rows (``raw`` decoded): products, tombstones, and what is neither. An item
    that comes twice counts once, with its highest version."""
    plain = _all_plain(rows)
    if plain is not None:
        return JsonPage(raw=raw, known=plain)
    items, tombstones, problems = _sorted(rows)
    return JsonPage(
        tombstones=tuple(tombstones),
        problems=tuple(problems),
        rejected=len(problems),
        raw=raw,
        known=tuple(_key(code, item) for code, item in items.items()),
    )


def _all_plain(rows: Sequence[Any]) -> tuple[Key, ...] | None:
    """The keys when all rows are different products with versions, as on nearly every page."""
    try:
        known = tuple([
            (row["code"], b"%d" % row["version"], row["version"])
            for row in rows
            if row["deleted"] is False
        ])  # fmt: skip
    except (KeyError, TypeError):
        return None
    codes = {code for code, _digest, _version in known}
    good = all(type(code) is str and code and type(version) is int for code, _, version in known)
    return known if good and len(codes) == len(rows) else None


def _key(code: str, item: Mapping[str, Any]) -> Key:
    version = item.get("version")
    if type(version) is int:
        return code, b"%d" % version, version
    digest = statement_digest(orjson.dumps(item, option=orjson.OPT_SORT_KEYS))
    return code, digest, None


Sorted = tuple[dict[str, Mapping[str, Any]], list[Tombstone], list[RowProblem]]


def _sorted(rows: Sequence[Any]) -> Sorted:
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
    return items, tombstones, problems


def _tombstone(code: str, row: Mapping[str, Any]) -> Tombstone:
    version = row.get("version")
    return Tombstone(code, version if type(version) is int else None, str(row.get("reason") or ""))


def _version(row: Mapping[str, Any]) -> int:
    version = row.get("version")
    return version if type(version) is int else 0
