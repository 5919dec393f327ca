"""Plan: the offer against what each channel last acknowledged → which facets are due.

For each product: the verdict in every shop, the packs' parts, prices, one division of each
pack's stock among its open listings, then the wanted facets, written set-based. Only a differing
digest makes work, so a plan after a finished push is empty. ``--dry-run`` is the same plan in a
transaction that is rolled back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from connectors.contract import Capabilities
from models import facts, holds, listings, overrides, pairing, queue, registry
from models.facts import (
    CategoryFacts,
    CertificateFacts,
    Market,
    ProductFacts,
    ShopFacts,
    VariantFacts,
)
from models.holds import Standing, Subject
from models.listing import CONTENT, CREATE, PRICE, STOCK, SWITCH_ON, TAKE_DOWN, VARIANTS, ZERO_STOCK
from models.listings import ListingState
from models.overrides import Pin
from models.queue import WantedFacet
from models.states import BLOCKED, PENDING
from worker import guards, offer
from worker.certify import Verdict, assigned, certify, forbidden
from worker.digests import digest
from worker.draft import Draft, item_sku
from worker.guards import Watch
from worker.pinned import pin_content, pin_prices
from worker.pool import Claim, divide
from worker.reasons import Reason, reason
from worker.rules import RuleBook, active
from worker.split import Pack, Room, ratio_broken, split

BATCH = 500
"""Products planned in one transaction's turn."""


@dataclass(frozen=True, slots=True)
class World:
    """What every product is planned against."""

    shops: tuple[ShopFacts, ...]
    capabilities: Mapping[str, Capabilities]
    rules: RuleBook
    public: bool
    """Channels can reach what we publish."""
    waiting: Mapping[tuple[int, int], Reason]
    """(shop, product) that a person has to judge first, and why."""
    categories: Mapping[Market, Sequence[CategoryFacts]]
    today: date
    now: datetime
    standing: Mapping[Subject, Standing] = field(default_factory=dict)
    """What people said, or have yet to say, of changes that waited."""
    pulled: Mapping[int, datetime] = field(default_factory=dict)
    """Products that a pull changed and no plan has judged, with the time of that pull."""
    pins: Mapping[int, Sequence[Pin]] = field(default_factory=dict)
    """Values that an undo put back, by listing."""
    run_id: int | None = None
    """The run that plans."""
    take_downs: str = "few"
    """What that pull takes down: few (it comes down), many (a person is asked), or uncounted (it
    waits for the plan that looks at all of the pull)."""


def load_world(
    session: Session,
    capabilities: Mapping[str, Capabilities],
    today: date,
    now: datetime,
    *,
    public: bool = False,
    run_id: int | None = None,
) -> World:
    """Shops, rules and mappings as they stand."""
    return World(
        shops=tuple(s for s in facts.load_shops(session) if s.channel in capabilities),
        capabilities=capabilities,
        rules=active(facts.load_rules(session)),
        public=public,
        waiting=_waiting(session),
        categories=facts.load_categories(session),
        today=today,
        now=now,
        standing=holds.standing(session),
        pulled=facts.unplanned(session),
        pins=overrides.standing(session),
        run_id=run_id,
    )


def _waiting(session: Session) -> dict[tuple[int, int], Reason]:
    """An item of the shop that may be the same, or one that vanished again and again."""
    lost = {key: reason("LOST_AGAIN") for key in holds.subjects(session, "repeated_loss")}
    like = {key: reason("ADOPT_WAITING", t) for key, t in pairing.undecided(session).items()}
    return lost | like


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
        of_product = list(_drafts(product, world, existing))
        _divide_stock(product, of_product, world)
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


# --- deciding ---------------------------------------------------------------------------------


def _drafts(
    product: ProductFacts,
    world: World,
    existing: Mapping[tuple[int, int], Sequence[ListingState]],
) -> Iterator[Draft]:
    for shop in world.shops:
        known = existing.get((product.id, shop.id), ())
        if not known and not assigned(product, shop):
            continue
        yield from _drafts_in(product, shop, known, world)


def _drafts_in(
    product: ProductFacts, shop: ShopFacts, known: Sequence[ListingState], world: World
) -> Iterator[Draft]:
    capabilities = world.capabilities[shop.channel]
    verdict = certify(product, shop, capabilities, world.rules, world.today)
    category = offer.category_for(product, world.categories.get(shop.market, ()))
    if verdict.may_sell:
        listed = any(item.remote_id for item in known)
        refusal = _incomplete(product, shop, category, world, listed=listed)
        verdict = Verdict(refusal, verdict.certificate)
    priced = [v for v in product.variants if v.price_vnd is not None]
    prices = {v.id: offer.price_of(v, product, shop, world.rules) for v in priced}
    placed = {v.variant_id: item.part for item in known for v in item.variants if not v.removed}
    room = room_of(capabilities)
    parts = split([Pack(v.id, prices[v.id]) for v in priced], placed, room)
    by_part = {item.part: item for item in known}
    for part in sorted(set(parts.values()) | set(by_part)) or [0]:
        members = [v for v in priced if parts[v.id] == part]
        draft = Draft(shop, product, verdict, part, members, by_part.get(part))
        draft.prices = {v.sku: prices[v.id] for v in members}
        if verdict.may_sell and not members:
            draft.verdict = Verdict(reason("NO_VARIANT"))
        elif verdict.may_sell:
            pin_prices(draft, _pins(draft, world))
            _hold_jumps(draft, world)
            if ratio_broken(list(draft.prices.values()), room):
                _keep_prices(draft, capabilities, world)
        _hold_take_down(draft, capabilities, world)
        if draft.on and category is not None:
            draft.page = page_of(product, members, shop, verdict.certificate, world)
            draft.content = offer.content(draft.page, category)
            pin_content(draft, _pins(draft, world))
        yield draft


def _pins(draft: Draft, world: World) -> Sequence[Pin]:
    return world.pins.get(draft.existing.id, ()) if draft.existing else ()


def _incomplete(
    product: ProductFacts,
    shop: ShopFacts,
    category: CategoryFacts | None,
    world: World,
    *,
    listed: bool,
) -> Reason | None:
    """What is missing beside the certificate: a category, pictures that are here and fit, an
    address at which the channel finds them, a person's word on an item that is there already.
    What is ``listed`` has its pictures, and no setting of ours takes it down."""
    capabilities = world.capabilities[shop.channel]
    if (why := world.waiting.get((shop.id, product.id))) is not None:
        return why
    if category is None:
        return reason("NO_CATEGORY")
    here = [image for image in product.images if image.sha256 and not image.problem]
    if not here:
        return reason("IMAGE_WAITING")
    fit = [image for image in here if offer.fits(image, capabilities)]
    if not fit:
        return reason("IMAGE_UNFIT", _wanted_picture(capabilities))
    missing = offer.unanswered(product, product.variants[0], category)
    if missing:
        return reason("NO_ATTRIBUTE", missing[0])
    if capabilities.fetches_images and not world.public and not listed:
        return reason("NO_PUBLIC_URL")
    return None


def _wanted_picture(capabilities: Capabilities) -> str:
    size = f"cạnh ngắn từ {capabilities.image_min_px} điểm, " if capabilities.image_min_px else ""
    return f"sàn cần {size}nặng không quá {capabilities.image_max_bytes // 1024 // 1024} MB"


def room_of(capabilities: Capabilities) -> Room:
    return Room(
        capabilities.max_variants, capabilities.price_ratio, capabilities.variants_are_items
    )


def _hold_take_down(draft: Draft, capabilities: Capabilities, world: World) -> None:
    """What a pull would take down with too much else stays as it is while a person is asked."""
    why, product = draft.verdict.reason, draft.product
    if why is None or not draft.shown:
        return
    law = forbidden(product, draft.shop, capabilities, world.rules, world.today)
    if not guards.may_wait(why, law):
        return
    item = guards.down_item(draft, why)
    said = guards.said(world.standing, guards.TAKE_DOWN, item)
    by_pull = product.id in world.pulled and world.take_downs != "few"
    if said is not None or (by_pull and world.take_downs == "many"):
        draft.waits.append((guards.TAKE_DOWN, item))
    if said in (guards.OPEN, guards.REJECTED) or (said is None and by_pull):
        draft.held = why


def _acked_prices(draft: Draft) -> dict[str, int | None]:
    """What the channel acknowledged, in đồng, by SKU."""
    return {v.sku: v.price_acked for v in draft.existing.variants} if draft.existing else {}


def _hold_jumps(draft: Draft, world: World) -> None:
    """A price on sale that jumps stays as it is while a person is asked."""
    if not draft.shown:
        return
    factor = world.rules.guard(draft.shop.channel, draft.shop.key, draft.product.code).price_factor
    acked = _acked_prices(draft)
    for sku, price in draft.prices.items():
        before = acked.get(sku)
        if sku in draft.pinned or before is None or not guards.jumps(before, price, factor):
            continue
        item = guards.price_item(draft, sku, before, price)
        draft.waits.append((guards.PRICE, item))
        if guards.said(world.standing, guards.PRICE, item) != guards.APPROVED:
            draft.prices[sku] = before


def _keep_prices(draft: Draft, capabilities: Capabilities, world: World) -> None:
    """A price that breaks the ratio is a hold: the last good prices stay on sale. The new ones
    cannot be shown in one item; who approves them takes it off the shop."""
    acked = _acked_prices(draft)
    kept = {sku: acked.get(sku) for sku in draft.prices}
    spread = f"{min(draft.prices.values()):,}–{max(draft.prices.values()):,} đ".replace(",", ".")
    problem = reason("RATIO", f"{spread}, nhiều nhất {capabilities.price_ratio:g} lần")
    last_good = {sku: price for sku, price in kept.items() if price is not None}
    if len(last_good) < len(kept):
        draft.verdict = Verdict(problem, draft.verdict.certificate)
        return
    item = guards.ratio_item(draft)
    draft.waits.append((guards.RATIO, item))
    if guards.said(world.standing, guards.RATIO, item) == guards.APPROVED:
        draft.verdict = Verdict(problem, draft.verdict.certificate)
    else:
        draft.prices = last_good


def _divide_stock(product: ProductFacts, drafts: Sequence[Draft], world: World) -> None:
    """One division a pack over its open listings (see :mod:`worker.pool`)."""
    for variant in product.variants:
        if variant.stock is None:
            continue
        holders = [d for d in drafts if variant in d.variants]
        claims, buffer, sold = [], 0, sum(_kept_there(variant, d) for d in holders)
        for number, draft in enumerate(holders):
            rule = world.rules.stock(draft.shop.channel, draft.shop.key, product.code)
            claim = _claim(number, variant, draft, rule.share, rule.cap)
            sold += claim.sold
            if draft.open:
                buffer = max(buffer, rule.buffer)
                claims.append(claim)
        given = divide(variant.stock, buffer, sold, claims)
        for number, units in given.items():
            holders[number].stock[variant.sku] = units


def _kept_there(variant: VariantFacts, draft: Draft) -> int:
    """Units that a shop shows that is switched off: what it shows stays as it is, and is nobody
    else's."""
    state = _variant_state(draft, variant)
    if draft.shop.enabled or state is None or draft.existing is None:
        return 0
    facets = draft.existing.facets
    shelf = facets.get("availability")
    if draft.existing.remote_id is None or shelf is None or shelf.acked == {"on": False}:
        return 0
    stock = facets.get("stock")
    unclear = stock is not None and stock.acked_digest is None
    sent = (stock.wanted or {}).get(variant.sku, 0) if stock is not None and unclear else 0
    return max(state.stock_acked or 0, sent)


def _claim(number: int, variant: VariantFacts, draft: Draft, share: int, cap: int | None) -> Claim:
    state = _variant_state(draft, variant)
    if state is None or state.stock_rev != variant.stock_rev or not state.sold:
        return Claim(number, share, cap)
    return Claim(number, share, cap, ceiling=state.stock_acked, sold=state.sold)


def _variant_state(draft: Draft, variant: VariantFacts) -> listings.VariantState | None:
    if draft.existing is None:
        return None
    return next((v for v in draft.existing.variants if v.variant_id == variant.id), None)


# --- writing ----------------------------------------------------------------------------------


def _write(session: Session, drafts: Sequence[Draft], world: World) -> None:
    new = [d for d in drafts if d.existing is None]
    made = listings.add(session, [_new_row(d) for d in new], world.now)
    for draft in drafts:
        key = (draft.shop.id, draft.product.id, draft.part)
        draft.id = draft.existing.id if draft.existing else made[key]
    listings.place_variants(session, [row for d in drafts for row in _variant_rows(d)])
    wanted = [row for d in drafts for row in _wanted(d, world)]
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
        "item_sku": item_sku(draft.product, draft.variants, draft.part),
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


def _wanted(draft: Draft, world: World) -> Iterator[WantedFacet]:
    if draft.held is not None:
        if draft.stock:
            yield _stock_facet(draft)
        return
    if not draft.on:
        if draft.started:
            yield _take_down(draft, world)
        return
    yield _facet(draft, "availability", {"on": True}, SWITCH_ON)
    yield _facet(draft, "price", draft.prices, PRICE)
    yield _stock_facet(draft)
    yield _facet(draft, "variants", draft.packs, VARIANTS)
    yield _facet(draft, "content", draft.content, CONTENT)
    if not (draft.existing and draft.existing.remote_id):
        yield _facet(draft, "create", draft.create, CREATE, raises=True)


def page_of(
    product: ProductFacts,
    variants: Sequence[VariantFacts],
    shop: ShopFacts,
    certificate: CertificateFacts | None,
    world: World,
) -> offer.Page:
    """What makes the page of these packs in a shop, but for the category."""
    capabilities = world.capabilities[shop.channel]
    return offer.Page(
        product=product,
        variants=variants,
        certificate=certificate,
        packing=world.rules.packing(shop.channel, shop.key, product.code),
        template=world.rules.template(shop.channel, shop.key, product.code),
        capabilities=capabilities,
        limits=offer.limits_of(capabilities, shop.settings),
        today=world.today,
    )


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
    releases = any(units < (acked.get(sku) or 0) for sku, units in draft.stock.items())
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
