"""The errors of a whole file, said so that the person who sent it can mend it."""

from __future__ import annotations

import struct
import zipfile
import zlib

from connectors.registry.contract import RegistryError

BROKEN_FILE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What the spreadsheet libraries raise on damaged bytes: they do not check, they stumble.

The list is wide because the file is foreign; it is caught only around the library's own call.
"""

A_WORKBOOK = "một tệp XLSX, XLS hoặc CSV đọc được"


def damaged(where: str, kind: str) -> RegistryError:
    """The bytes begin like ``kind`` and cannot be read to their end."""
    return RegistryError(
        where,
        f"tệp {kind} bị hỏng hoặc tải về thiếu",
        A_WORKBOOK,
        "mở bằng Excel, chọn Lưu thành (Save As) một tệp XLSX mới rồi gửi lại",
    )


def too_big(where: str, found: str, expected: str) -> RegistryError:
    """Beyond a bound of what we are willing to open (bounds.py)."""
    return RegistryError(
        where,
        found,
        expected,
        "xoá các trang, dòng và định dạng thừa, hoặc chia tệp thành nhiều tệp nhỏ hơn",
    )
