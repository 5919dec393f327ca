"""Listings of ours whose SKUs another item of the shop carries: whose they are, where to look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session

TWO_ITEMS = "two_items"
"""The kind of the hold that asks about them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A listing that the channel knows, and all SKUs that are its (in capitals)."""

    listing_id: int
    product_id: int
    remote_id: str
    item_sku: str
    skus: frozenset[str]


def claims(session: Session, shop_id: int, skus: Iterable[str]) -> list[Claim]:
    """The shop's listings that have one of these SKUs (in capitals), or of which it is being asked
    which of several items is ours."""
    rows = session.execute(
        text("""SELECT l.id, l.product_id, l.remote_id, l.item_sku, array_agg(upper(v.sku))
            FROM listing l JOIN listing_variant v ON v.listing_id = l.id AND v.removed_at IS NULL
            WHERE l.shop_id = :shop AND l.remote_id IS NOT NULL
            GROUP BY l.id
            HAVING upper(l.item_sku) = ANY(:skus) OR array_agg(upper(v.sku)) && :skus
                OR l.id IN (SELECT CAST(i.detail->>'listing' AS bigint) FROM hold_item i
                    WHERE i.kind = :kind AND i.shop_id = :shop AND i.ended_at IS NULL)
            ORDER BY l.id"""),
        {"shop": shop_id, "skus": sorted(skus), "kind": TWO_ITEMS},
    )
    return [
        Claim(listing_id, product_id, remote_id, item_sku, frozenset({item_sku.upper(), *packs}))
        for listing_id, product_id, remote_id, item_sku, packs in rows
    ]


def suspects(session: Session, shop_id: int) -> set[str]:
    """Remote ids to look at again: what stood there with a SKU that a listing has by now, and what
    a person was asked about."""
    found = session.execute(
        text("""SELECT f.remote_id FROM found_pack f
            JOIN listing_variant v ON upper(v.sku) = upper(trim(f.sku))
            JOIN listing l ON l.id = v.listing_id AND l.shop_id = f.shop_id
            WHERE f.shop_id = :shop AND f.verdict = 'stranger' AND l.remote_id IS NOT NULL"""),
        {"shop": shop_id},
    )
    asked = session.execute(
        text("""SELECT regexp_split_to_table(i.detail->>'ids', ', ') FROM hold_item i
            JOIN hold h ON h.id = i.hold_id WHERE i.kind = :kind AND i.shop_id = :shop
              AND (i.ended_at IS NULL OR h.status = 'approved')"""),
        {"shop": shop_id, "kind": TWO_ITEMS},
    )
    return {row[0] for row in (*found, *asked)}


def declined(session: Session, shop_id: int) -> set[str]:
    """Remote ids of items of which a person said that they are not ours."""
    rows = session.execute(
        text("SELECT remote_id FROM found_pack WHERE shop_id = :shop AND verdict = 'declined'"),
        {"shop": shop_id},
    )
    return {row[0] for row in rows}


def look_first(session: Session, listing_ids: Sequence[int], now: datetime) -> None:
    """These items of ours are gone. Where a person was asked which of two to keep, it may be the
    other one: it is looked up before anything is made, as after an answer that was lost."""
    session.execute(
        text("""UPDATE listing l SET lookups = 0, attempt_at = :now - interval '2 days',
                attempt_deadline = :now - interval '1 day'
            WHERE l.id = ANY(:ids) AND EXISTS (SELECT 1 FROM hold_item i
                JOIN hold h ON h.id = i.hold_id
                WHERE i.kind = :kind AND i.detail->>'listing' = CAST(l.id AS text)
                  AND (h.status = 'approved' OR (h.status = 'open' AND i.ended_at IS NULL)))"""),
        {"ids": list(listing_ids), "now": now, "kind": TWO_ITEMS},
    )
