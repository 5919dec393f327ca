"""The worker's tables and fakes, for the ways in that people and channels use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from console.cli import app
from tests.worker.conftest import World, world

__all__ = ["Run", "typed_on", "world"]

Run = Callable[..., Result]


def typed_on(world: World, monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> Run:
    """Runs ``ocop-sync`` on the world's tables, as somebody whom the machine calls "can-bo";
    ``input`` is what the person types then."""

    @contextmanager
    def program(**_more: Any) -> Iterator[Any]:
        yield world.env

    for module in modules:
        monkeypatch.setattr(module, "program", program)
    monkeypatch.setattr("getpass.getuser", lambda: "can-bo")
    runner = CliRunner()
    return lambda *words, input=None: runner.invoke(app, [str(w) for w in words], input=input)
