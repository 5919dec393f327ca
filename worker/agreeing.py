"""Producers agree that the province's shops sell their goods: a decision, planned at once.

A producer's own shop sells what is theirs without being asked; a shop of the province sells the
goods of those who agreed (design: assortment).
"""

from __future__ import annotations

from collections.abc import Sequence

from models import owners, turns
from worker import office
from worker.env import Env
from worker.planning import plan_in


def agree(env: Env, producer_ids: Sequence[int], who: str, *, agreed: bool) -> list[int]:
    """Write down that these agree, or no longer do; their goods are planned for. Returns those of
    whom that is new."""
    word = "đồng ý" if agreed else "thôi đồng ý"
    with env.db.transaction() as session:
        turns.take(session, None)
        why = f"{word} cho gian hàng của tỉnh bán: {len(producer_ids)} chủ thể"
        run_id = office.begin(env, session, who, why)
        changed = office.agree(env, session, producer_ids, agreed=agreed, run_id=run_id)
        plan_in(env, session, owners.products_of(session, changed), run_id)
    return changed
