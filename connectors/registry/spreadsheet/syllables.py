"""Could this be Vietnamese? A rough grammar of the syllable, for text of doubtful encoding.

It accepts a little too much on purpose: it has to tell words from rubbish, not to spell.
"""

from __future__ import annotations

import re
import unicodedata

ENOUGH = 0.9
"""Share of words that must be possible syllables (registry-formats.md 2, "Legacy encodings")."""

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_SHARP_OR_HEAVY = "\u0301\u0323"
_SYLLABLE = re.compile(
    "(?:ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnprstvx])?"
    "(?:uyê|uya|iê|yê|ia|ya|uô|ua|ươ|ưa|oa|oă|oe|oo|uâ|uê|uơ|uy|[aăâeêioôơuưy])"
    "(?P<end>ng|nh|ch|[cmnptiouy])?"
)
_STOPS = ("c", "ch", "p", "t")
_WORDS = re.compile(r"[^\s\d.,;:()/\-–+&\"'%*]+")


def plausible(text: str) -> bool:
    """At least 90% of the words with a sign are possible syllables.

    Plain ASCII words say nothing: they are the same in every encoding (HTX, kg, a brand).
    """
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    return sum(map(_is_possible, words)) >= ENOUGH * len(words)


def _is_possible(word: str) -> bool:
    if word not in (word.lower(), word.upper(), word.capitalize()):
        return False
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in apart if char in _TONES]
    letters = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES))
    match = _SYLLABLE.fullmatch(letters)
    if match is None or len(tones) > 1:
        return False
    stopped = match["end"] in _STOPS
    return not stopped or (bool(tones) and tones[0] in _SHARP_OR_HEAVY)
