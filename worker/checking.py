"""Check a shop: log in, read what it says of itself, lift the pause that a lost login left, and
finish what was left of connecting it."""

from __future__ import annotations

from dataclasses import replace

from connectors.contract import ShopFacts
from models import shops, stops, unread
from models.shop import Shop
from worker import planning, tokens
from worker.env import Env
from worker.settle_in import settle_in_or_say


def check(env: Env, shop: Shop) -> ShopFacts:
    """What the shop says of itself now, kept: what it refused may be taken now, and is tried once
    more. What cannot be finished yet is among the problems. Raises a ChannelError that says what
    is wrong."""
    facts = tokens.ask(env, shop, lambda connector: connector.check())
    with env.db.transaction() as session:
        shops.checked(
            session, shop.id or 0, facts.settings, facts.consent_expires_at, env.now(),
            facts.account_id,
        )  # fmt: skip
    planning.plan_refused(env, shop.id or 0)
    return replace(facts, problems=(*facts.problems, *_settle_in(env, shop.id or 0)))


def _settle_in(env: Env, shop_id: int) -> list[str]:
    """What is still to be done after it, in sentences. A shop that is off or stopped is left as it
    is."""
    with env.db.transaction() as session:
        shop = session.get_one(Shop, shop_id)
        open_ = unread.is_unread(session, shop.key)
        halted = not shop.enabled or stops.is_stopped(session, shop_id)
    if not open_ or halted:
        return []
    settled = settle_in_or_say(env, shop)
    if not settled.left:
        planning.plan_products(env)
    return [*settled.not_adopted, *([settled.left] if settled.left else [])]
