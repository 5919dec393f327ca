"""Explain: for one product and every shop, what the registry says, what holds, what is wanted,
what was acknowledged, when, and what happens next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models import facts, listings, overrides, status
from models.facts import ProductFacts, ShopFacts
from models.listings import FacetState, ListingState
from models.overrides import OverrideRow
from models.shop import RULE_KINDS
from worker.certify import KIND_NAMES, PAPER_NAMES, assigned, certify, valid_certificate
from worker.env import Env
from worker.planning import world_now
from worker.reasons import day
from worker.world import World


def explain_product(env: Env, key: str) -> dict[str, Any] | None:
    """The whole story as JSON; None when no product or pack has this code."""
    with env.db.transaction() as session:
        line = status.find_product(session, key)
        if line is None:
            return None
        product = facts.load_products(session, [line.id])[0]
        known = listings.of_products(session, [line.id])
        pinned = {item.id: overrides.shown(session, listing_ids=[item.id]) for item in known}
        world = world_now(env, session)
    by_shop = {shop.id: shop for shop in world.shops}
    shops = [
        _shop_story(product, by_shop[item.shop_id], item, world, pinned[item.id]) for item in known
    ]
    seen = {item.shop_id for item in known}
    shops += [
        _not_there(product, shop, world)
        for shop in world.shops
        if shop.id not in seen and shop.producer_id in (None, product.producer_id)
    ]
    return {"product": _product_story(product, world), "shops": shops}


def _product_story(product: ProductFacts, world: World) -> dict[str, Any]:
    certificate = valid_certificate(product.certificates, world.today)
    lines = [f"Nhóm: {product.group}, loại: {KIND_NAMES[product.kind]}"]
    for c in product.certificates:
        state = "đang có hiệu lực" if c is certificate else c.status
        lines.append(
            f"OCOP {c.stars} sao, {c.decision}, "
            f"{day(c.recognised_on)}–{day(c.expires_on)} ({state})"
        )
    for paper in product.papers:
        until = f", đến {day(paper.valid_until)}" if paper.valid_until else ""
        lines.append(f"Giấy: {PAPER_NAMES[paper.kind]} {paper.number}{until}")
    for v in product.variants:
        price = "chưa có giá" if v.price_vnd is None else f"{v.price_vnd:,} đ".replace(",", ".")
        stock = "chưa rõ" if v.stock is None else str(v.stock)
        lines.append(f"{v.sku}: {v.pack}, {price}, tồn kho {stock}")
    return {
        "code": product.code,
        "name": product.name,
        "producer": product.producer_name,
        "registry": lines,
        "withdrawn": product.withdrawn_reason if product.withdrawn_at else None,
    }


def _shop_story(
    product: ProductFacts,
    shop: ShopFacts,
    item: ListingState,
    world: World,
    pinned: Sequence[OverrideRow],
) -> dict[str, Any]:
    rules = {
        kind: dict(world.rules.value(kind, shop.channel, shop.key, product.code))
        for kind in RULE_KINDS
    }
    return {
        "shop": shop.key,
        "channel": shop.channel,
        "item_sku": item.item_sku,
        "remote_id": item.remote_id,
        "state": item.state,
        "state_since": item.state_since,
        "reason": item.reason,
        "alarm": item.alarm,
        "rules": {kind: value for kind, value in rules.items() if value},
        "facets": [_facet_story(name, facet) for name, facet in sorted(item.facets.items())],
        "pinned": [
            {"id": p.id, "kind": p.kind, "key": p.key, "run": p.run_id, "by": p.made_by}
            for p in pinned
        ],
        "last_write_at": item.last_write_at,
        "observed_at": item.observed_at,
        "next": _next(item),
    }


def _facet_story(name: str, facet: FacetState) -> dict[str, Any]:
    content = name == "content"
    return {
        "facet": name,
        "wanted": facet.wanted["title"] if content else facet.wanted,
        "acked": _acked(facet, content=content),
        "settled": facet.settled,
        "refused": facet.refused,
        "error": facet.error,
    }


def _acked(facet: FacetState, *, content: bool) -> Any:
    if facet.acked_digest is None:
        return None
    if content:
        return "đúng như muốn" if facet.acked_digest == facet.wanted_digest else "bản cũ"
    return facet.acked


def _next(item: ListingState) -> str:
    """One sentence: what happens next."""
    if item.state == "blocked":
        return "chờ đến khi lý do trên được giải quyết"
    owed = [name for name, f in item.facets.items() if not f.settled and not f.refused]
    if item.remote_id is None:
        return "đăng lên sàn ở lượt tới" if owed else "chờ dữ liệu đổi"
    if owed:
        return f"gửi {', '.join(sorted(owed))} ở lượt tới"
    if any(f.refused for f in item.facets.values()):
        return "sàn đã từ chối; gửi lại khi dữ liệu hoặc luật đổi"
    if item.state == "in_review":
        return "chờ sàn duyệt, xem lại định kỳ"
    return "không có gì phải làm; đối chiếu định kỳ"


def _not_there(product: ProductFacts, shop: ShopFacts, world: World) -> dict[str, Any]:
    capabilities = world.capabilities[shop.channel]
    verdict = certify(product, shop, capabilities, world.rules, world.today)
    waits = assigned(product, shop)
    return {
        "shop": shop.key,
        "channel": shop.channel,
        "item_sku": None,
        "remote_id": None,
        "state": "pending" if waits else "blocked",
        "state_since": None,
        "reason": verdict.reason.as_json() if verdict.reason else None,
        "alarm": None,
        "rules": {},
        "facets": [],
        "pinned": [],
        "last_write_at": None,
        "observed_at": None,
        "next": "lập kế hoạch ở lượt tới" if waits else "chờ thêm vào danh mục",
    }
