"""What a file really is, by its first bytes. The name is only asked whether it agrees."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath

from connectors.registry.contract import RegistryError
from connectors.registry.spreadsheet.errors import A_WORKBOOK, damaged

XLSX, XLS, CSV = "XLSX", "XLS", "CSV"

_NAMES = {
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".xls": XLS,
    ".csv": CSV,
    ".tsv": CSV,
    ".txt": CSV,
}
_OTHERS = (
    (b"%PDF", "tệp PDF"),
    (b"\x89PNG", "ảnh PNG"),
    (b"\xff\xd8\xff", "ảnh JPEG"),
    (b"GIF8", "ảnh GIF"),
    (b"{\\rtf", "văn bản RTF"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén GZIP"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOK_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook\0", "Book\0"))


def kind_of(data: bytes, name: str) -> str:
    """XLSX, XLS or CSV, judged by content. ``name`` is the file's name, for the message.

    RegistryError: it is something else, encrypted, or not what its name says.
    """
    kind = _by_content(data, name)
    promised = _NAMES.get(PurePath(name).suffix.lower())
    if promised not in (None, kind):
        raise RegistryError(
            name,
            f"tên tệp nói là {promised} nhưng nội dung là {kind}",
            f"tên và nội dung cùng một loại ({', '.join(_endings(kind))})",
            f"đổi đuôi tên tệp thành {_endings(kind)[0]}, hoặc lưu lại đúng loại {promised}",
        )
    return kind


def _endings(kind: str) -> list[str]:
    return [ending for ending, named in _NAMES.items() if named == kind]


def _by_content(data: bytes, name: str) -> str:
    if data.startswith(b"PK\x03\x04"):
        return _zip_kind(data, name)
    if data.startswith(_OLE):
        return _ole_kind(data, name)
    for start, what in _OTHERS:
        if data.startswith(start):
            raise _not_a_table(name, what)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower().startswith(_MARKUP):
        raise _not_a_table(name, "trang HTML hoặc XML")
    return CSV


def _zip_kind(data: bytes, name: str) -> str:
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise damaged(name, "nén ZIP/XLSX") from error
    if "xl/workbook.xml" in (part.lower() for part in parts):
        return XLSX
    raise _not_a_table(name, "tệp nén ZIP không phải sổ tính Excel")


def _ole_kind(data: bytes, name: str) -> str:
    if _ENCRYPTED in data:
        raise RegistryError(
            name,
            "sổ tính được đặt mật khẩu mở tệp",
            "sổ tính không có mật khẩu",
            "trong Excel bỏ mật khẩu (Tệp › Thông tin › Bảo vệ sổ làm việc) rồi lưu lại",
        )
    if any(stream in data for stream in _BOOK_STREAMS):
        return XLS
    raise _not_a_table(name, "tệp Office cũ không phải sổ tính (thí dụ Word)")


def _not_a_table(name: str, what: str) -> RegistryError:
    return RegistryError(
        name, f"nội dung là {what}", A_WORKBOOK, "mở tệp gốc và lưu lại thành XLSX hoặc CSV UTF-8"
    )
