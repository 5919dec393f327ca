"""Which process is which: a pid is used again, a pid *and* its start time never is."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for good: ``started`` is a mark of the moment at which it began."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        return started(self.pid) == self.started


def myself() -> Identity:
    return Identity(os.getpid(), started(os.getpid()) or "")


def identify(pid: int) -> Identity | None:
    """The process that has this pid now; None when there is none (a zombie is none)."""
    mark = started(pid)
    return None if mark is None else Identity(pid, mark)


def started(pid: int) -> str | None:
    """A mark of the process's start, None when it does not live.

    Linux: the boot and the kernel's own count since then. A start time by the calendar, as
    psutil gives it, moves when the clock is set.
    """
    try:
        if _BOOT_ID.exists():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            state, ticks = fields[0], fields[19]
            return None if state in "ZX" else f"{_BOOT_ID.read_text().strip()}:{ticks}"
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
        return None


def runs(pid_file: Path, program: str, folder: Path) -> Identity | None:
    """The server that wrote ``pid_file``, if it is still ``program`` at work in ``folder``.

    A pid file outlives its process, and the pid may be somebody else's by now: the working
    folder, which a server enters and never leaves, is the proof.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    return identify(pid) if _works_in(pid, program, folder) else None


def working_in(folder: Path, program: str) -> list[Identity]:
    """Every process of ``program`` that works in ``folder``."""
    found = [identify(pid) for pid in psutil.pids() if _works_in(pid, program, folder)]
    return [process for process in found if process is not None]


def _works_in(pid: int, program: str, folder: Path) -> bool:
    try:
        process = psutil.Process(pid)
        return process.name().startswith(program) and Path(process.cwd()) == folder.resolve()
    except (psutil.NoSuchProcess, psutil.AccessDenied, FileNotFoundError):
        return False


def wait_gone(processes: Iterable[Identity], seconds: float) -> bool:
    """Wait until none lives; False when some still do after ``seconds``.

    A dead child that its parent has not asked about yet (a zombie) counts as gone.
    """
    deadline = time.monotonic() + seconds
    left = list(processes)
    while left := [process for process in left if process.alive]:
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def send(process: Identity, number: signal.Signals) -> None:
    """Signal exactly this process; nothing happens when it is gone."""
    if process.alive:
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return
