"""Create happens once.

The attempt and its call deadline are committed before the call. After an unclear answer (or a
killed worker) nobody creates again before deadline + settle time, and then only after three
spaced readings over all statuses have missed the SKU. A channel's "duplicate SKU" is an answer:
adopt. Two remote items of one SKU are a hold. (design: "Create happens once")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import (
    Done,
    Failed,
    FoundItem,
    NewListing,
    Outcome,
    Pending,
    RemoteItem,
    RemoteStatus,
)
from connectors.errors import Ambiguous, ChannelError, ProtocolError, Rejected
from models import holds, listings, outcomes, queue, shops, turns
from models.copies import TWO_ITEMS
from models.holds import Item, Question
from models.listings import ListingState
from models.outcomes import EventRow
from models.queue import Claimed
from worker.calls import Caller, NotSentYet, content_of, priced_variants
from worker.digests import digest
from worker.env import Env
from worker.pictures import Uploaded, first_error
from worker.reasons import reason
from worker.record import Place, Result, record, tried
from worker.retry import is_shop_fault

LOOKUPS = 3
"""Readings that must miss the SKU before it is created again."""

LOOKUP_SPACING = 1 / 6
"""Of the settle time, between two of those readings."""

SENT_FACETS = ("price", "stock", "variants", "content")


@dataclass(frozen=True, slots=True)
class Batch:
    """The claimed creates of one drain's turn and what they need."""

    env: Env
    place: Place
    caller: Caller
    rows: Sequence[Claimed]
    listings: Mapping[int, ListingState]
    uploaded: Uploaded
    wanted: frozenset[int]
    """Listings that certify still wants on sale."""

    @property
    def at_once(self) -> int:
        """Creates whose intent is committed together: what one call, or all in flight, take."""
        can = self.caller.connector.capabilities
        return max(can.in_flight, can.batch.get("create", 1))

    @property
    def settle_s(self) -> float:
        return self.caller.connector.capabilities.settle_s * self.env.timing.settle_scale


def create(batch: Batch) -> list[Result]:
    """Resume what was begun, look up what is unclear, create what is new."""
    resumed = [r for r in batch.rows if batch.listings[r.listing_id].handle]
    made = [r for r in batch.rows if _state(batch, r).remote_id]
    unclear = [r for r in batch.rows if r not in resumed and _state(batch, r).attempt_at]
    fresh = [r for r in batch.rows if r not in (*resumed, *made, *unclear)]
    _acknowledge_made(batch, made)
    return _resume(batch, resumed) + _look_up(batch, unclear) + _create_new(batch, fresh)


def _state(batch: Batch, row: Claimed) -> ListingState:
    return batch.listings[row.listing_id]


def _acknowledge_made(batch: Batch, rows: Sequence[Claimed]) -> None:
    """A plan wanted something else made while it was being made: the item stands, and what differs
    is owed by its other facets."""
    done = [
        {"listing_id": r.listing_id, "facet": r.facet, "value": r.wanted, "digest": r.digest}
        for r in rows
    ]
    with batch.env.db.transaction() as session:
        turns.lock(session, [r.listing_id for r in rows])
        queue.acknowledge(session, batch.place.fence, done)


# --- new --------------------------------------------------------------------------------------


def _create_new(batch: Batch, rows: Sequence[Claimed]) -> list[Result]:
    results = [_no_picture(batch, r) for r in rows if _picture_error(batch, r)]
    ready = [r for r in rows if r.listing_id in batch.wanted and not _picture_error(batch, r)]
    results += [_unwanted(r) for r in rows if r.listing_id not in batch.wanted]
    for start in range(0, len(ready), batch.at_once):
        results += _attempt(batch, ready[start : start + batch.at_once])
    return results


def _attempt(batch: Batch, rows: Sequence[Claimed]) -> list[Result]:
    """Commit the intent, call, write the answers."""
    now = batch.env.now()
    deadline = now + timedelta(seconds=batch.place.call_deadline_s)
    with batch.env.db.transaction() as session:
        turns.lock(session, [r.listing_id for r in rows])
        allowed = outcomes.attempt_create(
            session, [r.listing_id for r in rows], batch.place.fence, now, deadline
        )
        sent = [r for r in rows if r.listing_id in allowed]
        outcomes.stock_leaves(session, [u for r in sent for u in _units(batch, r)])
    new = [_new_listing(batch, r) for r in sent]
    answers = batch.caller.map("create", batch.caller.connector.create, new)
    for row, (answer, took) in zip(sent, answers, strict=True):
        _write(batch, row, answer, took, sent_values(_state(batch, row)))
    return []


def _new_listing(batch: Batch, row: Claimed) -> NewListing:
    state = _state(batch, row)
    return NewListing(
        item_sku=state.item_sku,
        content=content_of(state.facets["content"].wanted, batch.uploaded.ids),
        variants=priced_variants(state.facets["variants"].wanted, state),
    )


def _units(batch: Batch, row: Claimed) -> list[dict[str, Any]]:
    stock = _state(batch, row).facets.get("stock")
    wanted = stock.wanted if stock else {}
    return [{"listing_id": row.listing_id, "sku": s, "value": v} for s, v in wanted.items()]


def sent_values(state: ListingState) -> dict[str, list[Any]]:
    """What goes out with a create, by facet: value (not the content's, it is long) and digest."""
    return {
        name: [facet.wanted if name != "content" else None, facet.wanted_digest]
        for name in SENT_FACETS
        if (facet := state.facets.get(name))
    }


def _picture_error(batch: Batch, row: Claimed) -> ChannelError | None:
    content = _state(batch, row).facets.get("content")
    digests = content.wanted["images"] if content else []
    return first_error(digests, batch.uploaded.errors)


def _no_picture(batch: Batch, row: Claimed) -> Result:
    return Result(row, error=_picture_error(batch, row), wrote=False)


def _unwanted(row: Claimed) -> Result:
    """Certify no longer wants it: the plan has dropped it, so the row is simply not ours."""
    return Result(row, error=NotSentYet(), wrote=False)


# --- begun ------------------------------------------------------------------------------------


def _resume(batch: Batch, rows: Sequence[Claimed]) -> list[Result]:
    handles = [dict((_state(batch, r).handle or {})["handle"]) for r in rows]
    answers = batch.caller.map("resume", batch.caller.connector.resume, handles)
    for row, (answer, took) in zip(rows, answers, strict=True):
        sent = (_state(batch, row).handle or {})["sent"]
        if isinstance(answer, Failed) and isinstance(answer.error, Ambiguous):
            answer = Pending(handles[rows.index(row)], batch.settle_s / 6)
        _write(batch, row, answer, took, sent)
    return []


# --- unclear ----------------------------------------------------------------------------------


def _look_up(batch: Batch, rows: Sequence[Claimed]) -> list[Result]:
    """Read before anything else: over all statuses, not before deadline + settle time."""
    now = batch.env.now()
    results = []
    asked = []
    for row in rows:
        ready = _ready_at(batch, _state(batch, row))
        if ready > now:
            wait = (ready - now).total_seconds()
            results.append(Result(row, error=_unclear(), wait_s=wait, wrote=False))
        else:
            asked.append(row)
    skus = [_state(batch, r).item_sku for r in asked]
    answers = batch.caller.map("find_by_sku", batch.caller.connector.find_by_sku, skus)
    for row, (answer, took) in zip(asked, answers, strict=True):
        results += _judge(batch, row, answer, took)
    return results


def _ready_at(batch: Batch, state: ListingState) -> datetime:
    spacing = batch.settle_s * LOOKUP_SPACING * state.lookups
    base = state.attempt_deadline or batch.env.now()
    return base + timedelta(seconds=batch.settle_s + spacing)


def _judge(
    batch: Batch, row: Claimed, answer: Outcome[tuple[FoundItem, ...]], took: int
) -> list[Result]:
    if not isinstance(answer, Done):
        error = answer.error if isinstance(answer, Failed) else _unclear()
        return [Result(row, error=error, duration_ms=took, wrote=False)]
    found = [item for item in answer.value if item.status is not RemoteStatus.MISSING]
    if len(found) == 1 and found[0].handle is not None:
        begun = Pending(found[0].handle, batch.settle_s * LOOKUP_SPACING, answer.request_id, True)
        _write(batch, row, begun, took, {})
        return []
    if len(found) == 1:
        item = RemoteItem(found[0].remote_id, found[0].variants)
        _write(batch, row, Done(item, answer.request_id), took, {}, adopted=True)
        return []
    if found:
        return [_two_items(batch, row, found)]
    return [_missed(batch, row, took)]


def _missed(batch: Batch, row: Claimed, took: int) -> Result:
    state = _state(batch, row)
    with batch.env.db.transaction() as session:
        if state.lookups + 1 < LOOKUPS:
            outcomes.looked_up(session, row.listing_id, batch.place.fence)
            wait = batch.settle_s * LOOKUP_SPACING
            return Result(row, error=_unclear(), wait_s=wait, duration_ms=took, wrote=False)
        outcomes.create_not_done(session, row.listing_id, batch.place.fence)
        if not _was_told(state):
            return Result(row, error=_unclear(), wait_s=0.0, duration_ms=took, wrote=False)
        listings.move(session, [row.listing_id], "rejected", batch.env.now())
    why = reason("SKU_TAKEN", state.item_sku)
    taken = Rejected(why.text, code="sku_taken", field="item_sku", hint=why.advice, passing=True)
    return Result(row, error=taken, duration_ms=took)


def _was_told(state: ListingState) -> bool:
    """It is looked for because the channel said that it is there, not because an answer was
    lost."""
    begun, deadline = state.attempt_at, state.attempt_deadline
    return begun is not None and deadline is not None and deadline < begun


def _two_items(batch: Batch, row: Claimed, found: Sequence[FoundItem]) -> Result:
    ids = ", ".join(sorted(item.remote_id for item in found))
    why = reason("TWO_ITEMS", ids)
    key = f"{batch.place.shop_id}/{_state(batch, row).item_sku}"
    detail = {"ids": ids, "listing": row.listing_id}
    item = Item(key, ids, batch.place.shop_id, row.product_id, detail)
    question = Question(
        TWO_ITEMS, key, f"{_state(batch, row).item_sku}: {why.text}", [item],
        batch.place.shop_id, row.product_id,
    )  # fmt: skip
    with batch.env.db.transaction() as session:
        holds.ask(session, question, batch.env.now())
    return Result(row, error=Rejected(why.text, code="two_items", hint=why.advice), wrote=False)


def _unclear() -> ChannelError:
    return ProtocolError(reason("CREATE_UNCLEAR").text, code="create_unclear")


# --- writing ----------------------------------------------------------------------------------


def _write(
    batch: Batch,
    row: Claimed,
    answer: Outcome[RemoteItem],
    took: int,
    sent: Mapping[str, Sequence[Any]],
    *,
    adopted: bool = False,
) -> None:
    """Commit what one create came to, alone: a remote id is never lost by a later failure."""
    now = batch.env.now()
    fence = batch.place.fence
    result = Result(row, duration_ms=took, wrote=False)
    with batch.env.db.transaction() as session:
        if isinstance(answer, Done):
            result.request_id = answer.request_id
            result.remote = {v.sku: v.remote_id for v in answer.value.variants}
            if outcomes.create_done(session, row.listing_id, fence, answer.value.remote_id, now):
                _acknowledge_sent(session, row, sent)
                if adopted or not sent:
                    outcomes.stock_arrived(session, row.listing_id, list(result.remote))
        elif isinstance(answer, Pending):
            due = now + timedelta(seconds=answer.ask_after)
            kept = {"handle": dict(answer.handle), "sent": {k: list(v) for k, v in sent.items()}}
            outcomes.create_pending(
                session, row.listing_id, fence, kept, due, in_review=answer.in_review
            )
            result.error, result.wait_s = _begun(), answer.ask_after
            if answer.in_review:
                outcomes.set_reason(session, row.listing_id, reason("IN_REVIEW").as_json())
            result.request_id = answer.request_id
        else:
            result.error = answer.error
            _failed(batch, session, result, answer.made, now)
        record(session, batch.place, [result], now)
        if adopted:
            _log_adoption(session, batch, row, now)


def _acknowledge_sent(session: Any, row: Claimed, sent: Mapping[str, Sequence[Any]]) -> None:
    rows = [
        {"listing_id": row.listing_id, "facet": facet, "value": value, "digest": mark}
        for facet, (value, mark) in sent.items()
    ]
    outcomes.unpark(session, row.listing_id)
    outcomes.sent_with_create(session, rows)
    values = {facet: value for facet, (value, _mark) in sent.items()}
    for facet, write in (("price", outcomes.prices_accepted), ("stock", outcomes.stock_accepted)):
        pairs = (values.get(facet) or {}).items()
        write(session, [{"listing_id": row.listing_id, "sku": s, "value": v} for s, v in pairs])
    outcomes.switched_off(session, row.listing_id, digest({"on": False}))


def _failed(
    batch: Batch, session: Any, result: Result, made: RemoteItem | None, now: datetime
) -> None:
    """Keep the attempt open only where something may have been made. What stands there half made
    is ours, and is mended like any other listing."""
    error = result.error
    if error is None:
        return
    row = result.claimed
    begun = batch.listings[row.listing_id].handle is not None
    if made is not None:
        outcomes.create_done(session, row.listing_id, batch.place.fence, made.remote_id, now)
        outcomes.unpark(session, row.listing_id)
        result.remote = {v.sku: v.remote_id for v in made.variants}
        result.error = None
    elif begun and is_shop_fault(error):
        return
    elif _may_stand(error, begun=begun):
        told = isinstance(error, Rejected)
        outcomes.look_up_now(session, row.listing_id, batch.place.fence, now, told=told)
        result.error, result.wait_s = _unclear(), 0.0
    elif isinstance(error, (Ambiguous, ProtocolError)):
        listing = listings.by_ids(session, [row.listing_id])[row.listing_id]
        wait = (_ready_at(batch, listing) - now).total_seconds()
        result.wait_s = max(0.0, wait)
        outcomes.set_reason(session, row.listing_id, reason("CREATE_UNCLEAR").as_json())
    else:
        outcomes.create_not_done(session, row.listing_id, batch.place.fence)
        if isinstance(error, Rejected) and not _uploaded_anew(batch, session, result):
            listings.move(session, [row.listing_id], "rejected", now)


def _uploaded_anew(batch: Batch, session: Any, result: Result) -> bool:
    """The channel no longer knows a picture that was uploaded before: its ids are dropped, and the
    create goes out once more with new ones."""
    row, error = result.claimed, result.error
    if getattr(error, "field", "") != "images" or tried(result)[0] > 1:
        return False
    if batch.caller.connector.capabilities.fetches_images:
        return False
    digests = _state(batch, row).facets["content"].wanted["images"]
    shops.drop_uploads(session, batch.place.shop_id, digests)
    result.wait_s = 0.0
    return True


def _may_stand(error: ChannelError, *, begun: bool) -> bool:
    """The channel says that the SKU is taken, or lost track of what it had begun: look it up."""
    if isinstance(error, Rejected):
        return error.field in ("sku", "item_sku")
    return begun


def _begun() -> ChannelError:
    return ProtocolError(reason("CREATING").text, code="creating")


def _log_adoption(session: Any, batch: Batch, row: Claimed, now: datetime) -> None:
    event = EventRow(
        kind="adopted",
        run_id=batch.place.run_id,
        shop_id=batch.place.shop_id,
        listing_id=row.listing_id,
        facet="create",
        message="tìm thấy sản phẩm đã tạo ở lần gọi không rõ kết quả",
    )
    outcomes.log(session, [event], now)
