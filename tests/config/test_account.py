"""The system user of the embedded PostgreSQL is made once, whoever starts at the same time."""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from config import account


def test_first_starts_at_once_make_one_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two useradds at once left servers a user id without a user."""
    nobody, made, meet = pwd.getpwnam("nobody"), list[str](), Barrier(3)

    def make() -> pwd.struct_passwd:
        with suppress(BrokenBarrierError):  # where each makes one, they meet here
            meet.wait(0.2)
        made.append("user")
        return nobody

    find: Callable[[], object] = lambda: nobody if made else None  # noqa: E731
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "_find", find)
    monkeypatch.setattr(account, "_make", make)
    with ThreadPoolExecutor(3) as pool:
        found = {one.uid for one in pool.map(lambda _turn: account.account(), range(3))}
    assert found == {nobody.pw_uid}
    assert made == ["user"]
