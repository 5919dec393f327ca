"""Reading Tiki's JSON, whose types vary: lists with and without a wrapping, flags as texts, local
times without a zone (2, traps 6, 8, 12, 13). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from connectors.errors import ProtocolError

VIETNAM = timezone(timedelta(hours=7))
_FORMAT = "%Y-%m-%d %H:%M:%S"


def rows(body: Any, *, bare: bool = False) -> list[Mapping[str, Any]]:
    """The objects of a list answer: ``data`` beside ``paging`` or, where ``bare``, the array alone
    (2). Elsewhere an array is no answer to the question: an empty one would tell that there is
    nothing.

    Raises ProtocolError for anything else.
    """
    found = body if bare else None
    if isinstance(body, dict) and "data" in body:
        found = body["data"] or []
    if not isinstance(found, list):
        raise ProtocolError("Tiki: câu trả lời không phải danh sách", excerpt=type(body).__name__)
    return [row for row in found if isinstance(row, dict)]


def inner(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list field, which may be absent, null, or something else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def last_page(body: Any) -> int | None:
    """``paging.last_page``; None where the answer has no paging."""
    paging = body.get("paging") if isinstance(body, dict) else None
    return whole(paging.get("last_page")) if isinstance(paging, dict) else None


def whole(value: Any) -> int | None:
    """A whole number that may come as 1, 1.0 or "1" (amounts: 409000.00); None when it is none.

    A text of digits is read as such, never over a float: request ids pass 2^53.
    """
    if isinstance(value, str):
        text = value.strip()
        if text.lstrip("-").isdigit():
            return int(text)
        try:
            return round(float(text))
        except (ValueError, OverflowError):
            return None
    if isinstance(value, bool | int):
        return int(value)
    return round(value) if isinstance(value, float) else None


def flag(value: Any) -> bool | None:
    """1, "1", true … ; None when it is not told."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    number = whole(value)
    return None if number is None else number == 1


def first(row: Mapping[str, Any], *names: str) -> Any:
    """The first of these fields that is there and not null."""
    return next((row[name] for name in names if row.get(name) is not None), None)


def text_of(row: Mapping[str, Any], *names: str) -> str:
    value = first(row, *names)
    return "" if value is None else str(value).strip()


def wire_id(text: str) -> int | str:
    """An id as Tiki's bodies want it: a number where it is one."""
    return int(text) if text.isdigit() else text


def local(moment: datetime) -> str:
    """An aware moment as Tiki writes it: Vietnam time, to the second, without a zone."""
    return moment.astimezone(VIETNAM).strftime(_FORMAT)


def stamp(moment: datetime) -> int:
    return int(moment.timestamp())


def from_stamp(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def names_of(values: Sequence[Any]) -> list[str]:
    """The non-empty texts among values."""
    return [str(v).strip() for v in values if isinstance(v, str | int | float) and str(v).strip()]
