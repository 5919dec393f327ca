"""The floor over HTTP: a plain ASGI app, so that misbehaviour can reach the connection."""

from __future__ import annotations

import asyncio
import contextlib
import re
import threading
from typing import Any

import orjson

from sandbox.floor.control import Control
from sandbox.floor.faults import BEFORE, BODIES, Fault, Faults
from sandbox.floor.floor import Floor, Reply

HTML = "text/html; charset=utf-8"
_OUTAGE = Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", HTML)
_BAD_GATEWAY = Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)
_FRONT_PAGE = Reply(200, "<!doctype html><title>Sàn</title><p>Xin chào".encode(), HTML)
_ARRAY = Reply(200, b"[]")
_PATHS = (
    re.compile(r"/exports/(?P<shop>[^/]+)/latest"),
    re.compile(r"/(?P<shop>[^/]+)/exports/latest"),
)


class App:
    """``held`` are the calls that a fault keeps waiting, by number: ``when`` (before or after
    they are carried out) and ``shop_id``."""

    def __init__(self, floor: Floor, faults: Faults, lock: threading.RLock) -> None:
        self.floor = floor
        self.faults = faults
        self.lock = lock
        self.held: dict[int, dict[str, Any]] = {}
        self._calls = 0
        self.control = Control(floor, faults, lock, self.held)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body(receive)
        path = scope["path"]
        if path.startswith("/_sandbox/"):
            # A visit fetches files, perhaps from this very process: the event loop never waits
            # for the lock that a visit holds.
            await _send(send, await asyncio.to_thread(self.control.answer, scope, body))
            return
        shop_id = self._shop_id(path)
        number, fault = await asyncio.to_thread(self._taken, path, shop_id)
        if fault is not None and fault.kind in BEFORE:
            if not await self._before(number, shop_id, fault, receive, send):
                return
            fault = None
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if fault is not None and fault.kind in BODIES:
            headers = {k: v for k, v in headers.items() if not k.startswith("if-")}
        reply = await asyncio.to_thread(self._answer, shop_id, scope["method"], path, headers)
        if fault is None:
            await _send(send, reply)
        else:
            await self._after(number, shop_id, fault, reply, receive, send)

    def _taken(self, path: str, shop_id: str) -> tuple[int, Fault | None]:
        """The call's number, and the fault that spoils it."""
        with self.lock:
            self._calls += 1
            return self._calls, self.faults.take(path, shop_id)

    def _shop_id(self, path: str) -> str:
        """The shop that a path names; the only one where a path names none."""
        for pattern in _PATHS:
            found = pattern.fullmatch(path)
            if found:
                return found["shop"]
        shops = self.floor.world.shops
        return next(iter(shops)) if path == "/exports/latest" and len(shops) == 1 else ""

    def _answer(self, shop_id: str, method: str, path: str, headers: dict[str, str]) -> Reply:
        with self.lock:
            return self.floor.answer(shop_id, method, path, headers)

    async def _before(
        self, number: int, shop_id: str, fault: Fault, receive: Any, send: Any
    ) -> bool:
        """Whether the call is carried out all the same."""
        if fault.kind == "hold_before":
            return not await self._gone(number, shop_id, "before", fault, receive)
        if fault.kind == "reset_before":
            _abort(send)
        elif fault.kind == "outage":
            await _send(send, _OUTAGE)
        elif fault.kind == "redirect":
            await _send(send, Reply(302, b"", HTML, (("Location", fault.location),)))
        else:
            wait = fault.retry_after
            headers = (("Retry-After", str(wait)),) if wait is not None else ()
            await _send(send, Reply(429, orjson.dumps({"error": "slow down"}), headers=headers))
        return False

    async def _after(
        self, number: int, shop_id: str, fault: Fault, reply: Reply, receive: Any, send: Any
    ) -> None:
        """Spoil the answer of a call that was carried out."""
        if fault.kind == "reset_after":
            _abort(send)
        elif fault.kind == "silent":
            await self._gone(number, shop_id, "after", fault, receive)
            _abort(send)
        elif fault.kind == "late":
            if not await self._gone(number, shop_id, "after", fault, receive):
                await _send(send, reply)
        elif fault.kind == "truncated":
            await _send_cut(send, reply)
        elif fault.kind == "slow":
            await _send_slowly(receive, send, reply, fault.seconds)
        else:
            await _send(send, _spoilt(fault, reply))

    async def _gone(self, number: int, shop_id: str, when: str, fault: Fault, receive: Any) -> bool:
        """Wait, and say whether the caller hung up meanwhile."""
        self.held[number] = {"when": when, "shop_id": shop_id}
        try:
            message = await asyncio.wait_for(receive(), fault.seconds)
        except TimeoutError:
            return False
        finally:
            self.held.pop(number, None)
        return bool(message["type"] == "http.disconnect")


def _spoilt(fault: Fault, reply: Reply) -> Reply:
    """``unknown_fields``: a column more in each line of a CSV."""
    if fault.kind == "unknown_fields":
        if not reply.body or not reply.content_type.startswith("text/csv"):
            return reply
        lines = reply.body.split(b"\r\n")
        mark = b";x1" if b";" in lines[0] else b",x1"
        body = b"\r\n".join(line + mark if line else line for line in lines)
        return Reply(reply.status, body, reply.content_type, reply.headers)
    whole = {"outage_after": _BAD_GATEWAY, "html": _FRONT_PAGE, "array": _ARRAY}
    half = Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type)
    return whole.get(fault.kind, half)


async def _body(receive: Any) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Any, reply: Reply) -> None:
    await _start(send, reply, len(reply.body))
    await send({"type": "http.response.body", "body": reply.body})


async def _start(send: Any, reply: Reply, length: int) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    if reply.status != 304:
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_cut(send: Any, reply: Reply) -> None:
    """Half of the promised bytes, then the connection is gone."""
    await _start(send, reply, len(reply.body))
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    _abort(send)


async def _send_slowly(receive: Any, send: Any, reply: Reply, seconds: float) -> None:
    """The body in twenty pieces over ``seconds``, as long as somebody waits for it."""
    await _start(send, reply, len(reply.body))
    step = max(1, -(-len(reply.body) // 20))
    for start in range(0, len(reply.body), step):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(receive(), seconds / 20)
            return
        piece = reply.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _abort(send: Any) -> None:
    """Reset the connection. The server's ``send`` is bound to its request cycle, the only way
    to the transport that ASGI leaves."""
    send.__self__.transport.abort()
