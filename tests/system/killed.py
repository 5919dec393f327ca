"""A first day in which workers are killed in the middle of their calls."""

from __future__ import annotations

import os
import random
import signal
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from tests.system.checker import Journals
from tests.system.demo import PATIENCE_S, Demo, eventually
from worker.env import Env

CALLS = tuple(
    (f"product/{name}", kind)
    for name in ("add_item", "init_tier_variation", "unlist_item")
    for kind in ("hold_before", "late")
)
"""Before the marketplace carried the call out, and after."""
QUICK = {
    "OCOP_SETTLE_SCALE": "0.03",
    "OCOP_CALL_DEADLINE_S": "4",
    "OCOP_LEASE_TTL_S": "6",
    "OCOP_SWEEP_EVERY_S": "1",
}


@dataclass(frozen=True, slots=True)
class KilledDay:
    """As the day ended; ``killed`` and ``left_behind`` are processes, by id."""

    demo: Demo
    killed: list[int]
    journals: Journals
    left_behind: list[Any]


def killed_day(demo: Demo) -> KilledDay:
    """One sync with a kill in each kind of call; ``demo`` has one marketplace, shopee.

    One kind at a time is held, whoever calls, until a worker was killed in it; then the next. So
    the day cannot end before the last kill, however slow the machine is."""
    chance = random.Random("kill")
    killed = []
    with demo.running("--once", **QUICK) as process:
        eventually("the marketplace listens", lambda: demo.shopee("GET", "shops"))
        _hold(demo, *CALLS[0])
        with demo.env() as env:
            for path, kind in CALLS:
                _hold(demo, path, kind, after=chance.randrange(1, 5))
                killed.append(_killed_in(path, kind, demo, env))
        demo.shopee("DELETE", "faults")
        assert process.wait(3 * PATIENCE_S) == 0, (demo.home / "test-output.log").read_text()
    return KilledDay(demo, killed, demo.journals(), demo.processes())


def _hold(demo: Demo, path: str, kind: str, after: int = 0) -> None:
    """Let ``after`` calls of ``path`` pass, and hold all that follow; whatever was held before
    may pass from now on."""
    fault = {"kind": kind, "path": path, "after": after, "times": None, "seconds": 120}
    demo.shopee("DELETE", "faults")
    demo.shopee("POST", "faults", fault)


def _killed_in(path: str, kind: str, demo: Demo, env: Env) -> int:
    """The worker killed in a held call, by its id. A call that its worker gave up on before the
    kill does not count: on a busy machine another is held."""
    while True:
        number, call = eventually(f"a {path} is held ({kind})", lambda: _held(demo, path, kind))
        pid = _drainer(env, str(call["shop_id"]))
        if number in demo.shopee("GET", "held"):
            os.kill(pid, signal.SIGKILL)
            return pid


def _held(demo: Demo, path: str, kind: str) -> tuple[str, Any] | None:
    """The youngest of the held calls: its worker waits longest from now on."""
    held = demo.shopee("GET", "held").items()
    fit = [h for h in held if h[1]["kind"] == kind and h[1]["path"].endswith(path)]
    return max(fit, key=lambda found: int(found[0]), default=None)


def _drainer(env: Env, shop_id: str) -> int:
    """Who drains a shop, by the event log."""
    with env.db.transaction() as session:
        row = session.execute(
            text("SELECT e.after ->> 'pid' FROM event e JOIN shop s ON s.id = e.shop_id"
                 " WHERE e.kind = 'drain' AND s.remote_key = :shop ORDER BY e.id DESC LIMIT 1"),
            {"shop": shop_id},
        ).one()  # fmt: skip
    return int(row[0])
