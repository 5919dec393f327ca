"""Product codes, telephone numbers and barcodes (registry-formats.md 2, "Codes, phones …")."""

from __future__ import annotations

import re

from stdnum import ean

from connectors.registry.spreadsheet.cells import Parsed, Raw, shown
from connectors.registry.spreadsheet.text import clean, reduced

_CODE = re.compile(r"OCOP-[0-9]{2}-[0-9]{3}-[0-9]{4}")
_DASHES = str.maketrans("‐‑–—−", "-----")
_NONE = frozenset({"", "na", "khong", "khongco", "chuaco", "ko"})
_EXPONENT = re.compile(r"[0-9][.,]?[0-9]*e\+?[0-9]+", re.IGNORECASE)


def parse_code(raw: Raw) -> Parsed[str]:
    """A product code in its one form, upper case. Problems: CODE_MISSING, CODE_INVALID."""
    typed = clean(shown(raw)).translate(_DASHES)
    if not typed:
        return Parsed(problem="CODE_MISSING")
    code = re.sub(r"\s", "", typed).upper()
    if not _CODE.fullmatch(code):
        return Parsed(problem="CODE_INVALID")
    return Parsed(code, warnings=("CODE_CASE_FIXED",) if code != typed else ())


def parse_phone(raw: Raw) -> Parsed[str]:
    """Digits from 0: ten (or eleven of an old landline). What is none is dropped with a warning."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        digits = shown(raw)
        if len(digits) == 9 and digits.isdigit():
            return Parsed("0" + digits, warnings=("PHONE_LEADING_ZERO_RESTORED",))
        return _phone(digits, ())
    text = clean(shown(raw))
    if not text:
        return Parsed()
    numbers = [part for part in re.split(r"[/;,\n]| - |hoặc", text) if part.strip()]
    warnings = ("PHONE_MULTIPLE",) if len(numbers) > 1 else ()
    return _phone(numbers[0] if numbers else "", warnings)


def _phone(typed: str, warnings: tuple[str, ...]) -> Parsed[str]:
    number = re.sub(r"[\s.\-()]", "", typed)
    number = re.sub(r"^(?:\+84|0084|84(?=[0-9]{9}$))0?", "0", number)
    if re.fullmatch(r"0[0-9]{9,10}", number):
        return Parsed(number, warnings=warnings)
    return Parsed(warnings=(*warnings, "PHONE_INVALID"))


def parse_gtin(raw: Raw) -> Parsed[str]:
    """Thirteen digits with a right check digit (a UPC of twelve gets a leading 0), or none.

    Problems: GTIN_CHECK_DIGIT, GTIN_PRECISION_LOST, GTIN_INVALID (no barcode at all).
    """
    typed = clean(shown(raw))
    if reduced(typed) in _NONE:
        return Parsed()
    if _EXPONENT.fullmatch(typed.replace(" ", "")):
        return Parsed(problem="GTIN_PRECISION_LOST")
    digits = re.sub(r"[\s\-]", "", typed)
    if not re.fullmatch("[0-9]{12,13}", digits):
        return Parsed(problem="GTIN_INVALID")
    if isinstance(raw, int | float):
        if digits.endswith("000000"):
            return Parsed(problem="GTIN_PRECISION_LOST")
        return _checked(digits, ("GTIN_FROM_NUMBER",))
    return _checked(digits, ("GTIN_SPACES_REMOVED",) if digits != typed else ())


def _checked(digits: str, warnings: tuple[str, ...]) -> Parsed[str]:
    gtin = digits.zfill(13)
    if not ean.is_valid(gtin):
        return Parsed(problem="GTIN_CHECK_DIGIT")
    return Parsed(gtin, warnings=warnings)
