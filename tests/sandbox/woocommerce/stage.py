"""Servers that outlive a test: stopping one takes longer than most tests do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sandbox.serving import serving


class Stage:
    """An address where one app after another is played. Each has its own clock."""

    tells_the_time = True

    def __init__(self) -> None:
        self.app: Any = None
        self.url = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


class Stages:
    """As many as a test needs at once; the next test has them again."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._free: list[Stage] = []

    @contextmanager
    def playing(self, app: Any) -> Iterator[str]:
        """The address of ``app``."""
        stage = self._free.pop() if self._free else self._open()
        stage.app = app
        try:
            yield stage.url
        finally:
            self._free.append(stage)

    def _open(self) -> Stage:
        stage = Stage()
        stage.url = self._stack.enter_context(serving(stage))
        return stage
