"""Turns: who writes listings waits for who reads and writes the same ones, in one order.

Two plans of one product at once would deadlock on its facets, or worse: the one that read before
a change would write after the one that read it, and what it wanted would be stale for good. So a
plan takes its products' turns *before* it reads. A drain's results and a plan's are written in
different orders: both first lock the listings, by id.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlmodel import Session

TURNS = 64
"""Products share this many locks, so that a plan of all takes no more of the server's room."""

_SPACE = 7_205_003


def take(session: Session, product_ids: Collection[int] | None) -> None:
    """Wait until nobody plans or writes these products (None: all); held to the transaction's
    end."""
    turns = range(TURNS) if product_ids is None else sorted({i % TURNS for i in product_ids})
    for turn in turns:
        session.execute(
            text("SELECT pg_advisory_xact_lock(:space, :turn)"), {"space": _SPACE, "turn": turn}
        )
    session.execute(
        text("""SELECT id FROM listing WHERE CAST(:ids AS bigint[]) IS NULL
                OR product_id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"""),
        {"ids": None if product_ids is None else list(product_ids)},
    )


def lock(session: Session, listing_ids: Collection[int]) -> None:
    """These listings are about to be written by this transaction."""
    session.execute(
        text("SELECT id FROM listing WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"),
        {"ids": list(listing_ids)},
    )
