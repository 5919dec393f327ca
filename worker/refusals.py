"""A shop whose every call is refused waits for a person: calls are dear, and something is wrong.

Counted over what reached the channel; what it took ends the count, and a take-down that it
refuses is an alarm of its own. While the question is open only take-downs and readings go on
(:mod:`models.queue`). (design: "Guards")
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from connectors.errors import Rejected
from models import facts, holds, shops
from models.holds import Item, Question
from models.listing import TAKE_DOWN
from models.shop import Shop
from worker.rules import active

if TYPE_CHECKING:
    from worker.record import Result

KIND = "all_refused"
BEFORE_CALL = "before_call"
"""The code of what a connector refuses itself, knowing the channel's limits: no call was made."""


def streak(before: int, results: Iterable[Result]) -> int:
    """Refusals in a row after these results."""
    count = before
    for result in results:
        if result.error is None:
            count = 0
        elif _refused_call(result):
            count += 1
    return count


def _refused_call(result: Result) -> bool:
    """What passes by itself (a vacation) asks nobody: it is tried again ever more seldom."""
    called = result.duration_ms is not None and result.claimed.lane != TAKE_DOWN
    error = result.error
    if not called or not isinstance(error, Rejected):
        return False
    return not error.passing and error.code != BEFORE_CALL


def count(session: Session, shop_id: int, results: Sequence[Result], now: datetime) -> None:
    """Keep the shop's refusals in a row; ask when they are too many."""
    shop = session.get_one(Shop, shop_id)
    before = shop.refused_in_row
    after = streak(before, results)
    if after != before:
        shops.set_refused_in_row(session, shop_id, after)
    if after <= before:
        return
    rule = active(facts.load_rules(session)).guard(shop.channel, shop.key)
    if after >= rule.refused:
        last = next(r.error for r in reversed(results) if r.error and _refused_call(r))
        holds.ask(session, _question(shop, after, last.message), now)


def _question(shop: Shop, times: int, words: str) -> Question:
    item = Item(shop.key, KIND, shop.id, detail={"times": times, "last": words})
    message = (
        f"{shop.key}: {times} lần gửi gần nhất đều bị sàn từ chối, lần cuối: {words}. Gian hàng "
        "tạm chờ; gỡ hàng vẫn chạy"
    )
    return Question(KIND, shop.key, message, [item], shop.id)
