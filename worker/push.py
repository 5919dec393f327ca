"""Push: one drain a shop.

A drain takes the shop's lease, then loops: choose the most urgent lane, claim a batch (the claim
stamps the fence), call, record each row's own outcome, until nothing is due or its slice ends. A
second drain finds the lease taken and leaves. No transaction is open while a call is made.
(design: "Push: one drain a shop")
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import Session

from connectors.errors import AuthExpired, AuthRefused, ChannelError, RateLimited
from models import leases, listings, outcomes, queue, registry, shops, stops, unread
from models.listing import (
    CONTENT,
    CREATE,
    FACETS,
    PRICE,
    READ,
    STOCK,
    SWITCH_ON,
    TAKE_DOWN,
    VARIANTS,
)
from models.listing import ZERO_STOCK as ZERO
from models.listings import ListingState
from models.outcomes import EventRow
from models.queue import Claimed
from models.shop import Shop
from worker import calls, tokens, uploads
from worker.calls import Caller
from worker.create import Batch, create
from worker.env import Env
from worker.holding import Holding
from worker.lanes import batch_size, choose
from worker.planning import plan_in, plan_products
from worker.reading import look_first, read_some
from worker.record import Place, Result, record
from worker.retry import breaker_s
from worker.settle_in import settle_in


@dataclass(frozen=True, slots=True)
class Drained:
    """How a drain ended. ``rows``: facets and readings it worked; ``more``: something may still
    be due now, wake the next; ``why`` one word: done, slice, stopped (the process ends), taken,
    closed (the shop may not be called, or a person said stop), fault, seen (looked through after
    a restore)."""

    rows: int
    more: bool
    why: str


HALT_LOOK_S = 1.0


@dataclass(slots=True)
class Halted:
    """Whether a person said stop, looked up at most once a second: a batch of a slow shop may
    take minutes, and whoever says stop means now."""

    env: Env
    shop_id: int
    looked_at: float
    answer: bool = False

    def __call__(self) -> bool:
        now = self.env.monotonic()
        if not self.answer and now - self.looked_at >= HALT_LOOK_S:
            self.looked_at = now
            with self.env.db.transaction() as session:
                self.answer = stops.is_stopped(session, self.shop_id)
        return self.answer


@dataclass(slots=True)
class Drain:
    """One holder of a shop's lease at work."""

    env: Env
    shop: Shop
    place: Place
    holding: Holding
    caller: Caller
    token_version: int
    creates: bool = True
    """Whether anything may be created."""
    rows: int = 0
    refreshed: bool = False
    """The login was refreshed in this drain: a second refusal opens the breaker."""

    @property
    def shop_id(self) -> int:
        return self.place.shop_id


def drain(env: Env, shop_id: int, run_id: int | None = None) -> Drained:
    """Work off what a shop owes, for one slice at most."""
    with env.db.transaction() as session:
        shop = session.get(Shop, shop_id)
        unseen = shop is not None and unread.is_unread(session, shop.key)
        halted = shop is not None and stops.is_stopped(session, shop_id)
    if shop is None or halted or not shop.enabled or shop.paused_reason:
        return Drained(0, False, "closed")
    if shop.breaker_until is not None and shop.breaker_until > env.now():
        return Drained(0, False, "closed")
    holder = f"{os.getpid()}"
    timing = env.timing
    longest_call_s = env.call_deadline_s(shop.channel)
    until = env.monotonic() + timing.lease_ttl_s
    with env.db.transaction() as session:
        if not queue.waiting(session, env.now(), shop_id):
            return Drained(0, False, "done")  # a wake-up that came late, or twice
        fence = leases.take(session, shop_id, holder, timing.lease_ttl_s, longest_call_s)
    if fence is None:
        return Drained(0, False, "taken")
    place = Place(shop_id, fence, run_id, timing.period_s, longest_call_s, timing.retry_scale)
    try:
        done = _drain_held(env, shop, Holding(env, place, until), creates=not unseen)
    finally:
        with env.db.transaction() as session:
            leases.give_back(session, shop_id, fence)
    if unseen and done.why == "done":
        return _look_through(env, shop, place, done)
    return done


def _look_through(env: Env, shop: Shop, place: Place, done: Drained) -> Drained:
    """The shop is new here, or the database came from a backup: before anything is created, goods
    have their categories, and what is there already is found and adopted."""
    try:
        settle_in(env, shop)
    except ChannelError as error:
        _trip(env, shop, place, error)
        return Drained(done.rows, False, "fault")
    with env.db.transaction() as session:
        shops.close_breaker(session, place.shop_id)
    plan_products(env)
    return Drained(done.rows, True, "seen")


def _drain_held(env: Env, shop: Shop, holding: Holding, *, creates: bool) -> Drained:
    place = holding.place
    try:
        opened = tokens.open_account(env, shop)
        if tokens.lapses_soon(opened, env.now()):
            opened = _early_refresh(env, shop, opened)
    except ChannelError as error:
        _trip(env, shop, place, error)
        return Drained(0, False, "fault")
    connector = env.connector(shop.channel, opened.account, holding.still)
    with ThreadPoolExecutor(connector.capabilities.in_flight) as threads:
        halted = Halted(env, place.shop_id, env.monotonic())
        caller = Caller(connector, threads, lambda: holding.still() and not halted())
        work = Drain(env, shop, place, holding, caller, opened.version, creates)
        _log_start(work)
        done = _loop(work)
        return _finished(work, done)


def _finished(work: Drain, done: Drained) -> Drained:
    """Let the channel make visible what was written; a fault there is the shop's."""
    if not done.rows or done.why == "fault":
        return done
    try:
        work.caller.connector.finish()
    except ChannelError as error:
        _trip(work.env, work.shop, work.place, error)
        return Drained(done.rows, False, "fault")
    return done


def _early_refresh(env: Env, shop: Shop, opened: tokens.Opened) -> tokens.Opened:
    """Before it lapses; while the answer is unclear the old token serves its last minutes."""
    try:
        return tokens.refresh(env, shop, opened.version)
    except AuthRefused:
        raise
    except ChannelError:
        if opened.expires_at is None or opened.expires_at <= env.now():
            raise
        return opened


def _loop(work: Drain) -> Drained:
    env = work.env
    ends = env.monotonic() + env.timing.slice_s
    turn = work.place.fence  # goes on from drain to drain: a slow shop's slice has few turns
    while True:
        if env.stop.is_set():
            return Drained(work.rows, True, "stopped")
        if env.monotonic() >= ends:
            return Drained(work.rows, True, "slice")
        if not work.holding.keep():
            return Drained(work.rows, False, "taken")
        with env.db.transaction() as session:
            if stops.is_stopped(session, work.shop_id):
                return Drained(work.rows, False, "closed")
            due = queue.lanes_due(session, work.shop_id, work.place.fence, env.now())
        may = [d for d in due if work.creates or d.lane != CREATE]
        lane = choose(may, turn)
        if lane is None:
            return Drained(work.rows, False, "done")
        turn += 1
        before = work.rows
        _work(work, lane.lane)
        if work.rows == before:
            work.holding.renew()  # due, and not ours to claim: somebody else may hold the shop
        if not work.holding.still():
            return Drained(work.rows, False, "taken")
        if work.caller.fault is not None and not _mend(work, work.caller.fault):
            return Drained(work.rows, False, "fault")


def _work(work: Drain, lane: int) -> None:
    """One batch of one lane."""
    env, size = work.env, _size(work, lane)
    if lane == READ:
        work.rows += read_some(env, work.place, work.caller, size)
        return
    looked_at = None
    if lane in _SETS_STOCK:
        looked_at = look_first(env, work.place, work.caller, lane, size)
        if work.caller.fault is not None:
            return
    rows, states = _claim(work, lane, size, looked_at)
    work.rows += len(rows)
    if rows:
        results = _call(work, lane, rows, states)
        with env.db.transaction() as session:
            record(session, work.place, results, env.now())
            anew = _plan_anew(env, session, lane, results)
        if anew:
            plan_products(env, anew)
        if lane == CREATE:
            _share_out_again(work, rows)
        if work.caller.fault is None and work.holding.still():
            _close_breaker(work)


def _claim(
    work: Drain, lane: int, size: int, only: Sequence[int] | None
) -> tuple[list[Claimed], dict[int, ListingState]]:
    """A batch of a lane (of ``only`` these listings), and the listings that it is of. What goes on
    sale is certified once more first, in a transaction of its own: a plan takes its turn before
    anything of it is locked."""
    env, again = work.env, lane in (SWITCH_ON, CREATE)
    with env.db.transaction() as session:
        rows = queue.claim(session, work.shop_id, work.place.fence, lane, size, env.now(), only)
        ids = [row.listing_id for row in rows]
        states = {} if again else listings.by_ids(session, ids, _READS[lane])
    if rows and again:
        with env.db.transaction() as session:
            plan_in(env, session, [row.product_id for row in rows])
            states = listings.by_ids(session, ids, _READS[lane])
    return rows, states


def _plan_anew(env: Env, session: Session, lane: int, results: Sequence[Result]) -> list[int]:
    """Products whose units this batch gave back, to be shared out, and those whose create it took
    back, which may be wanted again by now: a plan does it, here or, should this process die first,
    at the next sweep."""
    products = [r.claimed.product_id for r in results if r.cancelled]
    if lane in (STOCK, ZERO):
        products += queue.lowered(session, [r.claimed.listing_id for r in results])
    registry.pulled(session, products, env.now())
    return products


def _share_out_again(work: Drain, rows: Sequence[Claimed]) -> None:
    """What the channel refused to make needs no stock: its share goes to the other shops."""
    with work.env.db.transaction() as session:
        refused = listings.refused_creates(session, [row.listing_id for row in rows])
    if refused:
        plan_products(work.env, refused)


def _size(work: Drain, lane: int) -> int:
    """Rows in a claim; the breaker's probe is the most urgent row alone."""
    if work.shop.breaker_trips:
        return 1
    capabilities = work.caller.connector.capabilities
    return batch_size(lane, capabilities.batch.get(_VERBS[lane], 1), capabilities.in_flight)


_SETS_STOCK = (ZERO, STOCK, VARIANTS)
"""Lanes whose calls set a stock that buyers take from."""

_VERBS = {
    TAKE_DOWN: "set_availability",
    ZERO: "set_stock",
    PRICE: "set_price",
    STOCK: "set_stock",
    SWITCH_ON: "set_availability",
    CREATE: "create",
    VARIANTS: "update_variants",
    CONTENT: "update_content",
    READ: "read",
}


_READS: dict[int, Sequence[str]] = {
    TAKE_DOWN: (),
    ZERO: (),
    PRICE: (),
    STOCK: (),
    SWITCH_ON: ("availability",),
    CREATE: FACETS,
    VARIANTS: ("price", "stock"),
    CONTENT: ("availability", "content"),
}
"""The facets of a listing whose values a lane's call needs beside the claimed ones."""


def _call(
    work: Drain, lane: int, rows: Sequence[Claimed], states: Mapping[int, ListingState]
) -> list[Result]:
    held = [row for row in rows if row.handle]
    rows = [row for row in rows if not row.handle]
    return calls.resume(work.caller, held) + _send(work, lane, rows, states)


def _send(
    work: Drain, lane: int, rows: Sequence[Claimed], states: Mapping[int, ListingState]
) -> list[Result]:
    if lane == PRICE:
        return calls.set_price(work.caller, rows, states)
    if lane in (STOCK, ZERO):
        return calls.set_stock(work.caller, rows, states)
    if lane == TAKE_DOWN:
        return calls.set_availability(work.caller, rows, states)
    if lane == SWITCH_ON:
        return _switch_on(work, rows, states)
    if lane == VARIANTS:
        return calls.update_variants(work.caller, rows, states)
    return _with_pictures(work, lane, rows, states)


def _switch_on(
    work: Drain, rows: Sequence[Claimed], states: Mapping[int, ListingState]
) -> list[Result]:
    """Certify has just been asked again (the plan above): only those that it still wants."""
    wanted = [r for r in rows if _still_on(states[r.listing_id])]
    results = calls.set_availability(work.caller, wanted, states)
    others = [r for r in rows if r not in wanted]
    return results + [Result(r, error=calls.NotSentYet(), wrote=False) for r in others]


def _still_on(state: ListingState) -> bool:
    facet = state.facets.get("availability")
    return facet is not None and bool(facet.wanted["on"])


def _with_pictures(
    work: Drain, lane: int, rows: Sequence[Claimed], states: Mapping[int, ListingState]
) -> list[Result]:
    """Creates and content need the channel's ids of the pictures first."""
    wanted = frozenset(i for i, state in states.items() if _still_on(state))
    shown = [row for row in rows if row.listing_id in wanted]
    uploaded = uploads.upload(work.env, work.shop_id, work.caller, uploads.needed(shown, states))
    if lane == CREATE:
        return create(Batch(work.env, work.place, work.caller, rows, states, uploaded, wanted))
    results = calls.update_content(work.caller, rows, states, uploaded)
    uploads.forget_refused(work.env, work.shop_id, results)
    return results


def _mend(work: Drain, error: ChannelError) -> bool:
    """A fault of the shop: refresh the login once and go on, or open the breaker and stop."""
    if isinstance(error, AuthExpired) and not work.refreshed:
        work.refreshed = True
        try:
            opened = tokens.refresh(work.env, work.shop, work.token_version)
        except ChannelError as refusal:
            error = refusal
        else:
            connector = work.env.connector(work.shop.channel, opened.account, work.holding.still)
            work.caller = Caller(connector, work.caller.threads, work.caller.may)
            work.token_version = opened.version
            return True
    _trip(work.env, work.shop, work.place, error)
    return False


def _trip(env: Env, shop: Shop, place: Place, error: ChannelError) -> None:
    """Open the shop's breaker; what it owes is due again when the breaker closes. A login that
    only a person can mend pauses the shop."""
    wait = breaker_s(error, shop.breaker_trips, place.retry_scale)
    event = EventRow(
        kind="shop_fault",
        run_id=place.run_id,
        shop_id=place.shop_id,
        code=error.code,
        message=error.message,
        request_id=error.request_id,
        after={"kind": type(error).__name__, "wait_s": wait},
    )
    if isinstance(error, AuthRefused):
        tokens.pause(env, shop, error)
    if isinstance(error, RateLimited):
        env.limiter(shop.key, env.capabilities[shop.channel]).slower()
    with env.db.transaction() as session:
        until = env.now() + timedelta(seconds=wait)
        shops.trip(session, place.shop_id, until, error.message)
        outcomes.log(session, [event], env.now())


def _close_breaker(work: Drain) -> None:
    if work.shop.breaker_trips:
        with work.env.db.transaction() as session:
            shops.close_breaker(session, work.shop_id)
        work.shop.breaker_trips = 0


def _log_start(work: Drain) -> None:
    """Which process works: the crash tests and the operators find it here."""
    event = EventRow(
        kind="drain",
        run_id=work.place.run_id,
        shop_id=work.shop_id,
        after={"pid": os.getpid(), "fence": work.place.fence},
    )
    with work.env.db.transaction() as session:
        outcomes.log(session, [event], work.env.now())
