"""What one shop that never answers costs the others: the time until a new price stands in all of
their listings, beside the same while all answer. The whole program runs, with its Celery workers
and the marketplace's own rates."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from models.shop import Shop
from tests.system.demo import Demo, eventually
from worker.env import Env
from worker.tokens import open_account

ROUNDS = 3
SILENT = {"kind": "silent", "seconds": 120, "times": None}


def measure(rounds: int = ROUNDS) -> float:
    """Seconds while one shop is silent / seconds while all answer, medians of ``rounds``."""
    with tempfile.TemporaryDirectory(prefix="ocop-bench-") as folder:
        demo = Demo(Path(folder) / "home", markets=("shopee",), OCOP_SWEEP_EVERY_S="2")
        with demo.running(), demo.env() as env:
            eventually("the first day is done", lambda: _up(demo) and not _due(env))
            victim, account = _a_small_shop(env)
            well, down = [], []
            for number in range(rounds):
                well.append(_push(demo, env, 2 * number + 1, victim))
                demo.shopee("POST", "faults", SILENT | {"shop_id": account})
                down.append(_push(demo, env, 2 * number + 2, victim))
                demo.shopee("DELETE", "faults")
                eventually("the shop is back", lambda: not _due(env))
                print(f"  all answer {well[-1]:.1f} s, one silent {down[-1]:.1f} s")
    return statistics.median(down) / statistics.median(well)


def _up(demo: Demo) -> bool:
    return "Đang chạy" in (demo.home / "test-output.log").read_text() and bool(demo.journal())


def _due(env: Env, but: int = 0) -> int:
    """Facets that shops (but one) owe."""
    with env.db.transaction() as session:
        query = "SELECT count(*) FROM listing_facet WHERE due AND shop_id <> :but"
        return int(session.execute(text(query), {"but": but}).scalar_one())


def _a_small_shop(env: Env) -> tuple[int, int]:
    """The shop with the fewest listings, and its account: the busiest one is among the others."""
    with env.db.transaction() as session:
        (shop_id,) = session.execute(
            text("SELECT shop_id FROM listing WHERE remote_id IS NOT NULL GROUP BY shop_id"
                 " ORDER BY count(*), shop_id LIMIT 1")
        ).one()  # fmt: skip
        shop = session.get_one(Shop, shop_id)
    return shop_id, int(open_account(env, shop).account.credentials["shop_id"])


def _push(demo: Demo, env: Env, percent: int, but: int) -> float:
    """Seconds from an operator's word to the last of the others' price calls."""
    before = len(demo.journal())
    began = time.time()
    demo.told("rules", "set", "price", f'{{"markup_pct": {percent}}}')
    eventually("the others have their price", lambda: not _due(env, but))
    last = max(_at(entry) for entry in demo.journal(before) if "update_price" in entry["path"])
    return last - began


def _at(entry: dict[str, Any]) -> float:
    return datetime.fromisoformat(entry["at"]).timestamp()
