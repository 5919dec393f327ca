"""The checks as a pytest class, one test a check, answer and case. Imports pytest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.conformance.check import Absent, Check
from connectors.conformance.checks import CHECKS
from connectors.conformance.proof import LEVELS, Proof
from connectors.conformance.rig import Rig
from connectors.conformance.world import World

PROPERTY = "ocop-conformance"
"""Under this name each test report says which check it was (see the plugin)."""


def suite(rig: Rig) -> type:
    """``TestShopee = suite(ShopeeRig())``: test ids read channel, answer, case."""
    tests = {f"test_{check.name}": _test(check, rig) for check in applying(rig)}
    channel = rig.connector.capabilities.channel
    return type(f"Conformance_{channel}", (), tests)


def applying(rig: Rig) -> list[Check]:
    """The checks that there are for the rig's connector."""
    return [c for c in CHECKS if c.tried_on(rig.connector.capabilities)]


def promised(rig: Rig) -> Proof:
    """What the proof would be if every check passed and none was absent."""
    found = applying(rig)
    return Proof(
        channel=rig.connector.capabilities.channel,
        level=LEVELS[-1],
        answers=tuple(rig.answers),
        checks={level: tuple(c.name for c in found if c.level == level) for level in LEVELS},
    )


def _test(check: Check, rig: Rig) -> Any:
    tried = list(_parameters(check, rig))

    @pytest.mark.parametrize(("answer", "case"), tried)
    def test(self: object, request: pytest.FixtureRequest, answer: str, case: object) -> None:
        noted = {"check": check.name, "of": len(tried), "absent": "", **_of(rig)}
        request.node.user_properties.append((PROPERTY, noted))
        more = () if case is None else (case,)
        with rig.open(rig.answers[answer]) as bench:
            try:
                check.run(World(rig, bench), *more)
            except Absent as absent:
                noted["absent"] = str(absent)

    test.__doc__ = f"{check.level}: {check.proves}"
    return test


def _of(rig: Rig) -> dict[str, Any]:
    """Whose proof a test is part of, in words that travel between processes."""
    cls = rig.connector
    return {"connector": f"{cls.__module__}:{cls.__qualname__}", "answers": list(rig.answers)}


def _parameters(check: Check, rig: Rig) -> Iterator[Any]:
    channel = rig.connector.capabilities.channel
    answers = list(rig.answers) if check.every else list(rig.answers)[:1]
    for answer in answers:
        for name, case in check.tried_on(rig.connector.capabilities).items():
            words = [channel, answer, name] if name else [channel, answer]
            yield pytest.param(answer, case, id=" / ".join(words))
