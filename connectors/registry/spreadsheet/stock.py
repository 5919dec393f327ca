"""Stock: units on hand; empty is unknown, never 0 (registry-formats.md 2, "Codes, phones …")."""

from __future__ import annotations

import re

from connectors.registry.spreadsheet.cells import Parsed, Raw, shown
from connectors.registry.spreadsheet.text import clean, fold

_NONE_LEFT = re.compile(r"(?:da |tam )?het(?: hang)?")
_OUT_OF_SEASON = re.compile(r"(?:da |tam )?het (?:vu|mua)|trai vu|chua (?:den|toi) vu")
_UNITS = re.compile(
    r"(-?)([0-9]{1,3}(?:[., ][0-9]{3}){1,2}|[0-9]{1,9})(?:[.,]0)?( ?[^\W\d_][^\d]*)?"
)


def parse_stock(raw: Raw) -> Parsed[int]:
    """Units, or None when the cell is empty. Problems: STOCK_NEGATIVE, STOCK_INVALID."""
    text = clean(shown(raw)).replace("−", "-")
    if not text:
        return Parsed(warnings=("STOCK_MISSING",))
    plain = fold(text)
    if _OUT_OF_SEASON.fullmatch(plain):
        return Parsed(0, warnings=("STOCK_OUT_OF_SEASON",))
    if _NONE_LEFT.fullmatch(plain):
        return Parsed(0, warnings=("STOCK_SOLD_OUT",))
    match = _UNITS.fullmatch(plain)
    if match is None or isinstance(raw, bool):
        return Parsed(problem="STOCK_INVALID")
    units = int(re.sub("[., ]", "", match[2]))
    if match[1] and units:
        return Parsed(problem="STOCK_NEGATIVE")
    return Parsed(units, warnings=("STOCK_UNIT_TEXT",) if match[3] else ())
