"""Level *silver*: every misbehaviour of the channel, on every kind of call.

An unclear answer never ends in a second item, in a lie about what was accepted, or in a refusal
that would park the row; a clear one is told as what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from connectors.conformance import samples
from connectors.conformance.check import Absent, Checks
from connectors.conformance.rig import BEFORE, Fault, Refusal
from connectors.conformance.worker import Creation, until_done
from connectors.conformance.world import SHORT_S, World, amounts, done, failed, with_credentials
from connectors.contract import (
    AvailabilityChange,
    Capabilities,
    ContentChange,
    Done,
    Failed,
    NewListing,
    Outcome,
    Pending,
    PriceChange,
    RemoteItem,
    StockChange,
    VariantAnswers,
)
from connectors.errors import (
    Ambiguous,
    AuthExpired,
    AuthRefused,
    ChannelError,
    ProtocolError,
    RateLimited,
    Unavailable,
)

check = Checks("silver")

ALWAYS = 10_000
"""Times: until the sandbox is healed."""

DRAGGING = (Fault.SLOW, Fault.NEVER)
IN_PART = (Fault.ROW_DOWN, Fault.SHORTENED, Fault.CLIPPED, Fault.STALE)
"""Right in form and wrong in part: :mod:`connectors.conformance.checks.partial`."""
AFTER = tuple(
    f for f in Fault
    if f not in BEFORE and f not in (*DRAGGING, *IN_PART, Fault.UNKNOWN_FIELDS)
)  # fmt: skip
UNSENT = (Fault.UNAVAILABLE, Fault.RESET_BEFORE, Fault.REDIRECT)
DOWN = (Fault.UNAVAILABLE, Fault.BAD_GATEWAY, Fault.RESET_BEFORE, Fault.LOST_ANSWER)
TOO_FAST = (Fault.RATE_LIMITED, Fault.RATE_LIMITED_UNTIL)

LOOKED_UP = (Ambiguous, ProtocolError)
"""After these the worker looks a create up before it creates again."""

ASKED_AGAIN = (Unavailable, Ambiguous, ProtocolError)
"""After these a row is sent again later."""


def told(fault: Fault) -> tuple[type[ChannelError], ...]:
    """What a reading, or a write that may be sent again, may come to under a fault: a redirect
    says that the address is wrong, and is for a person to look at; a channel that is down will
    come back, and nobody need look."""
    if fault is Fault.REDIRECT:
        return (ProtocolError,)
    return (Unavailable, Ambiguous) if fault in DOWN else ASKED_AGAIN


def fault_cases(faults: tuple[Fault, ...]) -> Callable[[Capabilities], Mapping[str, Any]]:
    cases = {fault.value.replace("_", " "): fault for fault in faults}
    return lambda _capabilities: cases


# --- create -----------------------------------------------------------------------------------


@check("a create whose answer was spoilt is unclear, is found, and is never doubled",
       cases=fault_cases(AFTER))  # fmt: skip
def unclear_create(w: World, fault: Fault) -> None:
    listing = w.listing()
    w.spoil(fault, verb="create", times=ALWAYS)
    (outcome,) = w.shop.create([listing])
    w.bench.heal()
    if not isinstance(outcome, Done | Pending):
        failed(outcome, *LOOKED_UP)
    w.reborn()
    Creation(w, listing).carried_on(outcome)
    assert not w.shows(listing).on_sale


@check("a create that was not carried out may be sent again, and then there is one item",
       cases=fault_cases(UNSENT))  # fmt: skip
def unsent_create(w: World, fault: Fault) -> None:
    listing = w.listing()
    w.spoil(fault, verb="create", times=ALWAYS)
    (outcome,) = w.shop.create([listing])
    failed(outcome, *told(fault))
    assert w.standing(listing.item_sku) == []
    w.bench.heal()
    Creation(w, listing).carried_on(outcome)
    assert not w.shows(listing).on_sale


# --- writes -----------------------------------------------------------------------------------


def changes(item: RemoteItem, listing: NewListing) -> dict[str, Any]:
    """One change of each absolute verb."""
    sku = listing.variants[0].variant.sku
    content = replace(listing.content, description=listing.content.description + " Mới.")
    return {
        "set_price": PriceChange(item, {sku: 46_000}),
        "set_stock": StockChange(item, {sku: 3}),
        "set_availability": AvailabilityChange(item, False),
        "update_content": ContentChange(item, listing.item_sku, content),
    }


def verb_cases(*verbs: str) -> Callable[[Capabilities], Mapping[str, Any]]:
    return lambda _capabilities: {verb: verb for verb in verbs}


ABSOLUTE = ("set_price", "set_stock", "set_availability", "update_content")


@check(
    "a write under a lasting fault ends unclear, tells no lie, and is done when sent again",
    cases=verb_cases(*ABSOLUTE),
)
def spoilt_write(w: World, verb: str) -> None:
    for number, fault in enumerate((*AFTER, *UNSENT), start=1):
        listing = w.listing(number)
        item = w.made(listing, on=True)
        change = changes(item, listing)[verb]
        w.spoil(fault, verb=verb, times=ALWAYS)
        (outcome,) = getattr(w.shop, verb)([change])
        w.bench.heal()
        if isinstance(outcome, Failed):
            failed(outcome, *told(fault))
        else:
            assert fault not in UNSENT, f"{outcome!r} under {fault.value}"
            _no_lie(w, outcome, change)
        until_done(w, verb, change, listing.item_sku)
        came_true(w, verb, listing)


def _no_lie(w: World, outcome: Outcome[Any], change: Any) -> None:
    """What is said to be accepted stands."""
    if not isinstance(outcome, Done) or not isinstance(outcome.value, VariantAnswers):
        return
    assert not outcome.value.refused, "a spoilt answer refuses nothing"
    prices = isinstance(change, PriceChange)
    wanted = change.prices if prices else change.stock
    for sku in outcome.value.accepted:
        (seen,) = w.standing(sku)
        assert amounts(seen)[sku][0 if prices else 1] == wanted[sku]


def came_true(w: World, verb: str, listing: NewListing) -> None:
    """What :func:`changes` asked of a verb stands in the shop."""
    (pack,) = listing.variants
    wanted = {
        "set_price": replace(pack, price_vnd=46_000), "set_stock": replace(pack, stock=3),
    }.get(verb, pack)  # fmt: skip
    w.bench.decide(listing.item_sku, "approve")
    w.settle()
    assert w.shows(listing, (wanted,)).on_sale is (verb != "set_availability")


# --- reads ------------------------------------------------------------------------------------


@check("a reading under a lasting fault is no reading: neither empty nor NotFound",
       cases=verb_cases("read", "find_by_sku", "changed_since", "check", "categories"))  # fmt: skip
def spoilt_reading(w: World, verb: str) -> None:
    listing = w.listing()
    item = w.made(listing, on=True)
    for fault in (*AFTER, *UNSENT):
        if not w.bench.spoil(fault, verb=verb, times=ALWAYS):
            continue
        error = _asked(w, verb, item, listing)
        w.bench.heal()
        assert isinstance(error, told(fault)), f"{verb} under {fault.value}: {error!r}"
        assert not isinstance(_asked(w, verb, item, listing), ChannelError)


def _asked(w: World, verb: str, item: RemoteItem, listing: NewListing) -> Any:
    """The answer of a reading verb, or the error that it came to."""
    shop = w.shop
    asked: dict[str, Callable[[], Any]] = {
        "read": lambda: shop.read([item.remote_id], full=True)[0],
        "find_by_sku": lambda: shop.find_by_sku([listing.item_sku])[0],
        "changed_since": lambda: shop.changed_since(None),
        "check": shop.check,
        "categories": shop.categories,
    }
    try:
        answer = asked[verb]()
    except ChannelError as error:
        return error
    return answer.error if isinstance(answer, Failed) else answer


# --- answers that drag ------------------------------------------------------------------------


def _dragging(_c: Capabilities) -> Mapping[str, Any]:
    verbs = ("create", "set_price", "read")
    return {f"{v}, {f.value}": (v, f) for v in verbs for f in DRAGGING}


@check("an answer that drips or never comes ends with the call's deadline", cases=_dragging,
       every=False)  # fmt: skip
def dragging_answer(w: World, case: tuple[str, Fault]) -> None:
    verb, fault = case
    old = w.listing(1)
    item = w.made(old)
    listing = w.listing(2)
    impatient = w.connector(longest_s=SHORT_S)
    w.spoil(fault, verb=verb, times=ALWAYS)
    (pack,) = old.variants
    rows: dict[str, Callable[[], list[Any]]] = {
        "create": lambda: impatient.create([listing]),
        "set_price": lambda: impatient.set_price([PriceChange(item, {pack.variant.sku: 46_000})]),
        "read": lambda: impatient.read([item.remote_id], full=True),
    }
    (outcome,) = rows[verb]()
    w.bench.heal()
    failed(outcome, *(LOOKED_UP if verb == "create" else ASKED_AGAIN))
    if verb == "create":
        Creation(w, listing).carried_on(outcome)
        w.shows(listing)


# --- too fast ---------------------------------------------------------------------------------


@check("too fast is told as such, with how long to wait where the channel says it",
       cases=verb_cases("create", "set_price", "read", "check", "find_by_sku"))  # fmt: skip
def too_fast(w: World, verb: str) -> None:
    old, listing = w.listing(1), w.listing(2)
    item = w.made(old)
    price = PriceChange(item, {old.item_sku: 46_000})
    for fault in TOO_FAST:
        w.spoil(fault, verb=verb, times=ALWAYS)
        if verb == "create":
            error: Any = failed(w.shop.create([listing])[0], RateLimited)
        elif verb == "set_price":
            error = failed(w.shop.set_price([price])[0], RateLimited)
        else:
            error = _asked(w, verb, item, old)
        w.bench.heal()
        assert isinstance(error, RateLimited), f"{verb} under {fault.value}: {error!r}"
        assert error.retry_after == (7 if fault is Fault.RATE_LIMITED_UNTIL else None)
        assert w.standing(listing.item_sku) == []
        w.shows(old)


# --- the channel's own errors -----------------------------------------------------------------


@check("each of the channel's own errors is told as what it is, and names the field", every=False)
def own_errors(w: World) -> None:
    refusals: Sequence[Refusal] = getattr(w.rig, "refusals", ())
    if not refusals:
        raise Absent("the rig names no errors of the channel's own")
    listing = w.listing()
    item = w.made(listing, on=True)
    wrong = []
    for refusal in refusals:
        w.bench.refuse(refusal)
        error = _refused(w, refusal.verb, item, listing)
        w.bench.heal()
        told = (type(error), getattr(error, "field", ""))
        says = f"{error} {getattr(error, 'hint', '')}"
        if told != (refusal.kind, refusal.field) or refusal.says not in says:
            wrong.append(f"{refusal.body!r} is {refusal.kind.__name__} "
                         f"of '{refusal.field}' ({refusal.says}), told as {error!r}")  # fmt: skip
    assert not wrong, "\n".join(wrong)
    w.shows(listing)


def _refused(w: World, verb: str, item: RemoteItem, listing: NewListing) -> Any:
    """The error of a call, of the whole row or of its first pack."""
    rows = changes(item, listing)
    if verb not in rows:
        return _asked(w, verb, item, listing)
    (outcome,) = getattr(w.shop, verb)([rows[verb]])
    if isinstance(outcome, Failed):
        return outcome.error
    refused = getattr(getattr(outcome, "value", None), "refused", {})
    return next(iter(refused.values()), outcome)


# --- the login --------------------------------------------------------------------------------


def has_token(c: Capabilities) -> bool:
    """Whether the channel has a login that lapses: its credentials have a field for a token."""
    return any("token" in name for name in c.credential_fields[0] | c.credential_fields[1])


def _lapses(w: World) -> None:
    if w.shop.token_expires_at() is None:
        raise Absent("the login never lapses")


@check("a login that lapses between two rows: the rows after it say so, and go on after a refresh",
       applies=has_token)  # fmt: skip
def token_lapses_mid_batch(w: World) -> None:
    _lapses(w)
    listings = [w.listing(n) for n in (1, 2, 3)]
    items = [w.made(x) for x in listings]
    rows = [
        PriceChange(i, {x.item_sku: 46_000 + n})
        for n, (i, x) in enumerate(zip(items, listings, strict=True))
    ]
    w.spoil(Fault.EXPIRED_TOKEN, verb="set_price", after=1)
    outcomes = w.shop.set_price(rows)
    w.bench.heal()
    done(outcomes[0])
    late = [r for r, o in zip(rows, outcomes, strict=True) if isinstance(o, Failed)]
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            failed(outcome, AuthExpired, Unavailable)
    if late:
        assert [o for o in outcomes if isinstance(o, Failed) and isinstance(o.error, AuthExpired)]
        w.refresh()
        for outcome in w.shop.set_price(late):
            done(outcome)
    w.settle()
    for n, listing in enumerate(listings):
        (pack,) = listing.variants
        w.shows(listing, (replace(pack, price_vnd=46_000 + n),))


@check("every verb tells a lapsed login, and none takes it for a refusal", applies=has_token)
def lapsed_login_everywhere(w: World) -> None:
    _lapses(w)
    listing = w.listing()
    item = w.made(listing)
    shop = w.shop
    for verb in (
        "create",
        "read",
        "find_by_sku",
        "changed_since",
        "check",
        *changes(item, listing),
    ):
        w.spoil(Fault.EXPIRED_TOKEN, verb=verb)
        if verb == "create":
            outcome: Any = shop.create([w_listing(w)])[0]
        elif verb in changes(item, listing):
            outcome = getattr(shop, verb)([changes(item, listing)[verb]])[0]
        else:
            outcome = _asked(w, verb, item, listing)
        error = outcome.error if isinstance(outcome, Failed) else outcome
        assert isinstance(error, AuthExpired), f"{verb}: {error!r}"
        w.bench.heal()
        w.refresh()
        shop = w.shop
    assert w.standing(samples.sku(2)) == []


def w_listing(w: World) -> NewListing:
    """Another product, made from pictures that were sent before the login lapsed."""
    listing = w.listing(1)
    return replace(listing, item_sku=samples.sku(2), variants=samples.one_pack(2))


@check("of two refreshes with one token the first's login holds", applies=has_token)
def refresh_race(w: World) -> None:
    _lapses(w)
    with ThreadPoolExecutor(2) as pool:
        races = [pool.submit(_refreshed, w.connector()) for _ in range(2)]
    answers = [race.result() for race in races]
    won = [a for a in answers if not isinstance(a, ChannelError)]
    assert won, answers
    for error in answers:
        if isinstance(error, ChannelError):
            assert isinstance(error, AuthRefused | AuthExpired), repr(error)
    w.account = with_credentials(w.account, won[0])
    w.reborn()
    assert w.shop.check().region == w.capabilities.region
    fresh = w.connector().token_expires_at()
    assert fresh is not None
    assert fresh > w.bench.now()


def _refreshed(shop: Any) -> Any:
    try:
        return shop.refresh()
    except ChannelError as error:
        return error


@check("a refresh whose answer was lost is unclear, asked once, and clear when asked again",
       applies=has_token, cases=fault_cases(AFTER))  # fmt: skip
def unclear_refresh(w: World, fault: Fault) -> None:
    _lapses(w)
    shop = w.connector()
    calls = w.wire.calls
    w.spoil(fault, verb="refresh", times=ALWAYS)
    lost = _refreshed(shop)
    w.bench.heal()
    assert isinstance(lost, ASKED_AGAIN), repr(lost)
    assert w.wire.calls - calls <= 1
    again = _refreshed(w.connector())
    if isinstance(again, ChannelError) and not isinstance(lost, Unavailable):
        assert isinstance(again, AuthRefused), repr(again)
        return
    assert not isinstance(again, ChannelError), "it was told to be safe to repeat"
    w.account = with_credentials(w.account, again)
    w.reborn()
    assert w.shop.check().region == w.capabilities.region
