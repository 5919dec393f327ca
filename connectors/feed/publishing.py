"""Make the shop's files and put them where the floor fetches them, whole or not at all.

Every file is made beside its place and written to the disk before the first one is moved, so
that what a floor fetches is always a whole file, and the files of one profile change within the
same moment. A file whose bytes did not change keeps its place and its time of change, by which a
web server answers "not modified"; unless some row is to be told anew. Memory does not grow with
the rows.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from connectors.contract import Clock
from connectors.errors import ChannelError, Unavailable
from connectors.feed.cells import cells
from connectors.feed.profile import File, Profile
from connectors.feed.store import Publication, Store
from connectors.feed.values import Shop
from connectors.feed.writing import opened

LOCK_S = 60.0
"""How long one publication waits for another of the same shop."""
_TEMPORARY = ".tmp-"
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that is ready beside its place."""

    file: File
    path: Path
    rows: int
    sha256: str
    size: int
    changed: bool


class Publisher:
    """Publishes one shop."""

    def __init__(self, profile: Profile, folder: Path, shop: Shop, clock: Clock) -> None:
        self._profile = profile
        self._public = folder / "public"
        self._lock = folder / "publish.lock"
        self._shop = shop
        self._clock = clock

    def publish(self, store: Store) -> None:
        """Publish when anything changed. Raises Unavailable when it could not be written."""
        try:
            with FileLock(self._lock, timeout=LOCK_S):
                if self._due(store):
                    self._publish(store)
        except Timeout:
            raise Unavailable("một lần xuất file khác của gian hàng này chưa xong") from None
        except OSError as error:
            raise cannot_write(self._public, error) from error

    @property
    def _frame(self) -> str:
        """What every row depends on beside itself."""
        parts = [self._profile.model_dump_json(), self._shop.site, self._shop.public_url]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _gone_before(self) -> float:
        """Rows taken off sale before this moment leave the files."""
        days = timedelta(days=self._profile.withdrawal.days)
        return (self._clock() - days).timestamp()

    def _due(self, store: Store) -> bool:
        """A shop that never had a row on sale has no file: to a floor an empty file says that
        everything is withdrawn."""
        if store.due(self._gone_before()):
            return True
        frame = store.meta("frame")
        missing = (f for f in self._profile.files if not (self._public / f.name).exists())
        return bool(frame) and (frame != self._frame or any(missing))

    def _publish(self, store: Store) -> None:
        now, gone_before = self._clock().timestamp(), self._gone_before()
        self._public.mkdir(exist_ok=True)
        self._sweep()
        with store.snapshot():
            rev = store.last_rev()
            before = {} if store.anew() else store.last_published()
            rows = self._write(store, gone_before)
        made = [self._made(file, rows, before) for file in self._profile.files]
        for ready in made:
            self._place(ready, now)
        _sync(self._public)
        done = [Publication(now, m.file.name, m.rows, m.sha256, m.size, m.changed) for m in made]
        with store.writing():
            store.sent(rev, gone_before, now, done)
            store.set_meta(
                frame=self._frame, profile=self._profile.model_dump_json(), site=self._shop.site
            )

    def _write(self, store: Store, gone_before: float) -> int:
        """Write all files beside their places, each row to all of them at once; how many rows."""
        rows = 0
        with ExitStack() as files:
            sinks = [
                files.enter_context(
                    opened(self._beside(file), file, self._profile.columns, self._page)
                )
                for file in self._profile.files
            ]
            for row in store.in_file(gone_before):
                rows += 1
                line = cells(self._profile, row, self._shop)
                for sink in sinks:
                    sink(line)
        return rows

    def _beside(self, file: File) -> Path:
        return self._public / f"{_TEMPORARY}{os.getpid()}-{file.name}"

    def _made(self, file: File, rows: int, before: Mapping[str, Publication]) -> _Made:
        path = self._beside(file)
        _sync(path)
        made = _Made(file, path, rows, sha256_of(path), path.stat().st_size, changed=True)
        last = before.get(file.name)
        if last is not None and last.sha256 == made.sha256 and self._stands(made):
            return replace(made, changed=False)
        _compress(path, _packed(path))
        return made

    def _stands(self, made: _Made) -> bool:
        """Whether the published file is this one already."""
        place = self._public / made.file.name
        return place.exists() and _packed(place).exists() and sha256_of(place) == made.sha256

    @property
    def _page(self) -> str:
        return self._shop.site or self._shop.public_url

    def _place(self, made: _Made, now: float) -> None:
        """Move a file to its place, its compressed copy with the same time of change. HTTP counts
        that time in seconds, so no two versions share one."""
        if not made.changed:
            made.path.unlink()
            return
        place = self._public / made.file.name
        at = max(now, int(place.stat().st_mtime) + 1) if place.exists() else now
        for source, target in ((_packed(made.path), _packed(place)), (made.path, place)):
            os.utime(source, (at, at))
            source.replace(target)

    def _sweep(self) -> None:
        """Remove what a killed publication left half made."""
        for left in self._public.glob(f"{_TEMPORARY}*"):
            left.unlink()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cannot_write(folder: Path, error: OSError) -> ChannelError:
    """Nothing was changed: the files that stand are the last whole ones."""
    return Unavailable(
        f"không ghi được file cho sàn trong thư mục '{folder.name}': {error.strerror or error}; "
        "file cũ vẫn còn nguyên. Kiểm tra quyền ghi và chỗ trống trên đĩa",
        code="cannot_write",
    )


def _compress(source: Path, target: Path) -> None:
    """The same bytes for the same file: no name and no time inside."""
    with (
        source.open("rb") as plain,
        target.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(plain, packed, _PIECE)
    _sync(target)


def _packed(path: Path) -> Path:
    return path.with_name(f"{path.name}.gz")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
