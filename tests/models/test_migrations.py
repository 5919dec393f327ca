"""Migrations and models are the same schema; up, down and up again work on data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from models import migrations
from models.base import metadata


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    made = create_engine(empty_database_url)
    yield made
    made.dispose()


def differences(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, metadata))


def constraints(engine: Engine) -> dict[str, str]:
    """Checks, keys and exclusions by name, which the comparison above does not see."""
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
                " AND conrelid::regclass::text <> 'alembic_version'"
            )
        )
        return {row[0]: row[1] for row in rows}


def columns(engine: Engine) -> set[tuple[str, ...]]:
    """Generated columns and indexes with their conditions."""
    with engine.connect() as connection:
        generated = connection.execute(
            text(
                "SELECT table_name, column_name, coalesce(generation_expression, '')"
                " FROM information_schema.columns WHERE table_schema = 'public'"
                " AND table_name <> 'alembic_version'"
            )
        ).all()
        indexes = connection.execute(
            text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
                 " AND tablename <> 'alembic_version'")
        ).all()  # fmt: skip
        return {tuple(row) for row in [*generated, *indexes]}


def test_migrations_and_models_agree(engine: Engine) -> None:
    migrations.upgrade(engine)
    assert differences(engine) == []
    migrated = (constraints(engine), columns(engine))
    migrations.downgrade(engine, "base")
    metadata.create_all(engine)
    assert (constraints(engine), columns(engine)) == migrated


def test_up_down_up_with_data(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text(
            "INSERT INTO rule (kind, scope, target, channel, value, decided_by, note)"
            " VALUES ('price', 'default', '', '', '{\"markup_pct\": 5}', 'test', '')"
        ))  # fmt: skip
    migrations.downgrade(engine, "base")
    assert migrations.current(engine) is None
    migrations.upgrade(engine)
    assert migrations.current(engine) == migrations.head()
    assert differences(engine) == []


def test_a_database_of_a_newer_program_is_left_alone(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(Exception, match="ffff"):
        migrations.upgrade(engine)
