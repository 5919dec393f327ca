"""Record: each row's own outcome, written in one transaction, with one event a row.

A result is written only where the row still bears the drain's fence; a row whose fence has moved
belongs to somebody else, who will send it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from connectors.errors import ChannelError, NotFound, RateLimited, Rejected
from models import outcomes, queue, turns
from models.listing import TAKE_DOWN, ZERO_STOCK
from models.outcomes import EventRow
from models.queue import Claimed
from worker import refusals
from worker.digests import digest
from worker.reasons import reason
from worker.retry import again_at, in_a_row


@dataclass(frozen=True, slots=True)
class Place:
    """Which drain writes: the shop, its fence, the run; the schedule's period and the longest
    that a call may take, in seconds; what waits are multiplied by."""

    shop_id: int
    fence: int
    run_id: int | None
    period_s: float
    call_deadline_s: float = 20.0
    retry_scale: float = 1.0


@dataclass(slots=True)
class Result:
    """What became of one claimed facet. ``error`` None: acknowledged as ``claimed.wanted``.

    ``prices`` (đồng), ``stock`` (units) and ``remote`` (ids) are what the channel accepted by
    SKU, also when the facet as a whole was refused. ``pending``: the channel's handle of what it
    has begun; ``error`` then says that it is waited for. ``alarm``: on sale against the rule, the
    channel's words. ``wrote``: a call that may have changed the shop was made.
    """

    claimed: Claimed
    error: ChannelError | None = None
    wait_s: float | None = None
    prices: Mapping[str, int] = field(default_factory=dict)
    stock: Mapping[str, int] = field(default_factory=dict)
    remote: Mapping[str, str] = field(default_factory=dict)
    alarm: Mapping[str, Any] | None = None
    pending: Mapping[str, Any] | None = None
    cancelled: bool = False
    """A create was taken back: nothing of it is left."""
    request_id: str = ""
    duration_ms: int | None = None
    wrote: bool = True


def record(session: Session, place: Place, results: Sequence[Result], now: datetime) -> None:
    """Write the results of a batch."""
    turns.lock(session, [r.claimed.listing_id for r in results])
    good = [r for r in results if r.error is None]
    bad = [r for r in results if r.error is not None]
    ours = queue.acknowledge(session, place.fence, [_ack_row(r) for r in good])
    ours |= queue.set_back(session, place.fence, [_set_back_row(r, place, now) for r in bad])
    mine = [r for r in results if (r.claimed.listing_id, r.claimed.facet) in ours]
    outcomes.prices_accepted(session, _by_sku(mine, "prices", "value"))
    outcomes.stock_accepted(session, _by_sku(mine, "stock", "value"))
    outcomes.stock_not_sent(session, [_as_before(r) for r in mine if _not_set(r)])
    outcomes.remote_variants(session, _by_sku(mine, "remote", "remote_id"))
    outcomes.packs_gone(session, [_standing_row(r) for r in mine if _repacked(r)])
    outcomes.written(session, [r.claimed.listing_id for r in mine if r.wrote], now)
    doubted = [r for r in mine if isinstance(r.error, NotFound) or r.alarm is not None]
    outcomes.doubted(session, [r.claimed.listing_id for r in doubted], now)
    _alarms(session, mine, now)
    outcomes.stock_taken_down(session, [_ladder_row(r) for r in mine if r.alarm and r.stock])
    outcomes.cancelled(session, [r.claimed.listing_id for r in mine if r.cancelled], now)
    _refusals(session, mine)
    refusals.count(session, place.shop_id, mine, now)
    outcomes.log(session, [_event(r, place) for r in mine], now)


def _ack_row(result: Result) -> dict[str, Any]:
    claimed = result.claimed
    return {
        "listing_id": claimed.listing_id,
        "facet": claimed.facet,
        "value": claimed.wanted,
        "digest": claimed.digest,
    }


def _set_back_row(result: Result, place: Place, now: datetime) -> dict[str, Any]:
    error = result.error
    assert error is not None  # noqa: S101 (callers pass failed results only)
    claimed, on_its_way = result.claimed, result.wait_s is not None
    attempts, failed_as = tried(result)
    if result.wait_s is not None:
        when: datetime | None = now + timedelta(seconds=result.wait_s)
    else:
        sold_out = claimed.lane == ZERO_STOCK and getattr(error, "passing", False)
        down = (
            claimed.lane == TAKE_DOWN or sold_out
        )  # what buyers must not get does not wait longer
        when = again_at(
            error, attempts, now, place.period_s, take_down=down, scale=place.retry_scale
        )
    return {
        "listing_id": claimed.listing_id,
        "facet": claimed.facet,
        "again_at": when.isoformat() if when else None,
        "attempts": attempts,
        "failed_as": failed_as,
        "behind": when is not None and not on_its_way,
        "error": error_json(error, now),
        "handle": dict(result.pending) if result.pending is not None else None,
    }


def tried(result: Result) -> tuple[int, str | None]:
    """How often in a row the row has now failed, and in which way; what is on its way has not,
    but for what the channel refused and gets otherwise."""
    claimed, error = result.claimed, result.error
    on_its_way = result.wait_s is not None and not isinstance(error, Rejected)
    if error is None or on_its_way:
        return claimed.attempts, claimed.failed_as
    return in_a_row(error, claimed.attempts, claimed.failed_as)


def error_json(error: ChannelError, now: datetime) -> dict[str, Any]:
    """An error as it is kept with a row and shown to people."""
    return {
        "kind": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "field": getattr(error, "field", ""),
        "hint": getattr(error, "hint", ""),
        "at": now.isoformat(),
    }


def _by_sku(results: Sequence[Result], source: str, column: str) -> list[dict[str, Any]]:
    return [
        {"listing_id": r.claimed.listing_id, "sku": sku, column: value}
        for r in results
        for sku, value in getattr(r, source).items()
    ]


def _not_set(result: Result) -> bool:
    """A stock call that certainly changed nothing: it was not made, or refused as a whole."""
    left_alone = not result.wrote or isinstance(result.error, RateLimited)
    return left_alone and result.claimed.facet == "stock" and not result.stock


def _as_before(result: Result) -> dict[str, Any]:
    claimed = result.claimed
    return {
        "listing_id": claimed.listing_id,
        "value": claimed.before,
        "digest": digest(claimed.before) if claimed.before is not None else None,
        "unclear": dict(claimed.unclear),
    }


def _repacked(result: Result) -> bool:
    return result.claimed.facet == "variants" and result.error is None and bool(result.remote)


def _standing_row(result: Result) -> dict[str, Any]:
    return {"listing_id": result.claimed.listing_id, "skus": sorted(result.remote)}


def _alarms(session: Session, results: Sequence[Result], now: datetime) -> None:
    for result in results:
        if result.claimed.facet != "availability":
            continue
        if result.alarm is not None:
            outcomes.alarm(session, result.claimed.listing_id, result.alarm, now)
        elif result.error is None:
            outcomes.alarm(session, result.claimed.listing_id, None, now)


def _ladder_row(result: Result) -> dict[str, Any]:
    stock = dict(result.stock)
    return {
        "listing_id": result.claimed.listing_id,
        "value": stock,
        "digest": digest(stock),
    }


def _refusals(session: Session, results: Sequence[Result]) -> None:
    """What the channel refused becomes the listing's reason; a take-down's is its alarm."""
    for result in results:
        error = result.error
        if isinstance(error, Rejected) and result.claimed.lane != TAKE_DOWN:
            why = reason("REFUSED", error.message, error.hint)
            outcomes.set_reason(session, result.claimed.listing_id, why.as_json())


def _event(result: Result, place: Place) -> EventRow:
    claimed, error = result.claimed, result.error
    return EventRow(
        kind=_event_kind(result),
        run_id=claimed.run_id if claimed.run_id is not None else place.run_id,
        shop_id=place.shop_id,
        listing_id=claimed.listing_id,
        facet=claimed.facet,
        before=claimed.before if claimed.facet != "content" else None,
        after=claimed.wanted if claimed.facet != "content" else {"digest": claimed.digest},
        code=error.code if error else "",
        message=error.message if error else "",
        request_id=error.request_id if error else result.request_id,
        duration_ms=result.duration_ms,
    )


def _event_kind(result: Result) -> str:
    if result.error is None:
        return "pushed"
    if result.pending is not None:
        return "begun"
    if result.alarm is not None:
        return "take_down_refused"
    if isinstance(result.error, (Rejected, NotFound)):
        return "refused"
    return "failed"
