"""Days as people type them: day first, always (registry-formats.md 2, "Dates")."""

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta

from connectors.registry.spreadsheet.cells import Parsed, Raw
from connectors.registry.spreadsheet.text import clean, fold

VALID_MONTHS = 36
"""A certificate is valid for 36 months from signing (ocop-domain.md 2, "Validity")."""

PROGRAMME_START = date(2018, 5, 1)
"""No certificate is older (registry-formats.md 1, recognised_on)."""

_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\-]([0-9]{1,2})[/.\-]([0-9]{4}|[0-9]{2})(?: 0?0:00:00)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[t ]0?0:00:00)?")
_WORDS = re.compile(r"(?:ngay )?([0-9]{1,2}) thang ([0-9]{1,2}) nam ([0-9]{4})")
_PARTIAL = re.compile(r"(?:thang )?(?:[0-9]{1,2}[/.\-])?(?:nam )?[0-9]{4}")
_SERIAL = re.compile(r"[45][0-9]{4}|60000")
_SERIAL_ZERO = date(1899, 12, 30)


def parse_day(raw: Raw, serial_offset: int = 0) -> Parsed[date]:
    """A date cell; problems DATE_PARTIAL (no day) and DATE_INVALID. Empty: value None.

    ``serial_offset`` is added to a bare serial number (see ``Sheet.serial_offset``).
    """
    if isinstance(raw, datetime):
        return Parsed(raw.date())
    if isinstance(raw, date):
        return Parsed(raw)
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if not isinstance(raw, str | int | None) or isinstance(raw, bool):
        return Parsed(problem="DATE_INVALID")
    text = clean(str(raw if raw is not None else ""))
    return _from_text(text, serial_offset) if text else Parsed()


def _from_text(text: str, serial_offset: int) -> Parsed[date]:
    if _SERIAL.fullmatch(text):
        day = _SERIAL_ZERO + timedelta(days=int(text) + serial_offset)
        return Parsed(day, warnings=("EXCEL_SERIAL_DATE",))
    plain = fold(text)
    if match := _DAY_FIRST.fullmatch(plain):
        short = len(match[3]) == 2
        year = int(match[3]) + (2000 if short else 0)
        warnings = ("DATE_TWO_DIGIT_YEAR",) if short else ()
        return _day(year, int(match[2]), int(match[1]), warnings)
    if match := _ISO.fullmatch(plain):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _WORDS.fullmatch(plain):
        return _day(int(match[3]), int(match[2]), int(match[1]), ("DATE_WORDS",))
    return Parsed(problem="DATE_PARTIAL" if _PARTIAL.fullmatch(plain) else "DATE_INVALID")


def _day(year: int, month: int, day: int, warnings: tuple[str, ...] = ()) -> Parsed[date]:
    try:
        return Parsed(date(year, month, day), warnings=warnings)
    except ValueError:
        return Parsed(problem="DATE_INVALID")


def last_valid_day(recognised_on: date) -> date:
    """The same day 36 months on, clamped to the month's end: 29/02/2024 gives 28/02/2027."""
    years, month = divmod(recognised_on.month - 1 + VALID_MONTHS, 12)
    year = recognised_on.year + years
    month_end = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(recognised_on.day, month_end))
