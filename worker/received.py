"""Files that people sent through the web, kept for a day below a name that nobody guesses.

A file keeps its own name in a folder of its own, because a register file is known by its name
(``SpreadsheetSource.key``): absence is judged against what a file of the same name said before.
"""

from __future__ import annotations

import re
import secrets
import shutil
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import orjson

KEPT = timedelta(hours=24)
MOST = 50
"""Files kept at once; the oldest goes first."""
NAME_BYTES = 180
"""Of a name in UTF-8; a file system takes 255."""

_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class Received:
    """``who`` sent it, ``at`` that moment; ``folder`` is its own."""

    id: str
    folder: Path
    path: Path
    who: str
    at: datetime


def keep(folder: Path, name: str, source: BinaryIO, who: str, now: datetime) -> Received:
    """Keep a file; what nobody needs any more is cleared on the way."""
    clear(folder, now)
    made = secrets.token_urlsafe(16)
    own = folder / made
    own.mkdir(mode=0o700, parents=True)
    (own / "file").mkdir()
    path = own / "file" / safe_name(name)
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)
    about = {"name": path.name, "who": who, "at": now.isoformat()}
    (own / _ABOUT).write_bytes(orjson.dumps(about))
    return Received(made, own, path, who, now)


def find(folder: Path, received_id: str, now: datetime) -> Received | None:
    """The file of that name, while it is kept; None for anything else."""
    if not _ID.fullmatch(received_id):
        return None
    found = _read(folder / received_id)
    if found is None or found.at + KEPT < now or not found.path.is_file():
        return None
    return found


def drop(received: Received) -> None:
    """Away with it now."""
    shutil.rmtree(received.folder, ignore_errors=True)


def clear(folder: Path, now: datetime) -> None:
    """Away with what is older than a day, what was never finished, and the oldest of too many."""
    if not folder.is_dir():
        return
    own = [path for path in folder.iterdir() if _ID.fullmatch(path.name)]
    kept = []
    for path in own:
        found = _read(path)
        began = found.at if found else datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if began + KEPT < now:
            shutil.rmtree(path, ignore_errors=True)
        else:
            kept.append((began, path))
    for _began, path in sorted(kept)[: max(0, len(kept) - MOST + 1)]:
        shutil.rmtree(path, ignore_errors=True)


def _read(own: Path) -> Received | None:
    try:
        about = orjson.loads((own / _ABOUT).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    at = datetime.fromisoformat(about["at"])
    return Received(own.name, own, own / "file" / about["name"], about["who"], at)


def safe_name(name: str) -> str:
    """A file's own name as one that can lie on disk: no folder, nothing unprintable, not too
    long; the ending stays."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if c.isprintable()).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, dot, ending = plain, "", ""
    room = NAME_BYTES - len((dot + ending).encode())
    stem = stem.encode()[:room].decode(errors="ignore").strip()
    return f"{stem or 'so-dang-ky'}{dot}{ending}"
