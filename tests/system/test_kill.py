"""A worker killed with SIGKILL in the middle of a call, before and after the marketplace carried
it out: the same end, and nothing listed twice."""

from __future__ import annotations

import os
import random
import signal
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.clock import today
from tests.system import checker
from tests.system.demo import Demo, eventually
from worker.env import Env

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("run")]

CALLS = ("product/add_item", "product/init_tier_variation", "product/unlist_item")
QUICK = {
    "OCOP_SETTLE_SCALE": "0.03",
    "OCOP_CALL_DEADLINE_S": "4",
    "OCOP_LEASE_TTL_S": "6",
    "OCOP_SWEEP_EVERY_S": "1",
}


@pytest.mark.parametrize("kind", ["hold_before", "late"])
def test_a_killed_worker_loses_and_doubles_nothing(kind: str) -> None:
    with tempfile.TemporaryDirectory(prefix="ocop-kill-") as folder:
        demo = Demo(Path(folder) / "home", markets=["shopee"])
        with demo.running("--once", **QUICK) as process:
            eventually("the workers are up", 60, lambda: demo.shopee("GET", "journal?limit=1"))
            with demo.env() as env:
                chance = random.Random(f"kill {kind}")
                killed = [_killed_in(path, kind, demo, env, chance) for path in CALLS]
            assert process.wait(300) == 0, (demo.home / "test-output.log").read_text()
        assert len(set(killed)) == len(CALLS)
        journals = demo.journals()
        day = today(datetime.fromisoformat(journals["shopee"][0]["at"]))
        book = checker.book((day - checker.BOOK_DAY).days)
        prices = {k: p for k, p in checker.expected(book, day)[0].items() if k[0] == "shopee"}
        seen = checker.shown(journals)
        assert checker.twice(journals) == []
        assert checker.wrongly_there_or_not(book, prices, seen) == []
        assert checker.wrong_stock(book, seen) == []
        assert demo.processes() == []


def _killed_in(path: str, kind: str, demo: Demo, env: Env, chance: random.Random) -> int:
    """The worker killed in a call of ``path``, at a call number that the seed picks. A call that
    its worker gave up on before the kill does not count: on a busy machine another is held."""
    for _ in range(5):
        fault = {"kind": kind, "path": path, "after": chance.randrange(3, 10), "seconds": 120}
        demo.shopee("POST", "faults", fault)
        held: dict[str, Any] = eventually("a call is held", 120, lambda: demo.shopee("GET", "held"))
        ((number, call),) = held.items()
        pid = _drainer(env, str(call["shop_id"]))
        in_the_call = number in demo.shopee("GET", "held")
        if in_the_call:
            os.kill(pid, signal.SIGKILL)
        eventually("that call is let go", 60, lambda: not demo.shopee("GET", "held"))
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
