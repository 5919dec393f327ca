"""Shops that may hold items of ours that we know nothing of: one that is connected for the first
time, and all after a restore from a backup. They create nothing before they were read through."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlmodel import Session

_MARK = "unread:"
"""Names their rows among the cursors."""

UNREAD = f"EXISTS (SELECT 1 FROM cursor c WHERE c.name = '{_MARK}' || s.key)"  # noqa: S608
"""Whether the shop ``s`` was not read through yet: a condition in SQL."""

LEFT_UNREAD = f"""EXISTS (SELECT 1 FROM cursor c WHERE c.name = '{_MARK}' || s.key
    AND c.updated_at <= CAST(:now AS timestamptz) - interval '2 minutes')"""  # noqa: S608
"""Whether nobody is at it any more: whoever connects a shop reads it through at once."""


def mark(session: Session, shop_key: str, now: datetime) -> None:
    _insert(session, "VALUES (:mark || :key, '', :now)", key=shop_key, now=now)


def mark_all(connection: Connection, now: datetime) -> None:
    _insert(connection, "SELECT :mark || key, '', :now FROM shop", now=now)


def _insert(where: Session | Connection, rows: str, **values: object) -> None:
    where.execute(
        text(f"""INSERT INTO cursor (name, value, updated_at) {rows}
            ON CONFLICT (name) DO UPDATE SET updated_at = excluded.updated_at"""),
        {"mark": _MARK, **values},
    )


def among(session: Session) -> set[str]:
    """The keys of these shops."""
    query = text(f"SELECT s.key FROM shop s WHERE {UNREAD}")  # noqa: S608
    return {row[0] for row in session.execute(query)}


def is_unread(session: Session, shop_key: str) -> bool:
    query = text("SELECT EXISTS (SELECT 1 FROM cursor WHERE name = :name)")
    return bool(session.execute(query, {"name": _MARK + shop_key}).scalar_one())


def done(session: Session, shop_key: str) -> None:
    """The shop was read through: what it holds is known."""
    session.execute(text("DELETE FROM cursor WHERE name = :name"), {"name": _MARK + shop_key})
