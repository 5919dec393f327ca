"""The channel over HTTP: a plain ASGI app, so that misbehaviour can reach the connection."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import orjson

from sandbox.shopee.call import Call
from sandbox.shopee.channel import HTML, Channel, Reply
from sandbox.shopee.control import Control
from sandbox.shopee.faults import BEFORE, Fault, Faults

_OUTAGE = Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", HTML)
_BAD_GATEWAY = Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)
_FRONT_PAGE = Reply(200, b"<!doctype html><title>Shopee</title><p>Xin chao", HTML)


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
            self.channel.decide()  # what the desk decided before stands before the call
            fault = self.faults.take(call.path, _shop_id(call))
            seq = self.channel.store.next_seq()
            if fault is None:
                reply = self.channel.answer(call, seq)
        if fault is None:
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
        if fault.kind == "expired_token":
            with self.lock:
                shop = self.channel.world.shops.get(_shop_id(call) or 0)
                for token in shop.tokens if shop else ():
                    token.ends = call.now
            return True
        if fault.kind == "hold_before":
            return not await self._gone(seq, "before", fault, _shop_id(call), receive)
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

    def _rate(self, fault: Fault) -> Reply:
        body = {
            "error": "error_rate_limit",
            "message": "Too many requests. You have reached the rate limit.",
            "request_id": "0" * 32,
        }
        headers = (("Retry-After", str(fault.retry_after)),) if fault.retry_after else ()
        return Reply(self.channel.switches.rate_status, orjson.dumps(body), headers=headers)

    async def _after(
        self, call: Call, seq: int, fault: Fault, reply: Reply, receive: Any, send: Any
    ) -> None:
        """Spoil the answer of a call that was carried out."""
        if fault.kind == "reset_after":
            _abort(send)
        elif fault.kind == "silent":
            await self._gone(seq, "after", fault, _shop_id(call), receive)
            _abort(send)
        elif fault.kind == "late":
            if not await self._gone(seq, "after", fault, _shop_id(call), receive):
                await _send(send, reply)
        elif fault.kind == "truncated":
            await _send_cut(send, reply)
        elif fault.kind == "slow":
            await _send_slowly(receive, send, reply, fault.seconds)
        else:
            spoilt = {
                "outage_after": _BAD_GATEWAY,
                "html": _FRONT_PAGE,
                "array": Reply(200, b"[]"),
                "unknown_fields": _with_unknown_fields(reply),
                "malformed": Reply(reply.status, reply.body[: len(reply.body) // 2]),
            }
            await _send(send, spoilt.get(fault.kind, reply))

    async def _gone(
        self, seq: int, when: str, fault: Fault, shop_id: int | None, receive: Any
    ) -> bool:
        """Wait, and say whether the caller hung up meanwhile."""
        self.held[seq] = {"when": when, "shop_id": shop_id}
        try:
            message = await asyncio.wait_for(receive(), fault.seconds)
        except TimeoutError:
            return False
        finally:
            self.held.pop(seq, None)
        return bool(message["type"] == "http.disconnect")


def _shop_id(call: Call) -> int | None:
    text = call.first("shop_id")
    return int(text) if text and text.isdigit() else None


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
    """The body in many pieces over ``seconds``, twenty of them in each; until nobody listens."""
    await _start(send, reply, len(reply.body))
    pieces = min(max(20, int(seconds * 20)), len(reply.body))
    step = -(-len(reply.body) // pieces)
    gone = asyncio.ensure_future(receive())
    for start in range(0, len(reply.body), step):
        done, _waiting = await asyncio.wait([gone], timeout=seconds / pieces)
        if done:
            return
        piece = reply.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    gone.cancel()
    await send({"type": "http.response.body", "body": b""})


def _with_unknown_fields(reply: Reply) -> Reply:
    """Fields that no page of the channel names, in each object of the answer."""
    try:
        body = orjson.loads(reply.body)
    except ValueError:
        return reply
    return Reply(reply.status, orjson.dumps(_more(body)), reply.content_type, reply.headers)


def _more(value: Any) -> Any:
    if isinstance(value, dict):
        added = {"new_flag": True, "new_details": [{"kind": "new", "ids": [1, 2]}]}
        return {**{name: _more(inner) for name, inner in value.items()}, **added}
    return [_more(inner) for inner in value] if isinstance(value, list) else value


def _abort(send: Any) -> None:
    """Reset the connection. The server's ``send`` is bound to its request cycle, the only way
    to the transport that ASGI leaves."""
    send.__self__.transport.abort()
