"""The registry's memory: SQLite, written through, so that a SIGKILL loses nothing.

Nothing is overwritten: each change appends a version of a product with the next sequence number,
and a view is "the newest version of each product up to number N". That is what keeps a walk's
snapshot constant while somebody edits, and what ``/v1/changes`` lists.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

FILE = "registry.sqlite3"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS version (
    seq INTEGER PRIMARY KEY, code TEXT NOT NULL, number INTEGER NOT NULL, at TEXT NOT NULL,
    kind TEXT NOT NULL, product BLOB NOT NULL, UNIQUE (code, number));
CREATE TABLE IF NOT EXISTS cursor (
    token TEXT PRIMARY KEY, state BLOB NOT NULL, issued_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS picture (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
    query TEXT NOT NULL, status INTEGER NOT NULL, bytes INTEGER NOT NULL, fault TEXT);
"""


@dataclass(frozen=True, slots=True)
class Version:
    """One state of one product. ``number`` grows by one with each change of that product,
    ``seq`` with each change of any; ``kind`` names the edit that made it ("entered" at first).
    A withdrawn product keeps what it last was, with ``withdrawn_reason``."""

    seq: int
    code: str
    number: int
    at: datetime
    kind: str
    product: dict[str, Any]

    @property
    def deleted(self) -> bool:
        return self.kind == "withdrawn"


class Store:
    """One registry's state under ``home`` (a folder, made if absent), or in memory when None.

    Safe to use from several threads. Raises OSError naming the folder when it cannot be used.
    """

    def __init__(self, home: Path | None) -> None:
        self._lock = threading.RLock()
        if home is not None:
            home.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(
                home / FILE if home else ":memory:", check_same_thread=False, isolation_level=None
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
        except sqlite3.OperationalError as error:
            raise OSError(
                f"{home}: the registry's state cannot be opened ({error}); "
                "give a folder in which this user may write"
            ) from error

    def close(self) -> None:
        """Close the file; the store cannot be used after."""
        self._db.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; other threads wait. Not nested."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def fact(self, name: str) -> str | None:
        row = self._one("SELECT value FROM fact WHERE name = ?", name)
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        self._write("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, value)

    def append(
        self, code: str, number: int, at: datetime, kind: str, product: dict[str, Any]
    ) -> None:
        """Write the next version; a number that the product already has is an IntegrityError."""
        self._write(
            "INSERT INTO version (code, number, at, kind, product) VALUES (?, ?, ?, ?, ?)",
            *(code, number, _text(at), kind, orjson.dumps(product)),
        )

    def newest_seq(self) -> int:
        """The number of the newest change of all; 0 before the first."""
        return int(self._one("SELECT coalesce(max(seq), 0) FROM version")[0])

    def at(self, seq: int) -> datetime:
        """When change ``seq`` was made."""
        return _moment(self._one("SELECT at FROM version WHERE seq = ?", seq)[0])

    def newest(self, code: str) -> Version | None:
        """The newest version of one product, None when it was never known."""
        return next(self._versions("WHERE code = ? ORDER BY seq DESC LIMIT 1", code), None)

    def view(self, seq: int) -> list[Version]:
        """Every product as it stood after change ``seq``, in order of change time, then code."""
        return list(
            self._versions(
                "WHERE seq IN (SELECT max(seq) FROM version WHERE seq <= ? GROUP BY code) "
                "ORDER BY at, code",
                seq,
            )
        )

    def changes(self, since_seq: int, limit: int) -> list[Version]:
        """At most ``limit`` changes after number ``since_seq``, oldest first."""
        return list(self._versions("WHERE seq > ? ORDER BY seq LIMIT ?", since_seq, limit))

    def keep_cursor(self, token: str, state: dict[str, Any], issued_at: datetime) -> None:
        """Remember a cursor; giving out the same one again renews it."""
        self._write(
            "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)",
            *(token, orjson.dumps(state), _text(issued_at)),
        )

    def cursor(self, token: str) -> tuple[dict[str, Any], datetime] | None:
        """The state behind a cursor and when it was given out; None when it never was."""
        row = self._one("SELECT state, issued_at FROM cursor WHERE token = ?", token)
        return None if row is None else (orjson.loads(row[0]), _moment(row[1]))

    def picture(self, name: str) -> bytes | None:
        row = self._one("SELECT data FROM picture WHERE name = ?", name)
        return None if row is None else bytes(row[0])

    def names_picture(self, name: str) -> bool:
        """Whether any version of any product ever had the picture ``name``."""
        wanted = f'"name":"{name}"'
        row = self._one(
            "SELECT 1 FROM version WHERE instr(CAST(product AS TEXT), ?) LIMIT 1", wanted
        )
        return row is not None

    def keep_picture(self, name: str, data: bytes) -> None:
        self._write("INSERT OR REPLACE INTO picture VALUES (?, ?)", name, data)

    def begin_call(self, at: datetime, method: str, path: str, query: str) -> int:
        """Note a call before it is answered (status 0 until then); returns its number."""
        cursor = self._write(
            "INSERT INTO call (at, method, path, query, status, bytes) VALUES (?, ?, ?, ?, 0, 0)",
            *(_text(at), method, path, query),
        )
        return int(cursor.lastrowid or 0)

    def end_call(self, number: int, status: int, size: int, fault: str | None) -> None:
        self._write(
            "UPDATE call SET status = ?, bytes = ?, fault = ? WHERE id = ?",
            *(status, size, fault, number),
        )

    def calls(self, since: int) -> list[dict[str, Any]]:
        """The calls with a number above ``since``, in order."""
        names = ("id", "at", "method", "path", "query", "status", "bytes", "fault")
        rows = self._all(f"SELECT {', '.join(names)} FROM call WHERE id > ? ORDER BY id", since)  # noqa: S608 - our own names
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _versions(self, tail: str, *values: object) -> Iterator[Version]:
        query = f"SELECT seq, code, number, at, kind, product FROM version {tail}"  # noqa: S608 - our own text
        for seq, code, number, at, kind, product in self._all(query, *values):
            yield Version(seq, code, number, _moment(at), kind, orjson.loads(product))

    def _one(self, query: str, *values: object) -> Any:
        rows = self._all(query, *values)
        return rows[0] if rows else None

    def _all(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    def _write(self, query: str, *values: object) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(query, values)


def _text(moment: datetime) -> str:
    """Of one length and zone, so that the text's order is the order in time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
