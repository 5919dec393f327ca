"""The program's processes from outside: which makes a call, which is a worker, beat or server.

Only processes that work for the campaign's own home are ever signalled, one by one.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

MARKS = {
    "worker-urgent": "urgent@", "worker-push": "push@", "beat": "celery_app beat",
    "web": "console.web.serve",
}  # fmt: skip
"""Words of a command line that name a program."""


class Processes:
    """Those of one OCOP_HOME."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)

    def caller(self, port: int) -> int | None:
        """The Celery process that calls from this port of the loopback."""
        for link in psutil.net_connections("tcp"):
            if link.laddr and link.laddr.port == port and link.pid not in (None, os.getpid()):
                process = self._ours(link.pid)
                if process is not None and "celery" in " ".join(process.cmdline()):
                    return link.pid
        return None

    def parent(self, name: str) -> int | None:
        """The first process of a program: workers have children."""
        found = {p.pid: p for p in self._named(MARKS[name])}
        tops = [pid for pid, process in found.items() if process.ppid() not in found]
        return min(tops, default=None)

    def children(self, name: str) -> list[int]:
        """A worker's prefork children."""
        top = self.parent(name)
        return sorted(p.pid for p in self._named(MARKS[name]) if p.pid != top)

    def server(self, word: str) -> int | None:
        """The first process of "redis-server" or "postgres" that works for the home."""
        urls = self.environment()
        mark = urls.get("DATABASE_URL", "").partition("host=")[2] if word == "postgres" else ""
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if process.name().startswith(word) and self._serves(process, line, mark):
                    return int(process.pid)
        return None

    def environment(self) -> Mapping[str, str]:
        """The servers' addresses, as a worker got them; {} while no worker runs."""
        for process in self._named("celery_app"):
            with contextlib.suppress(psutil.Error):
                found = process.environ()
                if "REDIS_URL" in found:
                    return found
        return {}

    def _serves(self, process: psutil.Process, line: str, mark: str) -> bool:
        return bool(mark and f"unix_socket_directories={mark}" in line) or (
            process.cwd().startswith(self._home)
        )

    def _named(self, mark: str) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if mark in " ".join(process.cmdline()) and self._ours(process.pid):
                    found.append(process)
        return found

    def _ours(self, pid: int | None) -> psutil.Process | None:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and process.environ().get("OCOP_HOME") == self._home:
                return process
        return None


def kill(pid: int | None) -> bool:
    return _send(pid, signal.SIGKILL)


def freeze(pid: int | None) -> bool:
    return _send(pid, signal.SIGSTOP)


def thaw(pid: int) -> bool:
    return _send(pid, signal.SIGCONT)


def stop(pid: int | None) -> bool:
    """A server's restart as a person does it: it is told to end, and cuts its clients off (what
    PostgreSQL calls fast; on SIGTERM it would wait until the last of them has left)."""
    return _send(pid, signal.SIGINT)


def _send(pid: int | None, number: int) -> bool:
    if pid is None:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
