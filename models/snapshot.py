"""The whole database as streams of rows, and back: for backup and restore.

Every table goes through ``COPY`` within one transaction, so that all show the same moment however
much is written meanwhile, and no client program is needed. Tables are found in the catalogue and
ordered by their foreign keys: a new table is in the next backup without a word here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, inspect, text

from models.base import metadata

REVISIONS = "alembic_version"


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its stored columns, those that the database works out itself left out."""

    name: str
    columns: tuple[str, ...]

    def copy(self, way: str) -> str:
        """The ``COPY`` statement; ``way`` is TO STDOUT or FROM STDIN."""
        columns = ", ".join(f'"{column}"' for column in self.columns)
        return f'COPY "{self.name}" ({columns}) {way}'


@contextmanager
def moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one moment of the database for the length of the block."""
    with engine.connect() as raw:
        connection = raw.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            connection.execute(text("SET TRANSACTION READ ONLY"))
            yield connection


def tables(connection: Connection) -> list[Table]:
    """All tables, each behind those that it refers to."""
    found = inspect(connection)
    names = [name for name, _keys in found.get_sorted_table_and_fkc_names() if name]
    return [
        Table(
            name,
            tuple(c["name"] for c in found.get_columns(name) if c.get("computed") is None),
        )
        for name in names
        if name != REVISIONS
    ]


def rows_out(connection: Connection, table: Table) -> Iterator[bytes]:
    """The table's rows as ``COPY`` writes them, a piece at a time."""
    with _cursor(connection).copy(table.copy("TO STDOUT")) as copy:
        for piece in copy:
            yield bytes(piece)


def rows_in(connection: Connection, table: Table, pieces: Iterable[bytes]) -> int:
    """Write what :func:`rows_out` gave; returns how many rows that were."""
    cursor = _cursor(connection)
    with cursor.copy(table.copy("FROM STDIN")) as copy:
        for piece in pieces:
            copy.write(piece)
    return int(cursor.rowcount)


def sequences(connection: Connection) -> dict[str, int]:
    """How far each sequence has come; those that were never asked are left out.

    Sequences know no transactions: read after the tables, they stand at or beyond every row.
    """
    rows = connection.execute(
        text("""SELECT sequencename, last_value FROM pg_sequences
            WHERE schemaname = current_schema() AND last_value IS NOT NULL ORDER BY 1""")
    )
    return {row[0]: row[1] for row in rows}


def set_sequences(connection: Connection, values: Mapping[str, int]) -> None:
    """Let each sequence go on where it stood."""
    for name, value in values.items():
        connection.execute(
            text("SELECT setval(CAST(quote_ident(:name) AS regclass), :value)"),
            {"name": name, "value": value},
        )


def holds_rows(connection: Connection) -> bool:
    """Whether any table holds anything."""
    return any(
        connection.execute(text(f'SELECT EXISTS (SELECT 1 FROM "{table.name}")')).scalar_one()  # noqa: S608
        for table in tables(connection)
    )


def others(connection: Connection) -> int:
    """How many other programs' connections use this database just now."""
    query = """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    return int(connection.execute(text(query)).scalar_one())


def drop_ours(connection: Connection) -> None:
    """Remove our tables with all that is in them; tables that are not ours stay."""
    ours = {table.name for table in metadata.sorted_tables} | {REVISIONS}
    for name in sorted(ours & set(inspect(connection).get_table_names())):
        connection.execute(text(f'DROP TABLE "{name}" CASCADE'))


def _cursor(connection: Connection) -> Any:
    """The driver's own, in the connection's transaction (``COPY`` is not SQLAlchemy's)."""
    return connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
