"""Where every listing stands: the questions that people ask, answered by one query each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One listing and pack. ``price`` (đồng) and ``stock`` (units) are what the channel
    acknowledged, null before; ``reason`` is one Vietnamese sentence, "" when on sale."""

    product_code: str
    sku: str | None
    producer: str
    shop: str
    channel: str
    state: str
    reason: str
    remote_id: str | None
    price: int | None
    stock: int | None
    stars: int | None
    certificate_expires: date | None
    last_synced_at: datetime | None
    product: str
    reason_code: str
    whose: str
    advice: str
    alarm: Mapping[str, Any] | None
    sold: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_STATUS = """
SELECT pc.code, lv.sku, pr.name, s.key, s.channel, l.state,
    coalesce(l.reason->>'text', ''), l.remote_id,
    CASE WHEN l.remote_id IS NULL THEN NULL ELSE lv.price_acked END,
    CASE WHEN l.remote_id IS NULL THEN NULL ELSE lv.stock_acked END,
    c.stars, c.expires_on, coalesce(l.observed_at, l.last_write_at), p.name,
    coalesce(l.reason->>'code', ''), coalesce(l.reason->>'whose', ''),
    coalesce(l.reason->>'advice', ''), l.alarm, coalesce(lv.sold, 0)
FROM listing l
JOIN shop s ON s.id = l.shop_id
JOIN product p ON p.id = l.product_id
JOIN product_code pc ON pc.product_id = p.id AND pc.current
JOIN producer pr ON pr.id = p.producer_id
LEFT JOIN listing_variant lv ON lv.listing_id = l.id AND lv.removed_at IS NULL
LEFT JOIN LATERAL (SELECT stars, expires_on FROM certificate c WHERE c.product_id = p.id
    ORDER BY c.recognised_on DESC LIMIT 1) c ON true
WHERE (:producer = '' OR pr.name_folded LIKE '%' || :producer || '%')
  AND (:shop = '' OR s.key = :shop)
ORDER BY pc.code, s.key, l.part, lv.variant_id
"""


def listings(session: Session, *, producer: str = "", shop: str = "") -> list[StatusRow]:
    """Every listing and pack; ``producer`` is a folded part of a name, ``shop`` a key."""
    rows = session.execute(text(_STATUS), {"producer": producer, "shop": shop})
    return [StatusRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One listing and facet that is due, with what the channel acknowledged and what we want."""

    product_code: str
    product: str
    shop: str
    channel: str
    facet: str
    lane: int
    skus: Sequence[str]
    old: Any
    new: Any

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if name != "lane"}


def due_changes(
    session: Session, *, shop: str = "", channel: str = "", most: int | None = None
) -> list[ChangeRow]:
    """What would be sent, the most urgent first: a listing that is not there yet is one
    ``create``, else its facets."""
    rows = session.execute(
        text("""SELECT pc.code, p.name, s.key, s.channel, f.facet, f.lane,
                (SELECT coalesce(jsonb_agg(v.sku ORDER BY v.variant_id), '[]')
                 FROM listing_variant v WHERE v.listing_id = l.id AND v.removed_at IS NULL),
                CASE WHEN f.facet = 'create' THEN NULL ELSE f.acked END,
                CASE WHEN f.facet = 'create' THEN jsonb_build_object(
                    'price', (SELECT g.wanted FROM listing_facet g
                              WHERE g.listing_id = l.id AND g.facet = 'price'),
                    'stock', (SELECT g.wanted FROM listing_facet g
                              WHERE g.listing_id = l.id AND g.facet = 'stock'))
                ELSE f.wanted END
            FROM listing_facet f JOIN listing l ON l.id = f.listing_id
            JOIN shop s ON s.id = f.shop_id JOIN product p ON p.id = f.product_id
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            WHERE f.due AND s.enabled AND (:shop = '' OR s.key = :shop)
              AND (:channel = '' OR s.channel = :channel)
              AND (f.facet = 'create' OR l.remote_id IS NOT NULL)
            ORDER BY f.lane, pc.code, s.key LIMIT CAST(:most AS bigint)"""),
        {"shop": shop, "channel": channel, "most": most},
    )
    return [ChangeRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """Something that a reading saw otherwise than it was known: ``kind`` is drift, sold, or seen
    (a state in which nobody can buy)."""

    shop: str
    product_code: str
    kind: str
    facet: str
    before: Any
    after: Any
    message: str
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def differences_since(session: Session, at: datetime) -> list[DifferenceRow]:
    """What readings found changed since a moment, the oldest first."""
    rows = session.execute(
        text("""SELECT s.key, e.product_code, e.kind, e.facet, e.before, e.after, e.message, e.at
            FROM event e JOIN shop s ON s.id = e.shop_id
            WHERE e.at >= :at AND (e.kind IN ('drift', 'sold') OR (e.kind = 'seen'
                AND e.after #>> '{}' IN ('unlisted', 'rejected', 'banned', 'missing')))
            ORDER BY e.at, e.id"""),
        {"at": at},
    )
    return [DifferenceRow(*row) for row in rows]


def counts(session: Session) -> list[tuple[str, str, str, int]]:
    """(channel, shop, state, listings) over all listings."""
    rows = session.execute(
        text("""SELECT s.channel, s.key, l.state, count(*) FROM listing l
            JOIN shop s ON s.id = l.shop_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3""")
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def reason_counts(session: Session) -> list[tuple[str, str, dict[str, int]]]:
    """(code, what one of them says and what to do about it, listings by channel) of what is not
    live, the commonest first."""
    rows = session.execute(
        text("""SELECT code, min(words), jsonb_object_agg(channel, listings), sum(listings)
            FROM (SELECT l.reason->>'code' AS code, s.channel, count(*) AS listings,
                    min((l.reason->>'text') || ' → ' || (l.reason->>'advice')) AS words
                FROM listing l JOIN shop s ON s.id = l.shop_id
                WHERE l.state <> 'live' AND l.reason IS NOT NULL GROUP BY 1, 2) by_channel
            GROUP BY 1 ORDER BY 4 DESC, 1""")
    )
    return [(row[0], row[1], row[2]) for row in rows]


def pushed_since(session: Session, at: datetime) -> dict[str, int]:
    """How many events of each kind the log has since a moment."""
    rows = session.execute(
        text("SELECT kind, count(*) FROM event WHERE at >= :at GROUP BY 1"), {"at": at}
    )
    return {row[0]: row[1] for row in rows}


def created_since(session: Session, at: datetime) -> int:
    """How many listings were created since a moment."""
    return int(
        session.execute(
            text("""SELECT count(*) FROM event
                WHERE at >= :at AND kind = 'pushed' AND facet = 'create'"""),
            {"at": at},
        ).scalar_one()
    )


@dataclass(frozen=True, slots=True)
class ProductLine:
    """What the registry says of one product, for ``explain``."""

    id: int
    code: str
    name: str
    producer: str
    kind: str
    withdrawn_at: datetime | None


def find_product(session: Session, key: str) -> ProductLine | None:
    """A product by SKU or by any code it ever had (upper or lower case)."""
    row = session.execute(
        text("""SELECT p.id, pc.code, p.name, pr.name, p.kind, p.withdrawn_at
            FROM product p JOIN product_code pc ON pc.product_id = p.id AND pc.current
            JOIN producer pr ON pr.id = p.producer_id
            WHERE p.id = (SELECT product_id FROM variant WHERE upper(sku) = upper(:key)
                UNION SELECT product_id FROM product_code WHERE upper(code) = upper(:key)
                LIMIT 1)"""),
        {"key": key},
    ).first()
    return ProductLine(*row) if row else None


def listings_of_skus(
    session: Session, skus: Sequence[str], shop: str, channel: str,
    shop_ids: Sequence[int] | None = None,
) -> list[int]:  # fmt: skip
    """Listings that hold any of these SKUs (or products of these codes), in these shops;
    ``shop_ids``: only in one of those."""
    rows = session.execute(
        text("""SELECT DISTINCT l.id FROM listing l JOIN shop s ON s.id = l.shop_id
            LEFT JOIN listing_variant v ON v.listing_id = l.id
            LEFT JOIN product_code pc ON pc.product_id = l.product_id
            WHERE (v.sku = ANY(:skus) OR pc.code = ANY(:skus))
              AND (:shop = '' OR s.key = :shop) AND (:channel = '' OR s.channel = :channel)
              AND (CAST(:shop_ids AS bigint[]) IS NULL OR s.id = ANY(:shop_ids))"""),
        {
            "skus": list(skus),
            "shop": shop,
            "channel": channel,
            "shop_ids": None if shop_ids is None else list(shop_ids),
        },
    )
    return [row[0] for row in rows]


def with_parts(session: Session, listing_ids: Sequence[int]) -> list[int]:
    """These listings and the others of the same products in the same shops: what is decided of a
    product in a shop holds for all of them."""
    rows = session.execute(
        text("""SELECT l.id FROM listing l WHERE (l.shop_id, l.product_id) IN (
                SELECT shop_id, product_id FROM listing WHERE id = ANY(:ids)) ORDER BY 1"""),
        {"ids": list(listing_ids)},
    )
    return [row[0] for row in rows]


def keys_of(session: Session, listing_ids: Sequence[int]) -> list[tuple[str, str, str]]:
    """(shop, product code, the listing's own key there) of each of these listings."""
    rows = session.execute(
        text("""SELECT s.key, pc.code, l.item_sku FROM listing l JOIN shop s ON s.id = l.shop_id
            JOIN product_code pc ON pc.product_id = l.product_id AND pc.current
            WHERE l.id = ANY(:ids) ORDER BY 1, 2, l.part"""),
        {"ids": list(listing_ids)},
    )
    return [(row[0], row[1], row[2]) for row in rows]


def places_of(session: Session, listing_ids: Sequence[int]) -> list[tuple[str, str]]:
    """(shop, product code) of listings."""
    rows = session.execute(
        text("""SELECT DISTINCT s.key, pc.code FROM listing l JOIN shop s ON s.id = l.shop_id
            JOIN product_code pc ON pc.product_id = l.product_id AND pc.current
            WHERE l.id = ANY(:ids) ORDER BY 1, 2"""),
        {"ids": list(listing_ids)},
    )
    return [(row[0], row[1]) for row in rows]
