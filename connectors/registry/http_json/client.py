"""GET a page: retried where that helps, and every failure said in words."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import tenacity

from connectors.http import Answer, Forbidden, Http, TransportError
from connectors.registry.contract import RegistryError

TRIES = 3
LONGEST_WAIT_S = 30.0
DEADLINE_S = 60.0
MAX_BYTES = 16 * 2**20
sleep = time.sleep
"""Between tries; tests replace it."""


class CursorExpired(Exception):
    """410: the walk has to begin again."""


class _Again(Exception):
    """A failure that a repetition may mend; ``error`` is what it is when none does."""

    def __init__(self, error: RegistryError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error, self.retry_after = error, retry_after


@dataclass(frozen=True, slots=True)
class Got:
    """An answer: the decoded object, its bytes, its ETag."""

    body: Mapping[str, Any]
    raw: bytes
    etag: str


class Client:
    """``base`` is the registry's address, without ``/v1``."""

    def __init__(self, base: str, http: Http) -> None:
        self._base = base
        self._http = http

    def get(self, path: str, query: Sequence[tuple[str, str]], etag: str = "") -> Got | None:
        """What came back; None when the ETag still holds (304).

        Raises RegistryError, or CursorExpired.
        """
        tries = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_wait,
            retry=tenacity.retry_if_exception_type(_Again),
            sleep=lambda seconds: sleep(seconds),
            reraise=True,
        )
        try:
            return tries(self._once, path, query, etag)
        except _Again as again:
            raise again.error from None

    def _once(self, path: str, query: Sequence[tuple[str, str]], etag: str) -> Got | None:
        headers = {"Accept": "application/json"} | ({"If-None-Match": etag} if etag else {})
        try:
            answer = self._http.request(
                "GET",
                self._base + path,
                query=query,
                headers=headers,
                deadline_s=DEADLINE_S,
                max_bytes=MAX_BYTES,
            )
        except Forbidden as error:
            raise self._error(path, str(error), "một địa chỉ được phép hỏi") from None
        except TransportError as error:
            raise _Again(self._error(path, str(error), "một sổ đăng ký đang chạy")) from None
        if answer.status == 304:
            return None
        if answer.status == 410 and dict(query).get("cursor"):
            raise CursorExpired
        if answer.status == 429 or answer.status >= 500:
            raise _Again(self._refused(path, answer), answer.retry_after())
        if answer.status != 200:
            raise self._refused(path, answer)
        return Got(self._decoded(path, answer), answer.body, answer.headers.get("etag", ""))

    def _decoded(self, path: str, answer: Answer) -> Mapping[str, Any]:
        try:
            body = answer.json()
        except ValueError:
            found = f"không phải JSON trọn vẹn ({answer.content_type or 'không rõ kiểu'})"
            raise _Again(self._error(path, found, "JSON")) from None
        if not isinstance(body, dict):
            raise self._error(path, f"JSON kiểu {type(body).__name__}", "một đối tượng JSON")
        return body

    def _refused(self, path: str, answer: Answer) -> RegistryError:
        return self._error(path, f"HTTP {answer.status}", "HTTP 200")

    def _error(self, path: str, found: str, expected: str) -> RegistryError:
        return RegistryError(
            where=f"sổ đăng ký {self._base}{path}",
            found=found,
            expected=expected,
            advice="hỏi nơi quản lý sổ; lần sau hệ thống tự đọc lại, không có gì bị gỡ",
        )


def _wait(state: tenacity.RetryCallState) -> float:
    """What the registry asked for, within reason; else growing, with jitter."""
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, _Again) and failure.retry_after is not None:
        return min(failure.retry_after, LONGEST_WAIT_S)
    return tenacity.wait_random_exponential(multiplier=0.5, max=5.0)(state)
