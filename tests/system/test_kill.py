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
            _plant(demo, kind, random.Random(f"kill {kind}"))
            killed = [_kill_a_held_worker(demo) for _ in CALLS]
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


def _plant(demo: Demo, kind: str, chance: random.Random) -> None:
    """One fault for each kind of call, at a call number that the seed picks."""
    eventually("the marketplace listens", 60, lambda: demo.shopee("GET", "shops"))
    for path in CALLS:
        fault = {"kind": kind, "path": path, "after": chance.randrange(3, 15), "seconds": 120}
        demo.shopee("POST", "faults", fault)


def _kill_a_held_worker(demo: Demo) -> int:
    """The worker whose call is being held, by its own event log; killed."""
    held: dict[str, Any] = eventually("a call is held", 120, lambda: demo.shopee("GET", "held"))
    number, call = next(iter(held.items()))
    pid = _drainer(demo, str(call["shop_id"]))
    os.kill(pid, signal.SIGKILL)
    eventually("that call is let go", 60, lambda: number not in demo.shopee("GET", "held"))
    return pid


def _drainer(demo: Demo, shop_id: str) -> int:
    with demo.env() as env, env.db.transaction() as session:
        row = session.execute(
            text("SELECT e.after ->> 'pid' FROM event e JOIN shop s ON s.id = e.shop_id"
                 " WHERE e.kind = 'drain' AND s.remote_key = :shop ORDER BY e.id DESC LIMIT 1"),
            {"shop": shop_id},
        ).one()  # fmt: skip
    return int(row[0])
