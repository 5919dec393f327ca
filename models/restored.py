"""What a database says of itself that is no longer so once it was restored from a backup."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text
from sqlmodel import Session

_MARK = "restored:"
"""Names the cursor rows of shops that were not read since the restore."""


def settle(connection: Connection, made_at: datetime, now: datetime) -> None:
    """Make a database of ``made_at`` fit to go on from, in the transaction that filled it.

    - Leases were some other program's: they end, and their fences stay, so that what was claimed
      at that moment (its acknowledged value is unknown) is claimed anew.
    - Runs that were under way never end there: they failed, and their slot is free again.
    - What the shops show may have been written since: every listing is read in full, and no shop
      creates anything before it was looked through (:func:`unseen`).
    """
    connection.execute(text("UPDATE shop_lease SET holder = NULL, expires_at = NULL"))
    connection.execute(
        text("""UPDATE run SET status = 'failed', ended_at = :now, slot = NULL,
            outcome = 'đang chạy lúc sao lưu' WHERE status = 'running'"""),
        {"now": now},
    )
    connection.execute(
        text("""UPDATE listing SET read_full = true, read_due_at = :now
            WHERE remote_id IS NOT NULL"""),
        {"now": now},
    )
    connection.execute(
        text("""INSERT INTO cursor (name, value, updated_at)
            SELECT :mark || key, :made, :now FROM shop
            ON CONFLICT (name) DO UPDATE SET value = excluded.value, updated_at = :now"""),
        {"mark": _MARK, "made": made_at.isoformat(), "now": now},
    )
    connection.execute(
        text("""INSERT INTO event (at, kind, product_code, facet, code, message, request_id)
            VALUES (:now, 'restored', '', '', '', :message, '')"""),
        {"now": now, "message": f"khôi phục từ bản sao lưu lúc {made_at.isoformat()}"},
    )


def unseen(session: Session, shop_key: str) -> bool:
    """Whether the shop may hold items that were made after the backup and that we know nothing
    of."""
    query = text("SELECT EXISTS (SELECT 1 FROM cursor WHERE name = :name)")
    return bool(session.execute(query, {"name": _MARK + shop_key}).scalar_one())


def seen(session: Session, shop_key: str) -> None:
    """The shop was looked through: what it holds is known again."""
    session.execute(text("DELETE FROM cursor WHERE name = :name"), {"name": _MARK + shop_key})
