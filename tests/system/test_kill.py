"""A worker killed with SIGKILL in the middle of a call, before and after the marketplace carried
it out: the same end, and nothing listed twice."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.clock import today
from tests.system import checker
from tests.system.killed import CALLS, KilledDay

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("run")]


def test_a_killed_worker_loses_and_doubles_nothing(killed_day: KilledDay) -> None:
    journals = killed_day.journals
    assert len(set(killed_day.killed)) == len(CALLS)
    day = today(datetime.fromisoformat(journals["shopee"][0]["at"]))
    book = checker.book((day - checker.BOOK_DAY).days)
    prices = {k: p for k, p in checker.expected(book, day)[0].items() if k[0] == "shopee"}
    seen = checker.shown(journals)
    assert checker.twice(journals) == []
    assert checker.wrongly_there_or_not(book, prices, seen) == []
    assert checker.wrong_stock(book, seen) == []
    assert killed_day.left_behind == []
