"""Plan: the offer against what each channel last acknowledged → which facets are due.

Products are drafted (:mod:`worker.drafting`), looked over by the guards, and what is wanted of them
(:mod:`worker.facets`) is written set-based. Only a differing digest makes work, so a plan after a
finished push is empty. ``--dry-run`` is the same plan in a transaction that is rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from models import facts, listings, overrides, queue, registry
from models.listings import ListingState
from models.states import BLOCKED, PENDING
from worker import drafting, facets, guards
from worker.draft import Draft
from worker.guards import Watch
from worker.reasons import Reason, reason
from worker.world import World

BATCH = 500
"""Products planned in one transaction's turn."""


def plan(session: Session, world: World, product_ids: Sequence[int] | None = None) -> None:
    """Write what is wanted for these products (None: all)."""
    ids = list(product_ids) if product_ids is not None else facts.product_ids(session)
    counted = set(world.pulled) <= set(ids)
    world = replace(world, take_downs=_take_downs(session, world) if counted else "uncounted")
    watch = Watch(world.standing, world.rules.guard())
    for drafts in _in_batches(session, world, ids):
        _write(session, drafts, world)
        watch.see(drafts)
    guards.write(session, watch, ids, world.now)
    if counted:
        registry.planned(session, world.pulled)


def _in_batches(session: Session, world: World, ids: Sequence[int]) -> Iterator[list[Draft]]:
    for start in range(0, len(ids), BATCH):
        yield _drafts_of(session, world, ids[start : start + BATCH])


def _drafts_of(session: Session, world: World, ids: Sequence[int]) -> list[Draft]:
    products = facts.load_products(session, ids)
    existing: dict[tuple[int, int], list[ListingState]] = defaultdict(list)
    for listing in listings.of_products(session, ids):
        existing[(listing.product_id, listing.shop_id)].append(listing)
    drafts: list[Draft] = []
    for product in products:
        of_product = list(drafting.drafts(product, world, existing))
        drafting.divide_stock(product, of_product, world)
        drafts += of_product
    return drafts


def _take_downs(session: Session, world: World) -> str:
    """Whether what the pull takes down looks like an accident: many, or few. Only a pull that
    reached so much of what is on sale is looked at twice."""
    rule, pulled = world.rules.guard(), sorted(world.pulled)
    on_sale = listings.on_sale(session)
    if not guards.too_many(len(pulled), listings.on_sale(session, pulled), on_sale, rule):
        return "few"
    down = [
        draft.product.id
        for drafts in _in_batches(session, replace(world, take_downs="many"), pulled)
        for draft in drafts
        for kind, item in draft.waits
        if kind == guards.TAKE_DOWN and guards.said(world.standing, kind, item) is None
    ]
    return "many" if guards.too_many(len(set(down)), len(down), on_sale, rule) else "few"


# --- writing ----------------------------------------------------------------------------------


def _write(session: Session, drafts: Sequence[Draft], world: World) -> None:
    new = [d for d in drafts if d.existing is None]
    made = listings.add(session, [_new_row(d) for d in new], world.now)
    for draft in drafts:
        key = (draft.shop.id, draft.product.id, draft.part)
        draft.id = draft.existing.id if draft.existing else made[key]
    renamed = [d for d in drafts if d.existing and d.on and d.item_sku != d.existing.item_sku]
    listings.rename(session, [{"id": d.id, "item_sku": d.item_sku} for d in renamed])
    listings.place_variants(session, [row for d in drafts for row in _variant_rows(d)])
    wanted = [row for d in drafts for row in facets.wanted(d, world)]
    queue.want(session, wanted, world.now, world.run_id)
    overrides.end(session, [pin for d in drafts for pin in d.outdated], "source", world.now)
    on = [d.id for d in drafts if d.on]
    off = [d.id for d in drafts if not d.on and d.held is None]
    queue.park(session, off)
    queue.unpark_made(session, on, off)
    _states(session, [d for d in drafts if d.held is None], world)


def _new_row(draft: Draft) -> dict[str, Any]:
    return {
        "shop_id": draft.shop.id,
        "product_id": draft.product.id,
        "part": draft.part,
        "item_sku": draft.item_sku,
        "state": PENDING if draft.on else BLOCKED,
    }


def _variant_rows(draft: Draft) -> Iterator[dict[str, Any]]:
    known = {v.variant_id: v for v in draft.existing.variants} if draft.existing else {}
    here = {v.id for v in draft.variants}
    for variant in draft.variants:
        state = known.get(variant.id)
        fresh = state is None or state.stock_rev != variant.stock_rev
        yield {
            "listing_id": draft.id,
            "variant_id": variant.id,
            "sku": variant.sku,
            "stock_rev": variant.stock_rev,
            "sold": 0 if state is None or fresh else state.sold,
            "removed": False,
        }
    for state in known.values() if draft.held is None else ():
        if state.variant_id not in here:
            yield {
                "listing_id": draft.id,
                "variant_id": state.variant_id,
                "sku": state.sku,
                "stock_rev": state.stock_rev,
                "sold": state.sold,
                "removed": True,
            }


def _states(session: Session, drafts: Sequence[Draft], world: World) -> None:
    """Reasons for what may not be sold; blocked and pending for what was never started."""
    unstarted = [d for d in drafts if not d.started]
    blocked = [d.id for d in unstarted if not d.on]
    listings.forget_facets(session, blocked)
    listings.move(session, blocked, BLOCKED, world.now)
    waiting = listings.not_refused(session, [d.id for d in unstarted if d.on])
    listings.move(session, waiting, PENDING, world.now)
    rows = [{"id": d.id, "reason": _reason(d)} for d in drafts if _explains(d)]
    listings.explain(session, rows, world.now)


def _explains(draft: Draft) -> bool:
    """The plan owns the reason of what is not on sale by our doing; the drain owns the rest."""
    if not draft.on:
        return True
    old = draft.existing.reason if draft.existing else None
    return old is None or old.get("whose") in ("law", "choice", "data")


def _reason(draft: Draft) -> dict[str, Any] | None:
    found: Reason | None = draft.verdict.reason
    if found is None and not draft.started:
        found = reason("QUEUED")
    return found.as_json() if found else None
