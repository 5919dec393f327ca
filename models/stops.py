"""Stop and start: a person's word that shops are not to be touched, kept until they say start.

Who, when and why stay with each stop; the newest standing one counts. A stop of all and a stop of
one shop are two stops: starting the one leaves the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

STOPPED = """EXISTS (SELECT 1 FROM stop t WHERE t.started_at IS NULL
    AND (t.shop_id IS NULL OR t.shop_id = s.id))"""
"""Whether somebody has stopped the shop ``s``, or all of them: a condition in SQL."""


@dataclass(frozen=True, slots=True)
class StopRow:
    """A standing stop; ``shop`` None: of all shops."""

    shop: str | None
    at: datetime
    by: str
    why: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def stop(session: Session, shop_id: int | None, by: str, why: str, now: datetime) -> bool:
    """Stop a shop (None: all); False when that is stopped already."""
    row = session.execute(
        text("""INSERT INTO stop (shop_id, stopped_at, stopped_by, why, started_by)
            VALUES (:shop, :now, :by, :why, '')
            ON CONFLICT (shop_id) WHERE started_at IS NULL DO NOTHING RETURNING id"""),
        {"shop": shop_id, "now": now, "by": by, "why": why},
    ).first()
    return row is not None


def start(session: Session, shop_id: int | None, by: str, now: datetime) -> bool:
    """End the standing stop of a shop (None: of all); False when there is none."""
    row = session.execute(
        text("""UPDATE stop SET started_at = :now, started_by = :by
            WHERE shop_id IS NOT DISTINCT FROM CAST(:shop AS bigint) AND started_at IS NULL
            RETURNING id"""),
        {"shop": shop_id, "now": now, "by": by},
    ).first()
    return row is not None


def standing(session: Session) -> list[StopRow]:
    """Every standing stop, that of all shops first."""
    rows = session.execute(
        text("""SELECT s.key, t.stopped_at, t.stopped_by, t.why FROM stop t
            LEFT JOIN shop s ON s.id = t.shop_id WHERE t.started_at IS NULL
            ORDER BY s.key NULLS FIRST""")
    )
    return [StopRow(*row) for row in rows]


def is_stopped(session: Session, shop_id: int) -> bool:
    """Whether this shop, or all, were stopped."""
    return bool(
        session.execute(
            text(f"SELECT {STOPPED} FROM shop s WHERE s.id = :shop"),  # noqa: S608
            {"shop": shop_id},
        ).scalar_one()
    )


def owed_take_downs(session: Session, shop_keys: Sequence[str] | None = None) -> int:
    """How many listings of stopped shops (``shop_keys``: of these) are on sale although they
    are to come down."""
    return int(
        session.execute(
            text(f"""SELECT count(*) FROM listing_facet f JOIN shop s ON s.id = f.shop_id
                WHERE f.due AND f.lane = 0 AND s.enabled AND {STOPPED}
                  AND (CAST(:keys AS text[]) IS NULL OR s.key = ANY(:keys))"""),  # noqa: S608
            {"keys": None if shop_keys is None else list(shop_keys)},
        ).scalar_one()
    )
