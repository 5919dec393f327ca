"""A worker process works on a schema that it knows, or that is one revision ahead of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import text

from models import migrations
from models.db import Database
from worker import tasks


@pytest.fixture
def db(empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    db = Database(empty_database_url)
    migrations.upgrade(db.engine)
    monkeypatch.setattr(tasks, "_env", None)
    monkeypatch.setattr(tasks, "build_env", lambda *_: SimpleNamespace(db=db, stop=None))
    return db


def numbered(db: Database, ahead: int) -> None:
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :new"),
            {"new": f"{int(migrations.head()) + ahead:04}"},
        )


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_worker_of_the_version_before_goes_on(db: Database, ahead: int) -> None:
    numbered(db, ahead)
    assert tasks.env().db is db
    assert tasks.env() is tasks.env()


def test_an_older_worker_refuses_every_task_until_the_schema_fits(db: Database) -> None:
    numbered(db, 2)
    for _ in range(2):
        with pytest.raises(migrations.SchemaTooNew, match="cập nhật chương trình"):
            tasks.env()
    numbered(db, 0)
    assert tasks.env().db is db
