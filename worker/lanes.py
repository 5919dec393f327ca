"""Which lane a drain works next. Pure.

``take_down`` and ``zero_stock`` are absolute. Below them the most urgent lane goes first, but
every fifth batch belongs to the lane whose oldest row waits longest, so that steady price churn
starves nothing (design: "Facets and lanes").
"""

from __future__ import annotations

from collections.abc import Sequence

from models.listing import CREATE, PRICE, READ, STOCK, SWITCH_ON, ZERO_STOCK
from models.queue import LaneDue

SHARE = 5
"""One batch in so many goes to the longest waiting lane."""


def choose(due: Sequence[LaneDue], turn: int) -> LaneDue | None:
    """The lane for the ``turn``-th batch of a drain, None when nothing is due."""
    if not due:
        return None
    urgent = min(due, key=lambda lane: lane.lane)
    if urgent.lane <= ZERO_STOCK or turn % SHARE != SHARE - 1:
        return urgent
    return min(due, key=lambda lane: (lane.oldest, lane.lane))


def batch_size(lane: int, per_call: int, in_flight: int) -> int:
    """How many rows one claim takes: enough to fill calls, few enough that a drain stays nimble
    and a killed worker leaves few creates to look up."""
    if lane == CREATE:
        return max(per_call, in_flight)
    if lane == READ:
        return max(6 * per_call, 100)  # a few calls in all where one brings many
    if lane in (PRICE, STOCK, ZERO_STOCK):
        return max(per_call, 100)
    if lane == SWITCH_ON:
        return max(per_call, 20)
    return max(per_call, 10)
