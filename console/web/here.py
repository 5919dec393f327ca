"""What the web application works with: one process's environment, and ways to ask the workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request

from console.web.remembered import Remembered
from worker.env import Env


def _unsent(task: str, arguments: Mapping[str, Any]) -> None:
    raise RuntimeError(f"no workers to ask for {task}")


@dataclass(frozen=True)
class Console:
    """``send`` gives a Celery task to the workers; ``redis_up`` says whether Redis answers;
    ``open_here``: whoever sits at this machine may try everything while there is no operator."""

    env: Env
    language: str = "vi"
    open_here: bool = False
    send: Callable[[str, Mapping[str, Any]], None] = _unsent
    redis_up: Callable[[], bool] = lambda: True
    next_pull_s: float | None = None
    """How often the registry is pulled, seconds; None: it is not."""

    @cached_property
    def remembered(self) -> Remembered:
        """Of this process."""
        return Remembered(self.env.monotonic)


def here(request: Request) -> Console:
    console: Console = request.app.state.console
    return console


Here = Annotated[Console, Depends(here)]
