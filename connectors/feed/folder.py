"""A shop's folder looked at without its account: what was published, and whether a floor would
take it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from connectors.feed.profile import Profile
from connectors.feed.store import NAME, Store
from connectors.feed.validate import Checker, Problem
from connectors.feed.whole import rows_of


@dataclass(frozen=True, slots=True)
class Listed:
    """A published file: when its bytes last changed, when it was last found right, its size."""

    name: str
    changed_at: datetime
    confirmed_at: datetime
    rows: int
    bytes: int
    sha256: str


def published(folder: Path) -> list[Listed]:
    """The files of the shop that keeps its data in ``folder``, in the profile's order; [] when
    nothing was published yet."""
    if not (folder / NAME).exists():
        return []
    with closing(Store(folder)) as store:
        last, changed = store.last_published(), store.last_changed()
    return [
        Listed(
            name=name,
            changed_at=datetime.fromtimestamp(changed.get(name, file.at), UTC),
            confirmed_at=datetime.fromtimestamp(file.at, UTC),
            rows=file.rows,
            bytes=file.bytes,
            sha256=file.sha256,
        )
        for name, file in last.items()
    ]


def validate_folder(folder: Path) -> Iterator[tuple[str, Problem]]:
    """Every problem of every published file, with the file's name; the files are read as a floor
    reads them, one row at a time. Raises ValueError when nothing was published yet."""
    profile, host = _identity(folder)
    checker = Checker(profile, host)
    for file in profile.files:
        path = folder / "public" / file.name
        if path.exists():
            for problem in checker.rows(rows_of(profile, file, path)):
                yield file.name, problem


def _identity(folder: Path) -> tuple[Profile, str]:
    """The profile that the files were made by, and the domain of their links."""
    profile = site = ""
    if (folder / NAME).exists():
        with closing(Store(folder)) as store:
            profile, site = store.meta("profile"), store.meta("site")
    if not profile:
        raise ValueError(f"'{folder}' chưa xuất file nào cho sàn: đẩy gian hàng này lên trước")
    return Profile.model_validate_json(profile), urlsplit(site).hostname or ""
