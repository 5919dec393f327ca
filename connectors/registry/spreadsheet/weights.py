"""Net weights and volumes (registry-formats.md 2, "Weights and volumes")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from connectors.registry.spreadsheet.cells import Parsed, Raw
from connectors.registry.spreadsheet.text import clean


@dataclass(frozen=True, slots=True)
class Net:
    """What a pack holds in all: grams or millilitres; ``count`` units when written "24 x …"."""

    grams: int | None = None
    millilitres: int | None = None
    count: int | None = None


_UNITS = {
    **dict.fromkeys(("g", "gr", "gam", "gram", "grams"), ("g", 1)),
    **dict.fromkeys(("kg", "kí", "ký", "ki", "kilogam", "kilogram"), ("g", 1_000)),
    **dict.fromkeys(("ml", "mililit", "mililít"), ("ml", 1)),
    **dict.fromkeys(("l", "lít", "lit"), ("ml", 1_000)),
}
_NET = re.compile(
    r"(?:(?P<count>[0-9]{1,4}) ?(?:[^\W\d_]+ ?){0,3}[x×*] ?)?"
    r"(?P<number>[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,9}(?:[.,][0-9]{1,3})?)"
    r" ?(?P<unit>[^\W\d_]+)?\.?(?: ?/.*)?"
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
MAX_NET = 1_000_000
"""A tonne, in grams: more is a slip of the unit."""


def parse_net(raw: Raw, unit: str = "") -> Parsed[Net]:
    """A net cell; ``unit`` is what the column's header names ("g", "kg", "ml"), "" when nothing.

    Problems: NET_UNIT_MISSING for a bare number below 10, NET_INVALID for what is no amount.
    """
    if isinstance(raw, str):
        text = clean(raw).lower()
    elif isinstance(raw, int | float) and not isinstance(raw, bool):
        text = str(int(raw)) if raw == raw // 1 else str(raw).replace(".", ",")
    else:
        return Parsed(problem="NET_INVALID")
    match = _NET.fullmatch(text)
    if match is None:
        return Parsed(problem="NET_INVALID")
    return _measured(match, unit)


def _measured(match: re.Match[str], column_unit: str) -> Parsed[Net]:
    number, warnings = _number(match["number"])
    named = match["unit"] or column_unit
    if not named:
        if number < 10:
            return Parsed(problem="NET_UNIT_MISSING")
        named, warnings = "g", ("NET_UNIT_ASSUMED_G",)
    if named not in _UNITS or (_GROUPED.fullmatch(match["number"]) and _UNITS[named][1] > 1):
        return Parsed(problem="NET_INVALID")  # "1.500 kg" may be a tonne and a half
    count = int(match["count"]) if match["count"] else None
    kind, scale = _UNITS[named]
    total = number * scale * (1 if count is None else count)
    if total != total.to_integral_value() or not 0 < total <= MAX_NET:
        return Parsed(problem="NET_INVALID")
    whole = int(total)
    net = Net(whole, None, count) if kind == "g" else Net(None, whole, count)
    return Parsed(net, warnings=warnings)


def _number(text: str) -> tuple[Decimal, tuple[str, ...]]:
    """The dot groups in "1.500" and divides in "0.25" and "1.5"; the comma divides."""
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(".", "")), ()
    if "." in text:
        return Decimal(text), ("DECIMAL_POINT_IN_WEIGHT",)
    return Decimal(text.replace(",", ".")), ()
