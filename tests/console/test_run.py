"""``run``: it looks again while the database restarts, and knows when a sync is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import InternalError, OperationalError

from console.cli import guarded, run
from tests.worker.conftest import World
from tests.worker.fakes import source_product


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


def test_what_a_pull_changed_is_waited_for_until_it_is_planned(world: World) -> None:
    """The pull's run ends before its plan: nothing is due yet, and it is not over."""
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    before = world.env.now()
    assert run._quiet(world.env, before)
    world.book.products = [source_product(prices=(21_000,))]
    world.pull()
    assert world.due() == 0
    assert not run._quiet(world.env, before)
    world.sync()
    assert run._quiet(world.env, before)


READ_ONLY = InternalError("SELECT 1", {}, Exception("read-only transaction\nmore"))


def test_a_database_that_takes_no_writes_just_now_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[Exception | None] = [READ_ONLY, READ_ONLY, None]
    sent: list[str] = []

    def plan(_env: Any) -> None:
        if (answer := answers.pop(0)) is not None:
            raise answer

    monkeypatch.setattr(run, "plan_products", plan)
    monkeypatch.setattr(run.celery, "send_task", lambda name, **_more: sent.append(name))
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _seconds: None)
    program = SimpleNamespace(env=None, urls=SimpleNamespace(redis_url=""), alive=lambda: True)
    run._wake(program)  # type: ignore[arg-type]
    assert (answers, len(sent)) == ([], 1)
    assert capsys.readouterr().err.count("chỉ cho đọc") == 1


def test_a_command_says_so_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise READ_ONLY

    assert guarded(work) == 1
    said = capsys.readouterr().err
    assert "chỉ cho đọc (read-only transaction)" in " ".join(said.split())
    assert "Traceback" not in said
