"""The program as a command needs it: servers up (or attached to), schema current, one Env."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from config import logging
from config.embedded import Embedded, Urls, servers
from config.errors import SetupError
from config.processes import Program, Supervisor, environment, stop_signals
from config.settings import Settings, get_settings
from console.web import serve
from models import migrations
from worker.env import Env
from worker.runtime import build_env


@contextmanager
def program(*, publishing: bool = False) -> Iterator[Env]:
    """Start what is needed (or attach to a program that runs), hand out an Env, stop what was
    started here. ``publishing``: channels will fetch from us meanwhile. Raises
    config.errors.SetupError with what to do."""
    settings = get_settings()
    with servers(settings) as urls, _opened(settings, urls, "cli") as env:
        if not publishing:
            yield env
            return
        with serve.serving(env, settings):
            yield env


@dataclass(frozen=True, slots=True)
class Running:
    """The whole program in the foreground. ``stop`` is set by Ctrl-C, SIGTERM, or a server or
    worker that could not be kept up."""

    env: Env
    urls: Urls
    stop: threading.Event

    def alive(self) -> bool:
        return not self.stop.is_set()


@contextmanager
def running(extra: Sequence[Program] = ()) -> Iterator[Running]:
    """Servers, ``extra`` programs, Celery workers and beat, until the block ends.

    Stopped in the order workers → Redis → PostgreSQL (design: "State lives in Postgres").
    """
    settings = get_settings()
    embedded = Embedded(settings)
    urls = embedded.start()
    try:
        serve.check_free(settings)  # only now: a web server that a crash left has just been ended
        with _opened(settings, urls, "run") as env, stop_signals() as stop:
            yield from _supervised(settings, embedded, urls, env, stop, extra)
    finally:
        embedded.stop()


def _supervised(
    settings: Settings,
    embedded: Embedded,
    urls: Urls,
    env: Env,
    stop: threading.Event,
    extra: Sequence[Program],
) -> Iterator[Running]:
    supervisor = Supervisor(
        [*extra, WEB, *celery_programs(settings)],
        settings.home,
        embedded.records,
        environment(settings.home, urls),
    )
    done = threading.Event()
    watcher = threading.Thread(
        target=_watch, args=(supervisor, embedded, stop, done), name="supervisor", daemon=True
    )
    watcher.start()
    try:
        yield Running(env, urls, stop)
    finally:
        done.set()
        watcher.join()
        supervisor.stop()


REVIVE_TRIES = 10
"""In a row, half a second apart and each with its own wait for the server."""


def _watch(
    supervisor: Supervisor, embedded: Embedded, stop: threading.Event, done: threading.Event
) -> None:
    """Keep processes and servers up; what cannot be kept up ends the program, and says so. A server
    may be stopped once more while it recovers: it is started again some times."""
    log, tries = structlog.get_logger(__name__), 0
    while not done.is_set():
        try:
            supervisor.tend()
            embedded.revive()
            tries = 0
        except Exception as error:
            tries += 1
            if not isinstance(error, SetupError) or tries >= REVIVE_TRIES:
                log.exception("the program cannot be kept running")
                stop.set()
                return
            log.warning("a server did not start, and is started again", tries=tries)
        done.wait(0.5)


WEB = Program("web", (sys.executable, "-m", "console.web.serve"))


def celery_programs(settings: Settings) -> list[Program]:
    """Two workers and beat: slow shops never block a take-down (design: "Celery")."""
    celery = (sys.executable, "-W", "ignore::RuntimeWarning", "-m", "celery", "-A", "celery_app")
    quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle")
    urgent = ("-Q", "urgent", "-c", str(settings.urgent_processes), "-n", "urgent@%h")
    push = ("-Q", "push,pull", "-c", str(settings.push_processes), "-n", "push@%h")
    pid_file = ("--pidfile", "")
    return [
        Program("worker-urgent", (*celery, "worker", *quiet, *urgent)),
        Program("worker-push", (*celery, "worker", *quiet, *push)),
        Program("beat", (*celery, "beat", "--loglevel", "WARNING", *pid_file)),
    ]


@contextmanager
def _opened(settings: Settings, urls: Urls, name: str) -> Iterator[Env]:
    logging.set_up(settings.home, name, settings.log_level)
    env = build_env(settings, urls.database_url, urls.redis_url)
    migrations.upgrade(env.db.engine)
    try:
        yield env
    finally:
        env.db.close()
