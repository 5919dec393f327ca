"""Producers as the office sees them, and where the listings of one stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session

from models.product import Producer
from models.text import fold


@dataclass(frozen=True, slots=True)
class ProducerLine:
    """A producer at a glance. ``products``: certified now; ``refused``: listings that a channel
    rejected or banned; ``links``: living ones; ``ways``: by which notices go out."""

    id: int
    name: str
    kind: str
    products: int
    listings: int
    live: int
    refused: int
    links: int
    ways: int


def listed(
    session: Session, words: str, now: datetime, most: int, offset: int = 0
) -> list[ProducerLine]:
    """Producers by name; ``words``: a part of the name, or of a product's name or code, with or
    without its accents."""
    rows = session.execute(
        text("""WITH r AS MATERIALIZED (SELECT id, name, kind, name_folded FROM producer r
                WHERE :words = '' OR name_folded LIKE :part OR EXISTS (SELECT 1 FROM product p
                    JOIN product_code c ON c.product_id = p.id AND c.current
                    WHERE p.producer_id = r.id
                      AND (p.name_folded LIKE :part OR lower(c.code) LIKE :part))
                ORDER BY name_folded, id LIMIT :most OFFSET :offset)
            SELECT r.id, r.name, r.kind,
                (SELECT count(*) FROM product p
                 WHERE p.producer_id = r.id AND p.withdrawn_at IS NULL),
                l.listings, l.live, l.refused,
                (SELECT count(*) FROM producer_link k WHERE k.producer_id = r.id
                 AND k.revoked_at IS NULL AND k.expires_at > :now),
                (SELECT count(*) FROM producer_notice n WHERE n.producer_id = r.id
                 AND n.enabled AND n.address <> '')
            FROM r CROSS JOIN LATERAL (SELECT count(*) AS listings,
                    count(*) FILTER (WHERE l.state = 'live') AS live,
                    count(*) FILTER (WHERE l.state IN ('rejected', 'banned')) AS refused
                FROM product p JOIN listing l ON l.product_id = p.id
                WHERE p.producer_id = r.id) l
            ORDER BY r.name_folded, r.id"""),
        {
            "words": fold(words), "part": _part(fold(words)), "now": now, "most": most,
            "offset": offset,
        },
    )  # fmt: skip
    return [ProducerLine(*row) for row in rows]


def _part(folded: str) -> str:
    """A pattern for LIKE that takes its signs for what they are."""
    plain = folded.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{plain}%"


def by_id(session: Session, producer_id: int) -> Producer | None:
    return session.get(Producer, producer_id)


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A listing as its producer sees it; ``reason`` and ``advice`` are "" where it is on sale,
    ``alarm``: on sale although it may not be."""

    product_id: int
    shop: str
    channel: str
    state: str
    reason: str
    advice: str
    alarm: bool
    url: str
    reason_code: str = ""
    reason_detail: str = ""


def listings_of(session: Session, producer_id: int) -> list[ListingLine]:
    """Every listing of a producer's products, by shop."""
    rows = session.execute(
        text("""SELECT l.product_id, s.name, s.channel, l.state, coalesce(l.reason->>'text', ''),
                coalesce(l.reason->>'advice', ''), l.alarm IS NOT NULL, l.url,
                coalesce(l.reason->>'code', ''), coalesce(l.reason->>'detail', '')
            FROM listing l JOIN shop s ON s.id = l.shop_id
            JOIN product p ON p.id = l.product_id
            WHERE p.producer_id = :id ORDER BY s.channel, s.key, l.part"""),
        {"id": producer_id},
    )
    return [ListingLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class HeldPaper:
    """A paper of a product, or (``product_id`` None) of the producer and all its products."""

    product_id: int | None
    kind: str
    number: str
    valid_until: date | None


def papers_of(session: Session, producer_id: int) -> list[HeldPaper]:
    """The papers in use of a producer and its products; of those that a later one of the same
    kind follows, only the last."""
    rows = session.execute(
        text("""SELECT DISTINCT ON (d.product_id, d.kind) d.product_id, d.kind, d.number,
                d.valid_until
            FROM paper d LEFT JOIN product p ON p.id = d.product_id
            WHERE d.removed_at IS NULL
              AND (d.producer_id = :id OR p.producer_id = :id)
            ORDER BY d.product_id, d.kind, d.valid_until DESC NULLS FIRST, d.id DESC"""),
        {"id": producer_id},
    )
    return [HeldPaper(*row) for row in rows]
