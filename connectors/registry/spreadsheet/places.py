"""Bắc Giang's ten districts of 2021 and their communes, and today's communes.

The registry keeps the address as printed on the certificate; districts ended on 01/07/2025
(ocop-domain.md 3 and appendix A). ``communes.csv`` holds what we know: a present commune is
empty where a person has to choose.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

from connectors.registry.spreadsheet.cells import Parsed
from connectors.registry.spreadsheet.text import clean, fold, has_diacritics, reduced, tone_key

DISTRICTS = (
    "TP Bắc Giang",
    "Huyện Yên Thế",
    "Huyện Tân Yên",
    "Huyện Lạng Giang",
    "Huyện Lục Nam",
    "Huyện Lục Ngạn",
    "Huyện Sơn Động",
    "Huyện Yên Dũng",
    "Huyện Việt Yên",
    "Huyện Hiệp Hòa",
)
_LATER_NAMES = {"tx viet yen": "Huyện Việt Yên", "tx chu": "Huyện Lục Ngạn"}
"""Việt Yên became a town in 2024, Chũ was cut from Lục Ngạn in 2025 (ocop-domain.md 3)."""

_DISTRICT_PREFIX = re.compile(r"(?:thanh pho|tp|huyen|thi xa|tx|[ht])(?:\. ?| )")
_COMMUNE_PREFIX = re.compile(r"(?:xã|phường|thị trấn|tt|[xp])(?:\. ?| )", re.IGNORECASE)
_LONG = (("thanh pho", "tp"), ("thi xa", "tx"))


def parse_district(text: str) -> Parsed[str]:
    """One of the ten districts, in its own spelling. Problem: DISTRICT_UNKNOWN."""
    plain = re.sub(r"\. ?", " ", fold(text))
    for long, short in _LONG:
        plain = plain.replace(long, short)
    if plain in _LATER_NAMES:
        return Parsed(_LATER_NAMES[plain], warnings=("DISTRICT_RENAMED",))
    name = _bare(plain)
    found = next((d for d in DISTRICTS if _bare(fold(d)) == name), None)
    if found is None:
        return Parsed(problem="DISTRICT_UNKNOWN")
    return Parsed(found, warnings=_spelling(text, plain, found))


def _bare(plain: str) -> str:
    return _DISTRICT_PREFIX.sub("", plain, count=1)


def _spelling(text: str, plain: str, district: str) -> tuple[str, ...]:
    if plain != fold(district):
        return ("DISTRICT_PREFIX_ADDED",)
    if not has_diacritics(text):
        return ("DISTRICT_NO_DIACRITICS",)
    if tone_key(text) == tone_key(district) and clean(text).lower() != district.lower():
        return ("TONE_PLACEMENT_VARIANT",)
    return ()


def section_district(title: str) -> str | None:
    """The district that a section row names ("II. HUYỆN LỤC NGẠN"), None when it names none."""
    name = reduced(title)
    return next((d for d in DISTRICTS if reduced(_bare(fold(d))) in name), None)


@cache
def _communes() -> dict[tuple[str, str], tuple[str, str | None]]:
    """(district, commune key) to the printed commune and the present one."""
    path = Path(__file__).with_name("communes.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["old_district"], tone_key(row["old_commune"])): (
                row["old_commune"],
                row["commune"] or None,
            )
            for row in csv.DictReader(file)
        }


def parse_commune(text: str, district: str | None) -> Parsed[str]:
    """The commune in its own spelling. Problem: COMMUNE_NOT_IN_DISTRICT, value as typed.

    Our list is not complete, so a commune that no district has is only a warning; the problem
    is one that another district has. Without a district there is nothing to check against.
    """
    typed = clean(text)
    if district is None or not typed:
        return Parsed(typed)
    if known := _communes().get((district, tone_key(typed))):
        warnings = () if known[0].lower() == typed.lower() else ("TONE_PLACEMENT_VARIANT",)
        return Parsed(known[0], warnings=warnings)
    name = _commune_name(typed)
    same_name = {
        d: printed for (d, _), (printed, _) in _communes().items() if _commune_name(printed) == name
    }
    if district in same_name:
        return Parsed(same_name[district], warnings=("COMMUNE_PREFIX_ADDED",))
    if same_name:
        return Parsed(typed, "COMMUNE_NOT_IN_DISTRICT")
    return Parsed(typed, warnings=("COMMUNE_NOT_LISTED",))


def _commune_name(text: str) -> str:
    return tone_key(_COMMUNE_PREFIX.sub("", text, count=1))


PROVINCE = "tỉnh Bắc Ninh"
"""Bắc Giang's province since 01/07/2025 (ocop-domain.md 3)."""


def present_place(old_district: str, old_commune: str) -> str:
    """The present commune and province of an address as printed, "" when a person must say."""
    commune = present_commune(old_district, old_commune)
    return f"{commune}, {PROVINCE}" if commune else ""


def present_commune(old_district: str, old_commune: str) -> str | None:
    """Today's commune or ward (Bắc Ninh) of an address as printed; None: a person must say.

    ``old_district`` is one of ``DISTRICTS``; either way of placing the tone is found.
    """
    known = _communes().get((old_district, tone_key(old_commune)))
    return known[1] if known else None
