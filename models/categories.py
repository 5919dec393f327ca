"""The mapping of our kinds to a channel's categories, a market (channel, base URL) at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, func, select

from models.facts import Market
from models.shop import CategoryMap


@dataclass(frozen=True, slots=True)
class MapRow:
    """``words`` "" is the kind's default; ``decided_by`` "" is the starter mapping's proposal."""

    kind: str
    words: str
    category_id: str
    attributes: tuple[Mapping[str, str], ...]
    name: str = ""
    decided_by: str = ""


def rows_of(session: Session, market: Market) -> list[MapRow]:
    """The market's mapping, by kind and words."""
    channel, base_url = market
    found = session.exec(
        select(CategoryMap)
        .where(CategoryMap.channel == channel, CategoryMap.base_url == base_url)
        .order_by(col(CategoryMap.kind), col(CategoryMap.words))
    )
    return [
        MapRow(r.kind, r.words, r.category_id, tuple(r.attributes), r.name, r.decided_by)
        for r in found
    ]


def waiting(session: Session, market: Market) -> dict[str, int]:
    """Products by kind that stay off sale in a market because it has no category for them."""
    rows = session.execute(
        text("""SELECT p.kind, count(DISTINCT p.id) FROM listing l
            JOIN shop s ON s.id = l.shop_id JOIN product p ON p.id = l.product_id
            WHERE s.channel = :channel AND s.base_url = :base_url
              AND l.reason->>'code' = 'NO_CATEGORY' GROUP BY 1"""),
        {"channel": market[0], "base_url": market[1]},
    )
    return {row[0]: row[1] for row in rows}


def mapped(session: Session, market: Market) -> set[tuple[str, str]]:
    """(kind, words) that the market has a category for."""
    return {(row.kind, row.words) for row in rows_of(session, market)}


def add(session: Session, market: Market, rows: Sequence[MapRow]) -> None:
    """Add rows that are not there yet."""
    known = mapped(session, market)
    for row in rows:
        if (row.kind, row.words) not in known:
            session.add(CategoryMap(channel=market[0], base_url=market[1], **_values(row)))


def put(session: Session, market: Market, rows: Sequence[MapRow]) -> int:
    """Set these rows, whatever stood there (a person decided); returns how many differ now."""
    channel, base_url = market
    changed = 0
    for row in rows:
        known = session.exec(
            select(CategoryMap).where(
                CategoryMap.channel == channel,
                CategoryMap.base_url == base_url,
                CategoryMap.kind == row.kind,
                CategoryMap.words == row.words,
            )
        ).first()
        if known is None:
            session.add(CategoryMap(channel=channel, base_url=base_url, **_values(row)))
            changed += 1
            continue
        before = (known.category_id, known.attributes)
        for name, value in _values(row).items():
            setattr(known, name, value)
        session.add(known)
        changed += before != (known.category_id, known.attributes)
    return changed


def _values(row: MapRow) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "words": row.words,
        "category_id": row.category_id,
        "name": row.name,
        "decided_by": row.decided_by,
        "attributes": [dict(a) for a in row.attributes],
    }


def names(session: Session, channel: str) -> dict[str, str]:
    """The names of a channel's categories that are mapped, by id."""
    query = (
        select(CategoryMap.category_id, func.max(CategoryMap.name))
        .where(CategoryMap.channel == channel)
        .group_by(CategoryMap.category_id)
    )
    return dict(session.exec(query).all())
