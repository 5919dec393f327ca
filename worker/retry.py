"""What a failed call means for its row and for its shop. Pure.

Faults of the shop (outage, rate, login, an unclear answer) never raise a row's own backoff: the
row is due again at once and the shop's breaker decides when that is. Only where the channel names
the fault, time and again, it may be about this one row: then it lets others pass. A refusal is not
tried again until the data, the rule or the mapping that caused it changes, but for what passes by
itself, which is tried again ever more seldom, and for a take-down, which is an alarm and is tried
again every period. (design: "Retry has two levels")
"""

from __future__ import annotations

from datetime import datetime, timedelta

from connectors.errors import (
    SHOP_FAULTS,
    Ambiguous,
    ChannelError,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)

FIRST_WAIT_S = 30.0
BREAKER_FIRST_S = 5.0
BREAKER_MOST_S = 300.0

_NO_FAULT_OF_IT = ("", "clock", "not_sent")
"""Codes that are ours: the clock, and what was not sent because another row of its batch failed."""

NAMED_FAULTS = 3
"""So often a row that meets a fault which the channel gave a code ("system busy") stays first."""

PASSING_MOST_PERIODS = 24
"""A promotion or a vacation is asked for at least so often: every six hours at the usual period."""


def in_a_row(error: ChannelError, attempts: int, failed_as: str | None) -> tuple[int, str | None]:
    """How often in a row a row has now failed, and in which way, after ``attempts`` failures in the
    way ``failed_as``. A shop's unnamed fault is no failure of the row: it neither counts nor ends
    the others."""
    if is_shop_fault(error) and not _is_named(error):
        return attempts, failed_as
    way = f"{type(error).__name__}:{error.code}"
    return (attempts if way == failed_as else 0) + 1, way


def is_shop_fault(error: ChannelError) -> bool:
    """Whether the error tells about the shop or the line, and not about the row."""
    return isinstance(error, (*SHOP_FAULTS, Ambiguous))


def again_at(
    error: ChannelError,
    attempts: int,
    now: datetime,
    period_s: float,
    *,
    take_down: bool,
    scale: float = 1.0,
) -> datetime | None:
    """When the row is tried again, having failed in this way ``attempts`` times in a row; None: not
    until something changes. ``scale`` multiplies what does not depend on the period
    (Timing.retry_scale)."""
    first_s = FIRST_WAIT_S * scale
    if is_shop_fault(error):
        if not _is_named(error) or attempts <= NAMED_FAULTS:
            return now
        most_s = BREAKER_MOST_S * scale
        return now + timedelta(seconds=backoff_s(attempts - NAMED_FAULTS, first_s, most_s))
    if isinstance(error, Rejected):
        if not take_down and not error.passing:
            return None
        most_s = period_s * (1 if take_down else PASSING_MOST_PERIODS)
        return now + timedelta(seconds=backoff_s(attempts - 1, period_s, most_s))
    if isinstance(error, NotFound):
        return now + timedelta(seconds=min(period_s, first_s))
    return now + timedelta(seconds=backoff_s(attempts, first_s, period_s))


def adopted_at(times: int, last_at: datetime, period_s: float) -> datetime:
    """When an item that the channel did not let us mark ``times`` times in a row is tried again by
    itself: what passes (a ban, a promotion) is not told apart from what stays."""
    return last_at + timedelta(seconds=backoff_s(times, period_s, period_s * PASSING_MOST_PERIODS))


def _is_named(error: ChannelError) -> bool:
    """A fault that the channel gave a code: it may be about this one row."""
    return isinstance(error, (Unavailable, Ambiguous)) and error.code not in _NO_FAULT_OF_IT


def breaker_s(error: ChannelError, trips: int, scale: float = 1.0) -> float:
    """How long a shop's breaker stays open, seconds; what the channel asked for is honoured."""
    if isinstance(error, RateLimited) and error.retry_after is not None:
        return max(1.0, error.retry_after)
    return backoff_s(trips, BREAKER_FIRST_S * scale, BREAKER_MOST_S * scale)


def backoff_s(times: int, first_s: float, most_s: float) -> float:
    """Doubling from ``first_s``, capped."""
    return min(most_s, first_s * 2.0 ** min(times, 16))
