"""Pages: a cursor is the last key of a page, so what is added or taken away meanwhile makes
nothing be shown twice or left out. What is in it is our business: a program only hands it back."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import orjson
from fastapi import Query

from console.web.failures import Problem
from console.web.language import _

BIGGEST = 2**63 - 1
"""An id is a BIGINT."""
MOST = 200
"""Rows in a page."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="Rows in a page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=2000, description="`next` of the page before; left out: the first page."),
]

Key = tuple[int | str, ...]


def cursor(what: str, key: Key) -> str:
    """The cursor after the row of this key; ``what`` says in which listing it is one."""
    return base64.urlsafe_b64encode(orjson.dumps([what, *key])).decode().rstrip("=")


def key(what: str, sent: str, like: Key) -> Key:
    """The key in a cursor; its parts are of the types of ``like``. Raises Problem for what we
    did not make, or made for another listing."""
    try:
        data = base64.b64decode(sent + "=" * (-len(sent) % 4), altchars=b"-_", validate=True)
        parts = orjson.loads(data)
    except (binascii.Error, ValueError):
        raise _bad() from None
    if not isinstance(parts, list) or len(parts) != len(like) + 1 or parts[0] != what:
        raise _bad()
    found = parts[1:]
    if any(type(a) is not type(b) for a, b in zip(found, like, strict=True)):
        raise _bad()
    if any(isinstance(part, int) and not 0 <= part <= BIGGEST for part in found):
        raise _bad()
    return tuple(found)


def id_of(what: str, sent: str | None, start: int) -> int:
    """The id in a cursor of a listing by id; ``start`` where there is no cursor."""
    return start if sent is None else int(key(what, sent, (0,))[0])


def _bad() -> Problem:
    return Problem(
        422, _("Con trỏ trang không dùng được."),
        _("Gửi lại đúng giá trị “next” của trang trước, hoặc bỏ “cursor” để xem từ đầu."),
    )  # fmt: skip
