"""What a product is to a shop: dry food, fresh fruit, alcohol … (ocop-domain §5).

The registry knows six groups; whether a marketplace takes a product depends on finer kinds.
Pure: words in the name, the shelf life and the description, which the law makes producers write.
"""

from __future__ import annotations

import re

_ALCOHOL = re.compile(r"\brượu\b|\bđồ uống có cồn\b")
_LIVE = re.compile(r"\bvật nuôi sống\b|\bgà .*\bsống$|\bcon giống\b")
_EGGS = re.compile(r"\btrứng\b")
_OIL = re.compile(r"\btinh dầu\b")
_COLD = re.compile(r"0\s*-\s*4\s*°?c|vận chuyển lạnh|giữ đông|\bbún tươi\b|dùng hết trong ngày")
_FRESH = re.compile(r"\b(vải|quả|rau|củ|nấm|măng)[^.;]{0,12} tươi\b|tươi theo (mùa|vụ)")
_SHORT_LIFE = re.compile(r"^(\d+) ngày")

FRESH_DAYS = 10
"""A food that keeps no longer than this, and is not chilled, is fresh produce."""

_BY_GROUP = {"du-lich": "tourism", "sinh-vat-canh": "plant", "thu-cong-my-nghe": "craft"}


def kind_of(group: str, name: str, description: str, shelf_life: str) -> str:
    """The kind (one of ``models.product.KINDS``) of a product; texts in NFC."""
    if group in _BY_GROUP:
        return _BY_GROUP[group]
    words = f"{name}. {description}".lower()
    life = shelf_life.lower()
    if _ALCOHOL.search(words):
        return "alcohol"
    if _LIVE.search(words):
        return "live_animal"
    if _OIL.search(name.lower()):
        return "essential_oil"
    if _EGGS.search(name.lower()):
        return "eggs"
    if _COLD.search(life) or _COLD.search(words):
        return "chilled"
    if _FRESH.search(words) or _keeps_days(life) <= FRESH_DAYS:
        return "fresh"
    return "herbs" if group == "duoc-lieu" else "dry"


def _keeps_days(shelf_life: str) -> int:
    """Days of shelf life where it is written in days, else a large number."""
    match = _SHORT_LIFE.match(shelf_life)
    return int(match[1]) if match else 10_000
