"""What costs much to ask and changes slowly, remembered for a while by one process."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """``of`` asks again when the answer is older than it may be; ``monotonic`` in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def of(self, key: Hashable, seconds: float, ask: Callable[[], T]) -> T:
        """The answer to a question, at most so many seconds old."""
        now = self._monotonic()
        with self._lock:
            at, value = self._known.get(key, (float("-inf"), None))
        if now - at >= seconds:
            value = ask()
            with self._lock:
                self._known[key] = (now, value)
        answer: T = value
        return answer
