"""The text cells of one row, out of whatever encoding they were typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.registry.spreadsheet.cells import Cell, shown
from connectors.registry.spreadsheet.legacy import (
    MOJIBAKE,
    repair_mojibake,
    suspected_code,
    to_unicode,
)
from connectors.registry.spreadsheet.problems import Problem
from connectors.registry.spreadsheet.syllables import plausible
from connectors.registry.spreadsheet.text import clean, clean_warnings

_FIELDS = (
    "name",
    "producer",
    "producer_kind",
    "district",
    "commune",
    "group",
    "decision",
    "pack",
    "shelf_life",
    "self_declaration",
    "description",
    "note",
)
_WATCHED = _FIELDS[:8]
"""Fields in which a changed form is worth a warning; long text is cleaned in silence."""


@dataclass(frozen=True, slots=True)
class RowTexts:
    """``values``: clean text by field, "" where the cell is empty or the column is missing."""

    values: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()


def read_texts(cells: Mapping[str, Cell]) -> RowTexts:
    """All text fields of a row. A row is in one encoding, so it gets at most one such problem."""
    typed = {f: shown(cells[f].value) for f in _FIELDS if f in cells and not cells[f].problem}
    repaired = {field: repair_mojibake(text) for field, text in typed.items()}
    code = suspected_code([(text, cells[field].font) for field, text in repaired.items()])
    values = {
        field: to_unicode(text, code, cells[field].font) if code else text
        for field, text in repaired.items()
    }
    warnings = {w for field in _WATCHED for w in clean_warnings(values.get(field, ""))}
    problems = []
    for name, before, after in ((MOJIBAKE, typed, repaired), (code, repaired, values)):
        changed = [field for field in before if _differ(before[field], after[field])]
        if changed:
            problems.append(_foreign(name, changed[0], before, after, changed))
    return RowTexts(
        {field: _cleaned(field, values.get(field, "")) for field in _FIELDS},
        tuple(problems),
        tuple(warnings),
    )


def _differ(before: str, after: str) -> bool:
    return clean(before) != clean(after)


def _foreign(
    code: str, field: str, before: Mapping[str, str], after: Mapping[str, str], changed: list[str]
) -> Problem:
    """Converted text that is no Vietnamese was no text in that encoding: the row is refused."""
    readable = plausible(" ".join(after[field] for field in changed))
    hint = f"Đọc được là: {clean(after[field])}" if readable else f"Nghi mã {code}, không đọc được"
    return Problem(code, field, clean(before[field]), hint, rejecting=not readable)


def _cleaned(field: str, text: str) -> str:
    if field != "description":
        return clean(text)
    return "\n".join(line for line in map(clean, text.splitlines()) if line)
