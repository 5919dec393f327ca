"""Servers that outlive a test: starting and stopping one takes longer than most tests do."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sandbox.serving import serving

_STACK = ExitStack()
atexit.register(_STACK.close)


class _Door:
    """A server on a port of its own, which shows whatever app stands behind it at the moment."""

    def __init__(self) -> None:
        self.app: Any = None
        self.url = _STACK.enter_context(serving(self))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


_FREE: list[_Door] = []


@contextmanager
def opened(app: Any) -> Iterator[str]:
    """The base URL at which ``app`` is served; the port is another test's afterwards."""
    door = _FREE.pop() if _FREE else _Door()
    door.app = app
    try:
        yield door.url
    finally:
        _FREE.append(door)
