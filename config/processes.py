"""Run the program's worker processes: start them, start again what dies, stop them all.

Every process has a session of its own (Ctrl-C reaches only us), a log below OCOP_HOME/logs, and
is written down before it begins, so that the next start finds what a crash left behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import structlog

from config.embedded import Urls
from config.ending import end
from config.files import private_folder
from config.identity import identify, myself
from config.launching import launch_held, let_go
from config.logfiles import keep_small
from config.records import Recorded, Records

GRACE_S = 45.0
"""Seconds to finish a slice and its last call (design: "Celery"), before SIGKILL."""
LOOK_EVERY_S = 0.5
BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
HEALTHY_S = 60.0
"""Seconds of life after which a process is started again at once when it dies."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: ``name`` is the log's name too."""

    name: str
    command: tuple[str, ...]


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    failures: int = 0
    due_at: float = field(default=0.0)


def environment(home: Path, urls: Urls) -> dict[str, str]:
    """Ours, with the servers' addresses and the home, for a child."""
    return {
        **os.environ,
        "OCOP_HOME": str(home),
        "DATABASE_URL": urls.database_url,
        "REDIS_URL": urls.redis_url,
    }


class Supervisor:
    """Keeps ``programs`` running. Methods raise SetupError. Used by one thread."""

    def __init__(
        self,
        programs: Sequence[Program],
        home: Path,
        records: Records,
        env: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._children = [_Child(program) for program in programs]
        self._home = home
        self._logs = private_folder(home / "logs")
        self._records = records
        self._env = {**env, "OCOP_HOME": str(home)}
        self._monotonic = monotonic

    def watch(self, stop: threading.Event) -> None:
        """Keep everything running until ``stop`` is set; then :meth:`stop` is still to be
        called."""
        while not stop.is_set():
            self.tend()
            stop.wait(LOOK_EVERY_S)

    def tend(self) -> None:
        """One look: start what is due, note what has died, keep the logs small."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._note_death(child, child.process)
            if child.process is None and self._monotonic() >= child.due_at:
                self._start(child)
        keep_small(self._logs)

    def pids(self) -> dict[str, int]:
        """The pid of each program that runs now."""
        return {c.program.name: c.process.pid for c in self._children if c.process is not None}

    def stop(self, grace_s: float = GRACE_S) -> None:
        """SIGTERM to all, last started first; SIGKILL to what is left after ``grace_s``, also of
        what nothing is written down of any more."""
        pids = set(self.pids().values())
        end(list(reversed(self._ours())), self._home, grace_s)
        for child in self._children:
            if child.process is not None:
                child.process.wait()
                child.process = None
        self._records.forget(pids)

    def _ours(self) -> list[Recorded]:
        """What runs by what we hold of it; what has just died by what was written down, for what
        it may have left of its session."""
        ours = []
        for name, pid in self.pids().items():
            process = identify(pid)
            if process is None:
                ours += self._entries(pid)
            else:
                ours.append(Recorded(name=name, process=process, owner=myself()))
        return ours

    def _start(self, child: _Child) -> None:
        program = child.program
        log = self._logs / f"{program.name}.log"
        child.process = launch_held(program.command, log, self._home, self._env)
        child.started_at = self._monotonic()
        self._records.record(program.name, child.process.pid)
        let_go(child.process)
        _log.info("started", program=program.name, pid=child.process.pid)

    def _note_death(self, child: _Child, process: subprocess.Popen[bytes]) -> None:
        """What its death leaves of its session is ended too, before it is started again."""
        now = self._monotonic()
        if now - child.started_at >= HEALTHY_S:
            child.failures = 0
        wait_s = BACKOFF_S[min(child.failures, len(BACKOFF_S) - 1)]
        child.failures += 1
        child.due_at = now + wait_s
        child.process = None
        _log.warning(
            "died",
            program=child.program.name,
            pid=process.pid,
            status=process.returncode,
            again_in_s=wait_s,
        )
        end(self._entries(process.pid), self._home, grace_s=1.0)
        self._records.forget({process.pid})

    def _entries(self, pid: int) -> list[Recorded]:
        return [entry for entry in self._records.recorded() if entry.process.pid == pid]


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT (Ctrl-C) and SIGTERM set, for the length of the block. Main thread
    only."""
    stop = threading.Event()

    def told(number: int, frame: FrameType | None) -> None:
        stop.set()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, told) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
