"""A push by hand: chosen listings are due at once, and the shops that they are in are drained until
nothing asks any more, as one run that can be watched, stopped and undone."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from models import queue, runs
from models.run import Run
from models.shop import Shop
from worker import halting
from worker.env import Env, StopFlag
from worker.planning import again, plan_products
from worker.push import drain

PATIENCE_S = 60.0
"""How long a push waits for what asks again soon (a review, a second step), seconds."""

LONGEST_S = 240.0
"""What is left after it is the schedule's to send: a Celery task ends before its own limit."""


def begin(env: Env, who: str, why: str, listing_ids: Sequence[int], shop_ids: Sequence[int]) -> int:
    """A run that is to push: everything is planned, and these listings are due at once. Its counts
    say how much there was to send."""
    with env.db.transaction() as session:
        run_id = runs.begin(session, "push", env.now(), slot=None, who=who, why=why)
        assert run_id is not None  # noqa: S101 (only a slot can be taken)
    plan_products(env, run_id=run_id)
    again(env, listing_ids)
    with env.db.transaction() as session:
        total = queue.owed(session, shop_ids)
        runs.progress(session, run_id, {"total": total, "left": total, "shops": list(shop_ids)})
    return run_id


def carry_out(
    env: Env, run_id: int, shop_ids: Sequence[int], *, longest_s: float = LONGEST_S,
    sleep: Callable[[float], None] = time.sleep,
) -> None:  # fmt: skip
    """Drain these shops until nothing of theirs asks within PATIENCE_S, then end the run; a shop
    that a worker drains is left to it and waited for. Whoever ends the run before ends this."""
    ends = env.monotonic() + longest_s
    ours = replace(env, stop=_Over(env, run_id))
    while env.monotonic() < ends and not ours.stop.is_set():
        with env.db.transaction() as session:
            waiting = [i for i in queue.waiting(session, env.now()) if i in shop_ids]
            next_at = queue.next_due(session, shop_ids)
            runs.progress(session, run_id, {"left": queue.owed(session, shop_ids)})
        for shop_id in waiting:
            drain(ours, shop_id, run_id)
        if not waiting:
            wait = (next_at - env.now()).total_seconds() if next_at is not None else None
            if wait is None or wait > PATIENCE_S:
                break
            sleep(min(1.0, max(0.05, wait)))
    _end(env, run_id, shop_ids)


def _end(env: Env, run_id: int, shop_ids: Sequence[int]) -> None:
    with env.db.transaction() as session:
        left = queue.owed(session, shop_ids)
        total = int(session.get_one(Run, run_id).counts.get("total", left))
        counts = {"total": total, "left": left, "sent": max(0, total - left)}
        runs.end(session, run_id, "ok" if not left else "còn nợ", counts, env.now())


def stop(env: Env, run_id: int, who: str) -> bool:
    """End a push, and stop its shops: what it had not sent would be sent by the schedule a few
    seconds later. False when the run has ended already."""
    with env.db.transaction() as session:
        run = session.get(Run, run_id)
        if run is None or run.kind != "push" or run.status != "running":
            return False
        for shop_id in run.counts.get("shops", []):
            shop = session.get_one(Shop, shop_id)
            halting.stop_in(env, session, shop, who=who, why=f"dừng lượt đẩy {run_id}")
        runs.end(session, run_id, f"{who} dừng", run.counts, env.now())
    return True


class _Over(StopFlag):
    """Set when the process ends, or when somebody has ended the run; looked up once a second."""

    def __init__(self, env: Env, run_id: int) -> None:
        self._env, self._run_id = env, run_id
        self._looked_at, self._ended = float("-inf"), False

    def is_set(self) -> bool:
        now = self._env.monotonic()
        if not self._ended and now - self._looked_at >= 1.0:
            self._looked_at = now
            with self._env.db.transaction() as session:
                run = session.get(Run, self._run_id)
                self._ended = run is None or run.status != "running"
        return self._ended or self._env.stop.is_set()
