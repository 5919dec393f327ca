"""Listings as the plan and the drain read and write them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.listing import FACETS
from models.states import sources_of


@dataclass(frozen=True, slots=True)
class FacetState:
    wanted: Any
    wanted_digest: str
    acked: Any
    acked_digest: str | None
    settled: bool
    """The acknowledged revision is the wanted one."""
    refused: bool
    error: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class VariantState:
    """A pack in a listing: what was acknowledged, and sales since the stock's last statement."""

    variant_id: int
    sku: str
    remote_id: str | None
    price_acked: int | None
    stock_acked: int | None
    stock_observed: int | None
    stock_rev: int
    stock_acked_rev: int
    sold: int
    removed: bool
    sent_least: int | None = None
    sent_most: int | None = None
    sent_rev: int | None = None


@dataclass(frozen=True, slots=True)
class ListingState:
    """A listing with its facets and packs, as one reading found them."""

    id: int
    shop_id: int
    product_id: int
    part: int
    item_sku: str
    remote_id: str | None
    state: str
    state_since: datetime
    reason: Mapping[str, Any] | None
    alarm: Mapping[str, Any] | None
    handle: Mapping[str, Any] | None
    attempt_at: datetime | None
    attempt_deadline: datetime | None
    lookups: int
    last_write_at: datetime | None
    observed_at: datetime | None
    reads: int
    read_full: bool
    facets: Mapping[str, FacetState]
    variants: tuple[VariantState, ...]

    @property
    def started(self) -> bool:
        """Whether the channel may already know this listing."""
        return bool(self.remote_id or self.handle or self.attempt_at)


_COLUMNS = """l.id, l.shop_id, l.product_id, l.part, l.item_sku, l.remote_id, l.state,
    l.state_since, l.reason, l.alarm, l.handle, l.attempt_at, l.attempt_deadline, l.lookups,
    l.last_write_at, l.observed_at, l.reads, l.read_full"""


def of_products(session: Session, product_ids: Sequence[int]) -> list[ListingState]:
    """Every listing of these products in every shop, with facets and packs."""
    return _load(session, "l.product_id = ANY(:ids)", {"ids": list(product_ids)})


def by_ids(
    session: Session, ids: Sequence[int], values: Sequence[str] = FACETS
) -> dict[int, ListingState]:
    """These listings, by id, with the facets named by ``values`` and those that the channel
    refused (a content is long, and most work does not look at it)."""
    found = _load(session, "l.id = ANY(:ids)", {"ids": list(ids)}, values)
    return {item.id: item for item in found}


def read_due(session: Session, shop_id: int, most: int, now: datetime) -> list[ListingState]:
    """Listings of a shop that should be read now, the longest due first, with the values that a
    reading is compared with."""
    where = """l.id IN (SELECT id FROM listing WHERE shop_id = :shop AND read_due_at <= :now
        AND remote_id IS NOT NULL ORDER BY read_due_at, id LIMIT :most)"""
    values = ("availability", "stock", "price", "variants")
    return _load(session, where, {"shop": shop_id, "now": now, "most": most}, values)


def _load(
    session: Session, where: str, parameters: Mapping[str, Any], values: Sequence[str] = FACETS
) -> list[ListingState]:
    listings = session.execute(
        text(f"SELECT {_COLUMNS} FROM listing l WHERE {where} ORDER BY l.id"),  # noqa: S608
        parameters,
    ).all()
    ids = [row[0] for row in listings]
    facets = _facets(session, ids, values)
    variants = _variants(session, ids)
    return [
        ListingState(**row._mapping, facets=facets[row.id], variants=tuple(variants[row.id]))
        for row in listings
    ]


def _facets(
    session: Session, ids: Sequence[int], values: Sequence[str]
) -> dict[int, dict[str, FacetState]]:
    grouped: dict[int, dict[str, FacetState]] = defaultdict(dict)
    rows = session.execute(
        text("""SELECT listing_id, facet, wanted, wanted_digest, acked, acked_digest,
            wanted_rev = acked_rev, wanted_rev = refused_rev, error
            FROM listing_facet WHERE listing_id = ANY(:ids)
            AND (facet = ANY(:values) OR wanted_rev = refused_rev
                OR error->>'kind' = 'Rejected')"""),
        {"ids": ids, "values": list(values)},
    )
    for row in rows:
        grouped[row[0]][row[1]] = FacetState(*row[2:])
    return grouped


def _variants(session: Session, ids: Sequence[int]) -> dict[int, list[VariantState]]:
    grouped: dict[int, list[VariantState]] = defaultdict(list)
    rows = session.execute(
        text("""SELECT listing_id, variant_id, sku, remote_id, price_acked, stock_acked,
            stock_observed, stock_rev, stock_acked_rev, sold, removed_at IS NOT NULL,
            sent_least, sent_most, sent_rev
            FROM listing_variant WHERE listing_id = ANY(:ids) ORDER BY variant_id"""),
        {"ids": ids},
    )
    for row in rows:
        grouped[row[0]].append(VariantState(*row[1:]))
    return grouped


def measure(session: Session) -> None:
    """Have the planner count the rows. After the first plan of a registry it still takes these
    tables for empty, and until its own next round a push of 2 000 rows took twice as long."""
    session.execute(text("ANALYZE listing, listing_facet, listing_variant"))


_ON_SALE = """l.remote_id IS NOT NULL AND l.state IN ('live', 'in_review') AND EXISTS (
    SELECT 1 FROM listing_facet f WHERE f.listing_id = l.id AND f.facet = 'availability'
      AND f.wanted->>'on' = 'true')"""


def on_sale(session: Session, product_ids: Sequence[int] | None = None) -> int:
    """How many listings (of these products) buyers may be seeing, by our own wish."""
    return int(
        session.execute(
            text(f"""SELECT count(*) FROM listing l WHERE {_ON_SALE} AND (
                CAST(:ids AS bigint[]) IS NULL OR l.product_id = ANY(:ids))"""),  # noqa: S608
            {"ids": None if product_ids is None else list(product_ids)},
        ).scalar_one()
    )


def add(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> dict[Any, int]:
    """Insert listings (``shop_id, product_id, part, item_sku, state``); returns their ids by
    (shop_id, product_id, part)."""
    if not rows:
        return {}
    made = session.execute(
        text("""INSERT INTO listing (shop_id, product_id, part, item_sku, state, state_since,
                lookups, reads, read_full, url)
            SELECT r.shop_id, r.product_id, r.part, r.item_sku, r.state, :now, 0, 0, false, ''
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(shop_id bigint,
                product_id bigint, part int, item_sku text, state text)
            RETURNING shop_id, product_id, part, id"""),
        {"rows": _dump(rows), "now": now},
    )
    return {(row[0], row[1], row[2]): row[3] for row in made}


def rename(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Give listings that no channel knows yet another key (``id, item_sku``); not one that another
    listing of the shop has."""
    if rows:
        session.execute(
            text("""UPDATE listing l SET item_sku = r.item_sku
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, item_sku text)
                WHERE l.id = r.id AND l.remote_id IS NULL AND l.handle IS NULL
                  AND l.attempt_at IS NULL AND NOT EXISTS (SELECT 1 FROM listing o
                    WHERE o.shop_id = l.shop_id AND o.item_sku = r.item_sku)"""),
            {"rows": _dump(rows)},
        )


def place_variants(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Upsert packs of listings (``listing_id, variant_id, sku, stock_rev, sold, removed``)."""
    if not rows:
        return
    session.execute(
        text("""INSERT INTO listing_variant (listing_id, variant_id, sku, stock_rev, sold,
                removed_at)
            SELECT r.listing_id, r.variant_id, r.sku, r.stock_rev, r.sold,
                CASE WHEN r.removed THEN now() END
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint,
                variant_id bigint, sku text, stock_rev bigint, sold bigint, removed boolean)
            ON CONFLICT (listing_id, variant_id) DO UPDATE SET stock_rev = excluded.stock_rev,
                sold = excluded.sold, sku = excluded.sku, removed_at = excluded.removed_at
            WHERE (listing_variant.stock_rev, listing_variant.sold, listing_variant.sku,
                   listing_variant.removed_at IS NULL)
               IS DISTINCT FROM (excluded.stock_rev, excluded.sold, excluded.sku,
                   excluded.removed_at IS NULL)"""),
        {"rows": _dump(rows)},
    )


def explain(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Write each listing's reason (``id, reason``) where it differs."""
    if not rows:
        return
    session.execute(
        text("""UPDATE listing l SET reason = r.reason
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, reason jsonb)
            WHERE l.id = r.id AND l.reason IS DISTINCT FROM r.reason"""),
        {"rows": _dump(rows), "now": now},
    )


def move(session: Session, ids: Sequence[int], after: str, now: datetime) -> list[int]:
    """Bring listings to a state, those that may go there; returns the ones that moved."""
    if not ids:
        return []
    moved = session.execute(
        text("""UPDATE listing SET state = :after, state_since = :now
            WHERE id = ANY(:ids) AND state <> :after AND state = ANY(:sources)
            RETURNING id"""),
        {"after": after, "now": now, "ids": list(ids), "sources": list(sources_of(after))},
    )
    return [row[0] for row in moved]


def refused_creates(session: Session, ids: Sequence[int]) -> list[int]:
    """The products of those of these listings that the channel refused to make."""
    rows = session.execute(
        text("""SELECT DISTINCT product_id FROM listing_facet WHERE listing_id = ANY(:ids)
            AND facet = 'create' AND wanted_rev = refused_rev"""),
        {"ids": list(ids)},
    )
    return [row[0] for row in rows]


def not_refused(session: Session, ids: Sequence[int]) -> list[int]:
    """Of these, the ones whose create the channel has not refused as it stands, for good or for
    now."""
    rows = session.execute(
        text("""SELECT l.id FROM listing l WHERE l.id = ANY(:ids) AND NOT EXISTS (
            SELECT 1 FROM listing_facet f WHERE f.listing_id = l.id AND f.facet = 'create'
              AND (f.wanted_rev = f.refused_rev OR (f.due AND f.error->>'kind' = 'Rejected')))"""),
        {"ids": list(ids)},
    )
    return [row[0] for row in rows]


def forget_facets(session: Session, ids: Sequence[int]) -> None:
    """Drop what was wanted of listings that the channel never heard of."""
    if ids:
        session.execute(
            text("""DELETE FROM listing_facet f USING listing l WHERE f.listing_id = l.id
                AND l.id = ANY(:ids) AND l.remote_id IS NULL AND l.handle IS NULL
                AND l.attempt_at IS NULL"""),
            {"ids": list(ids)},
        )


def _dump(rows: Any) -> str:
    return orjson.dumps(rows).decode()
