"""A person keeps products out of shops, or lets them in again: a decision, planned at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from models import registry, shops, status
from worker import office
from worker.env import Env
from worker.planning import plan_in


def keep_out(env: Env, listing_ids: Sequence[int], who: str) -> int:
    """These listings are to come down, whatever the register says of their products, until
    somebody lets them in again. Returns the decision's run."""
    return _assort(env, listing_ids, "exclude", who, "ngừng bán")


def let_in(env: Env, listing_ids: Sequence[int], who: str) -> int:
    """Nobody keeps these out any more: they are on sale again where certify lets them. Returns the
    decision's run."""
    return _assort(env, listing_ids, None, who, "bán lại")


def _assort(env: Env, listing_ids: Sequence[int], mode: str | None, who: str, why: str) -> int:
    with env.db.transaction() as session:
        codes: defaultdict[str, set[str]] = defaultdict(set)
        for key, code in status.places_of(session, listing_ids):
            codes[key].add(code)
        run_id = office.begin(env, session, who, f"{why}: {len(listing_ids)} tin")
        touched: set[str] = set()
        for key, mine in sorted(codes.items()):
            shop = shops.by_key(session, key)
            modes = dict.fromkeys(sorted(mine), mode)
            if shop is not None and office.assort(env, session, shop, modes, run_id=run_id):
                touched |= mine
        products = registry.ids_of_codes(session, sorted(touched))
        plan_in(env, session, list(products.values()), run_id)
    return run_id
