"""Changes that wait for a person: opened once, solved by themselves when the cause is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.run import Hold


@dataclass(frozen=True, slots=True)
class HoldRow:
    """``key`` names the subject within its kind; ``message`` is Vietnamese."""

    key: str
    message: str
    shop_id: int | None = None
    product_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def open_hold(session: Session, kind: str, row: HoldRow, now: datetime) -> None:
    """Open a hold unless one of this kind and key is open."""
    _open(session, kind, [row], now)


def sync(
    session: Session, kind: str, rows: Sequence[HoldRow], product_ids: Sequence[int], now: datetime
) -> None:
    """Make the open holds of ``kind`` about these products exactly ``rows``."""
    session.execute(
        text("""UPDATE hold SET status = 'solved', decided_at = :now
            WHERE kind = :kind AND status = 'open' AND product_id = ANY(:products)
              AND NOT key = ANY(:keys)"""),
        {
            "kind": kind,
            "now": now,
            "products": list(set(product_ids)),
            "keys": [row.key for row in rows],
        },
    )
    _open(session, kind, rows, now)


def solve(session: Session, kind: str, key: str, now: datetime) -> None:
    """The cause is gone."""
    session.execute(
        text("""UPDATE hold SET status = 'solved', decided_at = :now
            WHERE kind = :kind AND key = :key AND status = 'open'"""),
        {"kind": kind, "key": key, "now": now},
    )


def let_go(
    session: Session, kinds: Sequence[str], listing_ids: Sequence[int], now: datetime
) -> list[int]:
    """An operator acts on these listings: holds of these kinds about their products are done
    with. Returns the products."""
    rows = session.execute(
        text("""UPDATE hold h SET status = 'approved', decided_at = :now, decided_by = 'operator'
            FROM listing l WHERE l.id = ANY(:ids) AND h.shop_id = l.shop_id
              AND h.product_id = l.product_id AND h.kind = ANY(:kinds) AND h.status = 'open'
            RETURNING h.product_id"""),
        {"ids": list(listing_ids), "kinds": list(kinds), "now": now},
    )
    return sorted({row[0] for row in rows})


def subjects(session: Session, kind: str) -> set[tuple[int, int]]:
    """(shop, product) of the open holds of a kind."""
    rows = session.execute(
        text("""SELECT shop_id, product_id FROM hold WHERE kind = :kind AND status = 'open'
            AND shop_id IS NOT NULL AND product_id IS NOT NULL"""),
        {"kind": kind},
    )
    return {(row[0], row[1]) for row in rows}


def open_holds(session: Session) -> list[Hold]:
    """What waits for a person, the oldest first."""
    return list(
        session.exec(
            select(Hold).where(col(Hold.status) == "open").order_by(col(Hold.opened_at))
        ).all()
    )


def _open(session: Session, kind: str, rows: Sequence[HoldRow], now: datetime) -> None:
    if not rows:
        return
    session.execute(
        text("""INSERT INTO hold (kind, key, shop_id, product_id, detail, message, status,
                opened_at, decided_by)
            SELECT :kind, r.key, r.shop_id, r.product_id, r.detail, r.message, 'open', :now, ''
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, shop_id bigint,
                product_id bigint, detail jsonb, message text)
            ON CONFLICT (kind, key) WHERE status = 'open' DO NOTHING"""),
        {
            "kind": kind,
            "now": now,
            "rows": orjson.dumps([asdict(row) for row in rows]).decode(),
        },
    )
