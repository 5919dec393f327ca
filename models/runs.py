"""Runs: begun once a slot, ended once, and the log as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.run import Event, Run
from models.shop import Shop

LONGEST = timedelta(hours=2)
"""No run takes this long: a push by hand gives up after ten minutes."""

LOST = "tiến trình đã chết giữa chừng"


def begin(
    session: Session, kind: str, now: datetime, *, slot: str | None, who: str, why: str = ""
) -> int | None:
    """Begin a run; None when this schedule slot has had its run (beat fired twice). One of its
    kind that began long ago and never ended was its process's last."""
    session.execute(
        text("""UPDATE run SET status = 'failed', ended_at = :now, outcome = :lost
            WHERE kind = :kind AND status = 'running' AND started_at < :before"""),
        {"kind": kind, "now": now, "before": now - LONGEST, "lost": LOST},
    )
    row = session.execute(
        text("""INSERT INTO run (kind, slot, who, why, started_at, status, outcome, counts)
            VALUES (:kind, :slot, :who, :why, :now, 'running', '', '{}')
            ON CONFLICT (slot) DO NOTHING RETURNING id"""),
        {"kind": kind, "slot": slot, "who": who, "why": why, "now": now},
    ).first()
    return int(row[0]) if row else None


def end(
    session: Session, run_id: int, outcome: str, counts: Mapping[str, Any], now: datetime,
    *, failed: bool = False,
) -> None:  # fmt: skip
    """End a run, once: what it said, and what it counted."""
    session.execute(
        text("""UPDATE run SET status = :status, outcome = :outcome, counts = CAST(:counts AS
            jsonb), ended_at = :now WHERE id = :id AND status = 'running'"""),
        {
            "id": run_id,
            "status": "failed" if failed else "ended",
            "outcome": outcome,
            "counts": orjson.dumps(dict(counts)).decode(),
            "now": now,
        },
    )


def progress(session: Session, run_id: int, counts: Mapping[str, Any]) -> None:
    """What a run that goes on has counted so far."""
    session.execute(
        text("""UPDATE run SET counts = counts || CAST(:counts AS jsonb)
            WHERE id = :id AND status = 'running'"""),
        {"id": run_id, "counts": orjson.dumps(dict(counts)).decode()},
    )


def of_slot(session: Session, slot: str) -> int | None:
    """The run that had this slot."""
    return session.exec(select(Run.id).where(Run.slot == slot)).first()


def latest(session: Session, most: int) -> list[Run]:
    """The last runs, newest first."""
    return list(session.exec(select(Run).order_by(col(Run.id).desc()).limit(most)).all())


def get(session: Session, run_id: int) -> Run | None:
    return session.get(Run, run_id)


def page_of_events(
    session: Session, run_id: int, most: int, after_id: int = 0
) -> list[tuple[Event, str | None]]:
    """What a run did, in the order in which it was written down, with the key of the shop."""
    query = (
        select(Event, Shop.key)
        .join(Shop, col(Shop.id) == col(Event.shop_id), isouter=True)
        .where(Event.run_id == run_id, col(Event.id) > after_id)
    )
    rows = session.exec(query.order_by(col(Event.id)).limit(most)).all()
    return [(event, key) for event, key in rows]


def older(session: Session, most: int, before: int | None = None, kind: str = "") -> list[Run]:
    """Runs, newest first; ``before``: older than that one; of a kind where told."""
    query = select(Run)
    if before is not None:
        query = query.where(col(Run.id) < before)
    if kind:
        query = query.where(Run.kind == kind)
    return list(session.exec(query.order_by(col(Run.id).desc()).limit(most)).all())


def running(session: Session, kind: str) -> list[Run]:
    """Runs of a kind that have not ended."""
    query = select(Run).where(Run.kind == kind, Run.status == "running")
    return list(session.exec(query).all())


def events_of(session: Session, run_id: int) -> list[Event]:
    """What a run itself wrote down that is about no listing: decisions, and what was unreadable."""
    query = select(Event).where(Event.run_id == run_id, col(Event.listing_id).is_(None))
    return list(session.exec(query.order_by(col(Event.at), col(Event.id))).all())


def events(
    session: Session, most: int, *, product_code: str = "", shop_id: int | None = None
) -> list[Event]:
    """The last lines of the log, newest first; of one product or shop where told."""
    query = select(Event)
    if product_code:
        query = query.where(Event.product_code == product_code)
    if shop_id is not None:
        query = query.where(Event.shop_id == shop_id)
    query = query.order_by(col(Event.at).desc(), col(Event.id).desc()).limit(most)
    return list(session.exec(query).all())
