"""Keep the logs small: what is too long becomes ``NAME.1`` and begins anew."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from config.errors import from_os_error

MAX_BYTES = 20_000_000


def keep_small(folder: Path, max_bytes: int = MAX_BYTES) -> None:
    """Copy each log that is longer than ``max_bytes`` aside, over the previous copy, and empty
    it. Its writers, which append, go on without knowing: several processes share a log, and a
    server keeps its log open for months. Lines written during the copy may be lost.

    Raises SetupError.
    """
    try:
        for path in folder.iterdir():
            if path.suffix in (".log", ".jsonl") and path.stat().st_size > max_bytes:
                shutil.copyfile(path, path.with_name(path.name + ".1"))
                os.truncate(path, 0)
    except OSError as error:
        raise from_os_error(folder, error) from error
