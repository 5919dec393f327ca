"""What is wrong with the machine or its settings, said so that a person can mend it."""

from __future__ import annotations

import errno
from pathlib import Path


class SetupError(Exception):
    """The program cannot start or go on here. ``str()`` is the whole message (Vietnamese).

    ``where`` names the file, folder, variable or server; ``found`` never holds a secret.
    """

    def __init__(self, where: str, found: str, expected: str, advice: str) -> None:
        super().__init__(f"{where}: {found}. Cần: {expected}. Cách sửa: {advice}")
        self.where, self.found, self.expected, self.advice = where, found, expected, advice


def from_os_error(where: Path, error: OSError) -> SetupError:
    """What a failed file operation means to the person who runs the program."""
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return disk_full(where)
        case errno.EACCES | errno.EPERM:
            return SetupError(
                str(where),
                "không có quyền ghi",
                "thư mục mà người chạy chương trình ghi được",
                "đổi chủ thư mục (chown), hoặc đặt OCOP_HOME sang thư mục của mình",
            )
        case errno.EROFS:
            return SetupError(
                str(where),
                "ổ đĩa chỉ cho đọc",
                "thư mục ghi được",
                "đặt OCOP_HOME sang ổ đĩa khác",
            )
        case errno.ENOTDIR | errno.EEXIST:
            return SetupError(
                str(where),
                "trên đường dẫn có một tập tin, không phải thư mục",
                "một thư mục",
                "đổi tên tập tin đó, hoặc đặt OCOP_HOME sang chỗ khác",
            )
    return SetupError(
        str(where),
        error.strerror or type(error).__name__,
        "thư mục đọc và ghi được",
        "kiểm tra ổ đĩa và thư mục, rồi chạy lại",
    )


def disk_full(where: Path) -> SetupError:
    return SetupError(
        str(where),
        "ổ đĩa đã đầy",
        "còn chỗ trống để ghi",
        "dọn bớt ổ đĩa, hoặc đặt OCOP_HOME sang ổ đĩa khác, rồi chạy lại",
    )
