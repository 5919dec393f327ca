"""A second item with a SKU of ours: a person is asked, and it is never touched.

One stood there before us, or somebody copies a listing of ours. Either sells under our SKU what
we neither fill nor take down, so nobody may take it for ours in silence. One that is off sale
harms nobody; it is looked at again when the channel says that it changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import structlog
from sqlmodel import Session

from connectors.contract import Connector, RemoteState, RemoteStatus
from models import copies, holds, pairing
from models.copies import TWO_ITEMS, Claim
from models.holds import Item, Question
from models.shop import Shop
from worker.env import Env
from worker.items import read_living
from worker.reasons import reason
from worker.retry import is_shop_fault

_log = structlog.get_logger(__name__)

ON_SALE = frozenset({RemoteStatus.LIVE, RemoteStatus.IN_REVIEW})
"""Sold to buyers, or will be without another word from the shop."""


def look(env: Env, shop: Shop, connector: Connector, changed: Iterable[str] = ()) -> None:
    """Read the items that changed and are not ours, and those that may be copies; ask about what
    is. Raises ChannelError where the shop does not answer."""
    shop_id = shop.id or 0
    with env.db.transaction() as session:
        ids = {*changed, *copies.suspects(session, shop_id)} - pairing.ours(session, shop_id)
    seen, all_seen = _read(connector, sorted(ids))
    with env.db.transaction() as session:
        ours = pairing.ours(session, shop_id) | copies.declined(session, shop_id)
        others = [state for state in seen if state.remote_id not in ours]
        claims = copies.claims(session, shop_id, {sku for state in others for sku in _skus(state)})
    found = doubled(claims, others)
    standing, _ = _read(connector, sorted(claim.remote_id for claim in claims if found[claim]))
    living = {state.remote_id for state in standing}
    with env.db.transaction() as session:
        over = [claim for claim in claims if not found[claim]] if all_seen else []
        holds.end(session, TWO_ITEMS, [_key(shop_id, claim) for claim in over], env.now())
        for claim in claims:
            if claim.remote_id in living:
                _ask(env, session, shop_id, claim, found[claim])


def doubled(claims: Sequence[Claim], others: Sequence[RemoteState]) -> Mapping[Claim, list[str]]:
    """The remote ids of the other items on sale that carry a SKU of each listing. Pure."""
    carried = [(s.remote_id, _skus(s)) for s in others if s.status in ON_SALE]
    return {claim: sorted(i for i, skus in carried if skus & claim.skus) for claim in claims}


def _skus(state: RemoteState) -> set[str]:
    said = (state.item_sku, *(pack.sku for pack in state.variants))
    return {sku.strip().upper() for sku in said} - {""}


def _read(connector: Connector, ids: Sequence[str]) -> tuple[list[RemoteState], bool]:
    """What of these can be read, and whether all could: one that the channel will not show holds
    up no other, and is not gone."""
    states, errors = read_living(connector, ids)
    for error in errors:
        if is_shop_fault(error):
            raise error
        _log.warning("item of the shop not read", error=error.message)
    return states, not errors


def _key(shop_id: int, claim: Claim) -> str:
    """The same as that of a create that finds two: it is one question."""
    return f"{shop_id}/{claim.item_sku}"


def _ask(env: Env, session: Session, shop_id: int, claim: Claim, others: Sequence[str]) -> None:
    ids = ", ".join(sorted({claim.remote_id, *others}))
    why, key = reason("TWO_ITEMS", ids), _key(shop_id, claim)
    about = Item(key, ids, shop_id, claim.product_id, {"ids": ids, "listing": claim.listing_id})
    message = f"{claim.item_sku}: {why.text}"
    question = Question(TWO_ITEMS, key, message, [about], shop_id, claim.product_id)
    holds.ask(session, question, env.now())
