"""Rows compared with each other: who is the same product (registry-formats.md 3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from connectors.registry.spreadsheet.problems import Problem
from connectors.registry.spreadsheet.producers import producer_key
from connectors.registry.spreadsheet.row import ProductRow
from connectors.registry.spreadsheet.text import fold, has_diacritics, reduced, tone_key

_SHARED = ("group", "stars", "decision", "recognised_on")
"""Facts of the certificate, which all packs of a product have in common."""


@dataclass(slots=True)
class _Seen:
    first: dict[str, ProductRow] = field(default_factory=dict)
    packs: dict[tuple[str, str], ProductRow] = field(default_factory=dict)
    names: dict[tuple[str, str], ProductRow] = field(default_factory=dict)
    gtins: dict[str, ProductRow] = field(default_factory=dict)


def compare(rows: Iterable[ProductRow]) -> list[ProductRow]:
    """The rows with what only their neighbours show: duplicates and conflicts.

    The earlier row wins and the later one gets the problem. A rejected row wins nothing.
    """
    seen = _Seen()
    compared = []
    for row in rows:
        problem = None if row.status == "reject" else _against(row, seen)
        if problem:
            row = replace(row, problems=(*row.problems, problem))
        if row.status != "reject":
            _remember(row, seen)
        compared.append(row)
    return compared


def _against(row: ProductRow, seen: _Seen) -> Problem | None:
    twin = seen.names.get(_name_key(row))
    if row.code is None:
        # Only a suggestion: the row already waits because it has no code.
        return None
    first = seen.first.get(row.code)
    if first and (different := _differing_fact(first, row)):
        found = f"{row.code}: {row.name}"
        return Problem("CODE_CONFLICT", different, found, f"Dòng {first.number} là {first.name}")
    if first and (same := seen.packs.get((row.code, _pack_key(row)))):
        found = f"{row.code}, {row.pack}"
        return Problem("DUPLICATE_ROW", "code", found, f"Trùng dòng {same.number}")
    if twin and twin.code not in (None, row.code):
        hint = f"Cùng tên và chủ thể với dòng {twin.number}, mã {twin.code}"
        return Problem("POSSIBLE_DUPLICATE", "code", row.code, hint)
    if row.gtin and (other := seen.gtins.get(row.gtin)):
        return Problem("GTIN_REPEATED", "gtin", row.gtin, f"Trùng dòng {other.number}")
    return None


def _remember(row: ProductRow, seen: _Seen) -> None:
    if row.code and not any(p.code == "CODE_CONFLICT" for p in row.problems):
        seen.first.setdefault(row.code, row)
        seen.packs.setdefault((row.code, _pack_key(row)), row)
    seen.names.setdefault(_name_key(row), row)
    if row.gtin:
        seen.gtins.setdefault(row.gtin, row)


def _differing_fact(first: ProductRow, row: ProductRow) -> str:
    """The field in which two rows of one code contradict each other, "" when in none."""
    if not _same_words(first.name or "", row.name or ""):
        return "code"
    if producer_key(first.producer) != producer_key(row.producer):
        return "code"
    for fact in _SHARED:
        ours, theirs = getattr(first, fact), getattr(row, fact)
        if ours and theirs and ours != theirs:
            return fact
    return ""


def _same_words(one: str, other: str) -> bool:
    """Signs carry meaning, so they count, unless one of the two was typed without any."""
    if has_diacritics(one) and has_diacritics(other):
        return tone_key(one) == tone_key(other)
    return fold(one) == fold(other)


def _name_key(row: ProductRow) -> tuple[str, str]:
    return reduced(row.name or ""), producer_key(row.producer)


def _pack_key(row: ProductRow) -> str:
    """Retyping "500g" as "500 g" is the same pack."""
    return reduced(row.pack) or f"{row.net_g}/{row.net_ml}"
