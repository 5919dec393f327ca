"""A deploy in the middle of a push: the next version migrates the database and works beside this
one, this one ends, the next finishes; then the deploy is taken back."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from chaos.processes import Processes
from config.clock import today
from models import migrations
from tests.system import checker
from tests.system.demo import PATIENCE_S, ROOT, Demo, eventually
from tests.system.killed import QUICK
from worker.env import Env

pytestmark = pytest.mark.process

ROOMS = ("config", "connectors", "console", "models", "sandbox", "worker")
NEXT = f"{int(migrations.head()) + 1:04}"
MIGRATION = f"""
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{NEXT}", "{migrations.head()}", None, None


def upgrade():
    op.add_column("event", sa.Column("later", sa.Text(), server_default="", nullable=False))
    op.create_table("later", sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ocop-dep-") as name:
        yield Path(name)


def test_two_versions_on_one_database_lose_and_double_nothing(folder: Path) -> None:
    home = folder / "home"
    ours = Demo(home, ["shopee"], **QUICK)
    theirs = Demo(home, ["shopee"], **QUICK)
    theirs.root = next_version(folder / "next")
    with ours.running("--once") as process:
        eventually("the marketplace listens", lambda: ours.shopee("GET", "shops"))
        hold = {"kind": "hold_before", "path": "add_item", "after": 10, "times": None}
        ours.shopee("POST", "faults", {**hold, "seconds": 120})
        eventually("a call is held", lambda: ours.shopee("GET", "held"))
        with ours.env() as env:
            theirs.cli("status")
            assert migrations.current(env.db.engine) == NEXT
            since = last_event(env)
            with workers(theirs, Processes(home)) as worker:
                ours.shopee("DELETE", "faults")
                eventually("the next version drains", lambda: drainers(env, since) & below(worker))
                eventually("this one, too", lambda: drainers(env, since) - below(worker))
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
    assert theirs.once().returncode == 0
    assert wrong(ours) == []
    assert ours.cli("plan") == {"changes": []}  # the deploy is taken back: our code, their schema
    assert ours.processes() == []


def wrong(demo: Demo) -> list[object]:
    """What is doubled, missing, not to be on sale, or of a wrong stock."""
    journals = demo.journals()
    day = today(datetime.fromisoformat(journals["shopee"][0]["at"]))
    book = checker.book((day - checker.BOOK_DAY).days)
    prices = {k: p for k, p in checker.expected(book, day)[0].items() if k[0] == "shopee"}
    seen = checker.shown(journals)
    there = checker.wrongly_there_or_not(book, prices, seen)
    return [*checker.twice(journals), *there, *checker.wrong_stock(book, seen)]


def next_version(root: Path) -> Path:
    """This program with one more migration."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, root / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "celery_app.py", root)
    (root / "models" / "migrations" / "versions" / f"{NEXT}_later.py").write_text(MIGRATION)
    return root


@contextmanager
def workers(demo: Demo, running: Processes) -> Iterator[int]:
    """A worker for every queue of the program that runs, of the demo's own code; its process."""
    queues = ("-Q", "urgent,push,pull", "-c", "3", "-n", "next@%h")
    with (demo.home / "next-worker.log").open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_app", "worker", *queues],
            cwd=demo.root, stdout=out, stderr=out,
            env={**running.environment(), "PYTHONPATH": str(demo.root)},
        )  # fmt: skip
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def below(pid: int) -> set[int]:
    return {child.pid for child in psutil.Process(pid).children()}


def last_event(env: Env) -> int:
    with env.db.transaction() as session:
        return int(session.execute(text("SELECT max(id) FROM event")).scalar_one())


def drainers(env: Env, after: int) -> set[int]:
    """The processes that began to drain a shop since an event."""
    with env.db.transaction() as session:
        rows = session.execute(
            text("SELECT (after ->> 'pid')::int FROM event WHERE kind = 'drain' AND id > :after"),
            {"after": after},
        )
        return set(rows.scalars())
