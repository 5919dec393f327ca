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
from tests.system.demo import Demo, eventually
from worker.explain import explain_product

DAY_S = "86400"

pytestmark = [pytest.mark.process, pytest.mark.xdist_group("once")]


class Day:
    """The first day's sync on all channels, done once for all tests here."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.result = demo.once()
        self.journals = demo.journals()
        first = datetime.fromisoformat(self.journals["shopee"][0]["at"])
        self.date: date = today(first)
        self.book = checker.book((self.date - checker.BOOK_DAY).days)
        self.seen = checker.shown(self.journals)

    def expected(self, later: int = 0) -> tuple[dict[checker.Key, int], Any]:
        return checker.expected(self.book, self.date + timedelta(days=later))


@pytest.fixture(scope="module")
def day() -> Iterator[Day]:
    with tempfile.TemporaryDirectory(prefix="ocop-once-") as folder:
        yield Day(Demo(Path(folder) / "home"))


def test_it_ends_well_with_a_table(day: Day) -> None:
    assert day.result.returncode == 0, day.result.stderr
    assert "đang bán" in day.result.stdout
    for channel in checker.REASONS:
        assert channel in day.result.stdout
    assert "Traceback" not in day.result.stderr + day.result.stdout


def test_the_shops_show_exactly_what_the_registry_and_the_rules_say(day: Day) -> None:
    prices, reasons = day.expected()
    assert checker.wrongly_there_or_not(day.book, prices, day.seen) == []
    assert {channel: dict(counted) for channel, counted in reasons.items()} == checker.REASONS


def test_every_pack_s_stock_is_one_pool_over_all_channels(day: Day) -> None:
    assert checker.wrong_stock(day.book, day.seen) == []


@pytest.mark.parametrize(("channel", "least"), [
    ("shopee", 60), ("tiki", 40), ("woocommerce", 40), ("san24h", 40),
])  # fmt: skip
def test_many_products_are_live_on_each_channel(day: Day, channel: str, least: int) -> None:
    skus = {sku for where, _shop, sku in day.seen if where == channel}
    assert len({sku.rsplit("-", 1)[0] for sku in skus}) >= least


def test_nothing_is_there_twice(day: Day) -> None:
    assert checker.twice(day.journals) == []


def test_nothing_was_ever_on_sale_that_may_not_be(day: Day) -> None:
    """Not only at the end: nothing was ever to be seen in a shop that should not show it."""
    prices, _reasons = day.expected()
    assert checker.ever_on_sale(day.journals) <= set(prices)


def test_live_means_seen_live_after_the_last_write(day: Day) -> None:
    with day.demo.env() as env, env.db.transaction() as session:
        rows = session.execute(
            text("SELECT count(*), count(*) FILTER (WHERE observed_at > last_write_at)"
                 " FROM listing WHERE state = 'live'")
        ).one()  # fmt: skip
    assert rows[0] == rows[1] > 400


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
    last = _last(day)
    again = day.demo.once()
    assert again.returncode == 0, again.stderr
    assert _writes(day, last) == []


def test_past_midnight_only_the_dates_make_a_difference(day: Day) -> None:
    """Certificates that end today come down tomorrow; nothing else is touched. A floor that takes
    files sees it at its next visit, so the program is kept running until then."""
    ending = _sold_everywhere(day)[:2]
    with day.demo.sandboxes():
        for code in ending:
            _certify_until_today(day, code)
    assert day.demo.once().returncode == 0
    before, _ = day.expected()
    assert checker.wrongly_there_or_not(day.book, before, checker.shown(day.demo.journals())) == []
    last = _last(day)
    again = day.demo.once(OCOP_CLOCK_SHIFT_S=DAY_S)
    assert again.returncode == 0, again.stderr
    after, _ = day.expected(later=1)
    gone = {(channel, sku) for channel, _shop, sku in set(before) - set(after)}
    assert {channel for channel, _sku in gone} == set(checker.REASONS)
    touched = {(c, sku) for c, item in _writes(day, last) for sku, _price, _stock in item["packs"]}
    assert touched <= gone

    def wrong() -> list[str]:
        return checker.wrongly_there_or_not(day.book, after, checker.shown(day.demo.journals()))

    assert [line for line in wrong() if "san24h" not in line] == []
    with day.demo.running(OCOP_CLOCK_SHIFT_S=DAY_S):
        eventually("the floor has seen it", lambda: not wrong())


def _sold_everywhere(day: Day) -> list[str]:
    channels = {(code, channel) for channel, _shop, sku in day.seen for code in (sku[:16],)}
    return sorted(
        code for code in day.book if all((code, channel) in channels for channel in checker.REASONS)
    )


def _certify_until_today(day: Day, code: str) -> None:
    """The registry says that today is the certificate's last day."""
    body = {"edit": "expired", "expires_on": day.date.isoformat()}
    day.demo.registry("POST", f"/_sandbox/products/{code}/edits", body)
    day.book[code].expires = day.date


def _last(day: Day) -> dict[str, int]:
    return {c: journal[-1]["seq"] for c, journal in day.demo.journals().items()}


def _writes(day: Day, last: dict[str, int]) -> list[tuple[str, Any]]:
    """(channel, item) of what calls changed since."""
    return [
        (channel, item)
        for channel, journal in day.demo.journals(last).items()
        for entry in checker.writes(journal)
        for item in entry["effect"] or [{"packs": [], "path": entry["path"]}]
    ]
