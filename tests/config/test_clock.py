from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from config import clock

EVENING = datetime(2025, 6, 30, 16, 59, 59, tzinfo=UTC)


def test_now_is_aware_and_utc() -> None:
    with time_machine.travel(EVENING, tick=False):
        assert clock.now() == EVENING
        assert clock.now().tzinfo is UTC


def test_the_shift_shows_tomorrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCOP_CLOCK_SHIFT_S", "86400")
    with time_machine.travel(EVENING, tick=False):
        assert clock.now() == EVENING + timedelta(days=1)


def test_the_day_begins_at_midnight_in_vietnam() -> None:
    assert clock.today(EVENING) == date(2025, 6, 30)
    assert clock.today(EVENING + timedelta(seconds=1)) == date(2025, 7, 1)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001
def test_vietnam_is_seven_hours_ahead(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    assert clock.today(aware) == (moment + timedelta(hours=7)).date()
