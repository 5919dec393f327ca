"""What a database says of itself that is no longer so once it was restored from a backup."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

from models import unread


def settle(connection: Connection, made_at: datetime, now: datetime) -> None:
    """Make a database of ``made_at`` fit to go on from, in the transaction that filled it.

    - Leases were some other program's: they end, and their fences stay, so that what was claimed
      at that moment (its acknowledged value is unknown) is claimed anew.
    - Runs that were under way never end there: they failed, and their slot is free again.
    - What the shops show may have been written since: every listing is read in full, and no shop
      creates anything before it was read through (:mod:`models.unread`).
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
    unread.mark_all(connection, now)
    connection.execute(
        text("""INSERT INTO event (at, kind, product_code, facet, code, message, request_id)
            VALUES (:now, 'restored', '', '', '', :message, '')"""),
        {"now": now, "message": f"khôi phục từ bản sao lưu lúc {made_at.isoformat()}"},
    )
