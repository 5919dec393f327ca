"""Explain: for one product and every shop, what the registry says, what holds, what is wanted,
what was acknowledged, when, and what happens next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

Say = Callable[[str], str]
"""A sentence of ours in another language."""


def explain_product(env: Env, key: str, say: Say = str) -> dict[str, Any] | None:
    """The whole story as JSON, told through ``say``; None when no product or pack has this code."""
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
        _shop_story(product, by_shop[item.shop_id], item, world, pinned[item.id], say)
        for item in known
    ]
    seen = {item.shop_id for item in known}
    shops += [
        _not_there(product, shop, world, say)
        for shop in world.shops
        if shop.id not in seen and shop.producer_id in (None, product.producer_id)
    ]
    return {"product": _product_story(product, world, say), "shops": shops}


def _product_story(product: ProductFacts, world: World, say: Say) -> dict[str, Any]:
    certificate = valid_certificate(product.certificates, world.today)
    facts = {"group": product.group, "kind": say(KIND_NAMES[product.kind])}
    lines = [say("Nhóm: %(group)s, loại: %(kind)s") % facts]
    for c in product.certificates:
        state = say("đang có hiệu lực") if c is certificate else c.status
        lines.append(
            say("OCOP %(stars)s sao, %(decision)s") % {"stars": c.stars, "decision": c.decision}
            + f", {day(c.recognised_on)}–{day(c.expires_on)} ({state})"
        )
    for paper in product.papers:
        until = paper.valid_until
        ends = say(", đến %(day)s") % {"day": day(until)} if until else ""
        name = say(PAPER_NAMES[paper.kind])
        lines.append(say("Giấy: %(name)s") % {"name": f"{name} {paper.number}{ends}"})
    for v in product.variants:
        price = f"{v.price_vnd:,} đ".replace(",", ".") if v.price_vnd is not None else None
        stock = say("chưa rõ") if v.stock is None else str(v.stock)
        left = say("tồn kho %(stock)s") % {"stock": stock}
        lines.append(f"{v.sku}: {v.pack}, {price or say('chưa có giá')}, {left}")
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
    say: Say,
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
        "facets": [_facet_story(name, facet, say) for name, facet in sorted(item.facets.items())],
        "pinned": [
            {"id": p.id, "kind": p.kind, "key": p.key, "run": p.run_id, "by": p.made_by}
            for p in pinned
        ],
        "last_write_at": item.last_write_at,
        "observed_at": item.observed_at,
        "next": _next(item, say),
    }


def _facet_story(name: str, facet: FacetState, say: Say) -> dict[str, Any]:
    content = name == "content"
    return {
        "facet": name,
        "wanted": facet.wanted["title"] if content else facet.wanted,
        "acked": _acked(facet, say, content=content),
        "settled": facet.settled,
        "refused": facet.refused,
        "error": facet.error,
    }


def _acked(facet: FacetState, say: Say, *, content: bool) -> Any:
    if facet.acked_digest is None:
        return None
    if content:
        same = facet.acked_digest == facet.wanted_digest
        return say("đúng như muốn") if same else say("bản cũ")
    return facet.acked


def _next(item: ListingState, say: Say) -> str:
    """One sentence: what happens next."""
    if item.state == "blocked":
        return say("chờ đến khi lý do trên được giải quyết")
    owed = [name for name, f in item.facets.items() if not f.settled and not f.refused]
    if item.remote_id is None:
        return say("đăng lên sàn ở lượt tới") if owed else say("chờ dữ liệu đổi")
    if owed:
        return say("gửi %(facets)s ở lượt tới") % {"facets": ", ".join(sorted(owed))}
    if any(f.refused for f in item.facets.values()):
        return say("sàn đã từ chối; gửi lại khi dữ liệu hoặc luật đổi")
    if item.state == "in_review":
        return say("chờ sàn duyệt, xem lại định kỳ")
    return say("không có gì phải làm; đối chiếu định kỳ")


def _not_there(product: ProductFacts, shop: ShopFacts, world: World, say: Say) -> dict[str, Any]:
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
        "next": say("lập kế hoạch ở lượt tới") if waits else say("chờ thêm vào danh mục"),
    }
