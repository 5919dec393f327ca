"""What a pack's own words say: how many units are in it, and how much.

The HTTP registry and the file must give one pack one SKU, so both read its text here.
"""

from __future__ import annotations

import re

from connectors.registry.spreadsheet.text import clean
from connectors.registry.spreadsheet.weights import Net, parse_net

_UNIT_WORDS = (
    "gói|túi|hộp|hũ|lọ|chai|can|bình|lon|cây|con|quả|trái|chiếc|cái|bánh|viên|thẻ|lá|miếng|ống|"
    "bịch|bó|khay|que"
)
_COUNT = re.compile(rf"(?<![\d.,])([0-9]{{1,4}}) ?(?:(?:{_UNIT_WORDS})\b|[x×] ?[0-9])")
_SIZE = re.compile(
    r"(?<![\d.,])(?:[0-9]{1,4} ?(?:[^\W\d_]+ ?){0,3}[x×] ?)?"
    r"[0-9]{1,9}(?:[.,][0-9]{1,3})* ?(?:kg|gram|gr|g|ml|lít|lit|l)\b"
)


def pack_count(pack: str) -> int | None:
    """Units in the pack when its text says so: "Thùng 24 lon" is 24, "Gói 500 g" is None.

    Words for units: ocop-domain.md 7.
    """
    match = _COUNT.search(clean(pack).lower())
    count = int(match[1]) if match else 0
    return count if count > 1 else None


def pack_size(pack: str) -> Net:
    """What the pack holds in all when its text says so: "2 chai x 500 ml" is 1000 ml."""
    match = _SIZE.search(clean(pack).lower())
    return (match and parse_net(match[0]).value) or Net()
