"""The channel over HTTP: a plain ASGI app, so that misbehaviour can reach the connection."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import orjson

from sandbox.tiki.call import Call
from sandbox.tiki.channel import HTML, Channel, Reply
from sandbox.tiki.control import Control
from sandbox.tiki.faults import BEFORE, Fault, Faults

_OUTAGE = Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", HTML)
_BAD_GATEWAY = Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)
_FRONT_PAGE = Reply(200, b"<!doctype html><title>Tiki</title><p>Xin chao", HTML)


class App:
    """``held`` are the calls that a fault keeps waiting, by journal number."""

    def __init__(self, channel: Channel, faults: Faults, lock: threading.RLock) -> None:
        self.channel = channel
        self.faults = faults
        self.lock = lock
        self.held: dict[int, dict[str, Any]] = {}
        self.control = Control(channel, faults, lock, self.held)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await _read(receive)
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
            self.channel.carry_on()  # what the desk decided before stands before the call
            shop_id = self._shop_id(call)
            fault = self.faults.take(f"{call.method} {call.path}", shop_id)
            seq = self.channel.store.next_seq()
            reply = None if fault else self.channel.answer(call, seq)
        if reply is not None:
            await _send(send, reply)
        elif fault is not None:
            await self._spoilt(_Spoilt(call, seq, fault, shop_id, receive, send))

    def _shop_id(self, call: Call) -> str | None:
        token = call.headers.get("authorization", "").partition(" ")[2]
        known = self.channel.world.by_token(token)
        return known[0].sid if known else None

    async def _spoilt(self, spoilt: _Spoilt) -> None:
        kind, send = spoilt.fault.kind, spoilt.send
        if kind == "expired_token":
            self._expire(spoilt.call)
        elif kind == "hold_before":
            if await self._gone(spoilt, "before"):
                return
        elif kind in BEFORE:
            await self._instead(spoilt)
            return
        with self.lock:
            reply = self.channel.answer(spoilt.call, spoilt.seq)
        if kind == "silent":
            await self._gone(spoilt, "after")
            _abort(send)
        elif kind == "late":
            if not await self._gone(spoilt, "after"):
                await _send(send, reply)
        elif kind == "reset_after":
            _abort(send)
        elif kind == "truncated":
            await _send_cut(send, reply)
        elif kind == "slow":
            await _send_slowly(send, reply, spoilt.fault.seconds)
        else:
            await _send(send, _changed(kind, reply))

    async def _instead(self, spoilt: _Spoilt) -> None:
        """The call is not carried out."""
        fault, send = spoilt.fault, spoilt.send
        if fault.kind == "reset_before":
            _abort(send)
        elif fault.kind == "outage":
            await _send(send, _OUTAGE)
        elif fault.kind == "redirect":
            await _send(send, Reply(302, b"", HTML, (("Location", fault.location),)))
        else:
            wait = fault.retry_after
            headers = (("Retry-After", str(wait)),) if wait is not None else ()
            body = orjson.dumps({"errors": ["API rate limit exceeded"]})
            await _send(send, Reply(429, body, headers=headers))

    def _expire(self, call: Call) -> None:
        with self.lock:
            known = self.channel.world.by_token(
                call.headers.get("authorization", "").partition(" ")[2]
            )
            if known:
                known[1].ends = call.now
                self.channel.world.touch(known[0])

    async def _gone(self, spoilt: _Spoilt, when: str) -> bool:
        """Wait, and say whether the caller hung up meanwhile."""
        self.held[spoilt.seq] = {"when": when, "shop_id": spoilt.shop_id}
        try:
            message = await asyncio.wait_for(spoilt.receive(), spoilt.fault.seconds)
        except TimeoutError:
            return False
        finally:
            self.held.pop(spoilt.seq, None)
        return bool(message["type"] == "http.disconnect")


class _Spoilt:
    """A call that a fault was waiting for."""

    def __init__(
        self, call: Call, seq: int, fault: Fault, shop_id: str | None, receive: Any, send: Any
    ) -> None:
        self.call, self.seq, self.fault, self.shop_id = call, seq, fault, shop_id
        self.receive, self.send = receive, send


def _changed(kind: str, reply: Reply) -> Reply:
    """The answer of a call that was carried out, spoilt."""
    if kind == "outage_after":
        return _BAD_GATEWAY
    if kind == "html":
        return _FRONT_PAGE
    if kind == "array":
        return Reply(200, b"[]")
    if kind == "malformed":
        return Reply(reply.status, reply.body[: len(reply.body) // 2])
    if kind == "unknown_fields" and reply.content_type != HTML:
        return Reply(reply.status, orjson.dumps(_stranger(orjson.loads(reply.body))))
    return reply


def _stranger(value: Any) -> Any:
    """Every object with fields that nobody knows."""
    if isinstance(value, list):
        return [_stranger(v) for v in value]
    if isinstance(value, dict):
        known = {k: _stranger(v) for k, v in value.items()}
        return {"_new": {"x": [1, None]}, **known, "zzz_flag": "?"}
    return value


async def _read(receive: Any) -> bytes:
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send(send: Any, reply: Reply) -> None:
    await _start(send, reply)
    await send({"type": "http.response.body", "body": reply.body})


async def _start(send: Any, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_cut(send: Any, reply: Reply) -> None:
    """Half of the promised bytes, then the connection is gone."""
    await _start(send, reply)
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    _abort(send)


async def _send_slowly(send: Any, reply: Reply, seconds: float) -> None:
    """The body in twenty pieces over ``seconds``."""
    await _start(send, reply)
    step = max(1, -(-len(reply.body) // 20))
    for start in range(0, len(reply.body), step):
        await asyncio.sleep(seconds / 20)
        piece = reply.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _abort(send: Any) -> None:
    """Reset the connection. The server's ``send`` is bound to its request cycle, the only way
    to the transport that ASGI leaves."""
    send.__self__.transport.abort()
