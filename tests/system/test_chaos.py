"""The campaign's short form: a handful of each, with the whole program running (docs/chaos.md)."""

from __future__ import annotations

import random

import pytest

from chaos import deeds
from chaos.campaign import Campaign
from chaos.plan import SHARES, Size, plan
from chaos.scale import Scale
from tests.system import checker

pytestmark = pytest.mark.xdist_group("chaos")  # groups begin first, and this one takes long

SHORT = Size(
    seconds=20,
    faults=80,
    kills=5,
    edits=20,
    hands=4,
    extras=2,
    gone=1,
    markets=("shopee",),
    least_faults=10,
    least_kills=2,
)


@pytest.mark.process
def test_nothing_is_lost_doubled_or_wrongly_on_sale() -> None:
    report = Campaign(seed=20, size=SHORT, scale=Scale(90)).run()
    assert report.verdict is not None
    assert report.verdict.broken() == report.fell == report.overdrawn == []
    assert report.right_after_s is not None
    assert report.faults.total() >= SHORT.least_faults
    assert report.kills.total() >= SHORT.least_kills
    assert report.verdict.on_sale > 90


def test_a_seed_makes_one_plan() -> None:
    size = Size(seconds=600, faults=1500, kills=60, edits=100, hands=20, extras=10, gone=5)
    assert plan(7, size) == plan(7, size) != plan(8, size)
    steps = plan(7, size)
    assert [s.at_s for s in steps] == sorted(s.at_s for s in steps)
    assert sum(s.body.get("times", 1) for s in steps if s.what == "fault") == 1500 + 3
    assert sum(s.what in ("kill", "cut") for s in steps) == 60
    assert {s.market for s in steps if s.what == "fault"} == {*SHARES, "registry"}


def test_an_edit_keeps_what_no_person_has_to_judge() -> None:
    """No price leaves its neighbourhood, whatever the chance."""
    book = checker.book(0)
    prices = {(code, p.text): p.price for code, product in book.items() for p in product.packs}
    chance = random.Random(1)
    for _ in range(500):
        ask = deeds.edit("price", chance.random(), book)
        if ask is not None:
            was = prices[ask.path.split("/")[1], ask.body["pack"]]
            assert 0.9 * was - 500 <= ask.body["price_vnd"] <= 1.1 * was + 500
