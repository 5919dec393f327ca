"""Reconcile: ask each channel what changed, and look at every listing once a day.

The channel's own change feed names items to read; where it is blind (Shopee's ``update_time``
does not move on price and stock, shopee.md trap 15) a rolling sweep reads everything within
``look_all_s`` (a day), a part each period. What a reading means is decided in
:mod:`worker.observe`; the readings themselves are a lane of the shop's drain.
"""

from __future__ import annotations

import math

import structlog

from connectors.errors import ChannelError
from models import queue, reconciling, shops, stops
from models.shop import Shop
from worker import copies, tokens
from worker.env import Env

_log = structlog.get_logger(__name__)

PAGES = 20
"""Most pages of the feed that one reconcile reads; the cursor keeps the rest for the next."""


def reconcile(env: Env, shop_id: int, *, everything: bool = False) -> int:
    """Mark the listings of a shop that should be read again (``everything``: all of them);
    returns how many.

    A channel that does not answer is left to the drain's breaker, and one where something must
    come down is not asked for anything else first: nothing is marked there but the sweep's part.
    """
    with env.db.transaction() as session:
        shop = session.get(Shop, shop_id)
        halted = shop is not None and stops.is_stopped(session, shop_id)
    if shop is None or halted or not shop.enabled or shop.paused_reason:
        return 0
    changed = [] if _others_first(env, shop) else _changed(env, shop)
    with env.db.transaction() as session:
        marked = reconciling.mark_changed(session, shop_id, changed, env.now())
        total = reconciling.listed_count(session, shop_id)
        if everything:
            return reconciling.mark_all(session, shop_id, env.now())
        part = math.ceil(total * min(1.0, env.timing.period_s / env.timing.look_all_s))
        return marked + reconciling.mark_oldest(session, shop_id, part, env.now())


def _others_first(env: Env, shop: Shop) -> bool:
    """The shop's breaker is open, or the first call that gets through is a take-down's."""
    if shop.breaker_until is not None and shop.breaker_until > env.now():
        return True
    with env.db.transaction() as session:
        return shop.id in queue.urgent(session, env.now())


def _changed(env: Env, shop: Shop) -> list[str]:
    """Remote ids that the channel's feed names since the last reconcile; those that are not ours
    are looked at before the cursor goes on."""
    name = f"changes:{shop.key}"
    with env.db.transaction() as session:
        cursor = shops.cursor(session, name)
    ids: list[str] = []
    for _page in range(PAGES):
        try:
            account = tokens.fresh_account(env, shop).account
            connector = env.connector(shop.channel, account)
            changes = connector.changed_since(cursor)
            copies.look(env, shop, connector, changes.remote_ids)
        except ChannelError as error:
            _log.warning("change feed not read", shop=shop.key, error=error.message)
            break
        ids += changes.remote_ids
        cursor = changes.cursor
        with env.db.transaction() as session:
            shops.set_cursor(session, name, cursor, env.now())
        if not changes.more:
            break
    return ids
