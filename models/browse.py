"""Listings as people look for them: filtered, folded search, sorted, a page at a time by key, so
that the thousandth page costs what the first does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.text import fold

PAGE = 50
COUNT_MOST = 10_000
"""More than this is only said to be more."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; "" or None: anything. ``q`` is a part of a name, code or SKU, with
    accents or without; ``producer`` a part of a name, or "#ID"."""

    q: str = ""
    channel: str = ""
    shop: str = ""
    producer: str = ""
    district: str | None = None
    group: str = ""
    stars: int | None = None
    state: str = ""
    reason: str = ""
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A listing in the list. ``prices`` (đồng) and ``stock`` are what the channel acknowledged;
    ``key`` is where the next page begins."""

    id: int
    item_sku: str
    code: str
    product: str
    producer: str
    shop: str
    shop_name: str
    channel: str
    state: str
    state_since: datetime
    reason: str
    advice: str
    whose: str
    reason_code: str
    reason_detail: str
    url: str
    alarm: bool
    price_low: int | None
    price_high: int | None
    stock: int | None
    stars: int | None
    expires_on: date | None
    key: str


_FROM = """FROM listing l
JOIN shop s ON s.id = l.shop_id
JOIN product p ON p.id = l.product_id
JOIN producer r ON r.id = p.producer_id
JOIN product_code pc ON pc.product_id = p.id AND pc.current"""

_CERTIFICATE = """LEFT JOIN LATERAL (SELECT c.stars, c.expires_on FROM certificate c
    WHERE c.product_id = p.id ORDER BY c.recognised_on DESC LIMIT 1) c ON true"""

_PACKS = """LEFT JOIN LATERAL (SELECT min(v.price_acked) AS low, max(v.price_acked) AS high,
        sum(v.stock_acked) AS stock FROM listing_variant v
    WHERE v.listing_id = l.id AND v.removed_at IS NULL AND l.remote_id IS NOT NULL) v ON true"""

_LINE = """l.id, l.item_sku, pc.code, p.name, r.name, s.key, s.name, s.channel, l.state,
    l.state_since, coalesce(l.reason->>'text', ''), coalesce(l.reason->>'advice', ''),
    coalesce(l.reason->>'whose', ''), coalesce(l.reason->>'code', ''),
    coalesce(l.reason->>'detail', ''), l.url, l.alarm IS NOT NULL, v.low, v.high,
    v.stock, c.stars, c.expires_on"""

SORTS = {
    "recent": ("l.state_since", "timestamptz", "DESC", ""),
    "name": ("p.name_sort", "text", "ASC", "JOIN product p ON p.id = l.product_id"),
    "code": ("pc.code", "text", "ASC",
             "JOIN product_code pc ON pc.product_id = l.product_id AND pc.current"),
}  # fmt: skip
"""Name → (key, its type, its order, where it stands)."""


_OF_PRODUCTS = "l.product_id IN (SELECT p.id FROM product p WHERE {})"
_NEWEST_STARS = """(SELECT c.stars FROM certificate c WHERE c.product_id = p.id
    ORDER BY c.recognised_on DESC LIMIT 1)"""
_SEARCHED = """l.product_id IN (
    SELECT id FROM product WHERE name_folded LIKE :q ESCAPE '\\'
    UNION SELECT product_id FROM product_code WHERE upper(code) LIKE :code ESCAPE '\\'
    UNION SELECT product_id FROM variant WHERE upper(sku) LIKE :code ESCAPE '\\')"""
_OF_SHOPS = "l.shop_id IN (SELECT s.id FROM shop s WHERE {})"
_OF_PRODUCERS = """l.product_id IN (SELECT p.id FROM product p JOIN producer r
    ON r.id = p.producer_id WHERE {})"""


def _where(wanted: Filter) -> tuple[str, dict[str, Any]]:
    """The conditions of a filter on the listing ``l``, and their values. What a filter says of
    other tables is asked of them alone, so that a page does not join what it does not look at."""
    q, producer = wanted.q.strip(), wanted.producer.strip()
    number = producer[1:] if producer[:1] == "#" and producer[1:].isdecimal() else None
    said: list[tuple[bool, str, dict[str, Any]]] = [
        (bool(wanted.channel), _OF_SHOPS.format("s.channel = :channel"),
         {"channel": wanted.channel}),
        (bool(wanted.shop), _OF_SHOPS.format("s.key = :shop"), {"shop": wanted.shop}),
        (wanted.district is not None, _OF_PRODUCTS.format("p.district = :district"),
         {"district": wanted.district}),
        (bool(wanted.group), _OF_PRODUCTS.format('p."group" = :group'), {"group": wanted.group}),
        (wanted.stars is not None, _OF_PRODUCTS.format(f":stars = {_NEWEST_STARS}"),
         {"stars": wanted.stars}),
        (bool(wanted.state), "l.state = :state", {"state": wanted.state}),
        (bool(wanted.reason), "l.reason->>'code' = :reason", {"reason": wanted.reason}),
        (wanted.alarm, "l.alarm IS NOT NULL", {}),
        (bool(q), _SEARCHED, {"q": _part(fold(q)), "code": _part(q.upper())}),
        (number is not None, _OF_PRODUCTS.format("p.producer_id = :producer_id"),
         {"producer_id": int(number or 0)}),
        (bool(producer) and number is None,
         _OF_PRODUCERS.format("r.name_folded LIKE :producer ESCAPE '\\'"),
         {"producer": _part(fold(producer))}),
    ]  # fmt: skip
    conditions = [condition for holds, condition, _values in said if holds]
    values = {k: v for holds, _condition, given in said if holds for k, v in given.items()}
    return " AND ".join(conditions) or "true", values


def _part(words: str) -> str:
    """A pattern for whatever holds these words; its own signs are meant as they are."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def page(
    session: Session, wanted: Filter, *, sort: str = "recent", after: tuple[str, int] | None = None,
    most: int = PAGE,
) -> list[Line]:  # fmt: skip
    """The listings of a filter behind ``after``, a key and id of the page before."""
    where, values = _where(wanted)
    column, kind, order, joined = SORTS[sort]
    sign = "<" if order == "DESC" else ">"
    if after is not None:
        where += f" AND ({column}, l.id) {sign} (CAST(:after_key AS {kind}), :after_id)"
        values |= {"after_key": after[0], "after_id": after[1]}
    rows = session.execute(
        text(f"""WITH found AS MATERIALIZED (
                SELECT l.id, {column} AS sort_key FROM listing l {joined} WHERE {where}
                ORDER BY {column} {order}, l.id {order} LIMIT :most)
            SELECT {_LINE}, CAST(found.sort_key AS text)
            FROM found JOIN listing l ON l.id = found.id
            JOIN shop s ON s.id = l.shop_id JOIN product p ON p.id = l.product_id
            JOIN producer r ON r.id = p.producer_id
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            {_CERTIFICATE} {_PACKS}
            ORDER BY found.sort_key {order}, l.id {order}"""),  # noqa: S608 (our own words)
        {**values, "most": most},
    )
    return [Line(*row) for row in rows]


def one(session: Session, listing_id: int) -> Line | None:
    """One listing, as in the list."""
    row = session.execute(
        text(f"""SELECT {_LINE}, '' {_FROM} {_CERTIFICATE} {_PACKS}
            WHERE l.id = :id"""),
        {"id": listing_id},
    ).first()
    return Line(*row) if row else None


def count(session: Session, wanted: Filter) -> int:
    """How many, up to COUNT_MOST + 1."""
    where, values = _where(wanted)
    query = f"SELECT count(*) FROM (SELECT 1 FROM listing l WHERE {where} LIMIT :most) found"  # noqa: S608
    return int(session.execute(text(query), {**values, "most": COUNT_MOST + 1}).scalar_one())


def ids(session: Session, wanted: Filter, most: int) -> list[int]:
    """The ids of a filter's listings, as many as may be acted on at once."""
    where, values = _where(wanted)
    query = f"SELECT l.id FROM listing l WHERE {where} ORDER BY l.id LIMIT :most"  # noqa: S608
    return [row[0] for row in session.execute(text(query), {**values, "most": most})]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a filter can be set to."""

    channels: Sequence[str]
    shops: Sequence[tuple[str, str]]
    districts: Sequence[str]
    groups: Sequence[str]
    reasons: Sequence[str]
    """Codes."""


def choices(session: Session) -> Choices:
    def column(query: str) -> list[Any]:
        return [row[0] for row in session.execute(text(query))]

    shops = session.execute(text("SELECT key, name FROM shop ORDER BY channel, key"))
    return Choices(
        column("SELECT DISTINCT channel FROM shop ORDER BY 1"),
        [(row[0], row[1]) for row in shops],
        column("SELECT DISTINCT district FROM product WHERE withdrawn_at IS NULL ORDER BY 1"),
        column('SELECT DISTINCT "group" FROM product WHERE withdrawn_at IS NULL ORDER BY 1'),
        column("""SELECT DISTINCT reason->>'code' FROM listing
            WHERE reason IS NOT NULL AND state <> 'live' ORDER BY 1"""),
    )
