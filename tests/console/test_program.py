"""The program's watch over its servers."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from config.errors import SetupError
from console import program


class Servers:
    """Servers that fail to start some times; the watch is over after the last."""

    def __init__(self, answers: list[Exception | None]) -> None:
        self.answers, self.done = answers, threading.Event()

    def revive(self) -> list[str]:
        answer = self.answers.pop(0)
        if not self.answers:
            self.done.set()
        if answer is not None:
            raise answer
        return []


class Nobody:
    def tend(self) -> None:
        """No process has died."""


BROKEN = SetupError("PostgreSQL", found="không khởi động được", expected="chạy", advice="xem")


def watched(monkeypatch: pytest.MonkeyPatch, answers: list[Exception | None]) -> bool:
    """Whether the program was told to end."""
    servers: Any = Servers(answers)
    stop = threading.Event()
    monkeypatch.setattr(servers.done, "wait", lambda _seconds: None)
    nobody: Any = Nobody()
    program._watch(nobody, servers, stop, servers.done)
    return stop.is_set()


def test_a_server_that_is_stopped_while_it_recovers_is_started_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few: list[Exception | None] = [BROKEN] * (program.REVIVE_TRIES - 1)
    assert not watched(monkeypatch, [*few, None, *few, None])


def test_one_that_never_starts_ends_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, [BROKEN] * (program.REVIVE_TRIES + 1))


def test_anything_else_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert watched(monkeypatch, [ValueError("a bug"), None])
