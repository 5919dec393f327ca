"""What this installation has running, written down so that a crash leaves no mystery.

``OCOP_HOME/processes.json`` names the programs that use the embedded servers, and the workers
that each has started. A lock file makes starting and stopping one at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from config.errors import SetupError, from_os_error
from config.files import write_private
from config.identity import Identity, identify, myself

LOCK_WAIT_S = 60.0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Recorded(_Strict):
    """A process that ``owner`` started and would stop."""

    name: str
    process: Identity
    owner: Identity

    @property
    def orphan(self) -> bool:
        return not self.owner.alive


class _State(_Strict):
    users: tuple[Identity, ...] = ()
    processes: tuple[Recorded, ...] = ()


class Records:
    """The records of one data folder. Every method may raise SetupError."""

    def __init__(self, home: Path) -> None:
        self._path = home / "processes.json"
        self._lock = FileLock(home / "processes.lock", timeout=LOCK_WAIT_S)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else starts, stops or records while this is held (it may be nested)."""
        try:
            self._lock.acquire()
        except Timeout:
            raise SetupError(
                self._lock.lock_file,
                f"chương trình khác đang khởi động hoặc dừng, đã chờ {LOCK_WAIT_S:g} giây",
                "khóa được nhả trong vài giây",
                "đợi chương trình kia xong (hoặc kết thúc nó), rồi chạy lại",
            ) from None
        except OSError as error:
            raise from_os_error(self._path.parent, error) from error
        try:
            yield
        finally:
            self._lock.release()

    def join(self) -> bool:
        """Count this process as a user of the servers; True when another one lives."""
        with self.exclusive():
            state = self._read()
            users = [user for user in state.users if user.alive]
            self._write(state.model_copy(update={"users": (*users, myself())}))
            return bool(users)

    def leave(self) -> bool:
        """Count this process no more; True when it was the last living user."""
        with self.exclusive():
            state = self._read()
            users = [user for user in state.users if user.alive]
            if myself() in users:
                users.remove(myself())
            self._write(state.model_copy(update={"users": tuple(users)}))
            return not users

    def record(self, name: str, pid: int) -> None:
        """Write down a worker that this process has just started."""
        process = identify(pid)
        if process is None:
            return
        with self.exclusive():
            state = self._read()
            entry = Recorded(name=name, process=process, owner=myself())
            self._write(state.model_copy(update={"processes": (*state.processes, entry)}))

    def forget(self, pids: set[int]) -> None:
        """Strike off what has ended."""
        with self.exclusive():
            state = self._read()
            left = tuple(p for p in state.processes if p.process.pid not in pids)
            self._write(state.model_copy(update={"processes": left}))

    def recorded(self) -> tuple[Recorded, ...]:
        """All that is written down, living or not."""
        return self._read().processes

    def orphans(self) -> tuple[Recorded, ...]:
        """Workers whose supervisor is gone without having stopped them."""
        return tuple(entry for entry in self.recorded() if entry.orphan)

    def _read(self) -> _State:
        try:
            if not self._path.exists():
                return _State()
            return _State.model_validate_json(self._path.read_bytes())
        except OSError as error:
            raise from_os_error(self._path, error) from error
        except ValidationError:
            raise SetupError(
                str(self._path),
                "nội dung không đọc được",
                "JSON do chương trình này ghi",
                "xem bằng `ps` không còn worker nào của lần chạy trước, rồi xóa tập tin này "
                f"(PID đang chạy lệnh này: {os.getpid()}); dữ liệu không nằm trong đó",
            ) from None

    def _write(self, state: _State) -> None:
        write_private(self._path, state.model_dump_json().encode())
