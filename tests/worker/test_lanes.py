"""The order of work: take-downs first and always, and nobody starves."""

from __future__ import annotations

from datetime import timedelta

from models.listing import CONTENT, PRICE, STOCK, TAKE_DOWN, ZERO_STOCK
from models.queue import LaneDue
from tests.worker.facts import NOW
from worker.lanes import SHARE, choose


def due(lane, minutes):
    return LaneDue(lane, 10, NOW - timedelta(minutes=minutes))


def test_take_down_and_sold_out_are_absolute():
    lanes = [due(CONTENT, 600), due(TAKE_DOWN, 0), due(ZERO_STOCK, 5)]
    assert all(choose(lanes, turn).lane == TAKE_DOWN for turn in range(20))
    assert all(choose(lanes[::2], turn).lane == ZERO_STOCK for turn in range(20))


def test_the_oldest_of_a_lower_lane_gets_one_batch_in_five():
    lanes = [due(PRICE, 0), due(STOCK, 1), due(CONTENT, 600)]
    chosen = [choose(lanes, turn).lane for turn in range(2 * SHARE)]
    assert chosen.count(CONTENT) == 2
    assert chosen.count(PRICE) == 8


def test_nothing_due_nothing_chosen():
    assert choose([], 0) is None
