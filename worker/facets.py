"""The facets of one draft: what is wanted of it, and in which lane it leaves. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from models.listing import CONTENT, CREATE, PRICE, STOCK, SWITCH_ON, TAKE_DOWN, VARIANTS, ZERO_STOCK
from models.listings import ListingState
from models.queue import WantedFacet
from worker.digests import digest
from worker.draft import Draft
from worker.world import World


def wanted(draft: Draft, world: World) -> Iterator[WantedFacet]:
    if draft.held is not None:
        if draft.stock:
            yield _stock_facet(draft)
        return
    if not draft.on:
        if draft.started:
            yield _take_down(draft, world)
        return
    yield _facet(draft, "availability", {"on": True}, SWITCH_ON, raises=not _known_on(draft))
    yield _facet(draft, "price", draft.prices, PRICE)
    yield _stock_facet(draft)
    yield _facet(draft, "variants", draft.packs, VARIANTS)
    yield _facet(draft, "content", draft.content, CONTENT)
    if not (draft.existing and draft.existing.remote_id):
        yield _facet(draft, "create", draft.create, CREATE, raises=True)


def _known_on(draft: Draft) -> bool:
    """Buyers see it, as far as we know; what they do not, takes its units from the pool anew."""
    shelf = draft.existing.facets.get("availability") if draft.existing else None
    if shelf is None or shelf.acked_digest is None:
        return False
    return bool(shelf.acked == {"on": True})


def _take_down(draft: Draft, world: World) -> WantedFacet:
    """Off the shelf; a create under review is taken back where the channel allows it, and waits
    for the channel's word where it does not."""
    facet = _facet(draft, "availability", {"on": False}, TAKE_DOWN, releases=True)
    begun = draft.existing is not None and draft.existing.handle is not None
    if begun and world.capabilities[draft.shop.channel].cancellable:
        return replace(facet, parked=False)
    return facet


def _stock_facet(draft: Draft) -> WantedFacet:
    """Stock of the packs whose stock is known; force where the registry restated it.

    Where one pack goes up and another down, the one goes down first, alone: two shops that each
    waited for the other to give back before they take would wait for ever. What goes up is planned
    when that has been acknowledged (worker.push).
    """
    known = {v.sku: v for v in draft.existing.variants} if draft.existing else {}
    acked = {sku: state.stock_acked for sku, state in known.items()}
    raises = any(units > (acked.get(sku) or 0) for sku, units in draft.stock.items())
    sent = unclear_stock(draft.existing)
    releases = any(
        units < max(acked.get(sku) or 0, sent.get(sku, 0)) for sku, units in draft.stock.items()
    )
    stock = draft.stock
    if raises and releases:
        raises = False
        stock = {sku: min(units, acked.get(sku) or 0) for sku, units in stock.items()}
    zero = any(units == 0 and (acked.get(sku) or 0) > 0 for sku, units in draft.stock.items())
    restated = any(
        v.sku in known and v.stock is not None and known[v.sku].stock_rev != v.stock_rev
        for v in draft.variants
    )
    lane = ZERO_STOCK if zero else STOCK
    return _facet(draft, "stock", stock, lane, raises=raises, releases=releases, force=restated)


def unclear_stock(existing: ListingState | None) -> Mapping[str, int]:
    """The most units by SKU that may stand in the shop because they were sent and no answer came;
    {} where what stands there is known."""
    if existing is None or existing.remote_id is None:
        return {}
    return {v.sku: v.sent_most for v in existing.variants if v.sent_most is not None}


def _facet(
    draft: Draft,
    facet: str,
    wanted: Any,
    lane: int,
    *,
    raises: bool = False,
    releases: bool = False,
    force: bool = False,
) -> WantedFacet:
    return WantedFacet(
        listing_id=draft.id,
        facet=facet,
        shop_id=draft.shop.id,
        product_id=draft.product.id,
        lane=lane,
        wanted=wanted,
        digest=digest(wanted),
        raises=raises,
        releases=releases,
        force=force,
        parked=facet != "create" and not (draft.existing and draft.existing.remote_id),
    )
