"""Start a program of ours in a session of its own, its output in a log."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from config.account import Account
from config.errors import SetupError, from_os_error

_WHEN_TOLD = 'read -r go && exec "$@" </dev/null'
"""Shell: wait for a line on standard input, then become the program (same pid). Without a line,
because who started it has died, it ends."""


def server_environment() -> dict[str, str]:
    """Nothing of ours: the server needs no secret, and speaks English for our eyes."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def launch(
    command: Sequence[str],
    log: Path,
    folder: Path,
    env: Mapping[str, str],
    account: Account | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``command`` in ``folder``, output appended to ``log``, out of reach of Ctrl-C.

    Raises SetupError when the log cannot be written or the program not be started.
    """
    return _start(command, log, folder, env, account, subprocess.DEVNULL)


def launch_held(
    command: Sequence[str], log: Path, folder: Path, env: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Like :func:`launch`, but it waits for :func:`let_go`: so its pid is written down before
    it does anything, and a crash of ours in between leaves nothing behind."""
    held = ("sh", "-c", _WHEN_TOLD, "sh", *command)
    return _start(held, log, folder, env, None, subprocess.PIPE)


def let_go(child: subprocess.Popen[bytes]) -> None:
    """Let a held program begin. One that has ended meanwhile is seen by who polls it."""
    if child.stdin is None:
        raise ValueError("only a held program can be let go")
    try:
        with child.stdin as pipe:
            pipe.write(b"go\n")
    except BrokenPipeError:
        return


def _start(
    command: Sequence[str],
    log: Path,
    folder: Path,
    env: Mapping[str, str],
    account: Account | None,
    stdin: int,
) -> subprocess.Popen[bytes]:
    try:
        with log.open("ab") as output:
            return subprocess.Popen(
                command, stdin=stdin, stdout=output, stderr=output, cwd=folder, env=env,
                start_new_session=True, **(account.popen if account else {}),
            )  # fmt: skip
    except FileNotFoundError as error:
        raise SetupError(
            str(error.filename), "không có trên máy", "chương trình này", "cài lại môi trường"
        ) from error
    except OSError as error:
        raise from_os_error(log, error) from error
