"""One PostgreSQL for the whole test run, one database a test process, emptied before each test."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, text

from models import migrations
from models.base import metadata
from models.db import Database


@pytest.fixture(scope="session")
def database_url(worker_name: str) -> Iterator[str]:
    """A fresh, migrated database of this test process."""
    server = os.environ["TEST_SERVER_URL"]
    name = f"test_{worker_name}_{os.getpid()}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = f"{server}/{name}"
    try:
        database = Database(url)
        migrations.upgrade(database.engine)
        database.close()
        yield url
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture(scope="session")
def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    """The tables, empty."""
    database = Database(database_url)
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with database.transaction() as session:
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    yield database
    database.close()
