"""Products with their certificates, for the pages that buyers and producers open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.facts import CertificateFacts
from models.public import EXTENSIONS


@dataclass(frozen=True, slots=True)
class Certified:
    """``certificates``: all that it ever had, the oldest first; ``picture``: the path of its first
    picture, "" when there is none."""

    id: int
    code: str
    name: str
    description: str
    group: str
    commune: str
    district: str
    place: str
    trace_code: str
    withdrawn: bool
    withdrawn_reason: str
    producer_id: int
    producer: str
    picture: str
    certificates: tuple[CertificateFacts, ...]


_COLUMNS = """SELECT p.id, pc.code, p.name, p.description, p."group", p.commune, p.district,
    p.place, p.trace_code, p.withdrawn_at IS NOT NULL, p.withdrawn_reason, r.id, r.name,
    a.public_token, a.content_type,
    c.decision, c.stars, c.potential_stars, c.recognised_on, c.expires_on, c.status, c.revoked_on,
    c.revoked_reason
FROM product p
JOIN product_code pc ON pc.product_id = p.id AND pc.current
JOIN producer r ON r.id = p.producer_id
LEFT JOIN LATERAL (SELECT a.public_token, a.content_type FROM product_image i
    JOIN asset a ON a.id = i.asset_id AND a.sha256 IS NOT NULL AND a.problem = ''
    WHERE i.product_id = p.id ORDER BY i.position LIMIT 1) a ON true
LEFT JOIN certificate c ON c.product_id = p.id"""

_ORDER = "p.withdrawn_at IS NOT NULL, p.name_sort, p.id, c.recognised_on"


def of_producer(session: Session, producer_id: int) -> list[Certified]:
    """All products of a producer by name, the withdrawn ones last."""
    return _found(
        session, f"{_COLUMNS} WHERE p.producer_id = :id ORDER BY {_ORDER}", {"id": producer_id}
    )


def by_trace_code(session: Session, code: str) -> list[Certified]:
    """The products that bear a traceability code: one, where the register is in order."""
    return _found(
        session,
        f"{_COLUMNS} WHERE p.trace_code = :code AND p.trace_code <> '' ORDER BY {_ORDER} LIMIT 200",
        {"code": code},
    )


def _found(session: Session, query: str, parameters: Mapping[str, Any]) -> list[Certified]:
    found: dict[int, list[Any]] = {}
    for row in session.execute(text(query), parameters):
        found.setdefault(row[0], []).append(row)
    return [_certified(rows) for rows in found.values()]


def _certified(rows: list[Any]) -> Certified:
    facts: list[Any] = list(rows[0][:13])
    token, kind = rows[0][13:15]
    picture = f"/media/{token}.{EXTENSIONS.get(kind, 'bin')}" if token else ""
    certificates = tuple(CertificateFacts(*row[15:]) for row in rows if row[15] is not None)
    return Certified(*[*facts, picture, certificates])


@dataclass(frozen=True, slots=True)
class OnSale:
    """A place to buy: ``price`` is the lowest that the channel acknowledged, đồng."""

    product_id: int
    shop: str
    channel: str
    url: str
    price: int | None


def where_to_buy(session: Session, product_ids: list[int]) -> list[OnSale]:
    """Listings that were seen on sale and whose address is known."""
    rows = session.execute(
        text("""SELECT l.product_id, s.name, s.channel, l.url,
                (SELECT min(v.price_acked) FROM listing_variant v
                 WHERE v.listing_id = l.id AND v.removed_at IS NULL)
            FROM listing l JOIN shop s ON s.id = l.shop_id
            WHERE l.product_id = ANY(:ids) AND l.state = 'live' AND l.alarm IS NULL
              AND l.url ~ '^https?://' ORDER BY s.channel, s.key, l.part"""),
        {"ids": product_ids},
    )
    return [OnSale(*row) for row in rows]
