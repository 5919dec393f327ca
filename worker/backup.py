"""Back up: one file with everything that cannot be made again, written while the program works.

The file is a ZIP: ``tables/NAME`` as PostgreSQL's ``COPY`` writes them, all of one moment; then
the folders (``images``, ``files``), read after that moment, so that what a row names is there;
last ``manifest.json`` with the schema's revision, the sequences, and each part's size and digest.
The master keys are left out unless asked for: whoever has the file then has no shop's login.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine

from config.errors import from_os_error
from models import migrations, snapshot

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "keys/master.keys"
TABLES = "tables/"
_PIECE = 1 << 20
_PASSING = (".part", ".lock", "-wal", "-shm", "-journal")
"""Endings of files that mean nothing to another program."""
_SQLITE = ".sqlite3"


@dataclass(frozen=True, slots=True)
class Part:
    """One member of the file: bytes and SHA-256 of what it unpacks to; a file's time of change
    (nanoseconds), by which floors are answered "not modified"."""

    size: int
    sha256: str
    changed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """``made_at`` is the moment that the tables show; ``tables`` are in the order in which they
    can be filled, with their columns and how many rows each has."""

    format: int
    made_at: str
    revision: str
    tables: list[dict[str, Any]] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.made_at)

    def rows(self, table: str) -> int:
        return int(next(t["rows"] for t in self.tables if t["name"] == table))

    @property
    def with_keys(self) -> bool:
        return KEYS in self.parts


def write(
    engine: Engine, folders: Mapping[str, Path], path: Path, now: datetime, keys: str | None = None
) -> Manifest:
    """Write the backup to ``path`` (mode 0600), whole or not at all. ``folders``: which folders
    go with the tables, by name; ``keys``: master keys to put in, a line each, None for none.

    Raises SetupError where the disk is full or not ours to write.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = _fill(archive, engine, folders, now, keys)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise from_os_error(path, error) from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _fill(
    archive: zipfile.ZipFile,
    engine: Engine,
    folders: Mapping[str, Path],
    now: datetime,
    keys: str | None,
) -> Manifest:
    parts: dict[str, Part] = {}
    tables = []
    with snapshot.moment(engine) as connection:
        revision = migrations.current_in(connection)
        for table in snapshot.tables(connection):
            name = TABLES + table.name
            parts[name], rows = _add_rows(archive, name, snapshot.rows_out(connection, table))
            tables.append({"name": table.name, "columns": list(table.columns), "rows": rows})
        sequences = snapshot.sequences(connection)
    for name, folder in folders.items():
        for path in _kept(folder):
            member = f"{name}/{path.relative_to(folder).as_posix()}"
            added = _add_file(archive, member, path)
            if added is not None:
                parts[member] = added
    if keys is not None:
        parts[KEYS] = _add(archive, KEYS, [keys.encode()])
    listed = {name: asdict(part) for name, part in parts.items()}
    manifest = Manifest(FORMAT, now.isoformat(), revision or "", tables, sequences, listed)
    archive.writestr(MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


def _kept(folder: Path) -> Iterator[Path]:
    """The files of a folder that are worth keeping, in order."""
    for path in sorted(folder.rglob("*")):
        passing = path.name.endswith(_PASSING) or path.name.startswith(".")
        if path.is_file() and not path.is_symlink() and not passing:
            yield path


def _add_file(archive: zipfile.ZipFile, member: str, path: Path) -> Part | None:
    """None when the file was taken away since it was listed."""
    try:
        changed_ns = path.stat().st_mtime_ns
        if path.suffix == _SQLITE:
            return replace(_add_sqlite(archive, member, path), changed_ns=changed_ns)
        with path.open("rb") as file:
            part = _add(archive, member, iter(lambda: file.read(_PIECE), b""))
            return replace(part, changed_ns=changed_ns)
    except FileNotFoundError:
        return None


def _add_sqlite(archive: zipfile.ZipFile, member: str, path: Path) -> Part:
    """A database that others may be writing: copied by SQLite itself, in one moment."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        with (
            closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        with copy.open("rb") as file:
            return _add(archive, member, iter(lambda: file.read(_PIECE), b""))


def _add_rows(archive: zipfile.ZipFile, member: str, pieces: Iterable[bytes]) -> tuple[Part, int]:
    """The part and its rows: ``COPY`` ends each with a newline, and escapes those within."""
    counted = [0]

    def counting() -> Iterator[bytes]:
        for piece in pieces:
            counted[0] += piece.count(b"\n")
            yield piece

    return _add(archive, member, counting()), counted[0]


def _add(archive: zipfile.ZipFile, member: str, pieces: Iterable[bytes]) -> Part:
    digest, size = hashlib.sha256(), 0
    with archive.open(member, "w", force_zip64=True) as target:
        for piece in pieces:
            target.write(piece)
            digest.update(piece)
            size += len(piece)
    return Part(size, digest.hexdigest())
