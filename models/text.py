"""Vietnamese text made comparable: folded for search, keyed for order.

The database has no ``unaccent`` and no ``vi`` collation, so both are columns that Python writes
(design: "State lives in Postgres").
"""

from __future__ import annotations

import re
import unicodedata

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_ORDER = {letter: f"{position:02d}" for position, letter in enumerate(_LETTERS, start=10)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_SPACES = re.compile(r"\s+")
_NOT_ALNUM = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without diacritics, ``đ`` as ``d``, runs of spaces as one: for search."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _SPACES.sub(" ", plain).strip()


def slug(text: str) -> str:
    """Folded, and only ``a-z0-9`` joined by ``-``."""
    return _NOT_ALNUM.sub("-", fold(text)).strip("-")


def sort_key(text: str) -> str:
    """A key whose byte order is Vietnamese dictionary order: letters first, then tones."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        tone = "0"
        base = ""
        for part in unicodedata.normalize("NFD", char):
            if part in _TONES:
                tone = _TONES[part]
            else:
                base += part
        base = unicodedata.normalize("NFC", base)
        letters.append(_ORDER.get(base, base))
        tones.append(tone)
    return "".join(letters) + " " + "".join(tones)
