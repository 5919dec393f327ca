"""The master key changes while the whole program works: no process restarts, no login is lost."""

from __future__ import annotations

import signal

import pytest

from config.secrets import keys_in
from tests.system.conftest import MARKETS
from tests.system.demo import PATIENCE_S, Demo, eventually

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("first_day")]

BUSY = {
    "OCOP_PULL_EVERY_S": "3", "OCOP_SWEEP_EVERY_S": "1", "OCOP_RECONCILE_EVERY_S": "2",
}  # fmt: skip
NOODLES = "OCOP-24-219-0002"


def test_workers_find_the_new_key(first_day: Demo) -> None:
    with first_day.running(**BUSY) as process:
        eventually("the registry listens", lambda: first_day.registry("GET", "/v1/health"))
        assert _priced(first_day, 27_000)
        workers = {p.pid for p in first_day.processes() if "celery" in " ".join(p.cmdline())}
        (old,) = keys_in(first_day.home)
        said = first_day.cli("keys", "rotate")
        assert said["total"] == said["renewed"] == len(first_day.cli("accounts", "list"))
        (new,) = keys_in(first_day.home)
        assert new != old
        assert _priced(first_day, 25_000)
        after = {p.pid for p in first_day.processes() if "celery" in " ".join(p.cmdline())}
        assert after == workers
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    logs = "".join(p.read_text() for p in (first_day.home / "logs").glob("worker*"))
    assert "không khóa nào" not in logs
    assert old not in logs
    assert new not in logs


def _priced(demo: Demo, price: int) -> bool:
    """The price is in the shops of both channels: their logins were opened by some worker."""
    last = {c: j[-1]["seq"] for c, j in demo.journals().items()}
    edit = {"edit": "price", "pack": "Gói 300 g", "price_vnd": price}
    demo.registry("POST", f"/_sandbox/products/{NOODLES}/edits", edit)

    def arrived() -> bool:
        journals = demo.journals(last)
        return all(any(entry["asks_change"] for entry in journals[channel]) for channel in MARKETS)

    eventually(f"{price} đồng in the shops", arrived)
    return True
