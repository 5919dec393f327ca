"""Hypothesis drives the machine: short in the whole suite, 2 000 examples in the long form."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Shopkeeping
from tests.model.world import Base

SHORT = {"max_examples": 20, "stateful_step_count": 15, "phases": [Phase.generate]}
LONG = {
    "max_examples": 500, "stateful_step_count": 30, "phases": [Phase.generate, Phase.shrink],
}  # fmt: skip
PARTS = 4
"""The short form takes a bounded time, whatever it finds; the long one shrinks what it finds, in
parts with a seed each, so that several processes can share it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    long = metafunc.config.getoption("--long", default=False)
    metafunc.parametrize("part", range(PARTS if long else 1))


def test_the_shops_are_kept(part: int, model_base: Base, request: pytest.FixtureRequest) -> None:
    """Whatever happens, the laws hold, and when it is quiet every shop shows the offer."""

    @seed(part)
    class Machine(Shopkeeping):
        base = model_base

    size = LONG if request.config.getoption("--long", default=False) else SHORT
    run_state_machine_as_test(
        Machine,
        settings=settings(
            **size,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
