"""The one seam through which HTTP leaves the program.

Everything the channels and registries are asked goes through :class:`Http`: a *total* deadline
and a size cap on every call (the body is streamed against a monotonic clock, because a read
timeout alone restarts with each byte), no redirects, no proxies or netrc from the environment,
no retries in the adapter, one ``requests.Session`` a thread. A lint rule keeps ``requests`` out
of every other module. (design: "HTTP, one seam")
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter

MAX_BODY = 8 * 1024 * 1024
"""Bytes; an answer that is longer is cut off and called :class:`Unclear`."""


class TransportError(Exception):
    """The call brought no whole answer. The message names the host, never the query string."""


class NotSent(TransportError):
    """The request never reached the server (refused, unknown host, bad certificate)."""


class Unclear(TransportError):
    """The request may have been carried out: time-out, reset, or an answer cut short."""


class Limiter(Protocol):
    """Asked before every request; blocks for at most fractions of a second, or raises."""

    def acquire(self) -> None: ...


class NoLimit:
    """For the registry, for tests and for benchmarks."""

    def acquire(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer. ``headers`` has lower-case names, ``elapsed_s`` is wall time."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    elapsed_s: float

    def json(self) -> Any:
        """The decoded body; raises ``ValueError`` when it is not whole JSON."""
        return orjson.loads(self.body)

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def retry_after(self) -> float | None:
        """Seconds from a numeric ``Retry-After``; None when absent or a date."""
        value = self.headers.get("retry-after", "").strip()
        return float(value) if value.isdigit() else None


FilePart = tuple[str, tuple[str, bytes, str]]
"""Form field, (file name, bytes, content type)."""


class Http:
    """A thread-safe client. ``monotonic`` is injected by tests of the deadline."""

    def __init__(
        self, limiter: Limiter | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limiter = limiter or NoLimit()
        self._monotonic = monotonic
        self._local = threading.local()

    def request(
        self,
        method: str,
        url: str,
        *,
        query: Sequence[tuple[str, str]] = (),
        json: Any = None,
        form: Mapping[str, str] | None = None,
        files: Sequence[FilePart] = (),
        headers: Mapping[str, str] | None = None,
        deadline_s: float = 20.0,
        max_bytes: int = MAX_BODY,
    ) -> Answer:
        """Make one call and return its whole answer, whatever its status.

        A redirect is returned, not followed: the caller decides what it means.
        Raises NotSent or Unclear.
        """
        self._limiter.acquire()
        started = self._monotonic()
        sent_headers = dict(headers or {})
        data: Any = form
        if json is not None:
            data = orjson.dumps(json)
            sent_headers["Content-Type"] = "application/json"
        host = url.split("/", 3)[2] if "://" in url else url
        try:
            response = self._session().request(
                method,
                url,
                params=list(query) or None,
                data=data,
                files=list(files) or None,
                headers=sent_headers,
                timeout=(min(5.0, deadline_s), deadline_s),
                allow_redirects=False,
                stream=True,
            )
        except (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError) as error:
            raise NotSent(f"{host}: {_cause(error)}") from None
        except requests.exceptions.ConnectionError as error:
            kind = NotSent if _never_connected(error) else Unclear
            raise kind(f"{host}: {_cause(error)}") from None
        except requests.exceptions.Timeout:
            raise Unclear(f"{host}: no answer within {deadline_s:g} s") from None
        except requests.exceptions.RequestException as error:
            raise NotSent(f"{host}: {_cause(error)}") from None
        with response:
            body = self._read(response, host, started + deadline_s, max_bytes)
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            elapsed_s=self._monotonic() - started,
        )

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            adapter = HTTPAdapter(max_retries=0, pool_connections=4, pool_maxsize=4)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            self._local.session = session
        return session

    def _read(
        self, response: requests.Response, host: str, deadline: float, max_bytes: int
    ) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in response.raw.stream(65536, decode_content=True):
                size += len(chunk)
                if size > max_bytes:
                    raise Unclear(f"{host}: the answer is larger than {max_bytes} bytes")
                if self._monotonic() > deadline:
                    raise Unclear(f"{host}: the answer did not end in time")
                chunks.append(chunk)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unclear(f"{host}: the answer was cut short ({type(error).__name__})") from None
        return b"".join(chunks)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """True when the failure was in making the connection, so that nothing was sent."""
    reason = getattr(error.args[0], "reason", error.args[0]) if error.args else None
    return isinstance(
        reason,
        urllib3.exceptions.NewConnectionError
        | urllib3.exceptions.NameResolutionError
        | urllib3.exceptions.ConnectTimeoutError,
    )


def _cause(error: Exception) -> str:
    """The failure's kind in few words: never the URL, whose query may hold a token."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__
