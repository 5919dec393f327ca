"""What is done to processes, servers and messages beside the calls."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from typing import Any

import psycopg
import redis
from celery import Celery

from chaos import processes
from chaos.plan import Step
from chaos.processes import Processes
from tests.system.demo import ROOT, Demo

FROZEN_S = 7.0
"""Longer than a lease and the longest call: the shop is somebody else's when it wakes."""

SECOND_BEAT_S = 15.0

READ_ONLY_S = 6.0
"""PostgreSQL takes no writes for so long, as after a failover to a standby."""

END_S = 60.0
"""So long at most is a server asked to take writes again; a program that fell has none."""


class Extras:
    """Keeps what has to be undone: frozen processes, a second beat."""

    def __init__(self, demo: Demo, found: Processes) -> None:
        self._demo = demo
        self._processes = found
        self._frozen: dict[int, float] = {}
        self._beats: list[tuple[float, subprocess.Popen[bytes]]] = []
        self._writable_at: float | None = None

    def kill(self, step: Step) -> bool:
        """True when it was there to be killed. A server is told to end, or killed, by turns."""
        found = self._processes
        name = ("worker-push", "worker-urgent")[step.pick < 0.3]
        match step.which:
            case "worker":
                return processes.kill(found.parent(name))
            case "beat" | "web":
                return processes.kill(found.parent(step.which))
            case "redis":
                pid = found.server("redis-server")
            case _:
                pid = found.server("postgres")
        rough = step.pick < 0.5
        return processes.kill(pid) if rough else processes.stop(pid)

    def do(self, step: Step) -> None:
        match step.which:
            case "flush_redis":
                self._redis().flushall()
            case "second_beat":
                self._second_beat()
            case "twice_delivered":
                self._twice(step)
            case "freeze":
                self._freeze(step)
            case "read_only":
                self._writable_at = time.monotonic() + READ_ONLY_S
                with contextlib.suppress(psycopg.Error, KeyError):
                    self._read_only(on=True)

    def tend(self) -> None:
        """Thaw and end what has had its time."""
        now = time.monotonic()
        for pid in [pid for pid, until in self._frozen.items() if until <= now]:
            processes.thaw(pid)
            del self._frozen[pid]
        for until, beat in [row for row in self._beats if row[0] <= now]:
            self._end_beat(until, beat)
        if self._writable_at is not None and self._writable_at <= now:
            self._writable_again()

    def end(self) -> None:
        ends = time.monotonic() + END_S
        while self._writable_at is not None and time.monotonic() < ends:
            self._writable_again()
            time.sleep(0.2)
        for pid in self._frozen:
            processes.thaw(pid)
        self._frozen.clear()
        for until, beat in list(self._beats):
            self._end_beat(until, beat)

    def _redis(self) -> Any:
        return redis.Redis.from_url(self._processes.environment()["REDIS_URL"], socket_timeout=5)

    def _read_only(self, *, on: bool) -> None:
        """Every new transaction may only read, also after a restart; ours may say otherwise."""
        url = self._processes.environment()["DATABASE_URL"].replace("+psycopg", "")
        ours = "-c default_transaction_read_only=off"
        with psycopg.connect(url, autocommit=True, options=ours) as database:
            value = "on" if on else "off"
            database.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            database.execute("SELECT pg_reload_conf()")

    def _writable_again(self) -> None:
        """Tried again where the server is down just now, or no worker tells its address."""
        with contextlib.suppress(psycopg.Error, KeyError):
            self._read_only(on=False)
            self._writable_at = None

    def _second_beat(self) -> None:
        """Another schedule beside the first, as after a deploy that left the old one running."""
        book = str(self._demo.home / "second-beat")
        quiet = ("--loglevel", "WARNING", "--pidfile", "", "-s", book)
        beat = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "celery_app", "beat", *quiet],
            cwd=ROOT,
            env=dict(self._processes.environment()),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._beats.append((time.monotonic() + SECOND_BEAT_S, beat))

    def _end_beat(self, until: float, beat: subprocess.Popen[bytes]) -> None:
        beat.terminate()
        try:
            beat.wait(10)
        except subprocess.TimeoutExpired:
            beat.kill()
            beat.wait()
        self._beats.remove((until, beat))

    def _twice(self, step: Step) -> None:
        """The same message, several times, to whoever is free."""
        app = Celery("chaos", broker=self._processes.environment()["REDIS_URL"])
        with app.connection_for_write() as connection:
            for shop in range(1, 14):
                for _ in range(3):
                    app.send_task(
                        "worker.tasks.drain", (shop,), queue="push", connection=connection,
                        task_id=f"twice-{step.at_s}-{shop}", ignore_result=True,
                    )  # fmt: skip

    def _freeze(self, step: Step) -> None:
        """A process stands still until its lease is long over, then goes on where it was."""
        children = self._processes.children("worker-push")
        if children:
            pid = children[int(step.pick * len(children))]
            if processes.freeze(pid):
                self._frozen[pid] = time.monotonic() + FROZEN_S
