"""Producers as owners of shops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.product import Producer
from models.text import fold


@dataclass(frozen=True, slots=True)
class Owner:
    """A producer, with how many products of theirs the register holds, and whether the province's
    shops may sell them."""

    id: int
    name: str
    products: int
    agreed: bool


def listed(session: Session) -> list[Owner]:
    """Every producer, by name."""
    rows = session.execute(
        text("""SELECT r.id, r.name, r.agreed, (SELECT count(*) FROM product p
                WHERE p.producer_id = r.id AND p.withdrawn_at IS NULL)
            FROM producer r ORDER BY r.name_folded, r.id""")
    )
    return [Owner(id_, name, products, agreed) for id_, name, agreed, products in rows]


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


def agree(session: Session, producer_ids: Sequence[int], *, agreed: bool) -> list[tuple[int, str]]:
    """Record that producers agreed (or no longer agree) to the province's shops; the ids and names
    of those of whom that is new."""
    rows = session.execute(
        text("""UPDATE producer SET agreed = :agreed WHERE id = ANY(:ids) AND agreed <> :agreed
            RETURNING id, name"""),
        {"agreed": agreed, "ids": list(producer_ids)},
    )
    return sorted((row[0], row[1]) for row in rows)


def products_of(session: Session, producer_ids: Sequence[int]) -> list[int]:
    """The products of these producers."""
    rows = session.execute(
        text("SELECT id FROM product WHERE producer_id = ANY(:ids) ORDER BY id"),
        {"ids": list(producer_ids)},
    )
    return [row[0] for row in rows]
