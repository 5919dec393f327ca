"""Stars and the programme's mark in a name that no call can change (3.7). Pure.

A name is set once, by the create; it stays when the certificate behind its stars lapses or another
number is given. What it may not say any more has to come off by hand, and somebody has to be told.
"""

from __future__ import annotations

import re

from connectors.contract import Content
from connectors.errors import Rejected
from connectors.tiki.words import fold

MARK = "OCOP"
_MARK = re.compile(r"\bocop\b")
_STARS = re.compile(r"(?<!\d)(\d)\s*-?\s*(?:sao\b|stars?\b|[★⭐*])")


def claims(text: str) -> frozenset[str]:
    """The mark, and numbers of stars as digits."""
    folded = fold(text)
    mark = {MARK} if _MARK.search(folded) else set()
    return frozenset({*mark, *_STARS.findall(folded)})


def allowed(content: Content) -> frozenset[str]:
    """What the title claims, and what the certificate in force would allow it to claim."""
    stars = content.facts.stars
    return claims(content.title) | ({MARK, str(stars)} if stars else set())


def false_name(name: str, may: frozenset[str]) -> Rejected | None:
    """The refusal of a name that claims more than it may; None of any other name: pages are merged,
    and a changed name is no fault (trap 11)."""
    over = claims(name) - may
    if not over:
        return None
    said = ", ".join(sorted(word if word == MARK else f"{word} sao" for word in over))
    return Rejected(
        f"tên sản phẩm trên Tiki vẫn là '{name[:200]}': ghi {said} khi không còn được phép",
        code="stale_name",
        field="title",
        hint=f"Sửa tên trên Tiki Seller Center (ở đây không đổi được): bỏ '{said}', rồi gửi lại.",
    )
