"""Bring a database to the schema that this version knows.

Migrations expand, and contract a release later; a worker refuses a schema that is newer than it
knows by more than one (design: "Tables").
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

_ADVISORY_LOCK = 7_205_001
"""Any fixed number: two programs that start at once must not migrate at once."""


class SchemaTooNew(RuntimeError):
    """The database was migrated by a later version of the program."""


def alembic_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["engine"] = engine
    return config


def head() -> str:
    """The newest revision that this program knows."""
    revision = _scripts().get_current_head()
    assert revision is not None  # noqa: S101 (a program without a migration cannot be built)
    return revision


def current(engine: Engine) -> str | None:
    """The database's revision, None when it is empty."""
    with engine.connect() as connection:
        return current_in(connection)


def current_in(connection: Connection) -> str | None:
    """The same as this connection's transaction sees it."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to ``revision``. Raises SchemaTooNew when the database is ahead of us."""
    check_known(engine)
    with engine.begin() as connection:
        upgrade_in(connection, revision)


def upgrade_in(connection: Connection, revision: str = "head") -> None:
    """The same within a transaction that does more."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
    config = alembic_config(connection.engine)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to ``revision`` (tests, and a release that has to be taken back)."""
    with engine.begin() as connection:
        config = alembic_config(engine)
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def check_known(engine: Engine) -> None:
    """Raise SchemaTooNew when the database's revision is none that we know."""
    found = current(engine)
    if found is not None and not knows(found):
        raise SchemaTooNew(
            f"cơ sở dữ liệu ở phiên bản {found}, chương trình chỉ biết đến {head()}: "
            "hãy cập nhật chương trình"
        )


def knows(revision: str) -> bool:
    """Whether this version of the program has heard of ``revision``."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config)
