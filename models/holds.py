"""Questions to a person: asked once, decided once, solved by themselves when the cause is gone.

A hold is a question; its items are what it is about. An item is *live* until its change was
carried out, or is another one; while it is live the hold's decision stands for it, so that a
rejected change is not asked about again and a different one is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.run import Hold

Subject = tuple[str, str]
"""A kind of hold, and a key within it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One subject: ``key`` names it within its kind, ``change`` is the very thing that waits."""

    key: str
    change: str
    shop_id: int | None = None
    product_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: one cause, and the items that it is behind; ``message`` is Vietnamese."""

    kind: str
    key: str
    message: str
    items: Sequence[Item]
    shop_id: int | None = None
    product_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What was said of a live item: ``status`` is its hold's, open, approved or rejected."""

    change: str
    status: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as people see it."""

    key: str
    change: str
    shop: str | None
    product_code: str | None
    product: str | None
    product_id: int | None
    shop_id: int | None
    detail: Mapping[str, Any]
    live: bool


def standing(session: Session, kind: str | None = None) -> dict[Subject, Standing]:
    """Every live item with what was said of it."""
    rows = session.execute(
        text("""SELECT i.kind, i.key, i.change, h.status FROM hold_item i
            JOIN hold h ON h.id = i.hold_id
            WHERE i.ended_at IS NULL AND (CAST(:kind AS text) IS NULL OR i.kind = :kind)"""),
        {"kind": kind},
    )
    return {(row[0], row[1]): Standing(row[2], row[3]) for row in rows}


def subjects(session: Session, kind: str) -> set[tuple[int, int]]:
    """(shop, product) of the live items of a kind that nobody approved."""
    rows = session.execute(
        text("""SELECT i.shop_id, i.product_id FROM hold_item i JOIN hold h ON h.id = i.hold_id
            WHERE i.ended_at IS NULL AND i.kind = :kind AND h.status IN ('open', 'rejected')
              AND i.shop_id IS NOT NULL AND i.product_id IS NOT NULL"""),
        {"kind": kind},
    )
    return {(row[0], row[1]) for row in rows}


def ask(session: Session, question: Question, now: datetime) -> int | None:
    """Open a hold about those of its items that are not live with this very change; another
    change of the same subject ends there. None: all of it was asked already."""
    known = standing(session, question.kind)
    fresh = [i for i in question.items if _said(known, question.kind, i) is None]
    if not fresh:
        return None
    end(session, question.kind, [item.key for item in fresh], now)
    hold_id = _open(session, question, now)
    if hold_id is None or not _add_items(session, hold_id, question.kind, fresh):
        return None
    _log_opened(session, question, hold_id, len(fresh), now)
    return hold_id


def _said(known: Mapping[Subject, Standing], kind: str, item: Item) -> Standing | None:
    found = known.get((kind, item.key))
    return found if found is not None and found.change == item.change else None


def _open(session: Session, question: Question, now: datetime) -> int | None:
    """A hold of this key; None where another process has just asked the same."""
    row = session.execute(
        text("""INSERT INTO hold (kind, key, shop_id, product_id, detail, message, status,
                opened_at, decided_by)
            VALUES (:kind, :key, :shop, :product, CAST(:detail AS jsonb), :message, 'open',
                :now, '')
            ON CONFLICT (kind, key) WHERE status = 'open' DO NOTHING RETURNING id"""),
        {
            "kind": question.kind,
            "key": question.key,
            "shop": question.shop_id,
            "product": question.product_id,
            "detail": _dump(dict(question.detail)),
            "message": question.message,
            "now": now,
        },
    ).first()
    return int(row[0]) if row else None


def _add_items(session: Session, hold_id: int, kind: str, fresh: Sequence[Item]) -> bool:
    """Whether any of them is this hold's: what another process asks meanwhile is its."""
    added = session.execute(
        text("""INSERT INTO hold_item (hold_id, kind, key, change, shop_id, product_id, detail)
            SELECT :hold, :kind, r.key, r.change, r.shop_id, r.product_id, r.detail
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, change text,
                shop_id bigint, product_id bigint, detail jsonb)
            ON CONFLICT (kind, key) WHERE ended_at IS NULL DO NOTHING RETURNING key"""),
        {"hold": hold_id, "kind": kind, "rows": _dump([asdict(item) for item in fresh])},
    ).all()
    if not added:
        session.execute(text("DELETE FROM hold WHERE id = :id"), {"id": hold_id})
    return bool(added)


def _log_opened(
    session: Session, question: Question, hold_id: int, count: int, now: datetime
) -> None:
    session.execute(
        text("""INSERT INTO event (at, kind, shop_id, product_code, facet, after, code, message,
                request_id)
            SELECT :now, 'held', :shop, coalesce((SELECT code FROM product_code
                WHERE product_id = :product AND current), ''), '', CAST(:after AS jsonb), :kind,
                :message, ''"""),
        {
            "now": now,
            "shop": question.shop_id,
            "product": question.product_id,
            "after": _dump({"hold": hold_id, "items": count}),
            "kind": question.kind,
            "message": question.message,
        },
    )


def end(session: Session, kind: str, keys: Iterable[str], now: datetime) -> None:
    """These subjects wait no more, whatever was said of them."""
    _end(session, "i.kind = :kind AND i.key = ANY(:keys)", now, kind=kind, keys=list(keys))


def end_hold(session: Session, hold_id: int, now: datetime) -> None:
    """What was decided has been done: the decision is about nothing more."""
    _end(session, "i.hold_id = :hold", now, hold=hold_id)


def end_others(
    session: Session, kind: str, product_ids: Sequence[int], found: Sequence[Item], now: datetime
) -> None:
    """Of these products exactly ``found`` waits for ``kind``: everything else is over."""
    _end(
        session,
        """i.kind = :kind AND i.product_id = ANY(:products) AND NOT EXISTS (
            SELECT 1 FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS r(key text, change text)
            WHERE r.key = i.key AND r.change = i.change)""",
        now,
        kind=kind,
        products=list(product_ids),
        found=_dump([{"key": item.key, "change": item.change} for item in found]),
    )


def _end(session: Session, where: str, now: datetime, **parameters: Any) -> None:
    """End live items, and the open holds that are about nothing more."""
    holds = session.execute(
        text(f"""UPDATE hold_item i SET ended_at = :now
            WHERE i.ended_at IS NULL AND {where} RETURNING i.hold_id"""),  # noqa: S608
        {"now": now, **parameters},
    )
    ids = sorted({row[0] for row in holds})
    if ids:
        session.execute(
            text("""UPDATE hold h SET status = 'solved', decided_at = :now
                WHERE h.id = ANY(:ids) AND h.status = 'open' AND NOT EXISTS (
                    SELECT 1 FROM hold_item i WHERE i.hold_id = h.id AND i.ended_at IS NULL)"""),
            {"ids": ids, "now": now},
        )


def decide(session: Session, hold_id: int, status: str, who: str, now: datetime) -> Hold | None:
    """Write a person's word on an open hold; None when it is open no more (or never was)."""
    row = session.execute(
        text("""UPDATE hold SET status = :status, decided_at = :now, decided_by = :who
            WHERE id = :id AND status = 'open' RETURNING id"""),
        {"id": hold_id, "status": status, "who": who, "now": now},
    ).first()
    return session.get(Hold, hold_id) if row else None


def let_go(
    session: Session, kinds: Sequence[str], listing_ids: Sequence[int], now: datetime
) -> list[int]:
    """An operator acts on these listings: what waits, or was rejected, of these kinds about their
    products is done with. Returns the products."""
    items = session.execute(
        text("""UPDATE hold_item i SET ended_at = :now FROM listing l
            WHERE l.id = ANY(:ids) AND i.shop_id = l.shop_id AND i.product_id = l.product_id
              AND i.kind = ANY(:kinds) AND i.ended_at IS NULL
            RETURNING i.hold_id, i.product_id"""),
        {"ids": list(listing_ids), "kinds": list(kinds), "now": now},
    ).all()
    session.execute(
        text("""UPDATE hold SET status = 'approved', decided_at = :now, decided_by = 'operator'
            WHERE id = ANY(:ids) AND status = 'open'"""),
        {"ids": [row[0] for row in items], "now": now},
    )
    return sorted({row[1] for row in items})


def get(session: Session, hold_id: int) -> Hold | None:
    """One hold, decided ones too."""
    return session.get(Hold, hold_id)


def open_holds(session: Session) -> list[Hold]:
    """What waits for a person, the oldest first."""
    query = select(Hold).where(col(Hold.status) == "open")
    return list(session.exec(query.order_by(col(Hold.opened_at), col(Hold.id))).all())


def page(session: Session, status: str, after_id: int, most: int) -> list[Hold]:
    """Holds of a status, the first asked first, those above ``after_id``."""
    query = select(Hold).where(Hold.status == status, col(Hold.id) > after_id)
    return list(session.exec(query.order_by(col(Hold.id)).limit(most)).all())


def rejected_holds(session: Session) -> list[Hold]:
    """What a person rejected and still stands, the oldest first."""
    query = select(Hold).where(
        col(Hold.status) == "rejected",
        text("EXISTS (SELECT 1 FROM hold_item i WHERE i.hold_id = hold.id"
             " AND i.ended_at IS NULL)"),
    )  # fmt: skip
    return list(session.exec(query.order_by(col(Hold.opened_at), col(Hold.id))).all())


def decided(session: Session, most: int) -> list[Hold]:
    """What people decided last, the newest first."""
    query = select(Hold).where(col(Hold.status).in_(("approved", "rejected")))
    return list(session.exec(query.order_by(col(Hold.decided_at).desc()).limit(most)).all())


def items(session: Session, hold_id: int) -> list[ItemRow]:
    """What a hold is about, by key."""
    rows = session.execute(
        text("""SELECT i.key, i.change, s.key, pc.code, p.name, i.product_id, i.shop_id, i.detail,
                i.ended_at IS NULL
            FROM hold_item i LEFT JOIN shop s ON s.id = i.shop_id
            LEFT JOIN product p ON p.id = i.product_id
            LEFT JOIN product_code pc ON pc.product_id = p.id AND pc.current
            WHERE i.hold_id = :id ORDER BY i.key"""),
        {"id": hold_id},
    )
    return [ItemRow(*row) for row in rows]


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()
