"""Folders and files of the program's own, made so that nobody else can read or half-read them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from config.errors import disk_full, from_os_error

MIN_FREE_BYTES = 256 * 1024 * 1024
"""Below this a database should not be started: it would stop in the middle of a write."""


def make_home(home: Path) -> None:
    """The data folder. As root others may pass through it, because the database runs as another
    user; what is private lies in folders of mode 0700 below. An existing folder is left as it is.

    Raises SetupError when it cannot be made, written to, or the disk is (nearly) full.
    """
    try:
        if not home.exists():
            home.mkdir(parents=True)
            home.chmod(0o755 if os.geteuid() == 0 else 0o700)
        probe = home / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
        free = shutil.disk_usage(home).free
    except OSError as error:
        raise from_os_error(home, error) from error
    if free < MIN_FREE_BYTES:
        raise disk_full(home)


def private_folder(folder: Path) -> Path:
    """A folder of mode 0700 (an existing one is left as it is). Raises SetupError."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise from_os_error(folder, error) from error
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Replace ``path`` (mode 0600) at once and for good: whole old or whole new after a crash.

    Raises SetupError.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise from_os_error(path, error) from error


def tail(path: Path, lines: int = 5) -> str:
    """The last lines of a log, for an error message; empty when there is no log."""
    if not path.exists():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4000))
        text = file.read().decode(errors="replace")
    return "\n".join(text.splitlines()[-lines:])
