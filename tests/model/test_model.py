"""Hypothesis drives the machine: short in the whole suite, 2 000 examples in the long form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Shopkeeping
from tests.model.world import Base

SHORT = {"max_examples": 20, "stateful_step_count": 15, "phases": [Phase.generate]}
LONG = {
    "max_examples": 2000, "stateful_step_count": 30, "phases": [Phase.generate, Phase.shrink],
}  # fmt: skip
"""The short form takes a bounded time, whatever it finds; the long one shrinks what it finds."""


def test_the_shops_are_kept(model_base: Base, request: pytest.FixtureRequest) -> None:
    """Whatever happens, the laws hold, and when it is quiet every shop shows the offer."""

    class Machine(Shopkeeping):
        base = model_base

    size = LONG if request.config.getoption("--long", default=False) else SHORT
    run_state_machine_as_test(
        Machine,
        settings=settings(
            **size,
            deadline=None,
            derandomize=True,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
