"""Who makes it: the kind of producer, and the key by which one is known again."""

from __future__ import annotations

from connectors.registry.spreadsheet.cells import Parsed
from connectors.registry.spreadsheet.text import fold, reduced

_KINDS = {
    reduced(kind): kind
    for kind in ("Hợp tác xã", "Tổ hợp tác", "Doanh nghiệp", "Hộ kinh doanh", "Cơ sở sản xuất")
}
_FIRST_WORDS = {
    "htx": "Hợp tác xã",
    "hop tac xa": "Hợp tác xã",
    "lien hiep htx": "Hợp tác xã",
    "tht": "Tổ hợp tác",
    "to hop tac": "Tổ hợp tác",
    "cong ty": "Doanh nghiệp",
    "ctcp": "Doanh nghiệp",
    "doanh nghiep": "Doanh nghiệp",
    "dntn": "Doanh nghiệp",
    "ho": "Hộ kinh doanh",
    "hkd": "Hộ kinh doanh",
    "co so": "Cơ sở sản xuất",
}
_SHORT = (("hoptacxa", "htx"), ("congtycophan", "ctcp"))


def parse_kind(text: str, producer: str) -> Parsed[str]:
    """One of the five kinds; what the list does not know is guessed from the name, with a warning.

    (registry-formats.md 1, "producer kind")
    """
    known = _KINDS.get(reduced(text))
    if known:
        return Parsed(known)
    return Parsed(guess_kind(producer), warnings=("PRODUCER_KIND_GUESSED",))


def guess_kind(producer: str) -> str:
    """The kind that a producer's first words tell, "" when they tell none."""
    words = fold(producer) + " "
    return next((kind for first, kind in _FIRST_WORDS.items() if words.startswith(f"{first} ")), "")


def producer_key(name: str) -> str:
    """The folded name, with the usual abbreviations (registry-formats.md 3.2)."""
    key = reduced(name)
    for long, short in _SHORT:
        key = key.replace(long, short)
    return key
