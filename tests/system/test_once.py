"""``make once`` against a second opinion: the first day, again at once, and past midnight."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from config.clock import today
from tests.system import checker
from tests.system.demo import Demo
from worker.explain import explain_product

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("once")]


class Day:
    """The first day's sync, done once for all tests here."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.result = demo.once()
        self.journal = demo.journal()
        first = datetime.fromisoformat(self.journal[0]["at"])
        self.date: date = today(first)
        self.shift = (self.date - checker.BOOK_DAY).days

    def expected(self, later: int = 0) -> tuple[checker.Shown, Any]:
        return checker.expected(checker.book(self.shift), self.date + timedelta(days=later))


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with tempfile.TemporaryDirectory(prefix="ocop-once-") as folder:
        yield Day(Demo(Path(folder) / "home"))


def test_it_ends_well_with_a_table(day: Day) -> None:
    assert day.result.returncode == 0, day.result.stderr
    assert "đang bán" in day.result.stdout
    assert "Traceback" not in day.result.stderr + day.result.stdout


def test_the_shops_show_exactly_what_the_registry_and_the_rules_say(day: Day) -> None:
    expected, reasons = day.expected()
    assert checker.shown(day.journal) == expected
    assert dict(reasons) == checker.REASONS


def test_most_products_are_live_and_none_is_there_twice(day: Day) -> None:
    skus = {sku for _shop, sku in checker.shown(day.journal)}
    assert len({sku.rsplit("-", 1)[0] for sku in skus}) >= 60
    assert checker.twice(day.journal) == []


def test_nothing_was_ever_on_sale_that_may_not_be(day: Day) -> None:
    """Not only at the end: no item was NORMAL in any shop that should not show it."""
    expected, _reasons = day.expected()
    ever = {
        (str(entry["shop_id"]), pack[0])
        for entry in day.journal
        for item in entry["effect"]
        if item["status"] == "NORMAL"
        for pack in item["packs"]
    }
    assert ever <= set(expected)


def test_live_means_seen_live_after_the_last_write(day: Day) -> None:
    with day.demo.env() as env, env.db.transaction() as session:
        rows = session.execute(
            text("SELECT count(*), count(*) FILTER (WHERE observed_at > last_write_at)"
                 " FROM listing WHERE state = 'live'")
        ).one()  # fmt: skip
    assert rows[0] == rows[1] > 90


def test_every_product_can_be_explained(day: Day) -> None:
    with day.demo.env() as env:
        stories = {code: explain_product(env, code) for code in checker.book(0)}
    assert len(stories) == 155
    for code, story in stories.items():
        assert story is not None, code
        for shop in story["shops"]:
            assert shop["state"] == "live" or shop["reason"]["advice"], (code, shop)


def test_nothing_is_left_to_send(day: Day) -> None:
    assert day.demo.cli("plan") == {"changes": []}


def test_no_process_is_left_behind(day: Day) -> None:
    assert day.demo.processes() == []


def test_a_second_run_changes_nothing(day: Day) -> None:
    last = day.journal[-1]["seq"]
    again = day.demo.once()
    assert again.returncode == 0, again.stderr
    assert checker.writes(day.demo.journal(last)) == []


def test_past_midnight_only_the_dates_make_a_difference(day: Day) -> None:
    """Certificates that end today come down tomorrow; nothing else is touched."""
    days = _days_to_the_next_lapse(day)
    _pass_time(day, days - 1)
    last = day.demo.journal()[-1]["seq"]
    again = day.demo.once(OCOP_CLOCK_SHIFT_S=str(days * 86400))
    assert again.returncode == 0, again.stderr
    before, _ = day.expected()
    after, _ = day.expected(later=days)
    touched = {
        item["item_id"] for entry in checker.writes(day.demo.journal(last))
        for item in entry["effect"]
    }  # fmt: skip
    assert checker.shown(day.demo.journal()) == after
    gone = {_item_of(day.demo.journal(), *key) for key in set(before) - set(after)}
    assert touched == gone
    assert gone


def _pass_time(day: Day, days: int) -> None:
    """The program is started now and then, so that no shop's login is lost; nothing changes."""
    last = day.demo.journal()[-1]["seq"]
    for passed in (*range(1, days, 25), days):
        result = day.demo.once(OCOP_CLOCK_SHIFT_S=str(passed * 86400))
        assert result.returncode == 0, result.stderr
    assert checker.writes(day.demo.journal(last)) == []


def _days_to_the_next_lapse(day: Day) -> int:
    """Days until some product that is on sale has lapsed."""
    now, _ = day.expected()
    return next(n for n in range(1, 400) if set(day.expected(later=n)[0]) != set(now))


def _item_of(journal: list[dict[str, Any]], shop_id: str, sku: str) -> int:
    found = [
        item["item_id"] for entry in journal if str(entry["shop_id"]) == shop_id
        for item in entry["effect"] if any(pack[0] == sku for pack in item["packs"])
    ]  # fmt: skip
    return int(found[-1])
