"""One PostgreSQL a test process, one database in it, emptied before each test.

``TEST_SERVER_URL`` names a server that is up already (quicker while developing); without it the
program's own embedded server is started in a temporary folder.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from config.postgres import Postgres
from models import migrations
from models.base import metadata
from models.db import Database

pytest_plugins = ["connectors.conformance.plugin"]


def pytest_configure() -> None:
    """No test reads what somebody's program keeps on this machine; the settings are read as soon as
    the tests are collected."""
    os.environ["OCOP_HOME"] = str(Path(tempfile.gettempdir()) / f"ocop-nobody-{os.getpid()}")


@pytest.fixture(scope="session")
def server_url() -> Iterator[URL]:
    """A running server; its path names any database."""
    given = os.environ.get("TEST_SERVER_URL")
    if given:
        yield make_url(given)
        return
    with tempfile.TemporaryDirectory(prefix="ocop-tests-") as folder:
        server = Postgres(Path(folder))
        url = server.start()
        try:
            yield make_url(url)
        finally:
            server.stop()


@pytest.fixture(scope="session")
def database_url(server_url: URL) -> Iterator[str]:
    """A fresh, migrated database of this test process."""
    name = f"test_{os.getpid()}"
    with _Scratch(server_url, name) as url:
        database = Database(url)
        migrations.upgrade(database.engine)
        database.close()
        yield url


@pytest.fixture
def empty_database_url(server_url: URL) -> Iterator[str]:
    """A database of one test, without any table."""
    with _Scratch(server_url, f"empty_{os.getpid()}") as url:
        yield url


class _Scratch:
    """A database for as long as the block runs."""

    def __init__(self, server: URL, name: str) -> None:
        self._admin = create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
        self._name = name
        self._url = server.set(database=name).render_as_string(hide_password=False)

    def __enter__(self) -> str:
        with self._admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {self._name}"))
            connection.execute(text(f"ALTER DATABASE {self._name} SET synchronous_commit = off"))
        return self._url

    def __exit__(self, *_error: object) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {self._name} WITH (FORCE)"))
        self._admin.dispose()


_EMPTIED = "; ".join([
    "SET LOCAL session_replication_role = replica",  # no foreign key is looked at, in any order
    *(f"DELETE FROM {table.name}" for table in metadata.sorted_tables),  # noqa: S608 (our names)
    "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence",
])  # fmt: skip
"""Some twenty times as quick as TRUNCATE, which makes every table's files anew."""


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The tables, empty."""
    database = Database(database_url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(_EMPTIED)
    yield database
    database.close()
