"""Serve the web application: as a process of its own, or beside one command."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from config import logging
from config.errors import SetupError
from config.settings import Settings, get_settings
from worker.env import Env
from worker.runtime import build_env

PATIENCE_S = 10.0


def _config(env: Env, settings: Settings) -> uvicorn.Config:
    from console.web.building import app_of  # a second that no other command has to wait

    return uvicorn.Config(
        app_of(env, settings),
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
    )


def main() -> int:
    """The process that ``run`` starts."""
    settings = get_settings()
    logging.set_up(settings.home, "web", settings.log_level)
    env = build_env(settings, settings.database_url or "", settings.redis_url or "")
    uvicorn.Server(_config(env, settings)).run()
    return 0


@contextmanager
def serving(env: Env, settings: Settings) -> Iterator[None]:
    """Serve for the length of the block, where channels fetch from us and nobody serves yet."""
    if not settings.public_base_url or taken(settings):
        yield
        return
    server = uvicorn.Server(_config(env, settings))
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    ends = time.monotonic() + PATIENCE_S
    while not server.started and thread.is_alive() and time.monotonic() < ends:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)


def taken(settings: Settings) -> bool:
    """Whether somebody listens at our address."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((settings.web_host, settings.web_port)) == 0


def check_free(settings: Settings) -> None:
    """Raises SetupError when the address is somebody else's."""
    if taken(settings):
        raise SetupError(
            f"cổng web {settings.web_host}:{settings.web_port}",
            "đã có chương trình khác dùng",
            "một cổng còn trống",
            "đặt OCOP_WEB_PORT sang cổng khác, hoặc dừng chương trình kia",
        )


if __name__ == "__main__":
    sys.exit(main())
