"""The channel over HTTP: a plain ASGI app, so that misbehaviour can reach the connection."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

import orjson

from sandbox.woocommerce.call import Call
from sandbox.woocommerce.channel import HTML, Channel, Reply
from sandbox.woocommerce.control import Control
from sandbox.woocommerce.faults import BEFORE, Fault, Faults

_OUTAGE = Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", HTML)
_BAD_GATEWAY = Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)
_FRONT_PAGE = Reply(200, b"<!doctype html><title>Cua hang</title><p>Xin chao", HTML)


class App:
    """``held`` are the calls that a fault keeps waiting, by journal number: ``when`` (before or
    after they are carried out) and ``shop_id``."""

    def __init__(self, channel: Channel, faults: Faults, lock: threading.RLock) -> None:
        self.channel = channel
        self.faults = faults
        self.lock = lock
        self.held: dict[int, dict[str, Any]] = {}
        self.control = Control(channel, faults, lock, self.held)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _body(receive)
        if scope["path"].startswith("/_sandbox/"):
            await _send(send, self.control.answer(scope, body))
            return
        call = Call(
            method=scope["method"],
            path=scope["path"],
            raw_query=scope["query_string"].decode("latin-1"),
            headers={k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]},
            body=body,
            now=self.channel.clock(),
        )
        with self.lock:
            fault = self.faults.take(call.method, call.path, self._shop_id(call))
            seq = self.channel.store.next_seq()
            if fault is None:
                reply = self.channel.answer(call, seq)
        if fault is None:
            await self._slow(call)
            await _send(send, reply)
        else:
            await self._spoilt(call, seq, fault, receive, send)

    async def _spoilt(self, call: Call, seq: int, fault: Fault, receive: Any, send: Any) -> None:
        if fault.kind in BEFORE and not await self._before(call, seq, fault, receive, send):
            return
        with self.lock:
            reply = self.channel.answer(call, seq)
        await self._after(call, seq, fault, reply, receive, send)

    async def _before(self, call: Call, seq: int, fault: Fault, receive: Any, send: Any) -> bool:
        """Whether the call is carried out all the same."""
        if fault.kind == "hold_before":
            return not await self._gone(seq, "before", fault, self._shop_id(call), receive)
        if fault.kind == "reset_before":
            _abort(send)
        elif fault.kind == "outage":
            await _send(send, _OUTAGE)
        elif fault.kind == "redirect":
            headers = (("Location", fault.location),)
            await _send(send, Reply(302, b"", HTML, headers))
        elif fault.kind == "rate":
            await _send(send, self._rate(fault))
        return False

    async def _slow(self, call: Call) -> None:
        """PHP takes its time with every row."""
        if call.rows and self.channel.switches.row_ms:
            await asyncio.sleep(call.rows * self.channel.switches.row_ms / 1000)

    def _shop_id(self, call: Call) -> str:
        site = self.channel.site_of(call.path)
        return site.folder if site else ""

    def _rate(self, fault: Fault) -> Reply:
        """The software knows no limit; what hosts put in front answers with a page."""
        headers = (("Retry-After", str(fault.retry_after)),) if fault.retry_after else ()
        return Reply(429, b"<h1>429 Too Many Requests</h1>", HTML, headers)

    async def _after(
        self, call: Call, seq: int, fault: Fault, reply: Reply, receive: Any, send: Any
    ) -> None:
        """Spoil the answer of a call that was carried out."""
        if fault.kind == "reset_after":
            _abort(send)
        elif fault.kind == "silent":
            await self._gone(seq, "after", fault, self._shop_id(call), receive)
            _abort(send)
        elif fault.kind == "late":
            if not await self._gone(seq, "after", fault, self._shop_id(call), receive):
                await _send(send, reply)
        elif fault.kind == "truncated":
            await _send_cut(send, reply)
        elif fault.kind == "slow":
            await _send_slowly(receive, send, reply, fault.seconds)
        else:
            spoilt = {
                "outage_after": _BAD_GATEWAY,
                "html": _FRONT_PAGE,
                "malformed": Reply(reply.status, reply.body[: len(reply.body) // 2]),
                "array": _swapped(reply),
                "unknown_fields": _with_unknown(reply),
            }
            await _send(send, spoilt.get(fault.kind, reply))

    async def _gone(self, seq: int, when: str, fault: Fault, shop_id: str, receive: Any) -> bool:
        """Wait, and say whether the caller hung up meanwhile."""
        self.held[seq] = {"when": when, "shop_id": shop_id}
        try:
            message = await asyncio.wait_for(receive(), fault.seconds)
        except TimeoutError:
            return False
        finally:
            self.held.pop(seq, None)
        return bool(message["type"] == "http.disconnect")


def _swapped(reply: Reply) -> Reply:
    """A list where an object belongs, and the reverse."""
    body = reply.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    return Reply(200, b"{}" if body.startswith(b"[") else b"[]")


def _with_unknown(reply: Reply) -> Reply:
    try:
        value = orjson.loads(reply.body)
    except ValueError:
        return reply
    body = orjson.dumps(_strewn(value))
    return Reply(reply.status, body, reply.content_type, reply.headers)


def _strewn(value: Any) -> Any:
    """With a field that nobody knows in each object."""
    if isinstance(value, list):
        return [_strewn(row) for row in value]
    if isinstance(value, dict):
        return {**{k: _strewn(v) for k, v in value.items()}, "zz_unknown": {"a": [1, None]}}
    return value


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
        (b"content-length", str(length).encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_cut(send: Any, reply: Reply) -> None:
    """Half of the promised bytes, then the connection is gone."""
    await _start(send, reply, len(reply.body))
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    _abort(send)


async def _send_slowly(receive: Any, send: Any, reply: Reply, seconds: float) -> None:
    """The body in twenty pieces over ``seconds``, as long as somebody listens."""
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
