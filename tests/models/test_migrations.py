"""Migrations and models are the same schema; up, down and up again work on data."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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


def numbered(engine: Engine, ahead: int) -> str:
    """A schema that is said to be ``ahead`` revisions newer than the newest we know."""
    migrations.upgrade(engine)
    number = f"{int(migrations.head()) + ahead:04}"
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": number})
    return number


def test_a_schema_one_ahead_is_worked_on_and_left_as_it_is(engine: Engine) -> None:
    """A deploy, while the version before still runs or is started again."""
    number = numbered(engine, ahead=1)
    migrations.check(engine)
    migrations.upgrade(engine)
    assert migrations.current(engine) == number


@pytest.mark.parametrize("migrate", [migrations.check, migrations.upgrade])
def test_a_schema_two_ahead_is_refused(engine: Engine, migrate: Callable[[Engine], None]) -> None:
    number = numbered(engine, ahead=2)
    with pytest.raises(migrations.SchemaTooNew, match=f"{number}.*{migrations.head()}"):
        migrate(engine)
    assert migrations.current(engine) == number


def test_a_schema_of_another_program_is_refused(engine: Engine) -> None:
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'ffff'"))
    with pytest.raises(migrations.SchemaTooNew, match="ffff"):
        migrations.upgrade(engine)


def known(engine: Engine) -> dict[tuple[str, str], bool]:
    """Each (table, column), and whether an INSERT has to name it."""
    with engine.connect() as connection:
        rows = connection.execute(text(
            "SELECT table_name, column_name, is_nullable = 'NO' AND column_default IS NULL"
            " AND is_identity = 'NO' AND is_generated = 'NEVER'"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        ))  # fmt: skip
        return {(table, column): must for table, column, must in rows}


def test_since_the_second_each_migration_leaves_the_version_before_at_work(engine: Engine) -> None:
    """It finds every column that it knows, and can insert without those that it does not."""
    revisions = [f"{number:04}" for number in range(2, int(migrations.head()) + 1)]
    migrations.upgrade(engine, revisions[0])
    for revision in revisions[1:]:
        before = known(engine)
        migrations.upgrade(engine, revision)
        after = known(engine)
        tables = {table for table, _column in before}
        added = {key for key in after.keys() - before.keys() if key[0] in tables}
        assert before.keys() <= after.keys(), revision
        assert [key for key in added if after[key]] == [], revision
