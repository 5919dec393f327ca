"""Credentials at rest: encrypted with a master key that lies apart from the database.

Keys come from OCOP_KEYS (comma-separated, the first encrypts, all decrypt) or from a key file of
mode 0600 below OCOP_HOME/keys, one key a line, made at the first use. (design: "Security")
"""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.errors import SetupError, from_os_error
from config.logging import register_secret

FILE = "master.keys"


class Vault:
    """Encrypts and decrypts small mappings of text. Never shows a key.

    With a ``file`` the keys are read again whenever it has changed, so that a process that has
    lived since before a rotation knows the new key at once. Keys that it knew it goes on to
    decrypt with.
    """

    def __init__(self, keys: Sequence[str], where: str, file: Path | None = None) -> None:
        self._where = where
        self._file = file
        self._stamp: tuple[int, int, int] | None = None
        self._keys = tuple(keys)
        self._open(keys, keys)

    def __repr__(self) -> str:
        return f"Vault({self._where})"

    def encrypt(self, secrets: Mapping[str, str]) -> bytes:
        """The mapping under the first key."""
        self._look()
        return self._fernet.encrypt(orjson.dumps(dict(secrets)))

    def decrypt(self, data: bytes) -> dict[str, str]:
        """What :meth:`encrypt` was given. Raises SetupError when no key fits or the data is
        damaged."""
        self._look()
        try:
            plain = self._fernet.decrypt(data)
        except InvalidToken:
            raise self._no_key_fits() from None
        secrets: dict[str, str] = orjson.loads(plain)
        return secrets

    def rotate(self, data: bytes) -> bytes:
        """The same secrets under the first key, whichever key they were under. Raises
        SetupError like :meth:`decrypt`."""
        self._look()
        try:
            return self._fernet.rotate(data)
        except InvalidToken:
            raise self._no_key_fits() from None

    def is_current(self, data: bytes) -> bool:
        """Whether the first key alone opens it: the others are not needed for it."""
        self._look()
        try:
            self._first.decrypt(data)
        except InvalidToken:
            return False
        return True

    def derived(self, purpose: str) -> list[bytes]:
        """A key for this purpose from each master key, the first key's first: nobody can tell a
        master key from what it is used for elsewhere (HKDF, RFC 5869)."""
        self._look()
        return [_derived(key, purpose) for key in self._keys]

    def _look(self) -> None:
        """Read the keys again where their file is another one now; a file that is gone just now
        takes no key away from who knows it."""
        stamp = _stamp(self._file)
        if self._file is None or stamp in (self._stamp, None):
            return
        try:
            keys = _read(self._file)
        except OSError as error:
            raise from_os_error(self._file, error) from error
        self._open(keys, [*keys, *(key for key in self._keys if key not in keys)])
        self._stamp = stamp

    def _open(self, keys: Sequence[str], known: Sequence[str]) -> None:
        if not keys:
            raise SetupError(
                self._where, "không có khóa nào", "ít nhất một khóa", "xem mục khóa trong docs"
            )
        for key in known:
            register_secret(key)
        self._first = _fernet(keys[0], self._where)
        self._fernet = MultiFernet([_fernet(key, self._where) for key in known])
        self._keys = tuple(known)

    def _no_key_fits(self) -> SetupError:
        return SetupError(
            self._where,
            "không khóa nào mở được thông tin đăng nhập đã lưu",
            "khóa đã dùng khi lưu",
            "khôi phục khóa cũ từ bản sao lưu (thêm vào sau khóa mới), hoặc kết nối lại gian hàng",
        )


def open_vault(home: Path, keys: str | None = None) -> Vault:
    """The vault under ``keys`` (the text of OCOP_KEYS), else under the key file of ``home``,
    which is made when there is none. Raises SetupError."""
    if keys is not None:
        return Vault(_listed(keys), "OCOP_KEYS")
    path = key_file(home)
    try:
        if not path.exists():
            _create(path)
        return Vault(_read(path), str(path), path)
    except OSError as error:
        raise from_os_error(path, error) from error


def find_vault(home: Path, keys: str | None = None) -> Vault | None:
    """Like :func:`open_vault`, but None where there is no key yet: none is made."""
    return open_vault(home, keys) if keys is not None or key_file(home).exists() else None


def key_file(home: Path) -> Path:
    """Where the keys of a home lie when OCOP_KEYS does not say them."""
    return home / "keys" / FILE


def keys_in(home: Path, keys: str | None = None) -> list[str]:
    """The keys themselves, the one that encrypts first: for a copy that a person asked for.
    Raises SetupError."""
    open_vault(home, keys)
    if keys is not None:
        return _listed(keys)
    try:
        return _read(key_file(home))
    except OSError as error:
        raise from_os_error(key_file(home), error) from error


def keep_keys(home: Path, keys: Sequence[str]) -> None:
    """Put keys that came from elsewhere behind those of ``home``. Raises SetupError."""
    path = key_file(home)
    try:
        known = _read(path) if path.exists() else []
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, [*known, *(key for key in keys if key not in known)])
    except OSError as error:
        raise from_os_error(path, error) from error


def drop_keys(home: Path, now: datetime) -> Path | None:
    """Leave only the first key in the key file, once nothing needs the others. They are moved to
    a file of their own, because backups made before open with them alone; returns that file, None
    when there were no others. Raises SetupError."""
    path = key_file(home)
    try:
        first, *others = _read(path)
        if not others:
            return None
        dropped = path.with_name(f"dropped-{now:%Y%m%d-%H%M%S}.keys")
        _write(dropped, others, os.O_EXCL)
        _replace(path, [first])
    except OSError as error:
        raise from_os_error(path, error) from error
    return dropped


def new_key() -> str:
    """A fresh master key, to be put *before* the others."""
    return Fernet.generate_key().decode()


def add_key(home: Path) -> Vault:
    """Put a fresh key first in the key file, keep the old ones for decrypting, and return the
    vault under all of them: rotate every stored secret with it, then :func:`drop_keys`.

    Raises SetupError."""
    open_vault(home)
    path = key_file(home)
    try:
        _replace(path, [new_key(), *_read(path)])
    except OSError as error:
        raise from_os_error(path, error) from error
    return open_vault(home)


def _stamp(path: Path | None) -> tuple[int, int, int] | None:
    """What tells one version of a file from the next; None without a file."""
    try:
        facts = path.stat() if path is not None else None
    except OSError:
        return None
    return (facts.st_ino, facts.st_mtime_ns, facts.st_size) if facts is not None else None


def _listed(keys: str) -> list[str]:
    return [key.strip() for key in keys.split(",") if key.strip()]


def _create(path: Path) -> None:
    """Make the key file; if another program made it in the same moment, theirs is the one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_suffix(f".{os.getpid()}")
    _write(part, [new_key()], os.O_EXCL)
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
    finally:
        part.unlink()


def _replace(path: Path, keys: Sequence[str]) -> None:
    """Old keys or new ones, never half."""
    part = path.with_suffix(".part")
    _write(part, keys, os.O_TRUNC)
    part.replace(path)


def _write(path: Path, keys: Sequence[str], flags: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{key}\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> list[str]:
    facts = path.stat()
    mode = stat.S_IMODE(facts.st_mode)
    if mode & 0o077:
        raise SetupError(
            str(path),
            f"quyền {mode:04o}: người khác trên máy đọc được khóa",
            "quyền 0600",
            f"chạy: chmod 600 {path}",
        )
    if facts.st_uid != os.geteuid() and os.geteuid() != 0:
        raise SetupError(
            str(path),
            f"thuộc người dùng số {facts.st_uid}",
            f"thuộc người đang chạy chương trình (số {os.geteuid()})",
            f"chạy chương trình bằng người dùng đó, hoặc: chown {os.geteuid()} {path}",
        )
    return path.read_text().split()


def _derived(key: str, purpose: str) -> bytes:
    derivation = HKDF(hashes.SHA256(), 32, salt=None, info=f"ocop-sync:{purpose}".encode())
    return derivation.derive(base64.urlsafe_b64decode(key))


def _fernet(key: str, where: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError:
        raise SetupError(
            where,
            "một khóa sai dạng",
            "32 byte viết bằng base64 (44 ký tự)",
            "khôi phục khóa từ bản sao lưu; không sửa tay",
        ) from None
