"""A real PostgreSQL of our own: from a wheel, on a private socket, its data kept.

The server is our child in its own session, so that Ctrl-C does not reach it. One that survived a
crash of ours is found by its pid file and its working folder, and used on.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from config.errors import SetupError, disk_full, from_os_error
from config.files import private_folder, tail
from config.identity import Identity, identify, runs, send, wait_gone, working_in
from config.launching import launch, server_environment
from config.postgres_place import MAJOR, find_place

SUPERUSER = "ocop"
READY_S = 120.0
"""After a crash the server first replays its log."""
STOP_S = 30.0
_POLL_S = 0.02
_STATUS_LINE, _SOCKET_LINE = 7, 4
"""Lines of postmaster.pid, from 0 (PostgreSQL: miscadmin.h, LOCK_FILE_LINE_*)."""


class Postgres:
    """The database server of one OCOP_HOME. Methods raise SetupError."""

    name: ClassVar[str] = "PostgreSQL"

    def __init__(self, home: Path) -> None:
        self._log = private_folder(home / "logs") / "postgres.log"
        self._place = find_place(home)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Adopt the running server or start one; returns its URL when it takes connections."""
        process = self._running()
        if process is None:
            self._prepare()
            process = self._launch()
        self._wait_ready(process)
        host = quote(self._pid_lines()[_SOCKET_LINE], safe="/")
        return f"postgresql+psycopg://{SUPERUSER}@/postgres?host={host}"

    def running(self) -> bool:
        if self._child is not None:
            self._child.poll()
        return self._running() is not None

    def stop(self) -> None:
        """A fast shutdown: open transactions are rolled back, everything else is on disk."""
        process = self._running()
        if process is None:
            return
        send(process, signal.SIGINT)
        if not wait_gone([process], STOP_S):
            send(process, signal.SIGQUIT)
            wait_gone([process], STOP_S)
        if self._child is not None:
            self._child.poll()

    def _running(self) -> Identity | None:
        return runs(self._place.data / "postmaster.pid", "postgres", self._place.data)

    def _prepare(self) -> None:
        data = self._place.data
        try:
            if not data.exists():
                self._init(data)
            found = (data / "PG_VERSION").read_text().strip()
            if found != MAJOR:
                raise _wrong_version(data, found)
            self._clear_pid_file(data)
        except OSError as error:
            raise from_os_error(data, error) from error

    def _init(self, data: Path) -> None:
        """Make the cluster aside and move it in place, so that a half-made one is never used."""
        part = data.with_name("data.part")
        if part.exists():
            shutil.rmtree(part)
        command = [
            str(self._place.bin / "initdb"), "-D", str(part), "-U", SUPERUSER, "--auth=trust",
            "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
        ]  # fmt: skip
        child = self._run(command)
        if child.wait() != 0:
            raise self._failure("không tạo được cơ sở dữ liệu")
        part.rename(data)

    def _clear_pid_file(self, data: Path) -> None:
        """Remove a dead server's pid file, whose pid may be a stranger's by now: PostgreSQL would
        not start. It also guards the data against two servers at once, so it goes only when no
        process of the old server is left."""
        pid_file = data / "postmaster.pid"
        if not pid_file.exists():
            return
        if not wait_gone(working_in(data, "postgres"), STOP_S):
            raise self._failure("tiến trình của máy chủ cũ vẫn còn chạy trên dữ liệu này")
        for left in (*self._place.sockets.glob(".s.PGSQL.*"), pid_file):
            left.unlink()

    def _launch(self) -> Identity:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._place.sockets),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        command = [str(self._place.bin / "postgres"), "-D", str(self._place.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        self._child = self._run(command)
        process = identify(self._child.pid)
        if process is None:
            raise self._failure("không khởi động được")
        return process

    def _run(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        place = self._place
        return launch(command, self._log, place.folder, server_environment(), place.account)

    def _wait_ready(self, process: Identity) -> None:
        deadline = time.monotonic() + READY_S
        while not self._ready(process):
            if not process.alive:
                raise self._failure("không khởi động được")
            if time.monotonic() > deadline:
                raise self._failure(f"chưa sẵn sàng sau {READY_S:g} giây")
            time.sleep(_POLL_S)

    def _ready(self, process: Identity) -> bool:
        lines = self._pid_lines()
        ours = lines[:1] == [str(process.pid)]
        return ours and lines[_STATUS_LINE:] == ["ready"]

    def _pid_lines(self) -> list[str]:
        path = self._place.data / "postmaster.pid"
        return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []

    def _failure(self, what: str) -> SetupError:
        text = tail(self._log)
        if "No space left on device" in text:
            return disk_full(self._place.folder)
        return SetupError(
            f"PostgreSQL trong {self._place.folder}",
            f"{what}; nhật ký: {text or 'trống'}",
            "máy chủ khởi động được",
            f"xem {self._log}; hoặc đặt DATABASE_URL để dùng PostgreSQL có sẵn",
        )


def _wrong_version(data: Path, found: str) -> SetupError:
    return SetupError(
        str(data),
        f"dữ liệu của PostgreSQL {found}",
        f"dữ liệu của PostgreSQL {MAJOR}",
        f"chép dữ liệu ra bằng pg_dump của bản {found} rồi nạp lại, "
        "hoặc đặt OCOP_HOME sang thư mục mới",
    )
