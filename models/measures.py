"""What a watching machine asks: whether the database answers, and figures of the moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session


def answers(session: Session) -> bool:
    """Whether the database does."""
    return bool(session.execute(text("SELECT 1")).scalar_one())


@dataclass(frozen=True, slots=True)
class Figures:
    """``listings``: (channel, state, how many). ``failed_runs``: of the last 24 hours."""

    listings: Sequence[tuple[str, str, int]]
    due: int
    oldest_due_s: float
    holds: int
    alarms: int
    unwell: int
    failed_runs: int


def of_tables(session: Session, now: datetime) -> Figures:
    listings = session.execute(
        text("""SELECT s.channel, l.state, count(*) FROM listing l JOIN shop s ON s.id = l.shop_id
            GROUP BY 1, 2 ORDER BY 1, 2""")
    )
    one = session.execute(
        text("""SELECT
            (SELECT count(*) FROM listing_facet WHERE due),
            (SELECT greatest(0, extract(epoch FROM CAST(:now AS timestamptz) - min(due_since)))
             FROM listing_facet WHERE due),
            (SELECT count(*) FROM hold WHERE status = 'open'),
            (SELECT count(*) FROM listing WHERE alarm IS NOT NULL),
            (SELECT count(*) FROM shop WHERE enabled
             AND (paused_reason <> '' OR breaker_until > :now)),
            (SELECT count(*) FROM run WHERE status = 'failed' AND started_at > :day_ago)"""),
        {"now": now, "day_ago": now - timedelta(days=1)},
    ).one()
    return Figures(
        [(row[0], row[1], int(row[2])) for row in listings],
        int(one[0]), float(one[1]), int(one[2]), int(one[3]), int(one[4]), int(one[5]),
    )  # fmt: skip
