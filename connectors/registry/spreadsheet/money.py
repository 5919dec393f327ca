"""Prices: what people type for đồng (registry-formats.md 2, "Money"). Never through a float."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from connectors.registry.spreadsheet.cells import Parsed, Raw, shown
from connectors.registry.spreadsheet.text import clean, has_letter

LOWEST_VND = 1_000
HIGHEST_VND = 100_000_000
"""The field dictionary's bounds (registry-formats.md 1, price_vnd)."""


@dataclass(frozen=True, slots=True)
class Price:
    """``per`` is the unit after the slash ("hộp", "kg"), "" when none was written."""

    vnd: int
    per: str = ""


_CURRENCY = re.compile(r"(?<![^\W\d_])(?:đồng|dong|vnđ|vnd|đ|₫)(?![^\W\d_])|(?<=\d)(?:đ|₫)")
_RANGE = re.compile(r"\d\D{0,12}?(?:[-–—~]|đến|den)\s*\d")
_SCALED = re.compile(
    r"([0-9]{1,9}(?:[.,][0-9]{1,3})?) ?(k|nghìn|ngàn|nghin|ngan|triệu|trieu|tr)\.?"
)
_SCALES = {"k": 1_000, "n": 1_000, "t": 1_000_000}
_PLAIN = re.compile(r"([0-9]{1,15})(?:[.,]0{1,2})?")
_DOTS = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3}){1,4})(?:,0{1,2})?")
_SPACED = re.compile(r"([0-9]{1,3}(?: [0-9]{3}){1,4})(?:,0{1,2})?")
_COMMAS = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.0{1,2})?")


def parse_price(raw: Raw) -> Parsed[Price]:
    """A price cell in đồng. Problems: the PRICE_* codes of registry-formats.md 4.

    PRICE_TOO_HIGH is ours, for more than 100,000,000.
    """
    if isinstance(raw, str) or raw is None:
        return _from_text(clean(raw or "").lower())
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Parsed(problem="PRICE_AMBIGUOUS")
    if isinstance(raw, float) and not raw.is_integer():
        return Parsed(problem="PRICE_NEGATIVE" if raw < 0 else "PRICE_AMBIGUOUS")
    return _bounded(Price(int(raw)))


def _from_text(text: str) -> Parsed[Price]:
    amount, _, per = (part.strip() for part in text.partition("/"))
    amount = _CURRENCY.sub("", amount).strip()
    if not any(char.isdigit() for char in amount):
        return Parsed(problem="PRICE_ON_REQUEST")
    if amount.startswith(("-", "−", "–")):
        return Parsed(problem="PRICE_NEGATIVE")
    if _RANGE.search(amount):
        return Parsed(problem="PRICE_RANGE")
    vnd, warnings = _amount(amount)
    if vnd is None:
        return Parsed(problem="PRICE_AMBIGUOUS")
    return _bounded(Price(vnd, per), warnings)


def _amount(text: str) -> tuple[int | None, tuple[str, ...]]:
    if match := _SCALED.fullmatch(text):
        return _scaled(match[1], match[2]), ()
    if match := _PLAIN.fullmatch(text):
        whole = int(match[1])
        # "45,50" and "45.0" may be thousands typed short; from 1,000 on they cannot be.
        return (whole if whole >= LOWEST_VND or text.isdigit() else None), ()
    for grouped in (_DOTS, _SPACED):
        if match := grouped.fullmatch(text):
            return int(re.sub("[. ]", "", match[1])), ()
    if match := _COMMAS.fullmatch(text):
        return int(match[1].replace(",", "")), ("PRICE_COMMA_THOUSANDS",)
    return None, ()


def _scaled(number: str, scale: str) -> int | None:
    """None for "1.250 nghìn": the dot may group or divide."""
    if re.fullmatch(r"[0-9]+\.[0-9]{3}", number):
        return None
    vnd = Decimal(number.replace(",", ".")) * _SCALES[scale[0]]
    return int(vnd) if vnd == vnd.to_integral_value() else None


def _bounded(price: Price, warnings: tuple[str, ...] = ()) -> Parsed[Price]:
    if price.vnd < 0:
        return Parsed(problem="PRICE_NEGATIVE")
    if price.vnd == 0:
        return Parsed(problem="PRICE_ZERO")
    if price.vnd < LOWEST_VND:
        return Parsed(problem="PRICE_TOO_LOW")
    if price.vnd > HIGHEST_VND:
        return Parsed(problem="PRICE_TOO_HIGH")
    return Parsed(price, warnings=warnings)


_MEASURE = re.compile(r"([0-9]{0,5}) ?(kg|g|gr|gam|lít|lit|l|ml)")
_TO_BASE = {"kg": 1_000, "lít": 1_000, "lit": 1_000, "l": 1_000}


def per_unit_mismatch(price: Price, pack: str, size: int | None, count: int | None) -> bool:
    """The price is for another amount than the pack: "đ/kg" of a 3 kg bag, "đ/lon" of a case.

    ``size`` is the pack's net in g or ml, ``count`` the units in it, None when not known.
    """
    if measure := _MEASURE.fullmatch(price.per):
        return size != int(measure[1] or 1) * _TO_BASE.get(measure[2], 1)
    words = clean(pack).lower().split()
    return bool(
        count and count > 1 and has_letter(price.per) and words and price.per in words[1:]
    ) and not words[0].startswith(price.per)


def hint_for_pack(price: Price, size: int) -> str:
    """A guess for a person, never a value: 22.000 a kg is 66.000 for 3 kg."""
    measure = _MEASURE.fullmatch(price.per)
    if measure is None:
        return ""
    base = int(measure[1] or 1) * _TO_BASE.get(measure[2], 1)
    if not base:
        return ""
    return shown(price.vnd * size // base)
