"""Where every listing stands, a page at a time: a listing with its packs is one row, and a page
begins after the last row of the one before, so that nothing is shown twice or left out while
listings come and go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class ListingRow:
    """A listing. ``packs``: its packs' ``sku``, acknowledged ``price`` (đồng) and ``stock``
    (units), null before the channel has it, and ``sold`` since the last statement of the stock."""

    id: int
    product_code: str
    product: str
    producer: str
    shop: str
    channel: str
    item_sku: str
    state: str
    state_since: datetime
    reason: Mapping[str, Any] | None
    alarm: Mapping[str, Any] | None
    remote_id: str | None
    url: str
    stars: int | None
    certificate_expires: date | None
    last_synced_at: datetime | None
    packs: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which listings: ``shop`` a key, ``producer`` and ``words`` folded parts of names (``words``:
    of the product, or a part of its code or of a SKU), ``state``; "" is any."""

    shop: str = ""
    producer: str = ""
    state: str = ""
    words: str = ""


_PAGE = text("""
SELECT l.id, pc.code, p.name, pr.name, s.key, s.channel, l.item_sku, l.state, l.state_since,
    l.reason, l.alarm, l.remote_id, l.url, c.stars, c.expires_on,
    coalesce(l.observed_at, l.last_write_at),
    (SELECT coalesce(jsonb_agg(jsonb_build_object('sku', v.sku,
            'price', CASE WHEN l.remote_id IS NOT NULL THEN v.price_acked END,
            'stock', CASE WHEN l.remote_id IS NOT NULL THEN v.stock_acked END,
            'sold', coalesce(v.sold, 0)) ORDER BY v.variant_id), '[]')
        FROM listing_variant v WHERE v.listing_id = l.id AND v.removed_at IS NULL)
FROM listing l
JOIN shop s ON s.id = l.shop_id
JOIN product p ON p.id = l.product_id
JOIN product_code pc ON pc.product_id = p.id AND pc.current
JOIN producer pr ON pr.id = p.producer_id
LEFT JOIN LATERAL (SELECT stars, expires_on FROM certificate c WHERE c.product_id = p.id
    ORDER BY c.recognised_on DESC LIMIT 1) c ON true
WHERE l.id > :after
  AND (:shop = '' OR s.key = :shop)
  AND (:state = '' OR l.state = :state)
  AND (:producer = '' OR strpos(pr.name_folded, :producer) > 0)
  AND (:words = '' OR strpos(p.name_folded, :words) > 0 OR strpos(lower(pc.code), :words) > 0
    OR EXISTS (SELECT 1 FROM listing_variant v WHERE v.listing_id = l.id
        AND v.removed_at IS NULL AND strpos(lower(v.sku), :words) > 0))
ORDER BY l.id LIMIT :most
""")


def page(session: Session, wanted: Wanted, after: int, most: int) -> list[ListingRow]:
    """The next listings by id, those above ``after``."""
    rows = session.execute(
        _PAGE,
        {
            "after": after, "most": most, "shop": wanted.shop, "state": wanted.state,
            "producer": wanted.producer, "words": wanted.words,
        },
    )  # fmt: skip
    return [ListingRow(*row) for row in rows]


def known_codes(session: Session, codes: Sequence[str], shop_ids: Sequence[int]) -> set[str]:
    """Which of these SKUs and product codes a listing of these shops has."""
    rows = session.execute(
        text("""WITH chosen AS (SELECT id, product_id FROM listing WHERE shop_id = ANY(:shop_ids))
            SELECT v.sku FROM listing_variant v JOIN chosen c ON c.id = v.listing_id
            WHERE v.sku = ANY(:codes)
            UNION SELECT pc.code FROM product_code pc JOIN chosen c
                ON c.product_id = pc.product_id WHERE pc.code = ANY(:codes)"""),
        {"codes": list(codes), "shop_ids": list(shop_ids)},
    )
    return {row[0] for row in rows}
