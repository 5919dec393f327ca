"""Faults of the shop never cost a row; refusals wait for a change; take-downs are asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import (
    Ambiguous,
    AuthExpired,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)
from tests.worker.facts import NOW
from worker.retry import again_at, breaker_s, in_a_row


def when(error, attempts=3, *, take_down=False):
    return again_at(error, attempts, NOW, 900.0, take_down=take_down)


@pytest.mark.parametrize("kind", [RateLimited, Unavailable, Ambiguous, AuthExpired])
def test_a_shop_s_fault_leaves_the_row_due(kind):
    assert when(kind("x"), attempts=50) == NOW


def test_a_fault_that_the_channel_names_time_and_again_lets_others_pass():
    """It may be about this one row: at most as long as the breaker waits."""
    busy = Unavailable("system busy", code="error_inner")
    assert [when(busy, n) for n in (1, 2, 3)] == [NOW] * 3
    assert when(busy, 4) > NOW
    assert when(busy, 50) == NOW + timedelta(seconds=300)
    for ours in ("clock", "not_sent"):
        assert when(Unavailable("said by ourselves", code=ours), 50) == NOW


def test_what_counts_are_failures_of_one_kind_in_a_row():
    """A shop that was down for hours says nothing about the row: see the long wait that a
    promotion's first refusal would get."""
    promotion = Rejected("in a promotion", code="error_promotion", passing=True)
    busy = Unavailable("system busy", code="error_inner")
    met = [promotion, promotion, Unavailable("down"), Ambiguous("cut"), RateLimited("slow"),
           promotion, busy, busy, promotion, Rejected("too short", code="error_title")]  # fmt: skip
    times, way, counts = 0, None, []
    for error in met:
        times, way = in_a_row(error, times, way)
        counts.append(times)
    assert counts == [1, 2, 2, 2, 2, 3, 1, 2, 1, 1]


def test_a_refusal_waits_for_a_change_but_a_take_down_is_tried_every_period():
    assert when(Rejected("no")) is None
    assert when(Rejected("no"), take_down=True) == NOW + timedelta(seconds=900)


def test_what_passes_by_itself_is_tried_again_ever_more_seldom():
    promotion = Rejected("in a promotion", passing=True)
    waits = [(when(promotion, n) - NOW).total_seconds() for n in range(1, 12)]
    assert waits[:4] == [900, 1800, 3600, 7200]
    assert waits[-1] == 6 * 3600
    assert when(promotion, 11, take_down=True) == NOW + timedelta(seconds=900)


def test_a_broken_answer_backs_off_to_one_period():
    waits = [when(ProtocolError("?"), n) - NOW for n in range(12)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(seconds=900)


def test_the_breaker_honours_what_the_channel_asked_for():
    assert breaker_s(RateLimited("slow", retry_after=42), 9) == 42
    assert breaker_s(Unavailable("x"), 0) < breaker_s(Unavailable("x"), 3) <= 300


def test_a_rehearsal_s_waits_are_scaled_but_what_a_channel_asks_for_is_not():
    assert breaker_s(Unavailable("x"), 2, 0.5) == breaker_s(Unavailable("x"), 2) / 2
    assert breaker_s(Unavailable("x"), 50, 0.1) == 30
    assert breaker_s(RateLimited("slow", retry_after=42), 9, 0.1) == 42
    waited = again_at(ProtocolError("?"), 1, NOW, 900.0, take_down=False, scale=0.1)
    assert waited - NOW == (when(ProtocolError("?"), 1) - NOW) / 10
    busy = Unavailable("system busy", code="error_inner")
    waited = again_at(busy, 50, NOW, 900.0, take_down=False, scale=0.1)
    assert waited - NOW == timedelta(seconds=30)
