"""What follows a login that works: our goods get categories, the shop is read through, and what is
surely ours there is adopted.

The connecting does it at once. Where the channel stopped answering on the way, the shop stays
unread (:mod:`models.unread`), and whoever is next finishes it: a check of the shop, or its drain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from connectors.errors import ChannelError, RateLimited
from models import categories, pairing, unread
from models.shop import Shop
from worker import adopting, mapping, mappings
from worker.env import Env
from worker.saying import say

_Answer = TypeVar("_Answer")

TRIES = 3
"""So often a step that was too fast for the channel is taken while a person waits."""

SHORT_S = 1.0
"""The longest wait that a channel may name for that, seconds."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of it; ``left`` says what is still to be done and why, "" where nothing is."""

    mapped: int = 0
    unmapped: tuple[str, ...] = ()
    adopted: int = 0
    waiting: int = 0
    """Packs of the shop that are ours, and those that a person has to judge."""
    not_adopted: tuple[str, ...] = ()
    """Items that are surely ours and could not be marked as such, in sentences."""
    left: str = ""


def settle_in(env: Env, shop: Shop) -> Settled:
    """Propose categories, read the shop through and adopt; from then on it may create. Repeating it
    does no harm. Raises ChannelError."""
    mapped, unmapped = _map(env, shop)
    problems = adopting.look_through(env, shop)
    with env.db.transaction() as session:
        unread.done(session, shop.key)
        verdicts = [row.verdict for row in pairing.of_shop(session, shop.id or 0)]
    adopted, waiting = verdicts.count("adopted"), verdicts.count("doubtful")
    return Settled(mapped, unmapped, adopted, waiting, tuple(problems))


def settle_in_or_say(env: Env, shop: Shop) -> Settled:
    """The same, while a person waits: what the channel does not let through now is left to the
    schedule, and said."""
    try:
        return patiently(env, shop, lambda: settle_in(env, shop))
    except ChannelError as error:
        with env.db.transaction() as session:
            unread.mark(session, shop.key, env.now())
        return Settled(left=what_is_left(shop, error.message))


def what_is_left(shop: Shop, why: str) -> str:
    """The sentence for a shop that is connected and not read through."""
    return say(
        "gian hàng đã kết nối nhưng chưa đọc xong nên chưa đăng hàng mới (%(why)s); lịch chạy tự "
        "làm tiếp, hoặc làm ngay: ocop-sync accounts check %(shop)s",
        why=why, shop=shop.key,
    )  # fmt: skip


def patiently(env: Env, shop: Shop, step: Callable[[], _Answer]) -> _Answer:
    """A step that may be repeated. Where it is too fast for the channel, the shop's limiter makes
    the next try slower. Raises what the step raises."""
    for _ in range(TRIES - 1):
        try:
            return step()
        except RateLimited as error:
            if error.retry_after is not None and error.retry_after > SHORT_S:
                raise
            env.limiter(shop.key, env.capabilities[shop.channel]).slower()
    return step()


def _map(env: Env, shop: Shop) -> tuple[int, tuple[str, ...]]:
    """Propose categories for goods that have none yet in this market: how many have one now, and
    the kinds that have none."""
    market, connector = mappings.market_of(shop), mappings.connector_of(env, shop)
    starter = connector.capabilities.starter
    with env.db.transaction() as session:
        known = categories.mapped(session, market)
    wanted = [row for row in starter if (row.kind, row.words) not in known]
    proposals = mapping.propose(connector.categories(), wanted) if wanted else []
    leaves = sorted({p.category_id for p in proposals})
    attributes = connector.attributes(leaves) if leaves else {}
    rows = [
        categories.MapRow(
            p.kind, p.words, p.category_id,
            tuple(mapping.default_attributes(attributes.get(p.category_id, ()))), p.name,
        )
        for p in proposals
    ]  # fmt: skip
    with env.db.transaction() as session:
        categories.add(session, market, rows)
        known = categories.mapped(session, market)
    unmapped = sorted({row.kind for row in starter} - {kind for kind, _words in known})
    return len(rows), tuple(unmapped)
