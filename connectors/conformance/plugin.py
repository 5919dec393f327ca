"""The pytest plugin: ``--prove`` writes what a run proved into each connector's package.

Load it with ``-p connectors.conformance.plugin`` or from the root conftest. Works under xdist:
the reports carry what is needed, and only the process that collects them writes.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.register_assert_rewrite(
    "connectors.conformance.checks",
    "connectors.conformance.world",
    "connectors.conformance.worker",
)

from connectors.conformance.checks import CHECKS  # noqa: E402 (after the rewriting is asked for)
from connectors.conformance.proof import LEVELS, Proof, keep, level_reached, proof_path  # noqa: E402
from connectors.conformance.pytests import PROPERTY  # noqa: E402
from connectors.contract import Capabilities  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--prove",
        action="store_true",
        help="write proof.json into the package of every connector whose conformance tests ran",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--prove") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Notary(), "ocop-conformance-notary")


@dataclass
class Results:
    """What the tests of one connector came to: by check, how many tests it has, the reasons for
    which those that ran had nothing to try ("" where they had), and which failed."""

    answers: tuple[str, ...]
    tests: dict[str, int] = field(default_factory=dict)
    ran: dict[str, list[str]] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def proof(self, connector: type) -> Proof:
        """Proven is what ran in every case and under every answer, and failed in none. Absent is
        what had nothing to try in any of them."""
        capabilities: Capabilities = connector.capabilities  # type: ignore[attr-defined]
        wanted = [c for c in CHECKS if c.tried_on(capabilities)]
        whole = {n for n, ran in self.ran.items() if len(ran) == self.tests[n]} - self.failed
        absent = {n: self.ran[n][0] for n in sorted(whole) if all(self.ran[n])}
        passed = whole - set(absent)
        return Proof(
            channel=capabilities.channel,
            level=level_reached(
                {level: {c.name for c in wanted if c.level == level} for level in LEVELS}, whole
            ),
            answers=self.answers,
            checks={
                level: tuple(c.name for c in wanted if c.level == level and c.name in passed)
                for level in LEVELS
            },
            absent=absent,
            failed=tuple(sorted(self.failed)),
        )


class _Notary:
    """Collects the reports and writes at the end."""

    def __init__(self) -> None:
        self._results: dict[str, Results] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        noted = dict(report.user_properties).get(PROPERTY)
        if not isinstance(noted, Mapping) or report.when != "call":
            return
        results = self._results.setdefault(noted["connector"], Results(tuple(noted["answers"])))
        name = noted["check"]
        results.tests[name] = noted["of"]
        results.ran.setdefault(name, []).append(noted["absent"])
        if report.failed:
            results.failed.add(name)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for named, results in self._results.items():
            connector = _class(named)
            keep(proof_path(connector), results.proof(connector))


def _class(named: str) -> type:
    module, _, name = named.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    cls: type = found
    return cls
