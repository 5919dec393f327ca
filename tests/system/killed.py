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

CALLS = ("product/add_item", "product/init_tier_variation", "product/unlist_item")
KINDS = ("hold_before", "late")
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
    """One sync with a kill in each kind of call; ``demo`` has one marketplace, shopee."""
    with demo.running("--once", **QUICK) as process:
        eventually("the workers are up", lambda: demo.shopee("GET", "journal?limit=1"))
        with demo.env() as env:
            chance = random.Random("kill")
            killed = [_killed_in(path, kind, demo, env, chance) for path in CALLS for kind in KINDS]
        assert process.wait(3 * PATIENCE_S) == 0, (demo.home / "test-output.log").read_text()
    return KilledDay(demo, killed, demo.journals(), demo.processes())


def _killed_in(path: str, kind: str, demo: Demo, env: Env, chance: random.Random) -> int:
    """The worker killed in a call of ``path``, at a call number that the seed picks. A call that
    its worker gave up on before the kill does not count: on a busy machine another is held."""
    for _ in range(5):
        fault = {"kind": kind, "path": path, "after": chance.randrange(1, 5), "seconds": 120}
        demo.shopee("POST", "faults", fault)
        held: dict[str, Any] = eventually("a call is held", lambda: demo.shopee("GET", "held"))
        ((number, call),) = held.items()
        pid = _drainer(env, str(call["shop_id"]))
        in_the_call = number in demo.shopee("GET", "held")
        if in_the_call:
            os.kill(pid, signal.SIGKILL)
        eventually("that call is let go", lambda: not demo.shopee("GET", "held"))
        if in_the_call:
            return pid
    raise AssertionError(f"the workers gave up every call of {path} before they were killed")


def _drainer(env: Env, shop_id: str) -> int:
    """Who drains a shop, by the event log."""
    with env.db.transaction() as session:
        row = session.execute(
            text("SELECT e.after ->> 'pid' FROM event e JOIN shop s ON s.id = e.shop_id"
                 " WHERE e.kind = 'drain' AND s.remote_key = :shop ORDER BY e.id DESC LIMIT 1"),
            {"shop": shop_id},
        ).one()  # fmt: skip
    return int(row[0])
