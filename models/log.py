"""The log as people read it: lines with the names of what they are about, filtered, newest first, a
page at a time by key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event. ``request_id`` is the channel's own where it gave one; ``duration_ms`` of the call
    that it came with."""

    at: datetime
    id: int
    kind: str
    run_id: int | None
    shop: str | None
    listing_id: int | None
    product_code: str
    product: str | None
    facet: str
    before: Any
    after: Any
    code: str
    message: str
    request_id: str
    duration_ms: int | None


_LINES = """SELECT e.at, e.id, e.kind, e.run_id, s.key, e.listing_id, e.product_code, p.name,
    e.facet, e.before, e.after, e.code, e.message, e.request_id, e.duration_ms
FROM event e LEFT JOIN shop s ON s.id = e.shop_id
LEFT JOIN listing l ON l.id = e.listing_id LEFT JOIN product p ON p.id = l.product_id"""


_OF_PRODUCT = """(e.at, e.id) IN (
    SELECT x.at, x.id FROM event x JOIN listing o ON o.id = x.listing_id
        JOIN product_code c ON c.product_id = o.product_id WHERE c.code = :product_code
    UNION SELECT x.at, x.id FROM event x WHERE x.listing_id IS NULL AND x.product_code IN (
        SELECT CAST(:product_code AS text) UNION SELECT o.code FROM product_code c
        JOIN product_code o ON o.product_id = c.product_id WHERE c.code = :product_code))"""
"""What happened to a product's listings, and what bears any of its codes alone."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is looked for; "" or None: anything. Times are UTC, ``until`` not included."""

    shop: str = ""
    kind: str = ""
    product_code: str = ""
    run_id: int | None = None
    request_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(
    session: Session, wanted: LogFilter, most: int, before: tuple[datetime, int] | None = None
) -> list[LogLine]:
    """Events of a filter, newest first, older than ``before`` (time and id of the last one of the
    page before)."""
    said = [
        (bool(wanted.shop), "e.shop_id = (SELECT id FROM shop WHERE key = :shop)"),
        (bool(wanted.kind), "e.kind = :kind"),
        (
            bool(wanted.product_code),
            _OF_PRODUCT,
        ),
        (wanted.run_id is not None, "e.run_id = :run_id"),
        (bool(wanted.request_id), "e.request_id = :request_id"),
        (wanted.since is not None, "e.at >= :since"),
        (wanted.until is not None, "e.at < :until"),
        (before is not None, "(e.at, e.id) < (:before_at, :before_id)"),
    ]
    where = " AND ".join(condition for holds, condition in said if holds) or "true"
    rows = session.execute(
        text(f"{_LINES} WHERE {where} ORDER BY e.at DESC, e.id DESC LIMIT :most"),
        {
            "shop": wanted.shop, "kind": wanted.kind, "product_code": wanted.product_code,
            "run_id": wanted.run_id, "request_id": wanted.request_id, "since": wanted.since,
            "until": wanted.until, "before_at": before[0] if before else None,
            "before_id": before[1] if before else None, "most": most,
        },
    )  # fmt: skip
    return [LogLine(*row) for row in rows]


def of_listing(session: Session, listing_id: int, most: int) -> list[LogLine]:
    """The last events of one listing, newest first."""
    rows = session.execute(
        text(f"{_LINES} WHERE e.listing_id = :id ORDER BY e.at DESC, e.id DESC LIMIT :most"),
        {"id": listing_id, "most": most},
    )
    return [LogLine(*row) for row in rows]


def kinds(session: Session) -> list[str]:
    """The kinds that the log's last days hold."""
    rows = session.execute(
        text("""SELECT DISTINCT kind FROM (SELECT kind FROM event ORDER BY at DESC, id DESC
            LIMIT 20000) lately ORDER BY 1""")
    )
    return [row[0] for row in rows]


def kinds_of_run(session: Session, run_id: int) -> list[tuple[str, str, int]]:
    """(kind, facet, how many) of a run's events, the most frequent first."""
    rows = session.execute(
        text("""SELECT kind, facet, count(*) FROM event WHERE run_id = :run
            GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"""),
        {"run": run_id},
    )
    return [(row[0], row[1], int(row[2])) for row in rows]
