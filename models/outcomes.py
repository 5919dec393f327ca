"""What a channel answered, written set-based: packs, listings, states, events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.states import IN_REVIEW, LIVE


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the log; see :class:`models.run.Event`."""

    kind: str
    run_id: int | None = None
    shop_id: int | None = None
    listing_id: int | None = None
    product_code: str = ""
    facet: str = ""
    before: Any = None
    after: Any = None
    code: str = ""
    message: str = ""
    request_id: str = ""
    duration_ms: int | None = None


def log(session: Session, rows: Sequence[EventRow], now: datetime) -> None:
    """Append to the log. A listing's event gets its product's code."""
    if not rows:
        return
    session.execute(
        text("""INSERT INTO event (at, kind, run_id, shop_id, listing_id, product_code, facet,
                before, after, code, message, request_id, duration_ms)
            SELECT :now, r.kind, r.run_id, r.shop_id, r.listing_id,
                coalesce(nullif(r.product_code, ''), pc.code, ''), r.facet, r.before, r.after,
                r.code, r.message, r.request_id, r.duration_ms
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(kind text, run_id bigint,
                shop_id bigint, listing_id bigint, product_code text, facet text, before jsonb,
                after jsonb, code text, message text, request_id text, duration_ms int)
            LEFT JOIN listing l ON l.id = r.listing_id
            LEFT JOIN product_code pc ON pc.product_id = l.product_id AND pc.current"""),
        {"rows": orjson.dumps([_event(row) for row in rows]).decode(), "now": now},
    )


def _event(row: EventRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EventRow.__slots__}


def doubted(session: Session, ids: Sequence[int], now: datetime) -> None:
    """The channel says that it does not know these, or does not take them down: the next reading
    tells what they are."""
    if ids:
        session.execute(
            text("UPDATE listing SET read_due_at = :now WHERE id = ANY(:ids) AND remote_id <> ''"),
            {"ids": list(ids), "now": now},
        )


def prices_accepted(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Acknowledged prices in đồng (``listing_id, sku, value``)."""
    _set_column(session, rows, "price_acked")


_CLEAR = "sent_least = NULL, sent_most = NULL, sent_rev = NULL"


def stock_accepted(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Acknowledged stock in units (``listing_id, sku, value``), of the present statement: whatever
    was unclear before is over."""
    _set_column(session, rows, f"{_CLEAR}, stock_acked_rev = v.stock_rev, stock_acked")


def stock_not_sent(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """It is certain that these stocks were not set (``listing_id, value, digest``: what was known
    before, or null; ``unclear``: by SKU the least, the most and the statement of what was sent
    before without an answer): all is known of them that was known before the call."""
    if not rows:
        return
    parameters = {"rows": _dump(rows)}
    session.execute(
        text("""UPDATE listing_variant v SET sent_least = CAST(r.unclear->v.sku->>0 AS bigint),
            sent_most = CAST(r.unclear->v.sku->>1 AS bigint),
            sent_rev = CAST(r.unclear->v.sku->>2 AS bigint)
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, unclear jsonb)
            WHERE v.listing_id = r.listing_id"""),
        parameters,
    )
    session.execute(
        text("""UPDATE listing_facet f SET acked = r.value, acked_digest = r.digest
            FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, value jsonb,
                digest text)
            WHERE f.listing_id = r.listing_id AND f.facet = 'stock' AND f.acked_digest IS NULL
              AND r.digest IS NOT NULL"""),
        parameters,
    )


def _set_column(session: Session, rows: Sequence[Mapping[str, Any]], column: str) -> None:
    if rows:
        session.execute(
            text(f"""UPDATE listing_variant v SET {column} = r.value
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, sku text,
                    value bigint)
                WHERE v.listing_id = r.listing_id AND v.sku = r.sku"""),  # noqa: S608
            {"rows": _dump(rows)},
        )


def remote_variants(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """The channel's ids of packs (``listing_id, sku, remote_id``)."""
    if rows:
        session.execute(
            text("""UPDATE listing_variant v SET remote_id = r.remote_id
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, sku text,
                    remote_id text)
                WHERE v.listing_id = r.listing_id AND v.sku = r.sku
                  AND v.remote_id IS DISTINCT FROM r.remote_id"""),
            {"rows": _dump(rows)},
        )


def packs_gone(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Of these listings exactly ``skus`` stand (``listing_id, skus``): a pack that comes back one
    day is another one, and nothing that was known of it holds."""
    if rows:
        session.execute(
            text(f"""UPDATE listing_variant v
                SET remote_id = NULL, price_acked = NULL, stock_acked = NULL, {_CLEAR}
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, skus jsonb)
                WHERE v.listing_id = r.listing_id AND v.remote_id IS NOT NULL
                  AND NOT jsonb_exists(r.skus, v.sku)"""),  # noqa: S608
            {"rows": _dump(rows)},
        )


def written(session: Session, ids: Sequence[int], now: datetime) -> None:
    """These listings were changed: what was seen before is old, and a reading is due.

    A live listing is ``in_review`` until it is seen live again (accepted is not live).
    """
    if ids:
        session.execute(
            text("""UPDATE listing SET last_write_at = :now, read_due_at = :now, reads = 0,
                state_since = CASE WHEN state = :live THEN :now ELSE state_since END,
                state = CASE WHEN state = :live THEN :review ELSE state END
                WHERE id = ANY(:ids)"""),
            {"ids": list(ids), "now": now, "live": LIVE, "review": IN_REVIEW},
        )


def attempt_create(
    session: Session, ids: Sequence[int], fence: int, now: datetime, deadline: datetime
) -> set[int]:
    """Commit the intent to create, before the call; returns the listings that may be sent.

    Only where the create facet still bears this fence and no attempt is open: create happens
    once (design: "Create happens once").
    """
    rows = session.execute(
        text("""UPDATE listing l SET attempt_at = :now, attempt_deadline = :deadline,
                lookups = 0, state = 'creating', state_since = :now
            FROM listing_facet f WHERE f.listing_id = l.id AND f.facet = 'create'
              AND f.claim_fence = :fence AND l.id = ANY(:ids)
              AND l.attempt_at IS NULL AND l.remote_id IS NULL AND l.handle IS NULL
            RETURNING l.id"""),
        {"ids": list(ids), "fence": fence, "now": now, "deadline": deadline},
    )
    return {row[0] for row in rows}


def stock_leaves(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """With a create these units leave for the shop (``listing_id, sku, value``): kept until it is
    known whether they arrived."""
    _set_column(session, rows, "sent_rev = v.stock_rev, sent_most = r.value, sent_least")


def stock_arrived(session: Session, listing_id: int, skus: Sequence[str]) -> None:
    """The item whose create had no answer stands there with these packs: what left with it is the
    stock that we set. Less than that was sold since."""
    session.execute(
        text(f"""UPDATE listing_variant SET stock_acked = sent_most, stock_acked_rev = sent_rev,
            {_CLEAR} WHERE listing_id = :id AND sku = ANY(:skus) AND sent_most IS NOT NULL"""),  # noqa: S608
        {"id": listing_id, "skus": list(skus)},
    )


def _never_left(session: Session, ids: Sequence[int]) -> None:
    """Nothing was made of them: no stock of theirs stands anywhere."""
    session.execute(
        text(f"UPDATE listing_variant SET {_CLEAR} WHERE listing_id = ANY(:ids)"),  # noqa: S608
        {"ids": list(ids)},
    )


def create_pending(
    session: Session, listing_id: int, fence: int, handle: Mapping[str, Any], due: datetime,
    *, in_review: bool,
) -> bool:  # fmt: skip
    """Keep an opaque handle; the create goes on with ``resume`` at ``due``."""
    return _of_fence(
        session,
        """handle = CAST(:handle AS jsonb), handle_due_at = :due, attempt_at = NULL,
           attempt_deadline = NULL, lookups = 0, state = :state,
           state_since = CASE WHEN state = :state THEN state_since ELSE now() END""",
        {
            "id": listing_id,
            "fence": fence,
            "handle": _dump(dict(handle)),
            "due": due,
            "state": IN_REVIEW if in_review else "creating",
        },
    )


def create_done(
    session: Session, listing_id: int, fence: int, remote_id: str, now: datetime
) -> bool:
    """The item exists: keep its id. The next reading says what it is; one that may no longer be
    sold keeps the plan's reason."""
    return _of_fence(
        session,
        """remote_id = :remote, handle = NULL, handle_due_at = NULL, attempt_at = NULL,
           attempt_deadline = NULL, lookups = 0, last_write_at = :now, read_due_at = :now,
           reads = 0, state = 'unlisted', state_since = :now,
           reason = CASE WHEN EXISTS (SELECT 1 FROM listing_facet g WHERE g.listing_id = l.id
               AND g.facet = 'availability' AND g.wanted->>'on' = 'false') THEN l.reason END""",
        {"id": listing_id, "fence": fence, "remote": remote_id, "now": now},
    )


def unpark(session: Session, listing_id: int) -> None:
    """The item exists: what is wanted of it may be sent; of one that was withdrawn while it was
    made, only its take-down."""
    session.execute(
        text("""UPDATE listing_facet f SET parked = false WHERE listing_id = :id AND parked
            AND (facet = 'availability' OR NOT EXISTS (SELECT 1 FROM listing_facet g
                WHERE g.listing_id = :id AND g.facet = 'availability'
                  AND g.wanted->>'on' = 'false'))"""),
        {"id": listing_id},
    )


_STILL = """(f.wanted_digest = r.digest OR (f.facet IN ('price', 'stock')
                    AND coalesce(r.value @> f.wanted, false)))"""


def sent_with_create(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Facets that went out as part of a create (``listing_id, facet, value, digest``): what is
    still wanted of them is acknowledged, what changed meanwhile stays due. Without a value (a
    content is long) it is the wanted one, where that has the digest. A price or stock of which a
    pack is no longer stated is still wanted."""
    if rows:
        session.execute(
            text(f"""UPDATE listing_facet f SET
                acked = CASE WHEN {_STILL} THEN f.wanted ELSE r.value END,
                acked_digest = CASE WHEN {_STILL} THEN f.wanted_digest ELSE r.digest END,
                acked_rev = CASE WHEN {_STILL} THEN f.wanted_rev ELSE f.acked_rev END
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text,
                    value jsonb, digest text)
                WHERE f.listing_id = r.listing_id AND f.facet = r.facet
                  AND f.claim_fence IS NULL"""),  # noqa: S608
            {"rows": _dump(rows)},
        )


def switched_off(session: Session, listing_id: int, digest: str) -> None:
    """A created item is invisible until it is switched on: what is known of it is ``off``, whose
    digest is given."""
    session.execute(
        text("""UPDATE listing_facet SET acked = '{"on": false}', acked_digest = :digest,
            acked_rev = CASE WHEN wanted->>'on' = 'false' THEN wanted_rev ELSE acked_rev END
            WHERE listing_id = :id AND facet = 'availability' AND claim_fence IS NULL"""),
        {"id": listing_id, "digest": digest},
    )


def look_up_now(
    session: Session, listing_id: int, fence: int, now: datetime, *, told: bool
) -> bool:
    """The item may stand there: look it up at once, and adopt it. ``told``: the channel says that
    it does, whoever made it, so its stock is not the one that we meant to give it; otherwise the
    channel lost track of what we had begun."""
    done = _of_fence(
        session,
        """attempt_at = :attempt, attempt_deadline = CAST(:now AS timestamptz) - interval '1 day',
           lookups = 0, handle = NULL, handle_due_at = NULL""",
        {
            "id": listing_id, "fence": fence, "now": now,
            "attempt": now if told else now - timedelta(days=2),
        },
    )  # fmt: skip
    if done and told:
        _never_left(session, [listing_id])
    return done


def create_not_done(session: Session, listing_id: int, fence: int) -> bool:
    """It is certain that nothing was made: the attempt is over, the next one may begin."""
    done = _of_fence(
        session,
        """attempt_at = NULL, attempt_deadline = NULL, lookups = 0, handle = NULL,
           handle_due_at = NULL, state = CASE WHEN state IN ('creating', 'in_review')
           THEN 'pending' ELSE state END""",
        {"id": listing_id, "fence": fence},
    )
    if done:
        _never_left(session, [listing_id])
    return done


def cancelled(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Their creates were taken back: they are what they were before, and owe nothing."""
    if ids:
        _never_left(session, ids)
        session.execute(
            text("""UPDATE listing SET handle = NULL, handle_due_at = NULL, attempt_at = NULL,
                attempt_deadline = NULL, lookups = 0, last_write_at = NULL, read_due_at = NULL,
                state = 'blocked', state_since = :now WHERE id = ANY(:ids)"""),
            {"ids": list(ids), "now": now},
        )
        session.execute(
            text("DELETE FROM listing_facet WHERE listing_id = ANY(:ids)"), {"ids": list(ids)}
        )


def looked_up(session: Session, listing_id: int, fence: int) -> bool:
    """A reading missed the SKU once more."""
    return _of_fence(session, "lookups = lookups + 1", {"id": listing_id, "fence": fence})


def _of_fence(session: Session, assignments: str, parameters: Mapping[str, Any]) -> bool:
    row = session.execute(
        text(f"""UPDATE listing l SET {assignments} FROM listing_facet f
            WHERE l.id = :id AND f.listing_id = l.id AND f.facet = 'create'
              AND f.claim_fence = :fence RETURNING l.id"""),  # noqa: S608
        parameters,
    ).first()
    return row is not None


def observed(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """A reading of listings (``id, state, url, reads, read_due_at, reason, keep_reason, seen``).

    ``seen`` false: nothing was learnt, only the next reading is set. A newer observation never
    yields to an older one. Of what may not be sold the plan's reason stands, whatever the shop
    shows: also where that plan came while the shop was being read.
    """
    if rows:
        session.execute(
            text("""UPDATE listing l SET
                observed_at = CASE WHEN r.seen THEN :now ELSE l.observed_at END,
                state = r.state,
                state_since = CASE WHEN l.state <> r.state THEN :now ELSE l.state_since END,
                url = coalesce(nullif(r.url, ''), l.url), reads = r.reads, read_full = false,
                read_due_at = r.read_due_at,
                reason = CASE WHEN r.keep_reason THEN l.reason
                    WHEN l.reason IS NOT NULL AND EXISTS (SELECT 1 FROM listing_facet g
                        WHERE g.listing_id = l.id AND g.facet = 'availability'
                        AND g.wanted->>'on' = 'false') THEN l.reason
                    ELSE r.reason END
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, state text,
                    url text, reads int, read_due_at timestamptz, reason jsonb,
                    keep_reason boolean, seen boolean)
                WHERE l.id = r.id AND (l.observed_at IS NULL OR l.observed_at <= :now)"""),
            {"rows": _dump(rows), "now": now},
        )


def variants_observed(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """What a reading saw of packs (``listing_id, sku, price, stock, stock_acked, stock_acked_rev,
    sold``); ``cleared``: what stands there is known again."""
    if rows:
        session.execute(
            text("""UPDATE listing_variant v SET price_observed = r.price,
                stock_observed = r.stock, observed_at = :now, stock_acked = r.stock_acked,
                stock_acked_rev = r.stock_acked_rev, sold = r.sold,
                sent_least = CASE WHEN NOT r.cleared THEN v.sent_least END,
                sent_most = CASE WHEN NOT r.cleared THEN v.sent_most END,
                sent_rev = CASE WHEN NOT r.cleared THEN v.sent_rev END
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, sku text,
                    price bigint, stock bigint, stock_acked bigint, stock_acked_rev bigint,
                    sold bigint, cleared boolean)
                WHERE v.listing_id = r.listing_id AND v.sku = r.sku"""),
            {"rows": _dump(rows), "now": now},
        )


def stock_known(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """After a sale, or where an answer was lost, what we know of a listing's stock is what was seen
    (``listing_id, value, digest``), and where nothing else is wanted of it, what we want: a sale is
    not drift and owes nothing."""
    if rows:
        session.execute(
            text("""UPDATE listing_facet f SET acked = r.value, acked_digest = r.digest,
                wanted = CASE WHEN f.wanted_rev = f.acked_rev THEN r.value ELSE f.wanted END,
                wanted_digest = CASE WHEN f.wanted_rev = f.acked_rev THEN r.digest
                    ELSE f.wanted_digest END
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint,
                    value jsonb, digest text)
                WHERE f.listing_id = r.listing_id AND f.facet = 'stock'"""),
            {"rows": _dump(rows)},
        )


def stock_taken_down(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """The take-down ladder set this stock (``listing_id, value, digest``): whatever was wanted,
    this is what the shop shows, until the listing is on again."""
    if rows:
        session.execute(
            text("""UPDATE listing_facet f SET wanted = r.value, wanted_digest = r.digest,
                acked = r.value, acked_digest = r.digest, wanted_rev = f.wanted_rev + 1,
                acked_rev = f.wanted_rev + 1
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint,
                    value jsonb, digest text)
                WHERE f.listing_id = r.listing_id AND f.facet = 'stock'"""),
            {"rows": _dump(rows)},
        )


def drifted(session: Session, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """A reading differs from what was acknowledged (``listing_id, facet``): due again. What
    somebody took off the shelf takes its units anew."""
    if rows:
        session.execute(
            text("""UPDATE listing_facet f SET wanted_rev = wanted_rev + 1, acked_digest = NULL,
                raises = CASE WHEN f.facet = 'availability' THEN wanted->>'on' = 'true'
                    ELSE raises END,
                due_since = :now, next_attempt_at = NULL, attempts = 0
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(listing_id bigint, facet text)
                WHERE f.listing_id = r.listing_id AND f.facet = r.facet
                  AND f.wanted_rev = f.acked_rev AND f.claim_fence IS NULL"""),
            {"rows": _dump(rows), "now": now},
        )


def down_again(session: Session, ids: Sequence[int], now: datetime) -> None:
    """Their take-down waited for a review that has ended: it is due at once."""
    if ids:
        session.execute(
            text("""UPDATE listing_facet SET next_attempt_at = :now WHERE facet = 'availability'
                AND listing_id = ANY(:ids) AND due AND next_attempt_at > :now
                AND error->>'code' LIKE '%review%'"""),
            {"ids": list(ids), "now": now},
        )


def lost(session: Session, ids: Sequence[int], now: datetime) -> None:
    """The channel no longer has these items: their ids are history, they may be made anew."""
    if ids:
        session.execute(
            text("""UPDATE listing SET remote_id = NULL, state = 'missing', state_since = :now,
                observed_at = :now, read_due_at = NULL, reads = 0, alarm = NULL
                WHERE id = ANY(:ids)"""),
            {"ids": list(ids), "now": now},
        )
        session.execute(
            text(f"""UPDATE listing_variant SET remote_id = NULL, {_CLEAR}
                WHERE listing_id = ANY(:ids)"""),  # noqa: S608
            {"ids": list(ids)},
        )
        session.execute(
            text("DELETE FROM listing_facet WHERE listing_id = ANY(:ids)"), {"ids": list(ids)}
        )


def alarm(
    session: Session, listing_id: int, detail: Mapping[str, Any] | None, now: datetime
) -> None:
    """On sale against the rule since now (kept from the first refusal on); None ends it."""
    session.execute(
        text("""UPDATE listing SET alarm = CASE WHEN CAST(:detail AS jsonb) IS NULL THEN NULL
                ELSE CAST(:detail AS jsonb) || jsonb_build_object('since',
                    coalesce(alarm->>'since', CAST(:now AS text))) END
            WHERE id = :id"""),
        {
            "id": listing_id,
            "detail": None if detail is None else _dump(dict(detail)),
            "now": now.isoformat(),
        },
    )


def set_reason(session: Session, listing_id: int, value: Mapping[str, Any] | None) -> None:
    """Why the listing is not on sale (a :class:`worker.reasons.Reason` as JSON)."""
    session.execute(
        text("UPDATE listing SET reason = CAST(:reason AS jsonb) WHERE id = :id"),
        {"id": listing_id, "reason": None if value is None else _dump(dict(value))},
    )


def _dump(rows: Any) -> str:
    return orjson.dumps(rows).decode()
