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

from connectors.conformance.proof import (  # noqa: E402 (after the rewriting is asked for)
    LEVELS,
    Proof,
    level_reached,
    proof_path,
)
from connectors.conformance.pytests import PROPERTY  # noqa: E402


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
class _Account:
    """What the tests of one connector came to."""

    answers: tuple[str, ...]
    levels: dict[str, str] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    absent: dict[str, list[str]] = field(default_factory=dict)

    def proof(self, connector: type) -> Proof:
        """An absent check is one that was absent in every case that it was tried on."""
        wholly = {n: why for n, reasons in self.absent.items() if (why := _everywhere(reasons))}
        passed = [n for n in self.levels if n not in self.failed and n not in wholly]
        wanted = _by_level(self.levels)
        reached = level_reached(wanted, {*passed, *wholly})
        return Proof(
            channel=connector.capabilities.channel,  # type: ignore[attr-defined]
            level=reached,
            answers=self.answers,
            checks={at: tuple(n for n in passed if self.levels[n] == at) for at in LEVELS},
            absent=wholly,
            failed=tuple(sorted(self.failed)),
        )


class _Notary:
    """Collects the reports and writes at the end."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        noted = dict(report.user_properties).get(PROPERTY)
        if not isinstance(noted, Mapping) or report.when == "setup":
            return
        account = self._accounts.setdefault(noted["connector"], _Account(tuple(noted["answers"])))
        name = noted["check"]
        account.levels[name] = noted["level"]
        if report.failed:
            account.failed.add(name)
        if report.when == "call":
            account.absent.setdefault(name, []).append(noted["absent"])

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        for named, account in self._accounts.items():
            connector = _class(named)
            proof_path(connector).write_text(_in_order(account).proof(connector).text(), "utf-8")


def _in_order(account: _Account) -> _Account:
    """The checks as the kit lists them, in whatever order their tests ran."""
    from connectors.conformance.checks import CHECKS

    account.levels = {c.name: c.level for c in CHECKS if c.name in account.levels}
    return account


def _everywhere(reasons: list[str]) -> str:
    """The reason of a check that never had anything to try, "" for one that had."""
    return reasons[0] if reasons and all(reasons) else ""


def _by_level(levels: Mapping[str, str]) -> dict[str, set[str]]:
    return {level: {n for n, at in levels.items() if at == level} for level in LEVELS}


def _class(named: str) -> type:
    module, _, name = named.partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    cls: type = found
    return cls
