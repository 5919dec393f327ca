"""``ocop-sync run``: everything, in the foreground: servers, Celery workers, beat."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    wait_fixed,
)

from celery_app import app as celery
from config.settings import get_settings
from console.cli.output import STATES, cell, complain, err, print_table, say
from console.cli.stops import lines
from console.program import Running, running
from models import facts, holds, queue, runs, shops, status, stops
from models.db import AWAY
from worker.env import Env
from worker.planning import plan_products
from worker.tokens import keep_fresh

QUIET_S = 60.0
"""``--once`` ends when nothing asks within this, seconds."""

LONGEST_ONCE_S = 45 * 60


def run(
    once: Annotated[bool, typer.Option("--once", help="Đồng bộ một lượt rồi dừng.")] = False,
) -> None:
    """Chạy tất cả: máy chủ nhúng, worker Celery, lịch. Ctrl-C dừng gọn."""
    with running() as program:
        code = sync_once(program) if once else serve(program)
    raise typer.Exit(code)


def sync_once(program: Running) -> int:
    """One full sync through the Celery workers; the exit code says whether all is well.

    The logins come first, and here: a sync with nothing to send ends at once, and a task for them
    could end with it. Who syncs by ``--once`` alone would lose every quiet shop within a month.
    """
    env = program.env
    started = env.now()
    keep_fresh(env)
    _wake(program)
    finished = _follow(env, started, lambda: _quiet(env, started), program.alive)
    summary(env, started)
    return 0 if finished and not _unwell(env, started) else 1


def serve(program: Running) -> int:
    """Until Ctrl-C: say what the schedule does."""
    env = program.env
    started = env.now()
    _wake(program)
    celery.send_task("worker.tasks.refresh_logins")
    settings = get_settings()
    say(f"Trang điều khiển: http://{settings.web_host}:{settings.web_port}/")
    say("Đang chạy. Ctrl-C để dừng.")
    _follow(env, started, lambda: _quiet(env, started), program.alive)
    with suppress(*AWAY):
        summary(env, started)
    last = env.now()
    while program.alive():
        time.sleep(1.0)
        with suppress(*AWAY):
            last = _tell_new_runs(env, last)
    say("Đang dừng…")
    return 0


def _wake(program: Running) -> None:
    """Plan what the tables owe, and ask the workers for a pull now. A database that is restarting
    or only lets itself be read is waited for: the program does not end for it."""
    patient = Retrying(
        retry=retry_if_exception_type(AWAY) & retry_if_exception(lambda _: program.alive()),
        wait=wait_fixed(1), reraise=True, before_sleep=_say_away,
    )  # fmt: skip
    patient(plan_products, program.env)
    celery.conf.broker_url = program.urls.redis_url
    if get_settings().registry:
        celery.send_task("worker.tasks.pull", kwargs={"slot": None, "who": "operator"})
    else:
        celery.send_task("worker.tasks.sweep")


def _say_away(state: RetryCallState) -> None:
    if state.attempt_number % 30 == 1:
        complain("cơ sở dữ liệu không trả lời, hoặc lúc này chỉ cho đọc; chờ rồi thử lại…")


def _quiet(env: Env, started: datetime) -> bool:
    """Whether the pull has ended, what it changed is planned, and nothing is due now or within
    QUIET_S."""
    with env.db.transaction() as session:
        if get_settings().registry and not _pulled(env, started):
            return False
        if facts.unplanned(session):
            return False
        next_at = queue.next_due(session)
    return next_at is None or next_at > env.now() + timedelta(seconds=QUIET_S)


def _pulled(env: Env, started: datetime) -> bool:
    with env.db.transaction() as session:
        latest = [r for r in runs.latest(session, 20) if r.kind == "pull"]
    return any(r.started_at >= started and r.ended_at is not None for r in latest)


def _unwell(env: Env, started: datetime) -> bool:
    """Something failed or is still being retried."""
    with env.db.transaction() as session:
        failed = [
            r for r in runs.latest(session, 20) if r.started_at >= started and r.status == "failed"
        ]
        problems = [s for s in shops.all_shops(session) if s.enabled and s.paused_reason]
        for r in failed:
            complain(f"lần {r.kind} không xong: {r.outcome}")
        for shop in problems:
            complain(f"gian hàng {shop.key}: {shop.paused_reason}")
        return bool(failed or problems) or queue.due_count(session) > 0


# --- progress ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Standing:
    due: int
    pushed: int


def _follow(
    env: Env, started: datetime, done: Callable[[], bool], alive: Callable[[], bool]
) -> bool:
    """Show progress until ``done``; False when the program died or it took too long."""
    ends = time.monotonic() + LONGEST_ONCE_S
    show = _Bar() if err.is_terminal else _Lines()
    with show:
        while alive() and time.monotonic() < ends:
            with suppress(*AWAY):
                show.update(_standing(env, started))
                if done():
                    return True
            time.sleep(0.5)
    complain("chưa xong trong thời gian cho phép" if alive() else "một tiến trình đã chết")
    return False


def _standing(env: Env, started: datetime) -> Standing:
    with env.db.transaction() as session:
        due = queue.due_count(session)
        pushed = status.pushed_since(session, started).get("pushed", 0)
    return Standing(due, pushed)


class _Bar:
    """On a terminal: one bar."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("Đồng bộ"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=err,
        )  # fmt: skip
        self._task = self._progress.add_task("sync", total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()

    def update(self, now: Standing) -> None:
        self._progress.update(self._task, completed=now.pushed, total=now.pushed + now.due)


class _Lines:
    """Elsewhere: a plain line every few seconds, when something moved."""

    def __init__(self) -> None:
        self._said: tuple[int, int] | None = None
        self._at = 0.0

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def update(self, now: Standing) -> None:
        shown = (now.pushed, now.due)
        if shown != self._said and time.monotonic() - self._at >= 5:
            say(f"đã gửi {now.pushed}, còn {now.due}")
            self._said, self._at = shown, time.monotonic()


def _tell_new_runs(env: Env, since: datetime) -> datetime:
    """A line for each scheduled pull that found something, and for what was sent after it."""
    with env.db.transaction() as session:
        fresh = [r for r in reversed(runs.latest(session, 10)) if r.ended_at and r.ended_at > since]
    for r in fresh:
        moved = {k: v for k, v in r.counts.items() if v and k not in ("seen", "problems")}
        if moved or r.status == "failed":
            say(f"{cell(r.ended_at)} {r.kind}: {cell(moved)} {r.outcome}")
    return max([since, *(r.ended_at for r in fresh if r.ended_at)])


# --- the table at the end ---------------------------------------------------------------------


def summary(env: Env, started: datetime) -> None:
    """Listed, updated, refused, and why."""
    with env.db.transaction() as session:
        counted = status.counts(session)
        reasons = status.reason_counts(session)
        moved = status.pushed_since(session, started)
        created = status.created_since(session, started)
        halted, owed = stops.standing(session), stops.owed_take_downs(session)
        waiting = len(holds.open_holds(session))
    _print_shops(counted)
    _print_channels(counted)
    channels = sorted({channel for channel, _shop, _state, _count in counted})
    print_table(
        "Vì sao chưa bán, theo kênh",
        ("mã", "lý do (ví dụ) → làm gì", *channels),
        [[code, words, *(of.get(c, 0) for c in channels)] for code, words, of in reasons],
        right=channels,
    )
    updated = moved.get("pushed", 0) - created
    refused = moved.get("refused", 0) + moved.get("take_down_refused", 0)
    say(f"Lượt này: đăng mới {created}, cập nhật {max(0, updated)}, bị từ chối {refused}.")
    if waiting:
        say(f"{waiting} việc chờ người quyết: ocop-sync holds list")
    for line in lines(halted, owed):
        say(line)


Counted = Sequence[tuple[str, str, str, int]]
"""(channel, shop, state, listings)"""


def _print_shops(counted: Counted) -> None:
    states = [s for s in STATES if any(row[2] == s for row in counted)]
    keys = sorted({(channel, shop) for channel, shop, _state, _count in counted})
    numbers = {(shop, state): count for _channel, shop, state, count in counted}
    headings = [STATES[state] for state in states]
    print_table(
        "Sản phẩm trên từng gian hàng",
        ("kênh", "gian hàng", *headings),
        [[c, s, *(numbers.get((s, state), 0) for state in states)] for c, s in keys],
        right=headings,
    )


def _print_channels(counted: Counted) -> None:
    """A column a channel."""
    totals: Counter[tuple[str, str]] = Counter()
    for channel, _shop, state, count in counted:
        totals[channel, state] += count
    channels = sorted({channel for channel, _state in totals})
    print_table(
        "Sản phẩm trên từng kênh",
        ("", *channels),
        [
            [STATES[state], *(totals[channel, state] for channel in channels)]
            for state in STATES
            if any(totals[channel, state] for channel in channels)
        ],
        right=channels,
    )
