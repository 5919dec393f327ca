"""Vietnamese text: made clean, made comparable (registry-formats.md 2, "Text").

Comparing never changes what is shown: ``clean`` keeps the words as typed, the keys are apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_WORD = re.compile(r"[^\W\d_]+")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_OFTEN_LETTERS = 100
"""Texts up to this length come again and again down a column: what was made of them is kept."""
_DITTO = frozenset({"nt", "nhu tren", '"', "''", "”", "“", "″"})


def clean(text: str) -> str:
    """NFC, no invisible characters, every run of spaces one space, trimmed."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    text = _CONTROL.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    return _SPACES.sub(" ", text).strip()


def clean_warnings(text: str) -> tuple[str, ...]:
    """What ``clean`` changed, apart from outer line breaks that nobody sees."""
    warnings = []
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        warnings.append("NFC_NORMALISED")
    if clean(text) != composed.strip("\r\n"):
        warnings.append("WHITESPACE_TRIMMED")
    return tuple(warnings)


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d, single spaces."""
    return _often_folded(text) if len(text) <= _OFTEN_LETTERS else _folded(text)


def _folded(text: str) -> str:
    text = clean(text).lower()
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(char for char in apart if not unicodedata.combining(char))


_often_folded = lru_cache(maxsize=8192)(_folded)


def reduced(text: str) -> str:
    """``fold`` with ASCII letters and digits only: how headers and names are matched."""
    return re.sub("[^a-z0-9]", "", fold(text))


def tone_key(text: str) -> str:
    """Lower case, each word's tone moved to its end: ``Hoà`` and ``Hòa`` have one key."""
    return _WORD.sub(lambda word: _tone_last(word[0]), clean(text).lower())


def _tone_last(word: str) -> str:
    apart = unicodedata.normalize("NFD", word)
    tones = "".join(char for char in apart if char in _TONES)
    rest = "".join(char for char in apart if char not in _TONES)
    return unicodedata.normalize("NFC", rest) + tones


def has_diacritics(text: str) -> bool:
    """Any letter that is not plain ASCII."""
    return any(char.isalpha() and not char.isascii() for char in text)


def has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


def is_ditto(text: str) -> bool:
    """``nt``, ``-nt-``, ``như trên`` or a ditto mark: the value above is meant."""
    return fold(text).strip(" -.") in _DITTO
