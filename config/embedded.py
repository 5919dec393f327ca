"""The database and Redis that the program uses: given by a URL, or real ones of our own.

Servers of our own live below OCOP_HOME as long as a program uses them: the first one starts
them, later ones attach, the last one to leave stops them. What a killed program left behind is
adopted (servers, with their data) or ended (workers) by the next one to start.
(design: "State lives in Postgres; Redis only wakes")
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg

from config.ending import end
from config.errors import SetupError
from config.files import make_home
from config.postgres import Postgres
from config.records import Records
from config.redis_server import Redis, answers
from config.settings import Settings

ORPHAN_GRACE_S = 5.0
"""Seconds an orphan has to end by itself. Everything it may be doing survives a kill."""
CONNECT_S = 5


@dataclass(frozen=True, slots=True)
class Urls:
    """Both hold passwords, so neither is shown."""

    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)


class Embedded:
    """The servers of one run. ``attached``: somebody else used them already at the start.

    Methods raise SetupError.
    """

    def __init__(self, settings: Settings) -> None:
        make_home(settings.home)
        self.records = Records(settings.home)
        self.attached = False
        self._settings = settings
        self._servers: list[Postgres | Redis] = []

    def start(self) -> Urls:
        """End orphaned workers, adopt or start what no URL was given for, check the rest."""
        with self.records.exclusive():
            self._end_orphans()
            self.attached = self.records.join()
            try:
                return Urls(self._database(), self._redis())
            except BaseException:
                self._leave()
                raise

    def stop(self) -> None:
        """Leave; the last user stops Redis, then PostgreSQL. Workers must have ended before."""
        with self.records.exclusive():
            self._leave()

    def revive(self) -> list[str]:
        """Start servers of ours that died, at the same address; returns their names."""
        with self.records.exclusive():
            dead = [server for server in self._servers if not server.running()]
            for server in dead:
                server.start()
            return [server.name for server in dead]

    def _leave(self) -> None:
        if self.records.leave():
            for server in reversed(self._servers):
                server.stop()

    def _end_orphans(self) -> None:
        orphans = self.records.orphans()
        end(orphans, self._settings.home, ORPHAN_GRACE_S)
        self.records.forget({orphan.process.pid for orphan in orphans})

    def _database(self) -> str:
        url = self._settings.database_url
        if url is not None:
            _check_database(url)
            return url
        server = Postgres(self._settings.home)
        self._servers.append(server)
        return server.start()

    def _redis(self) -> str:
        url = self._settings.redis_url
        if url is not None:
            _check_redis(url)
            return url
        server = Redis(self._settings.home)
        self._servers.append(server)
        return server.start()


@contextmanager
def servers(settings: Settings) -> Iterator[Urls]:
    """The URLs of a database and a Redis that answer, for as long as the block runs."""
    embedded = Embedded(settings)
    urls = embedded.start()
    try:
        yield urls
    finally:
        embedded.stop()


def _check_database(url: str) -> None:
    try:
        psycopg.connect(
            url.replace("postgresql+psycopg://", "postgresql://", 1), connect_timeout=CONNECT_S
        ).close()
    except psycopg.Error as error:
        # Its text names host, user and database, never the password.
        raise SetupError(
            "DATABASE_URL",
            f"không kết nối được: {' '.join(str(error).split())}",
            "một PostgreSQL đang chạy nhận người dùng và mật khẩu này",
            "kiểm tra máy chủ và địa chỉ, hoặc bỏ DATABASE_URL để dùng máy chủ kèm theo",
        ) from None


def _check_redis(url: str) -> None:
    problem = answers(url)
    if problem is not None:
        raise SetupError(
            "REDIS_URL",
            problem,
            "một Redis đang chạy nhận mật khẩu này",
            "kiểm tra máy chủ và địa chỉ, hoặc bỏ REDIS_URL để dùng máy chủ kèm theo",
        )
