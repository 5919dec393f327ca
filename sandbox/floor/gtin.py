"""The check digit of a GTIN (feeds.md 4): weights 1 and 3 by turns, the last digit fills up to
the next ten."""

from __future__ import annotations

LENGTHS = (8, 12, 13, 14)


def is_gtin(text: str) -> bool:
    if not (text.isascii() and text.isdigit() and len(text) in LENGTHS):
        return False
    digits = [int(c) for c in text]
    total = sum(d * (3 if at % 2 == 0 else 1) for at, d in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == digits[-1]


def is_restricted(text: str) -> bool:
    """Ranges that shops use among themselves: 2, 02, 04 of a thirteen-digit number."""
    thirteen = text.zfill(14)[1:]
    return thirteen.startswith(("2", "02", "04"))
