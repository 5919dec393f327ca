"""Level *gold*: what the channel's own people decide, and a create that is taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from connectors.conformance.check import Absent, Checks
from connectors.conformance.world import World, done, failed, stored
from connectors.contract import (
    AvailabilityChange,
    Capabilities,
    ContentChange,
    Done,
    Failed,
    Pending,
    RemoteItem,
    RemoteStatus,
)
from connectors.errors import NotFound, Rejected, Unavailable

check = Checks("gold")

WHY = "Thiếu giấy chứng nhận"


def is_reviewed(c: Capabilities) -> bool:
    return c.reviewed


def _decided(w: World, sku: str, verdict: Literal["approve", "reject", "ban"]) -> None:
    if not w.bench.decide(sku, verdict, WHY):
        raise Absent(f"the channel's desk does not say {verdict}")
    w.settle()


@check("an item that the desk approves is live for us too", applies=is_reviewed)
def approved(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    (answer,) = w.shop.set_availability([AvailabilityChange(item, True)])
    done(w.settled(answer, listing.item_sku))
    w.settle()
    state = w.read(item.remote_id, full=False)
    assert state.status in (RemoteStatus.LIVE, RemoteStatus.IN_REVIEW)
    assert (state.status is RemoteStatus.LIVE) is w.seen(listing).on_sale
    _decided(w, listing.item_sku, "approve")
    assert w.read(item.remote_id, full=False).status is RemoteStatus.LIVE
    assert w.seen(listing).on_sale


@check(
    "an item that the desk bans is banned for us too, with the desk's words", applies=is_reviewed
)
def banned(w: World) -> None:
    listing = w.listing()
    item = w.made(listing, on=True)
    _decided(w, listing.item_sku, "ban")
    state = w.read(item.remote_id)
    assert state.status in (RemoteStatus.BANNED, RemoteStatus.REJECTED)
    assert state.reason
    assert not w.seen(listing).on_sale
    (outcome,) = w.shop.set_availability([AvailabilityChange(item, True)])
    assert not isinstance(outcome, Done) or not w.seen(listing).on_sale
    if isinstance(outcome, Failed):
        failed(outcome, Rejected)


@check("an item or a create that the desk rejects is rejected for us too, with a reason",
       applies=is_reviewed)  # fmt: skip
def rejected(w: World) -> None:
    listing = w.listing()
    (begun,) = w.shop.create([listing])
    w.shop.finish()
    while isinstance(begun, Pending) and not begun.in_review:
        w.wait(begun.ask_after)
        (begun,) = w.shop.resume([stored(begun.handle)])
    w.settle()
    _decided(w, listing.item_sku, "reject")
    if isinstance(begun, Pending):
        outcome: Any = begun
        for _ in range(10):
            w.wait(outcome.ask_after)
            (outcome,) = w.shop.resume([stored(begun.handle)])
            if not isinstance(outcome, Pending):
                break
        if isinstance(outcome, Failed):
            assert isinstance(outcome.error, Rejected)
            assert str(outcome.error)
            return
        begun = outcome
    state = w.read(done(begun).remote_id, full=False)
    assert state.status is RemoteStatus.REJECTED
    assert state.reason
    assert not w.seen(listing).on_sale


@check("a take-down under review is done or refused, and done once the desk has decided",
       applies=is_reviewed)  # fmt: skip
def taken_down_around_a_review(w: World) -> None:
    listing = w.listing()
    item = w.made(listing)
    (answer,) = w.shop.set_availability([AvailabilityChange(item, True)])
    done(w.settled(answer, listing.item_sku))
    (off,) = w.shop.set_availability([AvailabilityChange(item, False)])
    if isinstance(off, Failed):
        failed(off, Rejected)
        w.bench.decide(listing.item_sku, "approve")
        w.settle()
    w.switch(item, listing, on=False)
    assert not w.seen(listing).on_sale
    assert w.read(item.remote_id, full=False).status is RemoteStatus.UNLISTED


@check("a banned item that is mended can be sold again, or says why it can not",
       applies=is_reviewed)  # fmt: skip
def mended_after_a_ban(w: World) -> None:
    listing = w.listing()
    item = w.made(listing, on=True)
    _decided(w, listing.item_sku, "ban")
    title = w.new_title(listing, "Mỳ gạo Chũ Xuân Trường tên khác")
    content = replace(listing.content, title=title)
    (outcome,) = w.shop.update_content([ContentChange(item, listing.item_sku, content)])
    outcome = w.settled(outcome, listing.item_sku)
    if isinstance(outcome, Failed):
        failed(outcome, Rejected)
        return
    w.settle()
    state = w.read(item.remote_id, full=False)
    assert state.status is not RemoteStatus.MISSING
    w.bench.decide(listing.item_sku, "approve")
    w.settle()
    assert w.read(item.remote_id, full=False).status is RemoteStatus.LIVE
    assert w.shows(replace(listing, content=content)).on_sale


# --- taking a create back ---------------------------------------------------------------------


def _begun(w: World) -> tuple[Any, Pending]:
    listing = w.listing()
    (begun,) = w.shop.create([listing])
    w.shop.finish()
    for _ in range(10):
        if not isinstance(begun, Pending) or begun.in_review:
            break
        w.wait(begun.ask_after)
        (begun,) = w.shop.resume([stored(begun.handle)])
    if not isinstance(begun, Pending):
        raise Absent("a create ends at once here")
    return listing, begun


@check("a create under review that is taken back leaves nothing", applies=lambda c: c.cancellable)
def taken_back(w: World) -> None:
    listing, begun = _begun(w)
    for _twice in range(2):
        (outcome,) = w.shop.cancel([stored(begun.handle)])
        for _ in range(5):
            if isinstance(outcome, Pending):
                w.wait(outcome.ask_after)
            elif isinstance(outcome, Failed) and isinstance(outcome.error, Unavailable):
                w.wait(60)
            else:
                break
            (outcome,) = w.shop.cancel([stored(begun.handle)])
        if _twice and isinstance(outcome, Failed):
            failed(outcome, Rejected, NotFound)
        else:
            done(outcome)
    w.settle()
    assert w.standing(listing.item_sku) == []
    assert [f for f in w.found(listing.item_sku) if f.status is not RemoteStatus.MISSING] == []
    (again,) = w.shop.create([listing])
    item: RemoteItem = done(w.settled(again, listing.item_sku))
    w.settle()
    assert w.shows(listing).remote_id == item.remote_id


@check("a create that was approved meanwhile can not be taken back, and goes on",
       applies=lambda c: c.cancellable)  # fmt: skip
def too_late_to_take_back(w: World) -> None:
    listing, begun = _begun(w)
    _decided(w, listing.item_sku, "approve")
    (outcome,) = w.shop.cancel([stored(begun.handle)])
    failed(outcome, Rejected)
    item: RemoteItem = done(w.settled(begun, listing.item_sku))
    w.settle()
    assert w.shows(listing).remote_id == item.remote_id


@check("a channel on which nothing can be taken back says so", applies=lambda c: not c.cancellable)
def nothing_to_take_back(w: World) -> None:
    listing = w.listing(packs=2)
    (begun,) = w.shop.create([listing])
    handle = stored(begun.handle) if isinstance(begun, Pending) else {}
    (outcome,) = w.shop.cancel([handle])
    failed(outcome, Rejected)
    done(w.settled(begun, listing.item_sku))
    w.settle()
    w.shows(listing)
