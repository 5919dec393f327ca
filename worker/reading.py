"""Read back: what the channel really shows, asked after every write and by reconcile.

Readings are a lane of the drain, so nobody else writes the shop between the reading and what is
concluded from it. What they mean is decided in :mod:`worker.observe`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from connectors.contract import Connector, Done, Failed, Outcome, RemoteState
from connectors.errors import NotFound
from models import copies, holds, leases, listings, outcomes, queue, reconciling, states, turns
from models.holds import Item, Question
from models.listings import ListingState
from models.outcomes import EventRow
from worker.calls import Caller
from worker.digests import digest
from worker.env import Env
from worker.guards import REJECTED
from worker.observe import LAST_LOOK_S, Observation, not_found, observe
from worker.planning import plan_in
from worker.reasons import reason
from worker.record import Place
from worker.retry import is_shop_fault

REPAIRS = 3
REPAIRS_WITHIN = timedelta(days=1)
"""So often one thing of one listing is put back within this time; then a person is asked."""

LOSS, DRIFT = "repeated_loss", "repeated_drift"

VALUES = ("availability", "stock", "price")
"""The facets that a look is compared with before a stock is set."""

FACET_NAMES = {
    "price": "giá", "stock": "tồn kho", "availability": "bật hay gỡ", "variants": "quy cách",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    listing: ListingState
    observation: Observation


def read_some(env: Env, place: Place, caller: Caller, most: int) -> int:
    """Read up to ``most`` listings that are due to be read; returns how many. What the channel
    lost is planned anew with it, so that nobody dies between the two."""
    at = env.now()
    with env.db.transaction() as session:
        due = listings.read_due(session, place.shop_id, most, at)
    settle_s = caller.connector.capabilities.settle_s * env.timing.settle_scale
    readings: list[Reading] = []
    for full in (False, True):
        some = [item for item in due if item.read_full is full]
        answers = _ask(caller, some, full=full)
        for item, answer in zip(some, answers, strict=True):
            seen = conclude(item, answer, at, settle_s)
            readings.append(Reading(item, _sooner(seen, env.timing.retry_scale)))
    with env.db.transaction() as session:
        write(session, place, readings, at)
        plan_in(env, session, _to_plan(readings))
    return len(due)


def look_first(env: Env, place: Place, caller: Caller, lane: int, most: int) -> list[int]:
    """Read what a claim of this lane is about to set the stock of, and take in what was sold: a
    stock is set absolutely, and would raise what buyers have left. Returns the listings that may
    be claimed now: a plan made of what was sold puts others first, which nobody has looked at.
    Without an answer the caller's fault says that nothing may be set."""
    at = env.now()
    with env.db.transaction() as session:
        due = queue.next_rows(session, place.shop_id, place.fence, lane, most, at)
        found = list(listings.by_ids(session, queue.on_sale(session, due), VALUES).values())
    answers = _ask(caller, found, full=True)
    readings = [
        Reading(item, observe(item, answer.value))
        for item, answer in zip(found, answers, strict=True)
        if isinstance(answer, Done)
    ]
    told = [r for r in readings if _tells_stock(r.observation)]
    with env.db.transaction() as session:
        write_stock(session, place, told, at)
        plan_in(env, session, _to_plan(told))
    return due


def _tells_stock(seen: Observation) -> bool:
    """Something was sold, or what was unclear is clear."""
    return bool(seen.sale) or any(v.cleared for v in seen.variants)


def _to_plan(readings: Sequence[Reading]) -> set[int]:
    return {r.listing.product_id for r in readings if _plan_anew(r)}


def _plan_anew(reading: Reading) -> bool:
    """The item is lost, or was sold while another stock was wanted of it."""
    facet = reading.listing.facets.get("stock")
    overtaken = bool(reading.observation.sale) and facet is not None and not facet.settled
    return overtaken or reading.observation.state == states.MISSING


def _ask(caller: Caller, some: Sequence[ListingState], *, full: bool) -> list[Outcome[RemoteState]]:
    connector: Connector = caller.connector

    def call(ids: Sequence[str]) -> list[Outcome[RemoteState]]:
        return connector.read(ids, full=full)

    ids = [item.remote_id or "" for item in some]
    return [answer for answer, _took in caller.map("read", call, ids)]


def conclude(
    item: ListingState, answer: Outcome[RemoteState], at: datetime, settle_s: float
) -> Observation:
    """What an answer means; an error learns nothing and is asked again."""
    if isinstance(answer, Done):
        return observe(item, answer.value)
    if isinstance(answer, Failed) and isinstance(answer.error, NotFound):
        return not_found(item, at, settle_s)
    fault = isinstance(answer, Failed) and is_shop_fault(answer.error)
    return Observation(None, None, 0.0 if fault else LAST_LOOK_S)


def write(session: Session, place: Place, readings: Sequence[Reading], at: datetime) -> None:
    """Write what was seen, newest wins, with an event for each thing that changed; nothing where
    another drain has taken the shop since: what we know of it is older than what that one does.
    What is planned anew in the same transaction takes its turn first, as every plan does."""
    turns.take(session, _to_plan(readings))
    turns.lock(session, [r.listing.id for r in readings])
    if not leases.held(session, place.shop_id, place.fence):
        return
    found = [r for r in readings if r.observation.state != states.MISSING]
    gone = [r for r in readings if r.observation.state == states.MISSING]
    outcomes.variants_observed(session, _variant_rows(found), at)
    outcomes.stock_known(session, _stock_rows(found))
    outcomes.drifted(session, _repairs(session, found, at), at)
    outcomes.observed(session, [_row(r, at) for r in found], at)
    outcomes.lost(session, [r.listing.id for r in gone], at)
    copies.look_first(session, [r.listing.id for r in gone], at)
    _hold_lost_again(session, place, [r.listing for r in gone], at)
    outcomes.down_again(session, [r.listing.id for r in found if _left_review(r)], at)
    outcomes.log(session, [e for r in readings for e in _events(r, place)], at)


def write_stock(session: Session, place: Place, told: Sequence[Reading], at: datetime) -> None:
    """Write what was sold and what is clear, and nothing else of what was seen: the next reading
    does that. A plan that has read these products before would write that nothing was sold."""
    turns.take(session, {r.listing.product_id for r in told})
    if not leases.held(session, place.shop_id, place.fence):
        return
    outcomes.variants_observed(session, _variant_rows(told), at)
    outcomes.stock_known(session, _stock_rows(told))
    outcomes.log(session, [_sale_event(r, place) for r in told if r.observation.sale], at)


def _row(reading: Reading, at: datetime) -> dict[str, Any]:
    item, seen = reading.listing, reading.observation
    again = seen.read_again_s
    state = states.check_transition(item.state, seen.state) if seen.state else item.state
    keep = seen.state is None or (seen.reason is None and seen.state == states.UNLISTED)
    return {
        "id": item.id,
        "state": state,
        "url": seen.url,
        "reads": item.reads + 1 if again is not None else 0,
        "read_due_at": _later(at, again),
        "reason": seen.reason.as_json() if seen.reason else None,
        "keep_reason": keep or (_refused(item) and seen.state not in _SAYS_ITSELF),
        "seen": seen.state is not None,
    }


def _sooner(seen: Observation, scale: float) -> Observation:
    """The wait for the next look, scaled (Timing.retry_scale)."""
    again = seen.read_again_s
    return seen if again is None else replace(seen, read_again_s=again * scale)


def _later(at: datetime, seconds: float | None) -> str | None:
    return None if seconds is None else (at + timedelta(seconds=seconds)).isoformat()


_SAYS_ITSELF = (states.BANNED, states.REJECTED)
"""States whose own words are the reason, whatever else was refused."""


def _refused(item: ListingState) -> bool:
    """A facet that the channel refused keeps its words on the listing, also while it is tried
    again because what stands in the way may pass."""
    return any(
        facet.refused or (not facet.settled and (facet.error or {}).get("kind") == "Rejected")
        for facet in item.facets.values()
    )


def _hold_lost_again(
    session: Session, place: Place, gone: Sequence[ListingState], at: datetime
) -> None:
    """An item that vanished :data:`REPAIRS` times within a day is not made once more."""
    times = reconciling.losses_since(session, [item.id for item in gone], at - REPAIRS_WITHIN)
    for item in gone:
        if times.get(item.id, 0) + 1 < REPAIRS:
            continue
        why = reason("LOST_AGAIN")
        key = f"{item.shop_id}/{item.item_sku}"
        detail = {"times": times.get(item.id, 0) + 1}
        about = Item(key, "lost", place.shop_id, item.product_id, detail)
        message = f"{item.item_sku}: {why.text}"
        question = Question(LOSS, key, message, [about], place.shop_id, item.product_id)
        holds.ask(session, question, at)


def _variant_rows(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    return [
        {
            "listing_id": r.listing.id,
            "sku": v.sku,
            "price": v.price,
            "stock": v.stock,
            "stock_acked": v.stock_acked,
            "stock_acked_rev": v.stock_acked_rev,
            "sold": v.sold,
            "cleared": v.cleared,
        }
        for r in readings
        for v in r.observation.variants
    ]


def _stock_rows(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    return [
        {"listing_id": r.listing.id, "value": dict(stock), "digest": digest(dict(stock))}
        for r in readings
        if (stock := r.observation.stock) is not None
    ]


def _repairs(session: Session, readings: Sequence[Reading], at: datetime) -> list[dict[str, Any]]:
    """What is put back. What was put back :data:`REPAIRS` times within a day and differs again
    waits for a person: we never fight a channel, or somebody in the shop, in a loop."""
    drifted = [(r, facet) for r in readings for facet in r.observation.drift]
    ids = [r.listing.id for r, _facet in drifted]
    times = reconciling.repairs_since(session, ids, at - REPAIRS_WITHIN)
    said = holds.standing(session, DRIFT) if drifted else {}
    mend = []
    for r, facet in drifted:
        about = _drift_item(r, facet, times.get((r.listing.id, facet), 0))
        found = said.get((DRIFT, about.key))
        if found is not None and found.change == about.change and found.status == REJECTED:
            continue
        if _must_be_off(r, facet) or times.get((r.listing.id, facet), 0) < REPAIRS:
            mend.append({"listing_id": r.listing.id, "facet": facet})
            holds.end(session, DRIFT, [about.key], at)
            continue
        holds.ask(session, _drift_question(r, facet, about), at)
    return mend


def _must_be_off(reading: Reading, facet: str) -> bool:
    """What may not be sold is taken down however often somebody puts it back on sale."""
    return facet == "availability" and not reading.listing.facets[facet].wanted["on"]


def _drift_item(reading: Reading, facet: str, times: int) -> Item:
    item, seen = reading.listing, reading.observation
    shows: Any = {v.sku: v.price if facet == "price" else v.stock for v in seen.variants}
    if facet == "availability":
        shows = seen.state
    return Item(
        key=f"{item.shop_id}/{item.item_sku}/{facet}",
        change=digest(shows),
        shop_id=item.shop_id,
        product_id=item.product_id,
        detail={"facet": facet, "times": times, "listing": item.id, "shows": shows},
    )


def _drift_question(reading: Reading, facet: str, about: Item) -> Question:
    why = reason("FOUGHT_OVER", FACET_NAMES[facet])
    message = f"{reading.listing.item_sku}: {why.text}"
    return Question(DRIFT, about.key, message, [about], about.shop_id, about.product_id)


def _left_review(reading: Reading) -> bool:
    """An item in review is taken down at the first reading after it."""
    facet = reading.listing.facets.get("availability")
    waits = facet is not None and not facet.settled and not facet.wanted["on"]
    return waits and reading.observation.state not in (None, states.IN_REVIEW)


def _events(reading: Reading, place: Place) -> list[EventRow]:
    item, seen = reading.listing, reading.observation

    def event(kind: str, facet: str = "", **more: Any) -> EventRow:
        return EventRow(
            kind=kind, run_id=place.run_id, shop_id=place.shop_id, listing_id=item.id,
            facet=facet, **more,
        )  # fmt: skip

    events = [event("drift", facet) for facet in seen.drift]
    if seen.sale:
        events.append(_sale_event(reading, place))
    if seen.state is not None and seen.state != item.state:
        words = seen.reason.text if seen.reason else ""
        events.append(event("seen", before=item.state, after=seen.state, message=words))
    return events


def _sale_event(reading: Reading, place: Place) -> EventRow:
    item, sale = reading.listing, reading.observation.sale
    return EventRow(
        kind="sold",
        run_id=place.run_id,
        shop_id=place.shop_id,
        listing_id=item.id,
        facet="stock",
        before={v.sku: v.stock_acked for v in item.variants if v.sku in sale},
        after=dict(sale),
    )
