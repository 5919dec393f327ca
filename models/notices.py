"""Whom notices go to, what they know by now, and what there is to be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.producer_access import WAYS


@dataclass(frozen=True, slots=True)
class Recipient:
    """A way to a producer; see :class:`models.producer_access.ProducerNotice`."""

    producer_id: int
    producer: str
    way: str
    address: str
    enabled: bool
    told: Mapping[str, str]
    digest_at: datetime | None
    problem: str
    problem_at: datetime | None


_ROWS = """SELECT n.producer_id, r.name, n.way, n.address, n.enabled, n.told, n.digest_at,
    n.problem, n.problem_at
FROM producer_notice n JOIN producer r ON r.id = n.producer_id"""


def recipients(session: Session, now: datetime) -> list[Recipient]:
    """Everybody who has an address and whom nobody is writing to at this moment."""
    rows = session.execute(
        text(f"""{_ROWS} WHERE n.address <> ''
            AND (n.claimed_until IS NULL OR n.claimed_until < :now)
            ORDER BY n.producer_id, n.way"""),
        {"now": now},
    )
    return [Recipient(*row) for row in rows]


def of_producer(session: Session, producer_id: int) -> list[Recipient]:
    """The ways to one producer, those without an address too."""
    rows = session.execute(
        text(f"{_ROWS} WHERE n.producer_id = :id ORDER BY n.way"), {"id": producer_id}
    )
    return [Recipient(*row) for row in rows]


def set_address(session: Session, producer_id: int, way: str, address: str) -> None:
    """Where notices go, "" for nowhere; what the producer switched off stays off (its rows are
    there by then, :func:`switch` makes both)."""
    session.execute(
        text("""INSERT INTO producer_notice (producer_id, way, address, enabled, told, problem)
            VALUES (:producer, :way, :address, true, '{}', '')
            ON CONFLICT (producer_id, way) DO UPDATE SET address = excluded.address, problem = '',
                problem_at = NULL
            WHERE producer_notice.address <> excluded.address"""),
        {"producer": producer_id, "way": way, "address": address},
    )


def switch(session: Session, producer_id: int, on: bool) -> None:
    """Notices to this producer go out, or do not, by whatever way."""
    session.execute(
        text("""INSERT INTO producer_notice (producer_id, way, address, enabled, told, problem)
            SELECT :producer, way, '', :on, '{}', '' FROM unnest(CAST(:ways AS text[])) AS way
            ON CONFLICT (producer_id, way) DO UPDATE SET enabled = excluded.enabled"""),
        {"producer": producer_id, "on": on, "ways": list(WAYS)},
    )


def claim(
    session: Session, who: Recipient, day_began: datetime, now: datetime, until: datetime
) -> bool:
    """Whether a digest may go to them now, and nobody else sends it: none went since the day
    began, and neither address nor switch has changed since they were looked up."""
    row = session.execute(
        text("""UPDATE producer_notice SET claimed_until = :until
            WHERE producer_id = :producer AND way = :way AND enabled AND address = :address
              AND (claimed_until IS NULL OR claimed_until < :now)
              AND (digest_at IS NULL OR digest_at < :day_began) RETURNING producer_id"""),
        {
            "producer": who.producer_id, "way": who.way, "address": who.address, "now": now,
            "until": until, "day_began": day_began,
        },
    ).first()  # fmt: skip
    return row is not None


def delivered(
    session: Session, who: Recipient, claimed_until: datetime, told: Mapping[str, str],
    now: datetime,
) -> None:  # fmt: skip
    """They know this now; of a claim that another has taken over, nothing is written."""
    session.execute(
        text("""UPDATE producer_notice SET told = CAST(:told AS jsonb), digest_at = :now,
                claimed_until = NULL, problem = '', problem_at = NULL
            WHERE producer_id = :producer AND way = :way AND claimed_until = :until"""),
        {
            "producer": who.producer_id, "way": who.way, "until": claimed_until, "now": now,
            "told": orjson.dumps(dict(told)).decode(),
        },
    )  # fmt: skip


def failed(
    session: Session, who: Recipient, claimed_until: datetime, problem: str, now: datetime
) -> None:
    """It did not arrive: the next round tries again."""
    session.execute(
        text("""UPDATE producer_notice SET claimed_until = NULL, problem = :problem,
                problem_at = :now
            WHERE producer_id = :producer AND way = :way AND claimed_until = :until"""),
        {
            "producer": who.producer_id, "way": who.way, "until": claimed_until,
            "problem": problem[:500], "now": now,
        },
    )  # fmt: skip


def remember(session: Session, who: Recipient, told: Mapping[str, str], now: datetime) -> None:
    """What needs no telling is noted, so that what follows upon it can be told."""
    session.execute(
        text("""UPDATE producer_notice SET told = CAST(:told AS jsonb)
            WHERE producer_id = :producer AND way = :way
              AND (claimed_until IS NULL OR claimed_until < :now)"""),
        {
            "producer": who.producer_id, "way": who.way, "now": now,
            "told": orjson.dumps(dict(told)).decode(),
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListingFact:
    """Where a listing stands, since when, and why. ``retried``: the channel refused it for now,
    and is asked again without anybody's doing."""

    id: int
    product: str
    shop: str
    state: str
    since: datetime
    reason: str
    advice: str
    url: str
    retried: bool = False


def listings_by_producer(
    session: Session, producer_ids: Sequence[int]
) -> dict[int, list[ListingFact]]:
    rows = session.execute(
        text("""SELECT p.producer_id, l.id, p.name, s.name, l.state, l.state_since,
                coalesce(l.reason->>'text', ''), coalesce(l.reason->>'advice', ''), l.url,
                EXISTS (SELECT 1 FROM listing_facet f WHERE f.listing_id = l.id
                    AND f.facet = 'create' AND f.due AND f.error->>'kind' = 'Rejected')
            FROM listing l JOIN product p ON p.id = l.product_id JOIN shop s ON s.id = l.shop_id
            WHERE p.producer_id = ANY(:ids) ORDER BY p.name_sort, s.key, l.id"""),
        {"ids": list(producer_ids)},
    )
    found: dict[int, list[ListingFact]] = {}
    for producer_id, *rest in rows:
        found.setdefault(producer_id, []).append(ListingFact(*rest))
    return found


@dataclass(frozen=True, slots=True)
class DocumentFact:
    """A certificate (``kind`` "certificate") or a paper: ``until`` is its last day, ``status`` of
    a certificate valid, revoked or suspended. ``product`` "": it is the producer's own."""

    id: int
    kind: str
    number: str
    product: str
    until: date
    status: str
    why: str


def documents_by_producer(
    session: Session, producer_ids: Sequence[int]
) -> dict[int, list[DocumentFact]]:
    """Each product's last certificate and the papers with an end, but those that a later one of
    the same kind follows."""
    rows = session.execute(
        text("""SELECT * FROM (SELECT DISTINCT ON (p.id) p.producer_id, c.id,
                    'certificate', c.decision, p.name, c.expires_on, c.status, c.revoked_reason
                FROM certificate c JOIN product p ON p.id = c.product_id
                WHERE p.producer_id = ANY(:ids) AND p.withdrawn_at IS NULL
                ORDER BY p.id, c.recognised_on DESC, c.id DESC) last
            UNION ALL
            SELECT * FROM (SELECT DISTINCT ON (coalesce(d.producer_id, p.producer_id),
                        d.product_id, d.kind)
                    coalesce(d.producer_id, p.producer_id), d.id, d.kind, d.number,
                    coalesce(p.name, ''), d.valid_until, 'valid', ''
                FROM paper d LEFT JOIN product p ON p.id = d.product_id
                WHERE d.removed_at IS NULL AND p.withdrawn_at IS NULL
                  AND coalesce(d.producer_id, p.producer_id) = ANY(:ids)
                ORDER BY coalesce(d.producer_id, p.producer_id), d.product_id, d.kind,
                    d.valid_until DESC NULLS FIRST, d.id DESC) papers
            WHERE valid_until IS NOT NULL
            ORDER BY 1, 6, 5"""),
        {"ids": list(producer_ids)},
    )
    found: dict[int, list[DocumentFact]] = {}
    for producer_id, *rest in rows:
        found.setdefault(producer_id, []).append(DocumentFact(*rest))
    return found
