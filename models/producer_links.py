"""Producers' links: made, found, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands; see :class:`models.producer_access.ProducerLink`."""

    id: int
    mark: str
    producer_id: int
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str

    def lives(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


_ROWS = """SELECT id, mark, producer_id, made_by, made_at, expires_at, revoked_at, revoked_by
    FROM producer_link"""


def make(session: Session, producer_id: int, by: str, now: datetime, until: datetime) -> Link:
    """A new link to a producer's page."""
    row = session.execute(
        text("""INSERT INTO producer_link (producer_id, made_by, made_at, expires_at, revoked_by)
            VALUES (:producer, :by, :now, :until, '')
            RETURNING id, mark, producer_id, made_by, made_at, expires_at, revoked_at,
                revoked_by"""),
        {"producer": producer_id, "by": by, "now": now, "until": until},
    ).one()
    return Link(*row)


def find(session: Session, link_id: int) -> Link | None:
    """A link by its number, one that has ended too."""
    row = session.execute(text(f"{_ROWS} WHERE id = :id"), {"id": link_id}).first()
    return Link(*row) if row else None


def of_producer(session: Session, producer_id: int) -> list[Link]:
    """Every link of a producer, the newest first."""
    rows = session.execute(
        text(f"{_ROWS} WHERE producer_id = :id ORDER BY id DESC"), {"id": producer_id}
    )
    return [Link(*row) for row in rows]


def newest_alive(session: Session, producer_id: int, now: datetime) -> Link | None:
    """The link that a message may lead to."""
    return next((link for link in of_producer(session, producer_id) if link.lives(now)), None)


def alive(session: Session, now: datetime) -> int:
    """How many links open a page now."""
    return int(
        session.execute(
            text("""SELECT count(*) FROM producer_link
                WHERE revoked_at IS NULL AND expires_at > :now"""),
            {"now": now},
        ).scalar_one()
    )


def revoke(session: Session, producer_id: int, link_id: int, by: str, now: datetime) -> bool:
    """End a link of this producer; False when there is none that could end."""
    row = session.execute(
        text("""UPDATE producer_link SET revoked_at = :now, revoked_by = :by
            WHERE id = :id AND producer_id = :producer AND revoked_at IS NULL RETURNING id"""),
        {"id": link_id, "producer": producer_id, "by": by, "now": now},
    ).first()
    return row is not None
