"""Connections as the seam wants them: to judged addresses only, and a total deadline from the first
byte of the answer's head on.

The library resolves a name again when it connects, and its read timeout begins anew with each
byte: both are put right where it makes its connections and where it reads them.
"""

from __future__ import annotations

import io
import socket
from collections.abc import Callable
from http.client import HTTPResponse
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError

from connectors.guard import Guard


class Deadline:
    """The moment (of ``monotonic``) by which a thread's present call has to have its answer."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.at = 0.0
        self._monotonic = monotonic

    @property
    def left_s(self) -> float:
        return self.at - self._monotonic()


def adapter(deadline: Deadline, guard: Guard | None) -> HTTPAdapter:
    """One thread's connections."""
    found = HTTPAdapter(max_retries=0, pool_connections=4, pool_maxsize=4)
    plain = _connection(HTTPConnection, deadline, guard)
    secure = _connection(HTTPSConnection, deadline, guard)
    found.poolmanager.pool_classes_by_scheme = {
        "http": type("Pool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }
    return found


def _connection(base: Any, deadline: Deadline, guard: Guard | None) -> Any:
    class Response(HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
            super().__init__(sock, *args, **kwargs)
            self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, deadline))

    class Connection(base):  # type: ignore[misc]
        response_class = Response

        def _new_conn(self) -> socket.socket:
            if guard is None:
                return super()._new_conn()  # type: ignore[no-any-return]
            name: str = self._dns_host  # type: ignore[has-type]
            try:
                *others, last = guard.addresses(name, self.port)
            except OSError as error:
                raise NameResolutionError(self.host, self, error) from error  # type: ignore[arg-type]
            try:
                for address in others:
                    self._dns_host = address
                    try:
                        return super()._new_conn()  # type: ignore[no-any-return]
                    except NewConnectionError:
                        continue
                self._dns_host = last
                return super()._new_conn()  # type: ignore[no-any-return]
            finally:
                self._dns_host = name

    return Connection


class _Timed(io.RawIOBase):
    """A socket's bytes, each waited for no longer than what is left of the call."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left_s = self._deadline.left_s
        if left_s <= 0:
            raise TimeoutError("the answer did not come in time")
        self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
