"""The doctor's findings that no other test of the console meets."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text

from console.cli.doctor import Finding, _schema
from models import migrations
from models.db import Database
from tests.worker.conftest import World


def test_a_program_older_than_its_database_is_told_so(
    world: World, empty_database_url: str
) -> None:
    db = Database(empty_database_url)
    env = replace(world.env, db=db)
    migrations.upgrade(db.engine)
    assert _schema(env) == Finding("lược đồ dữ liệu", migrations.head())
    ahead = f"{int(migrations.head()) + 1:04}"
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": ahead})
    found = _schema(env)
    assert not found.good
    assert ahead in found.found
    assert migrations.head() in found.found
    db.close()
