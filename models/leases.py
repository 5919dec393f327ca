"""Who drains a shop: a lease by the database's clock, with a fence that grows at each taking."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session


def take(session: Session, shop_id: int, holder: str, ttl_s: float, grace_s: float) -> int | None:
    """Take the shop's lease; returns its new fence, None while somebody holds it.

    A lease that was not given back may be taken only ``grace_s`` (the longest call deadline)
    after it expired, so that its holder's last call has ended.
    """
    session.execute(
        text("INSERT INTO shop_lease (shop_id) VALUES (:shop) ON CONFLICT DO NOTHING"),
        {"shop": shop_id},
    )
    row = session.execute(
        text("""UPDATE shop_lease SET holder = :holder, fence = fence + 1,
                expires_at = now() + make_interval(secs => :ttl)
            WHERE shop_id = :shop AND (holder IS NULL
                OR expires_at + make_interval(secs => :grace) < now())
            RETURNING fence"""),
        {"shop": shop_id, "holder": holder, "ttl": ttl_s, "grace": grace_s},
    ).first()
    return int(row[0]) if row else None


def renew(session: Session, shop_id: int, fence: int, ttl_s: float) -> bool:
    """Prolong the lease; False when the fence has moved: stop at once."""
    row = session.execute(
        text("""UPDATE shop_lease SET expires_at = now() + make_interval(secs => :ttl)
            WHERE shop_id = :shop AND fence = :fence AND holder IS NOT NULL
            RETURNING fence"""),
        {"shop": shop_id, "fence": fence, "ttl": ttl_s},
    ).first()
    return row is not None


def held(session: Session, shop_id: int, fence: int) -> bool:
    """Whether the fence still stands, and will until this transaction ends: the lease is locked,
    so that nobody takes it meanwhile."""
    row = session.execute(
        text("SELECT 1 FROM shop_lease WHERE shop_id = :shop AND fence = :fence FOR UPDATE"),
        {"shop": shop_id, "fence": fence},
    ).first()
    return row is not None


def give_back(session: Session, shop_id: int, fence: int) -> None:
    """End the lease, if it is still ours."""
    session.execute(
        text("""UPDATE shop_lease SET holder = NULL, expires_at = NULL
            WHERE shop_id = :shop AND fence = :fence"""),
        {"shop": shop_id, "fence": fence},
    )
