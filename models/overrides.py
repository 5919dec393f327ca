"""Overrides: old values that an undo put back, until the source changes or somebody lifts them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Pin:
    """A standing override. ``source``: the digest of the offer's own value, in whose place
    ``value`` stands; ``key``: the SKU of a price, "" of a content."""

    id: int
    listing_id: int
    kind: str
    key: str
    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A standing override as people see it."""

    id: int
    listing_id: int
    shop: str
    product_code: str
    product: str
    kind: str
    key: str
    value: Any
    run_id: int
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ChangedFacet:
    """A facet that a run changed. ``ours``: nothing has changed it since; ``replaced``: what the
    channel was known to show before, None where that was not known; ``wanted``: what is wanted
    now."""

    listing_id: int
    product_id: int
    shop: str
    product_code: str
    product: str
    facet: str
    ours: bool
    replaced: Any
    wanted: Any


def standing(session: Session) -> dict[int, list[Pin]]:
    """Every standing override, by listing."""
    rows = session.execute(
        text("""SELECT id, listing_id, kind, key, value, source FROM override
            WHERE ended_at IS NULL ORDER BY id""")
    )
    found: dict[int, list[Pin]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(Pin(*row))
    return dict(found)


def shown(session: Session, *, listing_ids: Sequence[int] | None = None) -> list[OverrideRow]:
    """Standing overrides (of these listings), the newest first."""
    rows = session.execute(
        text("""SELECT o.id, o.listing_id, s.key, pc.code, p.name, o.kind, o.key, o.value,
                o.run_id, o.made_by, o.made_at
            FROM override o JOIN listing l ON l.id = o.listing_id JOIN shop s ON s.id = l.shop_id
            JOIN product p ON p.id = l.product_id
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            WHERE o.ended_at IS NULL
              AND (CAST(:ids AS bigint[]) IS NULL OR o.listing_id = ANY(:ids))
            ORDER BY o.id DESC"""),
        {"ids": None if listing_ids is None else list(listing_ids)},
    )
    return [OverrideRow(*row) for row in rows]


def put(
    session: Session, rows: Sequence[Mapping[str, Any]], run_id: int, who: str, now: datetime
) -> None:
    """Let these stand (``listing_id, kind, key, value, source``), in place of any that stood."""
    parameters = {"rows": orjson.dumps([dict(row) for row in rows]).decode(), "now": now}
    session.execute(
        text("""UPDATE override o SET ended_at = :now, ended_why = 'replaced'
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, kind text,
                key text)
            WHERE o.ended_at IS NULL AND o.listing_id = r.listing_id AND o.kind = r.kind
              AND o.key = r.key"""),
        parameters,
    )
    session.execute(
        text("""INSERT INTO override (listing_id, kind, key, value, source, run_id, made_at,
                made_by, ended_why)
            SELECT r.listing_id, r.kind, r.key, r.value, r.source, :run, :now, :who, ''
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, kind text,
                key text, value jsonb, source text)"""),
        {**parameters, "run": run_id, "who": who},
    )


def end(session: Session, ids: Sequence[int], why: str, now: datetime) -> list[int]:
    """These stand no more (``why``: source, lifted, undone); returns the products."""
    rows = session.execute(
        text("""UPDATE override o SET ended_at = :now, ended_why = :why FROM listing l
            WHERE l.id = o.listing_id AND o.id = ANY(:ids) AND o.ended_at IS NULL
            RETURNING l.product_id"""),
        {"ids": list(ids), "why": why, "now": now},
    )
    return sorted({row[0] for row in rows})


def of_run(session: Session, run_id: int) -> list[int]:
    """Overrides that an undo made and that still stand."""
    rows = session.execute(
        text("SELECT id FROM override WHERE run_id = :run AND ended_at IS NULL ORDER BY id"),
        {"run": run_id},
    )
    return [row[0] for row in rows]


def changed_by(session: Session, run_id: int) -> list[ChangedFacet]:
    """Every facet that a run wanted otherwise than before: those that are still as it wanted
    them, and those that its log names and another run has changed since."""
    rows = session.execute(
        text("""SELECT l.id, l.product_id, s.key, pc.code, p.name, f.facet,
                coalesce(f.run_id = :run, false), f.replaced, f.wanted
            FROM listing_facet f JOIN listing l ON l.id = f.listing_id
            JOIN shop s ON s.id = l.shop_id JOIN product p ON p.id = l.product_id
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            WHERE f.run_id = :run OR (f.listing_id, f.facet) IN (
                SELECT e.listing_id, e.facet FROM event e
                WHERE e.run_id = :run AND e.kind = 'pushed')
            ORDER BY pc.code, s.key, f.facet"""),
        {"run": run_id},
    )
    return [ChangedFacet(*row) for row in rows]
