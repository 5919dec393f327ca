"""Which listings are to be read again. They are locked by id first, as a drain's results are
(models.turns)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session


def mark_changed(session: Session, shop_id: int, remote_ids: Sequence[str], now: datetime) -> int:
    """Our listings among these remote ids are to be read in full now."""
    if not remote_ids:
        return 0
    rows = session.execute(
        text("""UPDATE listing SET read_full = true, read_due_at = least(read_due_at, :now)
            WHERE id IN (SELECT id FROM listing WHERE shop_id = :shop AND remote_id = ANY(:ids)
                ORDER BY id FOR NO KEY UPDATE) RETURNING id"""),
        {"shop": shop_id, "ids": list(remote_ids), "now": now},
    )
    return len(rows.all())


def mark_oldest(session: Session, shop_id: int, most: int, now: datetime) -> int:
    """The listings whose packs were looked at longest ago are to be read in full now."""
    rows = session.execute(
        text("""UPDATE listing SET read_full = true, read_due_at = least(read_due_at, :now)
            WHERE id IN (SELECT id FROM listing WHERE id IN (SELECT l.id FROM listing l
                WHERE l.shop_id = :shop AND l.remote_id IS NOT NULL AND l.read_due_at IS NULL
                ORDER BY (SELECT min(v.observed_at) FROM listing_variant v
                    WHERE v.listing_id = l.id) NULLS FIRST, l.id LIMIT :most)
                ORDER BY id FOR NO KEY UPDATE)
            RETURNING id"""),
        {"shop": shop_id, "most": most, "now": now},
    )
    return len(rows.all())


def mark(session: Session, listing_ids: Sequence[int], now: datetime) -> int:
    """These listings are to be read in full now (an operator asked)."""
    rows = session.execute(
        text("""UPDATE listing SET read_full = true, read_due_at = least(read_due_at, :now)
            WHERE id IN (SELECT id FROM listing WHERE id = ANY(:ids) AND remote_id IS NOT NULL
                ORDER BY id FOR NO KEY UPDATE) RETURNING id"""),
        {"ids": list(listing_ids), "now": now},
    )
    return len(rows.all())


def mark_all(session: Session, shop_id: int, now: datetime) -> int:
    """Everything of a shop is to be read in full now (an operator asked)."""
    rows = session.execute(
        text("""UPDATE listing SET read_full = true, read_due_at = least(read_due_at, :now)
            WHERE id IN (SELECT id FROM listing WHERE shop_id = :shop AND remote_id IS NOT NULL
                ORDER BY id FOR NO KEY UPDATE) RETURNING id"""),
        {"shop": shop_id, "now": now},
    )
    return len(rows.all())


def repairs_since(
    session: Session, ids: Sequence[int], since: datetime
) -> dict[tuple[int, str], int]:
    """How often each facet of these listings was found changed by others since a moment."""
    if not ids:
        return {}
    rows = session.execute(
        text("""SELECT listing_id, facet, count(*) FROM event
            WHERE kind = 'drift' AND listing_id = ANY(:ids) AND at >= :since GROUP BY 1, 2"""),
        {"ids": list(ids), "since": since},
    )
    return {(row[0], row[1]): row[2] for row in rows}


def losses_since(session: Session, ids: Sequence[int], since: datetime) -> dict[int, int]:
    """How often each of these listings was found gone since a moment."""
    if not ids:
        return {}
    rows = session.execute(
        text("""SELECT listing_id, count(*) FROM event
            WHERE kind = 'seen' AND listing_id = ANY(:ids) AND at >= :since
              AND after = '"missing"' GROUP BY 1"""),
        {"ids": list(ids), "since": since},
    )
    return {row[0]: row[1] for row in rows}


def listed_count(session: Session, shop_id: int) -> int:
    """How many listings of a shop the channel knows."""
    return int(
        session.execute(
            text("SELECT count(*) FROM listing WHERE shop_id = :s AND remote_id IS NOT NULL"),
            {"s": shop_id},
        ).scalar_one()
    )
