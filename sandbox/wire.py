"""Answers on the wire of an ASGI server: whole, cut short, dripping, or not at all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import orjson

JSON = "application/json"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: status, body, and headers beside the content type and length."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(value: Any, status: int = 200) -> Reply:
    return Reply(status, orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))


async def read(receive: Any) -> bytes:
    """The whole body of a request."""
    chunks = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(chunks)


async def send(send: Any, reply: Reply) -> None:
    await _start(send, reply)
    await send({"type": "http.response.body", "body": reply.body})


async def _start(send: Any, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        *((name.encode(), value.encode()) for name, value in reply.headers),
    ]
    if reply.status != 304:
        headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def send_half(send: Any, reply: Reply) -> None:
    """Half of the promised bytes, then the connection is gone."""
    await _start(send, reply)
    half = reply.body[: len(reply.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    abort(send)


async def send_slowly(receive: Any, send: Any, reply: Reply, seconds: float) -> None:
    """The body in many pieces over ``seconds``, twenty of them in each; until nobody listens."""
    await _start(send, reply)
    pieces = max(1, min(max(20, int(seconds * 20)), len(reply.body)))
    step = -(-len(reply.body) // pieces) or 1
    gone = asyncio.ensure_future(receive())
    for start in range(0, len(reply.body), step):
        done, _waiting = await asyncio.wait([gone], timeout=seconds / pieces)
        if done:
            return
        piece = reply.body[start : start + step]
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    gone.cancel()
    await send({"type": "http.response.body", "body": b""})


def abort(send: Any) -> None:
    """Reset the connection. The server's ``send`` is bound to its request cycle, the only way
    to the transport that ASGI leaves."""
    send.__self__.transport.abort()
