"""Check a shop: log in, read what it says of itself, and lift the pause that a lost login left."""

from __future__ import annotations

from connectors.contract import ShopFacts
from models import shops
from models.shop import Shop
from worker import planning, tokens
from worker.env import Env


def check(env: Env, shop: Shop) -> ShopFacts:
    """What the shop says of itself now, kept: what it refused may be taken now, and is tried once
    more. Raises a ChannelError that says what is wrong."""
    facts = tokens.ask(env, shop, lambda connector: connector.check())
    with env.db.transaction() as session:
        shops.checked(
            session, shop.id or 0, facts.settings, facts.consent_expires_at, env.now(),
            facts.account_id,
        )  # fmt: skip
    planning.plan_refused(env, shop.id or 0)
    return facts
