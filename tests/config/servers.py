"""What the tests of real servers share: settings, SQL, Redis, and other programs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis

from config.embedded import Urls
from config.settings import Settings

ROOT = Path(__file__).parents[2]


def settings_for(home: Path, **values: Any) -> Settings:
    return Settings(home=home, **values)


def sql(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Run the statements, each committed; the rows of the last one."""
    with psycopg.connect(
        url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True
    ) as db:
        cursor = [db.execute(statement) for statement in statements][-1]
        return cursor.fetchall() if cursor.description else []


@contextmanager
def redis_at(url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(url, decode_responses=True)
    try:
        yield client
    finally:
        client.close()


def write_mark(urls: Urls) -> None:
    """Something to find again after a restart, in both servers."""
    sql(urls.database_url, "CREATE TABLE mark (text text)", "INSERT INTO mark VALUES ('Mỳ Chũ')")
    with redis_at(urls.redis_url) as client:
        client.set("mark", "Mỳ Chũ")


def read_mark(urls: Urls) -> tuple[Any, Any]:
    with redis_at(urls.redis_url) as client:
        return sql(urls.database_url, "SELECT text FROM mark")[0][0], client.get("mark")


def server_pids(home: Path) -> tuple[int, int]:
    """PostgreSQL's and Redis's, as they wrote them down."""
    postgres = (home / "postgres" / "data" / "postmaster.pid").read_text().split("\n", 1)[0]
    return int(postgres), int((home / "redis" / "redis.pid").read_text())


class Holder:
    """Another program on the same data folder (tests/config/holder.py)."""

    def __init__(self, home: Path, **popen: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.config.holder", str(home)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **popen,
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the holder ended with {self.process.wait()}"
        self.facts: dict[str, Any] = json.loads(line)
        self.urls = Urls(self.facts["database_url"], self.facts["redis_url"])

    def leave(self) -> int:
        """Let it stop by itself; its exit code."""
        self.process.communicate(timeout=60)
        return self.process.returncode

    def kill(self) -> None:
        """SIGKILL, as the machine's memory killer would."""
        self.process.kill()
        self.process.communicate(timeout=60)
