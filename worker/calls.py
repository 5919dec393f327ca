"""From claimed facets to the connector's verbs and back: one function a facet.

Each takes the claimed rows of one lane with their listings' states and returns one
:class:`~worker.record.Result` a row. No database here: what a call needs was read before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from connectors.contract import (
    AttributeValue,
    AvailabilityChange,
    Connector,
    Content,
    ContentChange,
    Done,
    Facts,
    Failed,
    Outcome,
    Paper,
    Pending,
    PriceChange,
    PricedVariant,
    RemoteItem,
    RemoteVariant,
    StockChange,
    Variant,
    VariantAnswers,
    VariantsChange,
)
from connectors.errors import ChannelError, NotFound, ProtocolError, Rejected, Unavailable
from models.listing import ZERO_STOCK
from models.listings import ListingState
from models.queue import Claimed
from models.states import BANNED, UNLISTED
from worker.pictures import Uploaded, first_error
from worker.reasons import reason
from worker.record import Result
from worker.retry import is_shop_fault

Row = TypeVar("Row")
Value = TypeVar("Value")


@dataclass(slots=True)
class Caller:
    """Calls a connector in batches of its own size, several in flight where that helps."""

    connector: Connector
    threads: ThreadPoolExecutor
    """As many as the channel allows requests in flight; the drain owns it, so that the threads'
    connections outlive a batch."""
    may: Callable[[], bool] = lambda: True
    """Whether the shop is still this drain's, and nobody said stop: asked before each call."""
    fault: ChannelError | None = None
    """The shop's fault that was met first: rows not sent yet are not sent."""

    def map(
        self,
        verb: str,
        call: Callable[[Sequence[Row]], list[Outcome[Value]]],
        rows: Sequence[Row],
    ) -> list[tuple[Outcome[Value], int]]:
        """One (outcome, milliseconds) a row, in order."""
        size = self.connector.capabilities.batch.get(verb, 1)
        chunks = [rows[i : i + size] for i in range(0, len(rows), size)]
        if len(chunks) < 2:
            answers = [self._one(call, chunk) for chunk in chunks]
        else:
            answers = list(self.threads.map(lambda chunk: self._one(call, chunk), chunks))
        return [pair for answer in answers for pair in answer]

    def _one(
        self, call: Callable[[Sequence[Row]], list[Outcome[Value]]], chunk: Sequence[Row]
    ) -> list[tuple[Outcome[Value], int]]:
        if self.fault is not None or not self.may():
            return [(Failed(NotSentYet()), 0) for _ in chunk]
        started = time.monotonic()
        found = call(chunk)
        took = time.monotonic() - started
        for outcome in found:
            if isinstance(outcome, Failed) and is_shop_fault(outcome.error):
                self.fault = self.fault or outcome.error
        return [(outcome, round(took * 1000)) for outcome in found]


class NotSentYet(Unavailable):
    """Not sent: a call before it met a fault of the shop, the shop is another drain's by now, or
    a person said stop. Never a refusal."""

    def __init__(self) -> None:
        super().__init__("chưa gửi: gian hàng đang gặp sự cố hoặc đang dừng", code="not_sent")


def item_of(listing: ListingState) -> RemoteItem:
    """The remote item as the connector wants it; packs without a known id are left out."""
    return RemoteItem(
        remote_id=listing.remote_id or "",
        variants=tuple(
            RemoteVariant(v.sku, v.remote_id)
            for v in listing.variants
            if v.remote_id is not None and not v.removed
        ),
    )


def set_price(
    caller: Caller, rows: Sequence[Claimed], listings: Mapping[int, ListingState]
) -> list[Result]:
    """One price change an item, all packs together."""
    born = [r for r in rows if _born_so(r, listings[r.listing_id], "price_acked")]
    sent = [r for r in rows if r not in born]
    changes = [PriceChange(item_of(listings[r.listing_id]), r.wanted) for r in sent]
    answers = caller.map("set_price", caller.connector.set_price, changes)
    results = [
        _by_variant(row, answer, took, "prices")
        for row, (answer, took) in zip(sent, answers, strict=True)
    ]
    return results + [Result(row, wrote=False) for row in born]


def _born_so(row: Claimed, listing: ListingState, acked: str) -> bool:
    """Nothing is left to say: packs have come since, and were made with what is wanted of them;
    the others are as they were acknowledged."""
    before = row.before
    if not isinstance(before, dict) or set(row.wanted) <= set(before):
        return False
    made = {v.sku: getattr(v, acked) for v in listing.variants if v.remote_id is not None}
    return all(before.get(sku, made.get(sku)) == value for sku, value in row.wanted.items())


def set_stock(
    caller: Caller, rows: Sequence[Claimed], listings: Mapping[int, ListingState]
) -> list[Result]:
    """Absolute stock of the packs whose stock is known and has to change; an empty change is
    already done."""
    known = [r for r in rows if r.wanted and not _born_so(r, listings[r.listing_id], "stock_acked")]
    standing = [_standing(r, listings[r.listing_id]) for r in known]
    changes = [
        StockChange(
            item_of(listings[r.listing_id]),
            {sku: units for sku, units in r.wanted.items() if sku not in stands},
        )
        for r, stands in zip(known, standing, strict=True)
    ]
    answers = caller.map("set_stock", caller.connector.set_stock, changes)
    results = [
        _by_variant(row, answer, took, "stock", stands)
        for row, stands, (answer, took) in zip(known, standing, answers, strict=True)
    ]
    for result in results:
        _off_the_shelf(caller, result, listings[result.claimed.listing_id])
    return results + [Result(row, wrote=False) for row in rows if row not in known]


def _off_the_shelf(caller: Caller, result: Result, listing: ListingState) -> None:
    """Where the channel does not take a stock of 0 (a shop's own minimum), what is sold out leaves
    the shelf instead. It comes back when it has a stock that is taken: a reading finds it off, and
    nothing is switched on whose stock is not as it should be."""
    row = result.claimed
    refused = isinstance(result.error, Rejected) and row.lane == ZERO_STOCK
    if not refused or any(row.wanted.values()) or listing.state in (UNLISTED, BANNED):
        return
    change = AvailabilityChange(item_of(listing), False)
    ((answer, _took),) = caller.map("set_availability", caller.connector.set_availability, [change])
    result.wrote = result.wrote or isinstance(answer, Done)


def _standing(row: Claimed, listing: ListingState) -> dict[str, int]:
    """Packs that stand as is wanted of them since the present statement: saying so again could only
    give back what is bought meanwhile. {} where that is so of all: somebody asked to say it again,
    or found another stock there."""
    before = row.before if isinstance(row.before, dict) else {}
    stands = {
        v.sku: row.wanted[v.sku]
        for v in listing.variants
        if v.sku in row.wanted
        and v.remote_id is not None
        and v.sku not in row.unclear
        and v.stock_acked_rev == v.stock_rev
        and before.get(v.sku) == v.stock_acked == row.wanted[v.sku]
        and v.stock_observed in (None, v.stock_acked)
    }
    return stands if len(stands) < len(row.wanted) else {}


def _by_variant(
    row: Claimed,
    answer: Outcome[VariantAnswers],
    took: int,
    accepted: str,
    stands: Mapping[str, int] | None = None,
) -> Result:
    """``stands``: what was not sent, because it is so already."""
    if isinstance(answer, Failed):
        return _failed(row, answer, took)
    if isinstance(answer, Pending):
        return _begun(row, answer, took)
    value = answer.value
    taken = {sku: row.wanted[sku] for sku in value.accepted if sku in row.wanted}
    taken.update(stands or {})
    result = Result(row, request_id=answer.request_id, duration_ms=took)
    setattr(result, accepted, taken)
    missing = sorted(set(row.wanted) - set(taken))
    if missing:
        result.error = value.refused.get(missing[0]) or ProtocolError(
            f"sàn không nói gì về {', '.join(missing)}", request_id=answer.request_id
        )
        result.wrote = bool(taken) or _may_have_written(result.error)
    return result


def update_variants(
    caller: Caller,
    rows: Sequence[Claimed],
    listings: Mapping[int, ListingState],
) -> list[Result]:
    """Packs added, renamed, reordered, removed; new ones start with the wanted price and stock."""
    changes = [
        VariantsChange(
            item_of(listings[r.listing_id]),
            listings[r.listing_id].item_sku,
            priced_variants(r.wanted, listings[r.listing_id], _shown(listings[r.listing_id])),
        )
        for r in rows
    ]
    answers = caller.map("update_variants", caller.connector.update_variants, changes)
    results = []
    for row, sent, (answer, took) in zip(rows, changes, answers, strict=True):
        result = _plain(row, answer, took)
        if isinstance(answer, Done):
            result.remote = {v.sku: v.remote_id for v in answer.value.variants}
            here = {v.sku for v in listings[row.listing_id].variants if v.remote_id is not None}
            born = [p for p in sent.variants if p.variant.sku not in here]
            result.prices = {p.variant.sku: p.price_vnd for p in born}
            result.stock = {p.variant.sku: p.stock for p in born}
        results.append(result)
    return results


def _shown(listing: ListingState) -> dict[str, int]:
    """Units by SKU that surely stand there. Where the answer of a lowering was lost, the less."""
    return {
        v.sku: v.stock_acked if v.sent_least is None else min(v.stock_acked, v.sent_least)
        for v in listing.variants
        if v.stock_acked is not None and v.remote_id is not None and not v.removed
    }


def priced_variants(
    rows: Any, listing: ListingState, shown: Mapping[str, int] | None = None
) -> tuple[PricedVariant, ...]:
    """The variants facet's rows with the price (đồng) and stock that the plan wants. A pack of
    unknown stock begins with 0. One that stands keeps what it has (``shown``) also where a channel
    makes all packs anew: whether it may be raised is the stock's own question."""
    prices = listing.facets["price"].wanted if "price" in listing.facets else {}
    stock = listing.facets["stock"].wanted if "stock" in listing.facets else {}
    return tuple(
        PricedVariant(
            Variant(
                row["sku"], row["label"], row["weight_g"], row["gtin"], row["net_g"], row["net_ml"]
            ),
            prices[row["sku"]],
            (shown or {}).get(row["sku"], stock.get(row["sku"], 0)),
        )
        for row in rows
    )


def content_of(wanted: Mapping[str, Any], image_ids: Mapping[str, str]) -> Content:
    """The content facet as the connector wants it; ``image_ids``: the channel's id (or the
    public address) of each picture and paper, by sha256."""
    return Content(
        title=wanted["title"],
        description=wanted["description"],
        category_id=wanted["category_id"],
        attributes=tuple(AttributeValue(**a) for a in wanted["attributes"]),
        image_ids=tuple(image_ids[d] for d in wanted["images"]),
        weight_g=wanted["weight_g"],
        dims_mm=tuple(wanted["dims_mm"]),
        facts=Facts(**wanted["facts"]),
        papers=tuple(
            Paper(p["kind"], p["number"], p["valid_until"], image_ids.get(p["file"], ""))
            for p in wanted["papers"]
        ),
    )


def update_content(
    caller: Caller,
    rows: Sequence[Claimed],
    listings: Mapping[int, ListingState],
    uploaded: Uploaded,
) -> list[Result]:
    """Everything a buyer reads, but price and stock."""
    broken = {
        r.listing_id: error
        for r in rows
        if (error := first_error(r.wanted["images"], uploaded.errors))
    }
    whole = [r for r in rows if r.listing_id not in broken]
    changes = [
        ContentChange(
            item_of(listings[r.listing_id]),
            listings[r.listing_id].item_sku,
            content_of(r.wanted, uploaded.ids),
        )
        for r in whole
    ]
    answers = caller.map("update_content", caller.connector.update_content, changes)
    results = [_plain(row, a, took) for row, (a, took) in zip(whole, answers, strict=True)]
    unsent = [r for r in rows if r.listing_id in broken]
    return results + [Result(r, error=broken[r.listing_id], wrote=False) for r in unsent]


def set_availability(
    caller: Caller, rows: Sequence[Claimed], listings: Mapping[int, ListingState]
) -> list[Result]:
    """Switch on, or take down by the ladder: unlist → stock 0 → the lowest stock allowed. What is
    still under review before it exists is taken back. What the channel has banned is down, also
    where it does not want to be told; where it does, the item stays down when the ban is lifted."""
    begun = [r for r in rows if not listings[r.listing_id].remote_id]
    rows = [r for r in rows if listings[r.listing_id].remote_id]
    changes = [
        AvailabilityChange(item_of(listings[r.listing_id]), bool(r.wanted["on"])) for r in rows
    ]
    answers = caller.map("set_availability", caller.connector.set_availability, changes)
    results = []
    for row, (answer, took) in zip(rows, answers, strict=True):
        result = _plain(row, answer, took)
        if isinstance(result.error, Rejected) and _is_down(row, listings[row.listing_id]):
            result = Result(row, wrote=False)
        elif isinstance(result.error, Rejected) and not row.wanted["on"]:
            _down_the_ladder(caller, result, listings[row.listing_id])
        results.append(result)
    return results + _take_back(caller, begun, listings)


def _is_down(row: Claimed, listing: ListingState) -> bool:
    return not row.wanted["on"] and listing.state == BANNED


def _take_back(
    caller: Caller, rows: Sequence[Claimed], listings: Mapping[int, ListingState]
) -> list[Result]:
    """Cancel creates that the channel has not decided yet. One that it has is there, invisible,
    at the next look at it, and comes down like any other."""
    handles = [dict((listings[r.listing_id].handle or {})["handle"]) for r in rows]
    answers = caller.map("cancel", caller.connector.cancel, handles)
    results = []
    for row, (answer, took) in zip(rows, answers, strict=True):
        result = _plain(row, answer, took)
        result.pending = None
        result.cancelled = isinstance(answer, Done)
        results.append(result)
    return results


def _down_the_ladder(caller: Caller, result: Result, listing: ListingState) -> None:
    """Unlisting was refused: make it unbuyable, and say that it is still there."""
    refused = result.error
    rung = "unlist"
    item = item_of(listing)
    lowest = caller.connector.capabilities.lowest_stock
    for name, units in (("stock_zero", 0), ("lowest_stock", max(1, lowest))):
        wanted = {v.sku: units for v in listing.variants if not v.removed}
        (answer, _took), *_ = caller.map(
            "set_stock", caller.connector.set_stock, [StockChange(item, wanted)]
        )
        if isinstance(answer, Done) and answer.value.accepted:
            rung = name
            result.stock = dict.fromkeys(answer.value.accepted, units)
            if answer.value.accepted >= set(wanted):
                break
    words = refused.message if refused else ""
    result.alarm = {"words": words, "code": refused.code if refused else "", "rung": rung}


def resume(caller: Caller, rows: Sequence[Claimed]) -> list[Result]:
    """Go on with what the channel left pending of these facets."""
    answers = caller.map("resume", caller.connector.resume, [dict(r.handle) for r in rows])
    results = []
    for row, (answer, took) in zip(rows, answers, strict=True):
        result = _plain(row, answer, took)
        if isinstance(answer, Done):
            result.remote = {v.sku: v.remote_id for v in answer.value.variants}
            result.prices = dict(row.wanted) if row.facet == "price" else {}
        elif isinstance(answer, Failed) and not isinstance(answer.error, Rejected):
            result.pending = row.handle
        results.append(result)
    return results


def _plain(row: Claimed, answer: Outcome[Any], took: int) -> Result:
    if isinstance(answer, Failed):
        return _failed(row, answer, took)
    if isinstance(answer, Pending):
        return _begun(row, answer, took)
    return Result(row, request_id=answer.request_id, duration_ms=took)


def _failed(row: Claimed, answer: Failed, took: int) -> Result:
    return Result(row, error=answer.error, duration_ms=took, wrote=_may_have_written(answer.error))


def _may_have_written(error: ChannelError) -> bool:
    """What was refused, not found or never sent changed nothing; all other failures may have. (A
    vanished item that was taken for just written would be waited for as long as it is written to.)
    """
    return not isinstance(error, (Rejected, NotFound, NotSentYet))


def _begun(row: Claimed, answer: Pending, took: int) -> Result:
    return Result(
        row,
        error=ProtocolError(reason("BEGUN").text, code="begun"),
        wait_s=answer.ask_after,
        pending=answer.handle,
        request_id=answer.request_id,
        duration_ms=took,
    )
