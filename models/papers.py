"""Papers as people record them, and which of them are about to lapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper with whose it is: a product's code, or a producer's name."""

    id: int
    kind: str
    number: str
    valid_until: date | None
    product_code: str | None
    producer: str
    file: bool
    note: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_ROWS = """SELECT d.id, d.kind, d.number, d.valid_until, c.code, coalesce(r.name, pr.name),
    d.asset_id IS NOT NULL, d.note
FROM paper d
LEFT JOIN product p ON p.id = d.product_id
LEFT JOIN product_code c ON c.product_id = p.id AND c.current
LEFT JOIN producer pr ON pr.id = p.producer_id
LEFT JOIN producer r ON r.id = d.producer_id
WHERE d.removed_at IS NULL"""


def listed(session: Session) -> list[PaperRow]:
    """Every paper, those that lapse first on top."""
    rows = session.execute(text(f"{_ROWS} ORDER BY d.valid_until NULLS LAST, d.id"))
    return [PaperRow(*row) for row in rows]


def add(
    session: Session, kind: str, number: str, valid_until: date | None, *,
    product_id: int | None, producer_id: int | None, asset_id: int | None, by: str, note: str,
    now: datetime,
) -> int:  # fmt: skip
    """Record a paper (or what is new of one that is known by kind, number and holder)."""
    row = session.execute(
        text("""INSERT INTO paper (product_id, producer_id, kind, number, valid_until, asset_id,
                note, added_by, added_at)
            VALUES (:product, :producer, :kind, :number, :until, :asset, :note, :by, :now)
            ON CONFLICT (kind, number, product_id, producer_id) DO UPDATE SET
                valid_until = excluded.valid_until, note = excluded.note,
                asset_id = coalesce(excluded.asset_id, paper.asset_id),
                added_by = excluded.added_by, added_at = excluded.added_at,
                removed_at = NULL, warned_days = NULL
            RETURNING id"""),
        {
            "product": product_id, "producer": producer_id, "kind": kind, "number": number,
            "until": valid_until, "asset": asset_id, "note": note, "by": by, "now": now,
        },
    ).scalar_one()  # fmt: skip
    return int(row)


def remove(session: Session, paper_id: int, now: datetime) -> bool:
    """Take a paper out of use; its history stays."""
    row = session.execute(
        text("""UPDATE paper SET removed_at = :now WHERE id = :id AND removed_at IS NULL
            RETURNING id"""),
        {"id": paper_id, "now": now},
    ).first()
    return row is not None


def products_of(session: Session, paper_id: int) -> list[int]:
    """The products that a paper is for."""
    rows = session.execute(
        text("""SELECT p.id FROM paper d JOIN product p
            ON p.id = d.product_id OR p.producer_id = d.producer_id WHERE d.id = :id"""),
        {"id": paper_id},
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A paper of which a warning is due: ``days`` until it ends (0: today is its last day)."""

    paper: PaperRow
    days: int
    warned_days: int | None


def lapsing(session: Session, today: date, within: int) -> list[Lapsing]:
    """Papers in force that end within so many days."""
    rows = session.execute(
        text(f"""SELECT q.*, d2.valid_until - CAST(:today AS date), d2.warned_days
            FROM ({_ROWS}) q(id, kind, number, valid_until, code, producer, file, note)
            JOIN paper d2 ON d2.id = q.id
            WHERE d2.valid_until BETWEEN :today AND CAST(:today AS date) + :within
            ORDER BY d2.valid_until, q.id"""),  # noqa: S608 (a constant of this module)
        {"today": today, "within": within},
    )
    return [Lapsing(PaperRow(*row[:8]), row[8], row[9]) for row in rows]


def warned(session: Session, ids: Sequence[int], days: int) -> None:
    """These were warned of as lapsing within ``days``."""
    session.execute(
        text("UPDATE paper SET warned_days = :days WHERE id = ANY(:ids)"),
        {"days": days, "ids": list(ids)},
    )
