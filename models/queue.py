"""Debts: writing what is wanted, claiming what is due, recording what was acknowledged.

Everything here is set-based. A claim stamps the drain's fence on the row and makes the
acknowledged value unknown in the same write; a result is written only where the stamp still
stands (``claim_fence = :fence``), so a drain whose lease was taken over writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.listing import PRICE, READ, STOCK, SWITCH_ON, ZERO_STOCK
from models.stops import STOPPED
from models.unread import LEFT_UNREAD


@dataclass(frozen=True, slots=True)
class WantedFacet:
    """What the plan wants of one facet. ``force`` raises the revision whatever the digest;
    ``parked``: it waits until the item exists."""

    listing_id: int
    facet: str
    shop_id: int
    product_id: int
    lane: int
    wanted: Any
    digest: str
    raises: bool = False
    releases: bool = False
    force: bool = False
    parked: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """One due facet, claimed. ``rev`` is the revision that an answer will acknowledge; ``handle``
    what the channel left pending of it, None when it has to be sent; ``attempts``: how often in a
    row it has failed in the way ``failed_as``."""

    listing_id: int
    facet: str
    product_id: int
    lane: int
    wanted: Any
    digest: str
    before: Any
    rev: int
    attempts: int
    failed_as: str | None
    handle: Any = None
    run_id: int | None = None
    """The run whose plan wanted it."""
    unclear: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Of a stock, by SKU: least, most and statement of what was sent before without an answer."""


@dataclass(frozen=True, slots=True)
class LaneDue:
    """How many rows of a lane may be claimed now, and since when the oldest is due."""

    lane: int
    count: int
    oldest: datetime


_WANT = text("""
INSERT INTO listing_facet AS f (listing_id, facet, shop_id, product_id, lane, wanted,
    wanted_digest, wanted_rev, acked_rev, refused_rev, raises, releases, parked, due_since,
    attempts, run_id)
SELECT * FROM (SELECT r.listing_id, r.facet, r.shop_id, r.product_id, r.lane, r.wanted,
    r.digest, 1, 0, 0, r.raises, r.releases, r.parked, CAST(:now AS timestamptz), 0,
    CAST(:run AS bigint)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text,
    shop_id bigint, product_id bigint, lane smallint, wanted jsonb, digest text,
    raises boolean, releases boolean, parked boolean, force boolean)) new
ON CONFLICT (listing_id, facet) DO NOTHING
""")

# Another value is wanted, and the channel is known to show it. Where only one pack's price or stock
# is no longer stated, those of the others stand as they are.
_SHOWN = """f.wanted_digest IS DISTINCT FROM r.digest AND NOT r.force AND f.acked_digest IS NOT NULL
        AND (f.acked_digest = r.digest OR f.facet IN ('price', 'stock') AND f.acked @> r.wanted)"""

_RAISE = text(f"""
UPDATE listing_facet f SET
    wanted = r.wanted, wanted_digest = r.digest, lane = r.lane,
    raises = r.raises, releases = r.releases, parked = r.parked,
    wanted_rev = f.wanted_rev + CASE WHEN f.wanted_digest IS DISTINCT FROM r.digest OR r.force
        THEN 1 ELSE 0 END,
    acked_rev = CASE WHEN {_SHOWN} THEN f.wanted_rev + 1 ELSE f.acked_rev END,
    acked = CASE WHEN {_SHOWN} THEN r.wanted ELSE f.acked END,
    acked_digest = CASE WHEN {_SHOWN} THEN r.digest ELSE f.acked_digest END,
    due_since = CASE WHEN f.due AND f.wanted_digest = r.digest THEN f.due_since
        ELSE CAST(:now AS timestamptz) END,
    next_attempt_at = CASE WHEN f.wanted_digest IS DISTINCT FROM r.digest OR r.force THEN NULL
        ELSE f.next_attempt_at END,
    attempts = CASE WHEN f.wanted_digest IS DISTINCT FROM r.digest OR r.force THEN 0
        ELSE f.attempts END,
    error = CASE WHEN f.wanted_digest IS DISTINCT FROM r.digest OR r.force THEN NULL
        ELSE f.error END,
    replaced = CASE WHEN f.wanted_digest = r.digest OR f.run_id = :run THEN f.replaced
        WHEN f.facet IN ('price', 'content') THEN f.acked END,
    run_id = CASE WHEN f.wanted_digest IS DISTINCT FROM r.digest OR r.force
        THEN CAST(:run AS bigint) ELSE f.run_id END
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text,
    lane smallint, wanted jsonb, digest text, raises boolean, releases boolean, parked boolean,
    force boolean)
WHERE f.listing_id = r.listing_id AND f.facet = r.facet
  AND (f.wanted_digest IS DISTINCT FROM r.digest OR f.lane <> r.lane OR r.force
       OR f.raises <> r.raises OR f.releases <> r.releases OR f.parked <> r.parked)
""")  # noqa: S608 (the part is a constant of this module)

# Units may be taken from a pool only when nobody still has to give some back. A shop that is
# switched off gives none back (it keeps its share in the plan). What is parked has given back
# everything once it is off sale, and had nothing to give where the channel never finished it.
# An item is switched on only when nothing of it that a buyer would see is still wrong. Price and
# stock of a new pack wait until it exists (it is made with them); one that cannot be made holds
# nothing up.
#
# A shop whose every call was refused waits for a person with all but take-downs.
_OPEN = f"""
f.due AND (f.lane <= {ZERO_STOCK} OR NOT EXISTS (SELECT 1 FROM hold h
    WHERE h.kind = 'all_refused' AND h.status = 'open' AND h.shop_id = f.shop_id))
AND NOT (f.raises AND EXISTS (SELECT 1 FROM listing_facet g
    JOIN shop o ON o.id = g.shop_id AND o.enabled
    WHERE g.product_id = f.product_id AND g.listing_id <> f.listing_id
      AND g.releases AND g.wanted_rev <> g.acked_rev
      AND NOT (g.parked AND EXISTS (SELECT 1 FROM listing i LEFT JOIN listing_facet a
          ON a.listing_id = i.id AND a.facet = 'availability'
          WHERE i.id = g.listing_id
            AND (i.remote_id IS NULL OR a.wanted_rev = a.acked_rev)))))
AND NOT (f.lane = {SWITCH_ON} AND EXISTS (SELECT 1 FROM listing_facet g
    WHERE g.listing_id = f.listing_id AND g.facet IN ('price', 'stock', 'variants', 'create')
      AND g.wanted_rev <> g.acked_rev))
AND NOT (f.lane IN ({PRICE}, {STOCK}) AND EXISTS (SELECT 1 FROM listing_facet g
    JOIN listing_variant v ON v.listing_id = g.listing_id
    WHERE g.listing_id = f.listing_id AND g.facet = 'variants' AND g.due
      AND g.next_attempt_at IS NULL AND v.remote_id IS NULL AND v.removed_at IS NULL))
"""  # noqa: S608 (the parts are constants of this module)

_READY = f"""
f.shop_id = :shop AND {_OPEN}
AND (f.next_attempt_at IS NULL OR f.next_attempt_at <= :now)
AND f.claim_fence IS DISTINCT FROM :fence
"""

_LANES_DUE = text(f"""
SELECT f.lane, count(*), min(f.due_since) FROM listing_facet f WHERE {_READY}
GROUP BY f.lane
UNION ALL
SELECT {READ}, count(*), min(read_due_at) FROM listing
WHERE shop_id = :shop AND read_due_at <= :now AND remote_id IS NOT NULL
HAVING count(*) > 0
""")  # noqa: S608 (the parts are constants of this module)

_NEXT = text(f"""
SELECT f.listing_id FROM listing_facet f WHERE {_READY} AND f.lane = :lane
ORDER BY f.due_since, f.listing_id LIMIT :most
""")  # noqa: S608

_ON_SALE = text("""
SELECT l.id FROM listing l
WHERE l.id = ANY(:ids) AND l.remote_id IS NOT NULL
  AND EXISTS (SELECT 1 FROM listing_variant v WHERE v.listing_id = l.id AND v.removed_at IS NULL
      AND (v.sent_rev = v.stock_rev
           OR (v.stock_acked > 0 AND v.stock_acked_rev = v.stock_rev)))
ORDER BY l.id
""")

_CLAIM = text(f"""
UPDATE listing_facet c SET claim_fence = :fence, claimed_rev = c.wanted_rev,
    acked = NULL, acked_digest = NULL
FROM (SELECT f.listing_id, f.facet, f.acked FROM listing_facet f
      WHERE {_READY} AND f.lane = :lane
        AND (CAST(:only AS bigint[]) IS NULL OR f.listing_id = ANY(:only))
      ORDER BY f.due_since, f.listing_id LIMIT :most FOR UPDATE SKIP LOCKED) p
WHERE c.listing_id = p.listing_id AND c.facet = p.facet
  AND EXISTS (SELECT 1 FROM shop_lease s WHERE s.shop_id = :shop AND s.fence = :fence)
RETURNING c.listing_id, c.facet, c.product_id, c.lane, c.wanted, c.wanted_digest, p.acked,
    c.claimed_rev, c.attempts, c.failed_as, CASE WHEN c.handle_rev = c.wanted_rev THEN c.handle END,
    c.run_id
""")  # noqa: S608

_SENDING = text("""
UPDATE listing_variant v SET sent_rev = v.stock_rev,
    sent_least = least(v.sent_least, CAST(w.units AS bigint)),
    sent_most = greatest(v.sent_most, CAST(w.units AS bigint))
FROM listing_facet f CROSS JOIN LATERAL jsonb_each_text(f.wanted) AS w(sku, units)
WHERE f.listing_id = ANY(:ids) AND f.facet = 'stock' AND f.claim_fence = :fence
  AND v.listing_id = f.listing_id AND v.sku = w.sku AND v.remote_id IS NOT NULL
""")

_ACK = text("""
UPDATE listing_facet f SET acked_rev = f.claimed_rev, acked = r.value, acked_digest = r.digest,
    claim_fence = NULL, claimed_rev = NULL, next_attempt_at = NULL, attempts = 0, error = NULL,
    handle = NULL, handle_rev = NULL
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text, value jsonb,
    digest text)
WHERE f.listing_id = r.listing_id AND f.facet = r.facet AND f.claim_fence = :fence
RETURNING f.listing_id, f.facet
""")

_REFUSE = text("""
UPDATE listing_facet f SET refused_rev = CASE WHEN r.again_at IS NULL THEN f.claimed_rev
        ELSE f.refused_rev END,
    next_attempt_at = r.again_at, error = r.error, attempts = r.attempts, failed_as = r.failed_as,
    due_since = CASE WHEN r.behind THEN r.again_at ELSE f.due_since END,
    claim_fence = NULL, claimed_rev = NULL, handle = r.handle,
    handle_rev = CASE WHEN r.handle IS NOT NULL THEN f.claimed_rev END
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text, error jsonb,
    again_at timestamptz, behind boolean, handle jsonb, attempts integer, failed_as text)
WHERE f.listing_id = r.listing_id AND f.facet = r.facet AND f.claim_fence = :fence
RETURNING f.listing_id, f.facet
""")


def want(
    session: Session, rows: Sequence[WantedFacet], now: datetime, run_id: int | None = None
) -> None:
    """Make these facets wanted; only a differing digest (or ``force``) raises a revision.
    ``run_id``: for whose sake. What a price or a content was before a run is kept with it.

    Going back to a value that the channel is *known* to show owes nothing; after an unclear call
    nothing is known, so the same value goes out again.
    """
    if not rows:
        return
    parameters = {"rows": _json_rows(rows), "now": now, "run": run_id}
    session.execute(_RAISE, parameters)
    session.execute(_WANT, parameters)


def park(session: Session, listing_ids: Sequence[int]) -> None:
    """These listings are to be off: only their take-down, and a create that was begun, go on."""
    if listing_ids:
        session.execute(
            text("""UPDATE listing_facet SET parked = true WHERE listing_id = ANY(:ids)
                AND facet NOT IN ('availability', 'create') AND NOT parked"""),
            {"ids": list(listing_ids)},
        )


def unpark_made(session: Session, on: Sequence[int], off: Sequence[int]) -> None:
    """What was made while we planned does not wait: the plan read these listings before it, and
    has just written that they do not exist yet. Of those that are to be off, only the take-down
    goes on."""
    session.execute(
        text("""UPDATE listing_facet f SET parked = false FROM listing l
            WHERE l.id = f.listing_id AND l.remote_id IS NOT NULL AND f.parked
              AND (l.id = ANY(:on) OR (l.id = ANY(:off) AND f.facet = 'availability'))"""),
        {"on": list(on), "off": list(off)},
    )


def lanes_due(session: Session, shop_id: int, fence: int, now: datetime) -> list[LaneDue]:
    """What may be claimed in this shop now, a row a lane, the most urgent lane first."""
    rows = session.execute(_LANES_DUE, {"shop": shop_id, "fence": fence, "now": now})
    return sorted((LaneDue(*row) for row in rows), key=lambda due: due.lane)


def next_rows(
    session: Session, shop_id: int, fence: int, lane: int, most: int, now: datetime
) -> list[int]:
    """The listings of the rows that :func:`claim` would take next."""
    rows = session.execute(
        _NEXT, {"shop": shop_id, "fence": fence, "lane": lane, "most": most, "now": now}
    )
    return [row[0] for row in rows]


def on_sale(session: Session, listing_ids: Sequence[int]) -> list[int]:
    """Of these listings, those of which something may have been sold since the present statement
    of its stock, and what we last set is known, or one of two."""
    return [row[0] for row in session.execute(_ON_SALE, {"ids": list(listing_ids)})]


def claim(
    session: Session, shop_id: int, fence: int, lane: int, most: int, now: datetime,
    only: Sequence[int] | None = None,
) -> list[Claimed]:  # fmt: skip
    """Claim up to ``most`` rows of a lane (of ``only`` these listings), the longest due first; []
    when the fence has moved. Of a stock it is kept what is about to be sent, until an answer or a
    reading says what stands there."""
    found = session.execute(
        _CLAIM,
        {"shop": shop_id, "fence": fence, "lane": lane, "most": most, "now": now,
         "only": None if only is None else list(only)},
    )  # fmt: skip
    rows = [Claimed(*row) for row in found]
    stocks = [row.listing_id for row in rows if row.facet == "stock"]
    if not stocks:
        return rows
    unclear = _unclear(session, stocks)
    session.execute(_SENDING, {"ids": stocks, "fence": fence})
    return [replace(row, unclear=unclear.get(row.listing_id, {})) for row in rows]


def _unclear(session: Session, listing_ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
    """By listing and SKU: the least and the most sent without an answer, and their statement."""
    found: dict[int, dict[str, list[int]]] = defaultdict(dict)
    rows = session.execute(
        text("""SELECT listing_id, sku, sent_least, sent_most, sent_rev FROM listing_variant
            WHERE listing_id = ANY(:ids) AND sent_rev IS NOT NULL"""),
        {"ids": list(listing_ids)},
    )
    for listing_id, sku, *sent in rows:
        found[listing_id][sku] = sent
    return found


def acknowledge(
    session: Session, fence: int, rows: Sequence[Mapping[str, Any]]
) -> set[tuple[int, str]]:
    """Write acknowledged values (``listing_id, facet, value, digest``); returns the rows that
    still bore this fence."""
    if not rows:
        return set()
    done = session.execute(_ACK, {"rows": _dump(rows), "fence": fence})
    return {(row[0], row[1]) for row in done}


def set_back(
    session: Session, fence: int, rows: Sequence[Mapping[str, Any]]
) -> set[tuple[int, str]]:
    """Write what is not done (``listing_id, facet, error, attempts, failed_as, again_at, behind,
    handle``): without ``again_at`` the revision is refused for good, with a ``handle`` it is gone
    on with then; ``behind``: what is due by then goes first. Returns the rows that still bore this
    fence."""
    if not rows:
        return set()
    done = session.execute(_REFUSE, {"rows": _dump(rows), "fence": fence})
    return {(row[0], row[1]) for row in done}


def lowered(session: Session, listing_ids: Sequence[int]) -> list[int]:
    """Products of which these listings have just given units back: now others may go up."""
    rows = session.execute(
        text("""SELECT DISTINCT product_id FROM listing_facet WHERE facet = 'stock' AND releases
            AND wanted_rev = acked_rev AND listing_id = ANY(:ids) ORDER BY 1"""),
        {"ids": list(listing_ids)},
    )
    return [row[0] for row in rows]


_WORKS = f"s.enabled AND s.paused_reason = '' AND NOT {STOPPED}"
_ANSWERS = f"{_WORKS} AND (s.breaker_until IS NULL OR s.breaker_until <= :now)"


def due_count(session: Session) -> int:
    """How many facets are owed by shops that may work, those that wait for their time too."""
    query = f"""SELECT count(*) FROM listing_facet f JOIN shop s ON s.id = f.shop_id
        WHERE {_OPEN} AND {_WORKS}"""  # noqa: S608
    return int(session.execute(text(query)).scalar_one())


def owed(session: Session, shop_ids: Sequence[int]) -> int:
    """How many facets these shops owe, those that wait for their time or for others too."""
    query = "SELECT count(*) FROM listing_facet WHERE due AND shop_id = ANY(:ids)"
    return int(session.execute(text(query), {"ids": list(shop_ids)}).scalar_one())


def waiting(session: Session, now: datetime, shop_id: int | None = None) -> list[int]:
    """Shops (of all, or that one) that have something to do now: a facet, a handle or a reading
    is due, or it was left without having been read through."""
    query = f"""SELECT s.id FROM shop s WHERE {_ANSWERS}
        AND (CAST(:shop AS bigint) IS NULL OR s.id = :shop)
        AND (EXISTS (SELECT 1 FROM listing_facet f WHERE f.shop_id = s.id AND {_OPEN}
                AND (f.next_attempt_at IS NULL OR f.next_attempt_at <= :now))
          OR EXISTS (SELECT 1 FROM listing l WHERE l.shop_id = s.id
                AND l.remote_id IS NOT NULL AND l.read_due_at <= :now)
          OR {LEFT_UNREAD})
        ORDER BY s.id"""  # noqa: S608
    return [row[0] for row in session.execute(text(query), {"now": now, "shop": shop_id})]


def urgent(session: Session, now: datetime) -> list[int]:
    """Of those, the shops where something must come down or be shown as sold out."""
    query = f"""SELECT DISTINCT f.shop_id FROM listing_facet f JOIN shop s ON s.id = f.shop_id
        WHERE f.due AND f.lane <= {ZERO_STOCK} AND {_ANSWERS}
          AND (f.next_attempt_at IS NULL OR f.next_attempt_at <= :now)"""  # noqa: S608
    return [row[0] for row in session.execute(text(query), {"now": now})]


def next_due(session: Session, shop_ids: Sequence[int] | None = None) -> datetime | None:
    """When the next thing asks, over these shops (None: all) that may work; None: nothing."""
    query = f"""SELECT min(at) FROM (
        SELECT greatest(coalesce(f.next_attempt_at, f.due_since), s.breaker_until) AS at
        FROM listing_facet f JOIN shop s ON s.id = f.shop_id
        WHERE {_OPEN} AND {_WORKS} AND (CAST(:ids AS bigint[]) IS NULL OR s.id = ANY(:ids))
        UNION ALL
        SELECT greatest(l.read_due_at, s.breaker_until) FROM listing l
        JOIN shop s ON s.id = l.shop_id
        WHERE l.read_due_at IS NOT NULL AND l.remote_id IS NOT NULL AND {_WORKS}
          AND (CAST(:ids AS bigint[]) IS NULL OR s.id = ANY(:ids))) due"""  # noqa: S608
    ids = None if shop_ids is None else list(shop_ids)
    at: datetime | None = session.execute(text(query), {"ids": ids}).scalar_one()
    return at


def _json_rows(rows: Sequence[WantedFacet]) -> str:
    return _dump(
        [
            {
                "listing_id": r.listing_id, "facet": r.facet, "shop_id": r.shop_id,
                "product_id": r.product_id, "lane": r.lane, "wanted": r.wanted,
                "digest": r.digest, "raises": r.raises, "releases": r.releases,
                "force": r.force, "parked": r.parked,
            }
            for r in rows
        ]
    )  # fmt: skip


def _dump(rows: Any) -> str:
    return orjson.dumps(rows).decode()


_REFUSED = """shop_id = :shop AND claim_fence IS NULL
            AND (refused_rev = wanted_rev OR (due AND error->>'kind' = 'Rejected'))"""


def refused_products(session: Session, shop_id: int) -> list[int]:
    """The products of what a shop refused as it is, for good or for now."""
    query = f"SELECT DISTINCT product_id FROM listing_facet WHERE {_REFUSED}"  # noqa: S608
    return [row[0] for row in session.execute(text(query), {"shop": shop_id})]


def try_refused_again(session: Session, shop_id: int, now: datetime) -> None:
    """What a shop refused as it is may be tried once more, and what waits to be tried again. Who
    calls this has these products' turns, and plans them: see worker.planning."""
    session.execute(
        text(f"""UPDATE listing_facet SET refused_rev = 0, next_attempt_at = NULL, attempts = 0,
            error = NULL, due_since = :now WHERE {_REFUSED}"""),  # noqa: S608
        {"shop": shop_id, "now": now},
    )


def look_up_again(session: Session, listing_id: int, now: datetime) -> None:
    """A create that was given up is looked up once more."""
    session.execute(
        text("""UPDATE listing_facet SET refused_rev = 0, next_attempt_at = NULL, attempts = 0,
            due_since = :now WHERE listing_id = :id AND facet = 'create'"""),
        {"id": listing_id, "now": now},
    )


def again(session: Session, listing_ids: Sequence[int], now: datetime) -> None:
    """An operator's push: what these listings owe, or were refused, is due at once, and what
    they show of price, stock and availability is stated anew."""
    if listing_ids:
        session.execute(
            text("""UPDATE listing_facet SET refused_rev = 0, next_attempt_at = NULL,
                attempts = 0, due_since = :now, wanted_rev = wanted_rev
                    + CASE WHEN facet IN ('price', 'stock', 'availability') THEN 1 ELSE 0 END
                WHERE listing_id = ANY(:ids) AND NOT parked"""),
            {"ids": list(listing_ids), "now": now},
        )
