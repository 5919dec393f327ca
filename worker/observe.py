"""What a reading of a remote item means for its listing. Pure.

Accepted is not live: a listing is live when it is *seen* live after the last write. A stock below
what we last set is a sale, not drift: it becomes what we know, and is never raised before the
registry states the stock anew (design: "Wanted, acknowledged, observed", "Stock"). Where the answer
to what we last set was lost, any of what may stand there is believed; what is below all that it can
have been sold from counts from the most (decision 24).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.contract import RemoteState, RemoteStatus, RemoteVariantState
from models import states
from models.listings import FacetState, ListingState, VariantState
from worker.reasons import Reason, reason

STATE_OF = {
    RemoteStatus.LIVE: states.LIVE,
    RemoteStatus.UNLISTED: states.UNLISTED,
    RemoteStatus.IN_REVIEW: states.IN_REVIEW,
    RemoteStatus.REJECTED: states.REJECTED,
    RemoteStatus.BANNED: states.BANNED,
    RemoteStatus.MISSING: states.MISSING,
}

FIRST_LOOK_S = 2.0
LAST_LOOK_S = 600.0


@dataclass(frozen=True, slots=True)
class SeenVariant:
    """A pack as seen; ``stock_acked`` (of statement ``stock_acked_rev``) and ``sold`` as they are
    to be known from now on. ``cleared``: what stands there was unclear, and is known now."""

    sku: str
    price: int | None
    stock: int | None
    stock_acked: int | None
    stock_acked_rev: int
    sold: int
    cleared: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """``state`` None: nothing learnt yet (the channel's search may lag). ``drift`` names the
    facets that are due again, ``sale`` is the new known stock by SKU of what was sold, {} without
    a sale; ``stock`` what is known from now on of all packs, None where that is as before."""

    state: str | None
    reason: Reason | None
    read_again_s: float | None
    variants: tuple[SeenVariant, ...] = ()
    drift: tuple[str, ...] = ()
    sale: Mapping[str, int] = field(default_factory=dict)
    stock: Mapping[str, int] | None = None
    url: str = ""


def not_found(listing: ListingState, now: datetime, settle_s: float) -> Observation:
    """The channel does not know the item: perhaps not yet, perhaps no more."""
    fresh = listing.last_write_at and now - listing.last_write_at <= timedelta(seconds=settle_s)
    if fresh:
        return Observation(None, None, max(FIRST_LOOK_S, settle_s / 6))
    return Observation(states.MISSING, reason("MISSING"), None)


def observe(listing: ListingState, seen: RemoteState) -> Observation:
    """What a reading says. The listing's facets and packs are as they were before it."""
    state = STATE_OF[seen.status]
    if state == states.MISSING:
        return Observation(state, reason("MISSING"), None)
    variants, sale, drift = _packs(listing, seen.variants)
    drift += _availability_drift(listing, seen.status)
    return Observation(
        state=state,
        reason=_reason(listing, state, seen.reason),
        read_again_s=_look_again(state, listing.reads),
        variants=tuple(variants),
        drift=tuple(drift),
        sale=sale,
        stock=_stock_known(listing, variants, sale),
        url=seen.url,
    )


def _packs(
    listing: ListingState, seen: Sequence[RemoteVariantState]
) -> tuple[list[SeenVariant], dict[str, int], list[str]]:
    known = {v.sku: v for v in listing.variants if not v.removed}
    seen = _alone(listing, known, seen)
    facets = listing.facets
    price_settled = _settled(facets, "price")
    gone = _taken_out(known, seen)
    variants: list[SeenVariant] = []
    sale: dict[str, int] = {}
    drift: set[str] = {"variants"} if gone and _settled(facets, "variants") else set()
    for pack in seen:
        mine = known.get(pack.sku)
        if mine is None:
            continue
        now, moved = _pack(mine, pack, facets.get("stock"))
        variants.append(now)
        if moved == "sale" and now.stock_acked is not None:
            sale[pack.sku] = now.stock_acked
        elif moved == "drift" and _settled(facets, "stock"):
            drift.add("stock")
        if price_settled and None not in (pack.price_vnd, mine.price_acked):
            drift |= {"price"} if pack.price_vnd != mine.price_acked else set()
    return variants, sale, sorted(drift)


def _taken_out(known: Mapping[str, VariantState], seen: Sequence[RemoteVariantState]) -> set[str]:
    """Packs of several that the channel no longer shows while it shows others of ours, and nothing
    else: somebody has taken them out by hand."""
    shown = {pack.sku for pack in seen}
    if not shown or not shown <= set(known):
        return set()
    return {sku for sku, v in known.items() if v.remote_id} - shown


def _pack(
    mine: VariantState, pack: RemoteVariantState, facet: FacetState | None
) -> tuple[SeenVariant, str]:
    """What is known of a pack from now on, and what happened to its stock: "", sale, drift."""
    acked, rev, sold = mine.stock_acked, mine.stock_acked_rev, mine.sold
    moved, cleared = "", False
    if pack.stock is not None and mine.sent_most is not None:
        acked, rev, sold, moved, cleared = _unclear(mine, pack.stock)
    elif pack.stock is not None and facet is not None and _known_of(mine, facet):
        if pack.sku not in (facet.wanted or {}):
            acked = pack.stock
        elif facet.settled or _of_now(mine):
            acked, sold, moved = _stock(mine, pack.stock)
    return SeenVariant(pack.sku, pack.price_vnd, pack.stock, acked, rev, sold, cleared), moved


def _known_of(mine: VariantState, facet: FacetState) -> bool:
    """Whether what we last set of the pack is known: with all of the stock, or alone, where the
    channel took this pack's and not another's."""
    return facet.acked_digest is not None or mine.stock_acked is not None


def _unclear(mine: VariantState, seen: int) -> tuple[int | None, int, int, str, bool]:
    """Where a stock was sent and the answer lost: known stock, its statement, units sold, what
    happened, and whether it is clear now. What is above all that may stand there, or comes from
    before the present statement, tells nothing: the stock goes out again."""
    sent = {u for u in (mine.sent_least, mine.sent_most) if u is not None}
    if seen in sent:
        return seen, mine.sent_rev or 0, mine.sold, "", True
    if mine.stock_acked is None or seen == mine.stock_acked:
        return seen, mine.stock_acked_rev, mine.sold, "", mine.stock_acked is not None
    most = max(sent | {mine.stock_acked})
    if mine.sent_rev != mine.stock_rev or seen > most:
        return mine.stock_acked, mine.stock_acked_rev, mine.sold, "", False
    return seen, mine.stock_rev, mine.sold + most - seen, "sale", True


def _stock_known(
    listing: ListingState, variants: Sequence[SeenVariant], sale: Mapping[str, int]
) -> Mapping[str, int] | None:
    """The stock facet's new acknowledged value: after a sale, or when the last pack is clear."""
    facet = listing.facets.get("stock")
    if facet is None:
        return None
    if facet.acked_digest is not None:
        known = facet.wanted if facet.settled else facet.acked
        return {**(known or {}), **sale} if sale else None
    clear = {
        v.sku: v.stock_acked
        for v in variants
        if v.stock_acked is not None and (v.cleared or v.stock == v.stock_acked)
    }
    wanted = facet.wanted or {}
    if not any(v.cleared for v in variants) or not set(wanted) <= set(clear):
        return None
    return {sku: clear[sku] for sku in wanted}


def _alone(
    listing: ListingState, known: Mapping[str, VariantState], seen: Sequence[RemoteVariantState]
) -> Sequence[RemoteVariantState]:
    """An item without packs of its own names its one pack by the item's key, which is the
    product's code where the listing was meant for several."""
    if len(known) == len(seen) == 1 and not seen[0].remote_id and seen[0].sku == listing.item_sku:
        return [replace(seen[0], sku=next(iter(known)))]
    return seen


def _of_now(mine: VariantState) -> bool:
    """What we last set came from the present statement: less than it was sold since. (Of a stock
    that the registry has stated anew, the sales before that are in the statement.)"""
    return mine.stock_acked_rev == mine.stock_rev


def _stock(mine: VariantState, seen: int) -> tuple[int, int, str]:
    """Known stock, units sold since the registry's statement, and what happened."""
    if mine.stock_acked is None:
        return seen, mine.sold, ""
    acked = mine.stock_acked
    if seen < acked:
        return seen, mine.sold + (acked - seen), "sale"
    if seen > acked:
        back = min(seen - acked, mine.sold)
        if back == seen - acked:
            return seen, mine.sold - back, "sale"
        return acked, mine.sold, "drift"
    return acked, mine.sold, ""


def _settled(facets: Mapping[str, Any], name: str) -> bool:
    return _known(facets, name) and bool(facets[name].settled)


def _known(facets: Mapping[str, Any], name: str) -> bool:
    """What the channel shows of it is what it last acknowledged, whatever is wanted by now."""
    facet = facets.get(name)
    return facet is not None and facet.acked_digest is not None


def _availability_drift(listing: ListingState, status: RemoteStatus) -> list[str]:
    """Switched on or off by somebody else after our last acknowledged word."""
    facet = listing.facets.get("availability")
    if facet is None or not facet.settled or facet.acked_digest is None:
        return []
    wanted_on = bool(facet.wanted["on"])
    off = status is RemoteStatus.UNLISTED
    on = status is RemoteStatus.LIVE
    return ["availability"] if (wanted_on and off) or (not wanted_on and on) else []


def _reason(listing: ListingState, state: str, words: str) -> Reason | None:
    wanted = listing.facets.get("availability")
    wanted_on = wanted is None or bool(wanted.wanted["on"])
    if state == states.BANNED:
        return reason("BANNED", words or "sàn không nêu lý do")
    if state == states.REJECTED:
        return reason("REFUSED", words or "sàn không nêu lý do")
    if state == states.IN_REVIEW:
        return reason("IN_REVIEW", words[:1].upper() + words[1:])
    if state == states.UNLISTED and wanted_on:
        return reason("SENT")
    return None


def _look_again(state: str, reads: int) -> float | None:
    """Seconds to the next reading while the channel decides; None when there is no need."""
    if state != states.IN_REVIEW:
        return None
    return float(min(LAST_LOOK_S, FIRST_LOOK_S * 2.0 ** min(reads, 12)))
