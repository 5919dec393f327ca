"""Restore: a backup into an empty place, whole or not at all.

The file is read and checked to its last byte before anything is touched. The tables are made at
the backup's own revision, filled, and brought up to date in one transaction, which also ends what
was under way at that moment (:func:`models.restored.settle`). Nothing is sent to any shop here.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import Connection, Engine

from config.errors import from_os_error
from models import migrations, restored, snapshot
from models.snapshot import Table
from worker.backup import FORMAT, KEYS, MANIFEST, TABLES, Manifest

_PIECE = 1 << 20
_NAME = re.compile(r"[^/\\\x00]+(/[^/\\\x00]+)*")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError,
)  # fmt: skip
"""What ``zipfile`` makes of a damaged file."""


class BadBackup(ValueError):
    """The backup cannot be restored as it is, or not here (Vietnamese: what, and what to do)."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was checked to its last byte."""

    path: Path
    manifest: Manifest

    def keys(self) -> str | None:
        """The master keys, where it was made with them."""
        if not self.manifest.with_keys:
            return None
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(KEYS).decode()


def check(path: Path) -> Backup:
    """Read the whole file. Raises BadBackup when it is damaged, newer than this program or no
    backup at all."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive, path)
            for name, part in manifest.parts.items():
                _check_part(archive, path, name, part)
    except OSError as error:
        raise BadBackup(f"{path}: không đọc được ({error.strerror or error})") from None
    except BadBackup:
        raise
    except _BROKEN as error:
        raise _damaged(path, str(error)) from None
    return Backup(path, manifest)


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    try:
        found = orjson.loads(archive.read(MANIFEST))
        written = found["format"]
    except KeyError:
        raise BadBackup(
            f"{path}: không phải bản sao lưu của ocop-sync (thiếu {MANIFEST}); "
            "cần tệp do lệnh 'ocop-sync backup' ghi"
        ) from None
    except (*_BROKEN, TypeError) as error:
        raise _damaged(path, str(error)) from None
    if not isinstance(written, int) or written > FORMAT:
        raise _newer(path, f"dạng tệp số {written}, chương trình này đọc đến số {FORMAT}")
    manifest = Manifest(**found)
    if not migrations.knows(manifest.revision):
        raise _newer(
            path,
            f"cơ sở dữ liệu ở phiên bản {manifest.revision}, chương trình này biết đến "
            f"{migrations.head()}",
        )
    return manifest


def _check_part(
    archive: zipfile.ZipFile, path: Path, name: str, part: Mapping[str, object]
) -> None:
    if not _NAME.fullmatch(name) or ".." in name.split("/"):
        raise _damaged(path, f"tên '{name}' dẫn ra ngoài")
    digest, size = hashlib.sha256(), 0
    for piece in _pieces(archive, path, name):
        digest.update(piece)
        size += len(piece)
        if size > int(str(part["size"])):
            break
    if size != part["size"] or digest.hexdigest() != part["sha256"]:
        raise _damaged(path, f"phần '{name}' không khớp với lúc sao lưu")


def _pieces(archive: zipfile.ZipFile, path: Path, name: str) -> Iterator[bytes]:
    try:
        with archive.open(name) as source:
            while piece := source.read(_PIECE):
                yield piece
    except KeyError:
        raise _damaged(path, f"thiếu phần '{name}'") from None
    except _BROKEN as error:
        raise _damaged(path, f"phần '{name}': {error}") from None


def fill(
    engine: Engine,
    folders: Mapping[str, Path],
    backup: Backup,
    now: datetime,
    *,
    replace: bool = False,
) -> None:
    """Put the backup's tables and folders in place. ``replace``: whatever stands there goes.

    Raises BadBackup when something stands there and ``replace`` is false, or when a program uses
    the database; SetupError when the disk is full. After an exception everything is as it was.
    """
    with zipfile.ZipFile(backup.path) as archive, _unpacked(archive, backup, folders) as fresh:
        with engine.begin() as connection:
            _check_place(connection, folders, replace=replace)
            snapshot.drop_ours(connection)
            migrations.upgrade_in(connection, backup.manifest.revision)
            for found in backup.manifest.tables:
                table = Table(found["name"], tuple(found["columns"]))
                _fill_table(connection, archive, backup, table)
            snapshot.set_sequences(connection, backup.manifest.sequences)
            migrations.upgrade_in(connection)
            restored.settle(connection, backup.manifest.moment, now)
        for name, folder in folders.items():
            shutil.rmtree(folder, ignore_errors=True)
            fresh[name].rename(folder)


def _check_place(connection: Connection, folders: Mapping[str, Path], *, replace: bool) -> None:
    if snapshot.others(connection):
        raise BadBackup(
            "có chương trình đang dùng cơ sở dữ liệu này; dừng 'ocop-sync run' (Ctrl-C) rồi "
            "chạy lại"
        )
    full = [str(folder) for folder in folders.values() if any(folder.glob("*"))]
    if snapshot.holds_rows(connection):
        full.insert(0, "cơ sở dữ liệu")
    if full and not replace:
        raise BadBackup(
            f"nơi này đã có dữ liệu ({', '.join(full)}); đặt OCOP_HOME sang thư mục mới, hoặc "
            "thêm --replace để xóa dữ liệu đang có và thay bằng bản sao lưu"
        )


def _fill_table(
    connection: Connection, archive: zipfile.ZipFile, backup: Backup, table: Table
) -> None:
    pieces = _pieces(archive, backup.path, TABLES + table.name)
    rows = snapshot.rows_in(connection, table, pieces)
    if rows != backup.manifest.rows(table.name):
        raise _damaged(backup.path, f"bảng '{table.name}' có {rows} dòng")


@contextmanager
def _unpacked(
    archive: zipfile.ZipFile, backup: Backup, folders: Mapping[str, Path]
) -> Iterator[dict[str, Path]]:
    """The backup's folders, beside the places that they shall have; what was not moved from there
    is removed at the end."""
    fresh = {name: folder.with_name(f".{folder.name}.restored") for name, folder in folders.items()}
    try:
        for folder in fresh.values():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for member, part in backup.manifest.parts.items():
            name, _slash, rest = member.partition("/")
            if name in fresh:
                target = fresh[name] / rest
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    file.writelines(_pieces(archive, backup.path, member))
                os.utime(target, ns=(part["changed_ns"], part["changed_ns"]))
        yield fresh
    except OSError as error:
        raise from_os_error(backup.path, error) from error
    finally:
        for folder in fresh.values():
            shutil.rmtree(folder, ignore_errors=True)


def _damaged(path: Path, why: str) -> BadBackup:
    return BadBackup(f"{path}: tệp bị hỏng ({why}); dùng một bản sao lưu khác")


def _newer(path: Path, why: str) -> BadBackup:
    return BadBackup(
        f"{path}: do phiên bản mới hơn ghi ({why}); cập nhật chương trình rồi chạy lại"
    )
