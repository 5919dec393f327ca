"""Preview: the page of one product as a channel would show it, also where it may not be sold."""

from __future__ import annotations

from typing import Any

from models import facts, public, status
from models.facts import ProductFacts, ShopFacts
from worker import offer
from worker.certify import certify
from worker.drafting import page_of
from worker.env import Env
from worker.planning import world_now
from worker.world import World


def preview_product(env: Env, key: str, channel: str = "") -> list[dict[str, Any]] | None:
    """A page a shop (or, where the channel has none, a page as its defaults would make it); None
    when no product or pack has this code."""
    with env.db.transaction() as session:
        line = status.find_product(session, key)
        if line is None:
            return None
        product = facts.load_products(session, [line.id])[0]
        world = world_now(env, session)
        addresses = public.addresses(session, env.public_base_url, _files(product))
    shops = [s for s in world.shops if channel in ("", s.channel) and _may_hold(product, s)]
    if not shops and channel in world.capabilities:
        shops = [_no_shop(channel)]
    return [_page(product, shop, world, addresses) for shop in shops]


def _may_hold(product: ProductFacts, shop: ShopFacts) -> bool:
    return shop.producer_id in (None, product.producer_id)


def _no_shop(channel: str) -> ShopFacts:
    return ShopFacts(
        id=0, key="", name="", channel=channel, producer_id=None, enabled=True, paused_reason="",
        settings={},
    )  # fmt: skip


def _files(product: ProductFacts) -> list[str]:
    found = [image.sha256 for image in product.images]
    found += [paper.sha256 for paper in product.papers]
    return sorted({sha for sha in [*found, product.trace_picture] if sha})


def _page(
    product: ProductFacts, shop: ShopFacts, world: World, addresses: dict[str, str]
) -> dict[str, Any]:
    verdict = certify(product, shop, world.capabilities[shop.channel], world.rules, world.today)
    priced = [v for v in product.variants if v.price_vnd is not None]
    page: dict[str, Any] = {
        "shop": shop.key or None,
        "channel": shop.channel,
        "reason": verdict.reason.as_json() if verdict.reason else None,
        "packs": [
            {
                "sku": v.sku, "pack": v.pack, "stock": v.stock, "base_price": v.price_vnd,
                "price": offer.price_of(v, product, shop, world.rules),
            }
            for v in priced
        ],
    }  # fmt: skip
    mapped, starter = (
        world.categories.get(shop.market, ()),
        world.capabilities[shop.channel].starter,
    )
    category = offer.category_for(product, mapped, starter)
    if priced:
        many = not world.capabilities[shop.channel].variants_are_items
        shown = page_of(product, priced if many else priced[:1], shop, verdict.certificate, world)
        content = offer.content(shown, category or _UNMAPPED)
        content["images"] = [addresses.get(sha, sha) for sha in content["images"]]
        page["content"] = content | {"category_id": category.category_id if category else None}
    return page


_UNMAPPED = facts.CategoryFacts("", "", "", ())
