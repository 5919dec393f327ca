"""How often a shop's channel refused to let items be marked as ours, and when last: what is tried
again by itself is tried ever more seldom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

_MARK = "adoption refused:"
"""Names their rows among the cursors, before the shop's id and the item's."""


@dataclass(frozen=True, slots=True)
class Refusals:
    times: int
    last_at: datetime


def of_shop(session: Session, shop_id: int) -> dict[str, Refusals]:
    """The refusals by the item's remote id."""
    rows = session.execute(
        text("""SELECT substr(name, length(:mark) + 1), CAST(value AS int), updated_at FROM cursor
            WHERE starts_with(name, :mark)"""),
        {"mark": _mark(shop_id)},
    )
    return {row[0]: Refusals(row[1], row[2]) for row in rows}


def count(session: Session, shop_id: int, remote_id: str, now: datetime) -> None:
    """Refused once more."""
    session.execute(
        text("""INSERT INTO cursor (name, value, updated_at) VALUES (:name, '1', :now)
            ON CONFLICT (name) DO UPDATE SET updated_at = :now,
                value = CAST(CAST(cursor.value AS int) + 1 AS text)"""),
        {"name": _mark(shop_id) + remote_id, "now": now},
    )


def forget(session: Session, shop_id: int, remote_id: str) -> None:
    """It is ours now."""
    session.execute(
        text("DELETE FROM cursor WHERE name = :name"), {"name": _mark(shop_id) + remote_id}
    )


def _mark(shop_id: int) -> str:
    return f"{_MARK}{shop_id}/"
