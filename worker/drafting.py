"""A product's listings as they should be: the verdict in every shop, the packs' parts, prices, and
one division of each pack's stock among its open listings. Pure: what it decides is written by
:mod:`worker.plan`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.contract import Capabilities
from models import listings
from models.facts import CategoryFacts, CertificateFacts, ProductFacts, ShopFacts, VariantFacts
from models.listings import ListingState
from models.overrides import Pin
from worker import guards, offer
from worker.certify import Verdict, assigned, certify, forbidden
from worker.draft import Draft
from worker.facets import unclear_stock
from worker.pinned import pin_content, pin_prices
from worker.pool import Claim, divide
from worker.reasons import Reason, reason
from worker.split import Pack, Room, ratio_broken, split
from worker.world import World


def drafts(
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
    mapped = world.categories.get(shop.market, ())
    category = offer.category_for(product, mapped, capabilities.starter)
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


def divide_stock(product: ProductFacts, drafts: Sequence[Draft], world: World) -> None:
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
    return max(state.stock_acked or 0, unclear_stock(draft.existing).get(variant.sku, 0))


def _claim(number: int, variant: VariantFacts, draft: Draft, share: int, cap: int | None) -> Claim:
    state = _variant_state(draft, variant)
    if state is None or state.stock_rev != variant.stock_rev or not state.sold:
        return Claim(number, share, cap)
    return Claim(number, share, cap, ceiling=state.stock_acked, sold=state.sold)


def _variant_state(draft: Draft, variant: VariantFacts) -> listings.VariantState | None:
    if draft.existing is None:
        return None
    return next((v for v in draft.existing.variants if v.variant_id == variant.id), None)


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
