"""End the workers of a run: politely first, then for sure, and exactly those."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil

from config.identity import Identity, identify, send, wait_gone
from config.records import Recorded


def end(workers: Sequence[Recorded], home: Path, grace_s: float) -> None:
    """SIGTERM to each worker, ``grace_s`` seconds for all, then SIGKILL to each one's whole
    session: a worker that is killed leaves pool processes behind.

    ``home`` is the OCOP_HOME that the workers were started with.
    """
    for worker in workers:
        send(worker.process, signal.SIGTERM)
    wait_gone([worker.process for worker in workers], grace_s)
    left = [process for worker in workers for process in _session(worker.process, home)]
    for process in left:
        send(process, signal.SIGKILL)
    wait_gone(left, grace_s)


def _session(leader: Identity, home: Path) -> list[Identity]:
    """The living processes of the session that ``leader`` (dead or alive) has made.

    A dead leader's pid may lead another session by now, so members must also say in their
    environment that they belong to ``home``.
    """
    now_there = identify(leader.pid)
    if now_there is not None and now_there != leader:
        return []
    members = [pid for pid in psutil.pids() if _session_of(pid) == leader.pid]
    found = [identify(pid) for pid in members if pid == leader.pid or _home_of(pid) == str(home)]
    return [process for process in found if process is not None]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _home_of(pid: int) -> str | None:
    try:
        return psutil.Process(pid).environ().get("OCOP_HOME")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
