"""``run`` while the database restarts: it looks again, and does not end the program."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from console.cli import run


def test_a_restarting_database_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def standings() -> Iterator[Any]:
        yield OperationalError("SELECT 1", {}, Exception("shutting down"))
        yield run.Standing(0, 0)

    answers = standings()

    def standing(_env: Any, _started: datetime) -> run.Standing:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(run, "_standing", standing)
    monkeypatch.setattr(run.time, "sleep", lambda _seconds: None)
    assert run._follow(None, datetime.now(UTC), lambda: True, lambda: True)  # type: ignore[arg-type]
