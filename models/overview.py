"""Is everything well? One query a question of the console's first page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from models.run import Run
from models.stops import STOPPED


@dataclass(frozen=True, slots=True)
class District:
    """``products``: certified now, of how many some are on sale somewhere, and the listings that
    are."""

    name: str
    products: int
    on_sale: int
    listings: int


def by_district(session: Session) -> list[District]:
    rows = session.execute(
        text("""SELECT p.district, count(*), count(live.listings), coalesce(sum(live.listings), 0)
            FROM product p LEFT JOIN (SELECT product_id, count(*) AS listings FROM listing
                WHERE state = 'live' GROUP BY 1) live ON live.product_id = p.id
            WHERE p.withdrawn_at IS NULL GROUP BY 1 ORDER BY 2 DESC, 1""")
    )
    return [District(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]


@dataclass(frozen=True, slots=True)
class Tasks:
    """What waits for a person: how many of each."""

    holds: int
    adopt: int
    paused: int
    consents: int
    alarms: int
    unmapped: int


def tasks(session: Session, now: datetime) -> Tasks:
    row = session.execute(
        text("""SELECT
            (SELECT count(*) FROM hold WHERE status = 'open'),
            (SELECT count(DISTINCT (f.shop_id, v.product_id)) FROM found_pack f
             JOIN variant v ON v.id = f.variant_id
             WHERE f.verdict IN ('doubtful', 'sure')),
            (SELECT count(*) FROM shop WHERE enabled AND paused_reason <> ''),
            (SELECT count(*) FROM shop WHERE enabled
             AND consent_expires_at < CAST(:now AS timestamptz) + interval '30 days'),
            (SELECT count(*) FROM listing WHERE alarm IS NOT NULL),
            (SELECT count(*) FROM listing WHERE state = 'blocked'
             AND reason->>'code' = 'NO_CATEGORY')"""),
        {"now": now},
    ).one()
    return Tasks(*(int(value) for value in row))


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A shop at a glance. ``states``: its listings by state; ``last_at``: when one of them was
    last written to; ``due``: facets to be sent."""

    key: str
    name: str
    channel: str
    enabled: bool
    stopped: bool
    paused_reason: str
    breaker_until: datetime | None
    breaker_reason: str
    consent_expires_at: datetime | None
    states: Mapping[str, int]
    last_at: datetime | None
    due: int

    @property
    def live(self) -> int:
        return self.states.get("live", 0)

    @property
    def listings(self) -> int:
        return sum(self.states.values())


def shops(session: Session, now: datetime, key: str | None = None) -> list[ShopLine]:
    """Every shop, or the one of this key; by channel."""
    rows = session.execute(
        text(f"""SELECT s.key, s.name, s.channel, s.enabled, {STOPPED}, s.paused_reason,
                CASE WHEN s.breaker_until > :now THEN s.breaker_until END, s.breaker_reason,
                s.consent_expires_at, coalesce(l.states, '{{}}'),
                (SELECT max(last_write_at) FROM listing WHERE shop_id = s.id),
                (SELECT count(*) FROM listing_facet f WHERE f.shop_id = s.id AND f.due)
            FROM shop s
            LEFT JOIN LATERAL (SELECT jsonb_object_agg(state, listings) AS states
                FROM (SELECT state, count(*) AS listings FROM listing WHERE shop_id = s.id
                    GROUP BY 1) by_state) l ON true
            WHERE CAST(:key AS text) IS NULL OR s.key = :key
            ORDER BY s.channel, s.key"""),  # noqa: S608 (a constant of models.stops)
        {"now": now, "key": key},
    )
    return [ShopLine(*row) for row in rows]


def by_channel(lines: Iterable[ShopLine]) -> dict[str, dict[str, int]]:
    """The shops' listings by channel and state; channels in the order of the shops."""
    found: dict[str, Counter[str]] = {}
    for line in lines:
        found.setdefault(line.channel, Counter()).update(line.states)
    return {channel: dict(states) for channel, states in found.items() if states}


def calls(session: Session, shop_id: int, since: datetime) -> int:
    """Answers that a shop's channel has given since then, by request: what its quota counts,
    less the readings that found nothing new."""
    asked = session.execute(
        text("""SELECT count(DISTINCT nullif(request_id, '')) FROM event
            WHERE shop_id = :shop AND at >= :since"""),
        {"shop": shop_id, "since": since},
    )
    return int(asked.scalar_one())


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that a channel refused, or that could not be sent."""

    at: datetime
    kind: str
    shop: str
    listing_id: int | None
    product_code: str
    product: str
    facet: str
    message: str


def failures(session: Session, since: datetime, most: int) -> list[Failure]:
    """The last of each listing and facet that has not been mended since, newest first."""
    rows = session.execute(
        text("""SELECT e.at, e.kind, s.key, e.listing_id, e.product_code,
                coalesce(p.name, ''), e.facet, e.message
            FROM listing_facet f JOIN shop s ON s.id = f.shop_id
            JOIN product p ON p.id = f.product_id
            CROSS JOIN LATERAL (SELECT * FROM event e WHERE e.listing_id = f.listing_id
                AND e.facet = f.facet AND e.at >= :since
                ORDER BY e.at DESC, e.id DESC LIMIT 1) e
            WHERE f.error IS NOT NULL AND e.kind IN ('refused', 'failed', 'take_down_refused')
            ORDER BY e.at DESC, e.id DESC LIMIT :most"""),
        {"since": since, "most": most},
    )
    return [Failure(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Day:
    """What the log has of one day in Vietnam. ``calls``: answers of channels, by request."""

    day: date
    pushed: int
    refused: int
    failed: int
    calls: int


def days(session: Session, first: date, last: date) -> list[Day]:
    """Every day from the first to the last, quiet ones too."""
    rows = session.execute(
        text("""SELECT d.day,
                count(e.id) FILTER (WHERE e.kind = 'pushed'),
                count(e.id) FILTER (WHERE e.kind IN ('refused', 'take_down_refused')),
                count(e.id) FILTER (WHERE e.kind = 'failed'),
                count(DISTINCT nullif(e.request_id, ''))
            FROM (SELECT CAST(generate_series(CAST(:first AS timestamp),
                    CAST(:last AS timestamp), interval '1 day') AS date) AS day) d
            LEFT JOIN event e ON e.at >= d.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
              AND e.at < (d.day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh'
            GROUP BY 1 ORDER BY 1"""),
        {"first": first, "last": last},
    )
    return [Day(row[0], *(int(value) for value in row[1:])) for row in rows]


@dataclass(frozen=True, slots=True)
class Lapse:
    """A certificate (``kind`` "certificate") or paper that ends soon."""

    kind: str
    what: str
    product_code: str | None
    product: str | None
    producer: str
    until: date
    days: int


def lapsing(session: Session, today: date, within: int, most: int = 50) -> list[Lapse]:
    """The soonest first. A certificate that a later one follows is none of them."""
    rows = session.execute(
        text("""(SELECT 'certificate', c.decision, pc.code, p.name, r.name, c.expires_on,
                c.expires_on - CAST(:today AS date)
            FROM certificate c JOIN product p ON p.id = c.product_id AND p.withdrawn_at IS NULL
            JOIN product_code pc ON pc.product_id = p.id AND pc.current
            JOIN producer r ON r.id = p.producer_id
            WHERE c.status = 'valid' AND c.expires_on BETWEEN :today AND
                CAST(:today AS date) + :within AND NOT EXISTS (SELECT 1 FROM certificate later
                WHERE later.product_id = c.product_id AND later.status = 'valid'
                  AND later.expires_on > c.expires_on)
            ORDER BY 6, 3 LIMIT :most)
            UNION ALL
            SELECT d.kind, d.number, pc.code, p.name, coalesce(r.name, pr.name), d.valid_until,
                d.valid_until - CAST(:today AS date)
            FROM paper d LEFT JOIN product p ON p.id = d.product_id
            LEFT JOIN product_code pc ON pc.product_id = p.id AND pc.current
            LEFT JOIN producer pr ON pr.id = p.producer_id
            LEFT JOIN producer r ON r.id = d.producer_id
            WHERE d.removed_at IS NULL AND d.valid_until BETWEEN :today AND
                CAST(:today AS date) + :within
            ORDER BY 6, 3 LIMIT :most"""),
        {"today": today, "within": within, "most": most},
    )
    return [Lapse(*row) for row in rows]


def last_pull(session: Session) -> Run | None:
    """The last pull that was begun."""
    query = select(Run).where(Run.kind == "pull").order_by(col(Run.id).desc()).limit(1)
    return session.exec(query).first()
