"""Producers as owners of shops."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.product import Producer
from models.text import fold


def names(session: Session) -> dict[int, str]:
    """Every producer's name by id."""
    return {p.id: p.name for p in session.exec(select(Producer)) if p.id is not None}


def find(session: Session, name: str) -> list[tuple[int, str]]:
    """Producers of this name (folded), else those whose name holds it."""
    folded = fold(name)
    exact = session.exec(select(Producer).where(Producer.name_folded == folded)).all()
    found = (
        exact
        or session.exec(
            select(Producer).where(col(Producer.name_folded).contains(folded, autoescape=True))
        ).all()
    )
    return [(p.id or 0, p.name) for p in found]


def agree(session: Session, folded_names: Sequence[str], *, agreed: bool) -> list[int]:
    """Record that producers agreed (or no longer agree) to the province's shop; their products."""
    rows = session.execute(
        text("""UPDATE producer SET agreed = :agreed WHERE name_folded = ANY(:names)
            RETURNING id"""),
        {"agreed": agreed, "names": list(folded_names)},
    )
    return [row[0] for row in rows]
