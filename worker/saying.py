"""Sentences that a page can say in its reader's language: filled in, in Vietnamese, they still know
what they were made of."""

from __future__ import annotations

from typing import Any


class Said(str):
    """``pattern`` with its places, and what they were filled in with."""

    __slots__ = ("given", "pattern")

    pattern: str
    given: dict[str, Any]


def say(pattern: str, **given: Any) -> Said:
    """The sentence, its places (``%(name)s``) filled in."""
    said = Said(pattern % given if given else pattern)
    said.pattern, said.given = pattern, given
    return said
