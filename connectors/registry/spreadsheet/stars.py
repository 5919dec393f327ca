"""Star ratings (registry-formats.md 2, "Stars"; bands of scores: ocop-domain.md 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from connectors.registry.spreadsheet.cells import Parsed, Raw, shown
from connectors.registry.spreadsheet.text import clean, fold, has_diacritics


@dataclass(frozen=True, slots=True)
class Stars:
    """``certified`` is what may be said; ``potential`` is 5 or None, and never claimed."""

    certified: int
    potential: int | None = None


_WORDS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "nam": 5}
_BANDS = ((90, 5), (70, 4), (50, 3), (30, 2), (0, 1))
_NUMBER = re.compile(r"([0-9])(?:[.,]0)?(?: ?(?:sao|\*))?")
_SYMBOLS = re.compile(r"(?:\*|★|⭐){1,9}")
_FRACTION = re.compile(r"([0-9]) ?/ ?5")
_IN_WORDS = re.compile(rf"({'|'.join(_WORDS)}) sao")
_SCORE = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,2})?) ?diem")
_POTENTIAL = re.compile(r"(.*?)[ (\-]*tiem nang (?:5|nam) sao\)?")


def parse_stars(raw: Raw) -> Parsed[Stars]:
    """A rating cell. Problems: the STARS_* codes; with STARS_FROM_SCORE there is a value too."""
    if isinstance(raw, date | time | timedelta):
        return Parsed(problem="STARS_IS_DATE")
    text = clean(shown(raw)).replace("\ufe0f", "")
    if not text:
        return Parsed(problem="STARS_MISSING")
    plain = fold(text)
    if match := _POTENTIAL.fullmatch(plain):
        return _with_potential(match[1].strip())
    warnings = ("STARS_WORDS_NO_DIACRITICS",) if _typed_plain(text, plain) else ()
    if match := _SCORE.fullmatch(plain):
        return _from_score(Decimal(match[1].replace(",", ".")))
    if match := _FRACTION.fullmatch(plain):
        return _certified(int(match[1]), warnings=("STARS_AS_FRACTION",))
    return _certified(_count(plain), warnings=warnings)


def _typed_plain(text: str, plain: str) -> bool:
    """A number word without its sign ("bon sao"); "ba" and "hai" have none to lose."""
    match = _IN_WORDS.fullmatch(plain)
    return match is not None and match[1] not in ("ba", "hai") and not has_diacritics(text)


def _count(plain: str) -> int | None:
    if match := _NUMBER.fullmatch(plain):
        return int(match[1])
    if _SYMBOLS.fullmatch(plain.replace(" ", "")):
        return len(plain.replace(" ", ""))
    if match := _IN_WORDS.fullmatch(plain):
        return _WORDS[match[1]]
    return None


def _certified(
    stars: int | None, potential: int | None = None, warnings: tuple[str, ...] = ()
) -> Parsed[Stars]:
    if stars is None or not 1 <= stars <= 5:
        return Parsed(problem="STARS_INVALID")
    problem = "STARS_NOT_CERTIFIED" if stars < 3 else ""
    return Parsed(Stars(stars, potential), problem, warnings)


def _with_potential(before: str) -> Parsed[Stars]:
    """A file on its way to the centre is sold as 4 stars until then (ocop-domain.md 2)."""
    if not before:
        return Parsed(Stars(4, 5), warnings=("STARS_FROM_POTENTIAL",))
    stars = _count(before)
    return _certified(stars, 5) if stars == 4 else Parsed(problem="STARS_INVALID")


def _from_score(score: Decimal) -> Parsed[Stars]:
    if score > 100:
        return Parsed(problem="STARS_INVALID")
    stars = next(stars for floor, stars in _BANDS if score >= floor)
    return Parsed(Stars(stars), "STARS_FROM_SCORE" if stars >= 3 else "STARS_NOT_CERTIFIED")
