"""The one seam through which HTTP leaves the program.

Everything the channels and registries are asked goes through :class:`Http`: a *total* deadline
and a size cap on every call (the body is streamed against a monotonic clock, because a read
timeout alone restarts with each byte), no redirects, no proxies or netrc from the environment,
no retries and no cookies, one ``requests`` adapter a thread. A lint rule keeps ``requests`` out
of every other module. (design: "HTTP, one seam")
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import orjson
import requests
import urllib3.exceptions
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from connectors.guard import Guard, Refused
from connectors.wire import Deadline, adapter

USER_AGENT = "ocop-sync"

MAX_BODY = 8 * 1024 * 1024
"""Bytes; an answer that is longer is cut off and called :class:`Unclear`."""


class TransportError(Exception):
    """The call brought no whole answer. The message names the host, never the query string."""


class NotSent(TransportError):
    """The request never reached the server (refused, unknown host, bad certificate)."""


class Forbidden(NotSent):
    """The address must not be asked (Vietnamese message: why, and what to do)."""


class Unclear(TransportError):
    """The request may have been carried out: time-out, reset, or an answer cut short."""


class TooLarge(Unclear):
    """The answer is larger than its caller takes."""


class Limiter(Protocol):
    """``acquire`` is asked before every request and blocks for fractions of a second;
    ``slower`` is told that the channel found it too much."""

    def acquire(self) -> None: ...

    def slower(self) -> None: ...


class NoLimit:
    """For the registry, for tests and for benchmarks."""

    def acquire(self) -> None:
        return None

    def slower(self) -> None:
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
    """A thread-safe client. ``monotonic`` is injected by tests of the deadline; ``longest_s`` is
    the most seconds that any call may take, whatever its caller allows. ``guard`` says which
    addresses may be asked, None: all (tests, and tools against loopback). ``may`` is asked last,
    after the limiter has let the call through, which may take a while: False, and it is not sent.
    """

    def __init__(
        self,
        limiter: Limiter | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        longest_s: float | None = None,
        guard: Guard | None = None,
        may: Callable[[], bool] = lambda: True,
    ) -> None:
        self._may = may
        self._limiter = limiter or NoLimit()
        self._longest_s = longest_s
        self._monotonic = monotonic
        self._guard = guard
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
        if self._longest_s is not None:
            deadline_s = min(deadline_s, self._longest_s)
        started = self._monotonic()
        sent_headers = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", **(headers or {})}
        data: Any = form
        if json is not None:
            data = orjson.dumps(json)
            sent_headers["Content-Type"] = "application/json"
        host = url.split("/", 3)[2] if "://" in url else url
        if not self._may():
            raise NotSent(f"{host}: the shop is another worker's by now")
        try:
            if self._guard is not None:
                self._guard.check(url)
            prepared = _prepared(method, _with_query(url, query), sent_headers, data, files)
            response = self._adapter(started + deadline_s).send(
                prepared, stream=True, timeout=(min(5.0, deadline_s), deadline_s)
            )
        except Refused as error:
            raise Forbidden(f"{host}: {error}") from None
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
            _check_encoding(response, host)
            body = self._read(response, host, started + deadline_s, max_bytes)
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=body,
            elapsed_s=self._monotonic() - started,
        )

    def _adapter(self, deadline: float) -> HTTPAdapter:
        """This thread's connections, for a call that ends by ``deadline``. A Session would add
        cookies, redirects and settings from the environment to every call: all of them things
        that must not happen here."""
        local = self._local
        if getattr(local, "adapter", None) is None:
            local.deadline = Deadline(self._monotonic)
            local.adapter = adapter(local.deadline, self._guard)
        local.deadline.at = deadline
        found: HTTPAdapter = local.adapter
        return found

    def _read(
        self, response: requests.Response, host: str, deadline: float, max_bytes: int
    ) -> bytes:
        """What has come is taken as it comes (``read1``): a read that waits for a full buffer
        would wait as long as a body that drips likes."""
        chunks: list[bytes] = []
        size = 0
        socket = getattr(getattr(response.raw, "connection", None), "sock", None)
        try:
            while True:
                left = deadline - self._monotonic()
                if left <= 0:
                    raise Unclear(f"{host}: the answer did not end in time")
                if socket is not None:
                    socket.settimeout(left)
                chunk = response.raw.read1(65536, decode_content=True)
                if not chunk:
                    break
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(f"{host}: the answer is larger than {max_bytes} bytes")
                chunks.append(chunk)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Unclear(f"{host}: the answer was cut short ({type(error).__name__})") from None
        return b"".join(chunks)


def _check_encoding(response: requests.Response, host: str) -> None:
    """We ask for gzip; one layer of it unpacks a piece to a thousand times its size at most,
    which :meth:`Http._read` bounds. Two layers, or a denser packing, would not be."""
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise Unclear(f"{host}: the answer is packed as '{packed[:40]}'")


def _with_query(url: str, query: Sequence[tuple[str, str]]) -> str:
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _prepared(
    method: str, url: str, headers: dict[str, str], data: Any, files: Sequence[FilePart]
) -> requests.PreparedRequest:
    """The request as the adapter wants it.

    Most calls have bytes or nothing for a body, and a URL that is encoded already: the library's
    own preparation, which takes a URL apart and puts it together again, is left to the others.
    """
    plain = url.startswith("http") and url.isascii() and " " not in url
    if files or not plain or not (data is None or isinstance(data, bytes)):
        return requests.Request(method, url, headers, list(files) or None, data).prepare()
    prepared = requests.PreparedRequest()
    prepared.method = method
    prepared.url = url
    prepared.headers = CaseInsensitiveDict(headers)
    prepared.body = data
    prepared.hooks = {"response": []}
    if data is not None:
        prepared.headers["Content-Length"] = str(len(data))
    return prepared


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
