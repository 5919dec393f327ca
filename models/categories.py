"""The mapping of our kinds to a channel's categories."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session, select

from models.shop import CategoryMap


@dataclass(frozen=True, slots=True)
class MapRow:
    kind: str
    words: str
    category_id: str
    attributes: tuple[Mapping[str, str], ...]


def mapped(session: Session, channel: str, base_url: str) -> set[tuple[str, str]]:
    """(kind, words) that the channel has a category for."""
    rows = session.exec(
        select(CategoryMap).where(CategoryMap.channel == channel, CategoryMap.base_url == base_url)
    )
    return {(row.kind, row.words) for row in rows}


def add(session: Session, channel: str, base_url: str, rows: Sequence[MapRow]) -> None:
    """Add rows that are not there yet."""
    known = mapped(session, channel, base_url)
    for row in rows:
        if (row.kind, row.words) not in known:
            session.add(
                CategoryMap(
                    channel=channel,
                    base_url=base_url,
                    kind=row.kind,
                    words=row.words,
                    category_id=row.category_id,
                    attributes=[dict(a) for a in row.attributes],
                )
            )
