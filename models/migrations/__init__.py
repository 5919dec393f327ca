"""Bring a database to the schema that this version knows.

Migrations expand, and contract a release later: the version before works on a schema that is one
revision ahead of it, during a deploy and after one that was taken back; what is further ahead it
refuses (design: "Tables").
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from config.errors import SetupError

_ADVISORY_LOCK = 7_205_001
"""Any fixed number: two programs that start at once must not migrate at once."""


class SchemaTooNew(SetupError):
    """The database was migrated by a version of the program that is too far ahead."""


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
    """Migrate up to ``revision``; a database that is one ahead of us is left as it is. Raises
    SchemaTooNew where it is further ahead."""
    with engine.begin() as connection:
        _one_at_a_time(connection)
        if not _is_ahead(current_in(connection)):
            upgrade_in(connection, revision)


def upgrade_in(connection: Connection, revision: str = "head") -> None:
    """The same within a transaction that does more, of a database that is not ahead of us."""
    _one_at_a_time(connection)
    config = alembic_config(connection.engine)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _one_at_a_time(connection: Connection) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def downgrade(engine: Engine, revision: str) -> None:
    """Migrate down to ``revision`` (tests, and a release that has to be taken back)."""
    with engine.begin() as connection:
        config = alembic_config(engine)
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def check(engine: Engine) -> None:
    """Raise SchemaTooNew where this version must not work on the database."""
    _is_ahead(current(engine))


def _is_ahead(found: str | None) -> bool:
    """Whether the database is one revision ahead of us. Raises SchemaTooNew where it is more."""
    if found is None or knows(found):
        return False
    if found.isdecimal() and int(found) == int(head()) + 1:
        return True
    raise SchemaTooNew(
        "cơ sở dữ liệu",
        f"lược đồ ở phiên bản {found}, chương trình này chỉ biết đến {head()}",
        "chương trình mới như cơ sở dữ liệu, hoặc cũ hơn một phiên bản",
        "cập nhật chương trình rồi chạy lại",
    )


def knows(revision: str) -> bool:
    """Whether this version of the program has heard of ``revision``."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return ScriptDirectory.from_config(config)
