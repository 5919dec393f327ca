"""The system user that PostgreSQL runs as, because it refuses to run as root."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.errors import SetupError

NAME = "ocop-sync"
STATE = Path("/var/lib/ocop-sync")
"""What the account needs and cannot reach elsewhere lies here, when we are root."""


@dataclass(frozen=True, slots=True)
class Account:
    """``switch``: we are root and become this user for the server."""

    uid: int
    gid: int
    switch: bool

    @property
    def popen(self) -> dict[str, Any]:
        """What ``subprocess`` needs to start something as this user."""
        if not self.switch:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """True when this user may pass through every folder above ``path``, and enter it."""
        real = path.resolve()
        return not self.switch or all(self._enters(p) for p in (real, *real.parents) if p.exists())

    def _enters(self, path: Path) -> bool:
        facts = path.stat()
        return bool(facts.st_mode & (0o100 if facts.st_uid == self.uid else 0o001))


def account(owner: int | None = None) -> Account:
    """Who the server runs as: we ourselves; as root the owner of the existing data, else a
    system user that is made for it. Raises SetupError."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    if owner:
        return Account(owner, _group_of(owner), switch=True)
    with _one_at_a_time():
        entry = _find() or _make()
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of several first starts at once, one makes the user, and the others wait until it is whole:
    a user that is only half written down cannot run a server."""
    folder = os.open(STATE.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        raise SetupError(
            "PostgreSQL",
            f"dữ liệu thuộc người dùng số {uid}, người này không có trên máy",
            "một người dùng của máy",
            f"đổi chủ thư mục dữ liệu: chown -R {NAME} …/postgres",
        ) from None


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(NAME)
    except KeyError:
        return None


def _make() -> pwd.struct_passwd:
    tool = shutil.which("useradd")
    if tool is None:
        raise SetupError(
            "PostgreSQL",
            "đang chạy bằng root, và máy không có lệnh useradd",
            f"người dùng hệ thống {NAME} (PostgreSQL không chạy bằng root)",
            f"tạo người dùng {NAME}, hoặc chạy chương trình bằng người dùng thường",
        )
    command = [tool, "--system", "--user-group", "--no-create-home", "--home-dir", str(STATE),
               "--shell", "/usr/sbin/nologin", NAME]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    entry = _find()
    if entry is None:
        raise SetupError(
            "PostgreSQL",
            f"không tạo được người dùng {NAME}: {done.stderr.strip()}",
            "người dùng hệ thống cho cơ sở dữ liệu",
            f"tạo người dùng {NAME} bằng tay, hoặc chạy chương trình bằng người dùng thường",
        )
    return entry
