"""A first day's sync, for tests that only look at it or go on from it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.demo import Demo
from tests.system.killed import KilledDay
from tests.system.killed import killed_day as kill_in

MARKETS = ("shopee", "tiki")
"""Both kinds of login: a pair of tokens for each shop, and an app's secret."""


@pytest.fixture(scope="session")
def first_day() -> Iterator[Demo]:
    """Everything is in the shops, nothing is owed, nothing runs. Whoever uses it leaves it so;
    its tests are of one group (``first_day``), so that it is made once."""
    with tempfile.TemporaryDirectory(prefix="ocop-day-") as folder:
        demo = Demo(Path(folder) / "home", MARKETS)
        result = demo.once()
        assert result.returncode == 0, result.stderr
        yield demo


@pytest.fixture(scope="session")
def killed_day() -> Iterator[KilledDay]:
    """A first day in which workers were killed; whoever goes on from it is of the group ``run``."""
    with tempfile.TemporaryDirectory(prefix="ocop-run-") as folder:
        yield kill_in(Demo(Path(folder) / "home", markets=["shopee"]))
