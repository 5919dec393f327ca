"""A channel over HTTP: a plain ASGI app, so that misbehaviour can reach the connection."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

import orjson

from sandbox import wire
from sandbox.control import PREFIX, Control
from sandbox.faults import AFTER, BEFORE, Fault, Faults
from sandbox.wire import HTML, Reply

_OUTAGE = Reply(503, b"<html><body><h1>503 Service Unavailable</h1></body></html>", HTML)
_BAD_GATEWAY = Reply(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", HTML)
_STRANGE: dict[str, Any] = {"new_flag": True, "new_details": [{"kind": "new", "ids": [1, None]}]}


class Request(Protocol):
    """What the front looks at in a call."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...


Call = TypeVar("Call", bound=Request)


class Front(ABC, Generic[Call]):
    """One channel's app: every call passes the faults that wait for it.

    A channel says how it reads a call (``call``), whose it is (``shop_of``), how it answers
    (``answer``, called with the lock held), and what it alone does differently.
    """

    control: Control
    front_page: Reply

    def __init__(self, faults: Faults, lock: threading.RLock) -> None:
        self.faults = faults
        self.lock = lock
        self.held: dict[int, dict[str, Any]] = {}
        """Calls that a fault keeps waiting, by journal number: ``when`` (before or after they
        are carried out), ``shop_id``, ``path``, the fault's ``kind`` and the caller's ``port``."""

    # --- what a channel says ----------------------------------------------------------------

    @abstractmethod
    def call(self, scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> Call: ...

    @abstractmethod
    def arrive(self, call: Call) -> int:
        """What time has brought stands before the call; the call's number."""

    @abstractmethod
    def shop_of(self, call: Call) -> Any: ...

    @abstractmethod
    def answer(self, call: Call, number: int, fault: Fault | None) -> Reply: ...

    @abstractmethod
    def rate(self) -> Reply:
        """Too many requests, in the channel's own way."""

    def expire(self, call: Call) -> None:
        """The access token of the call is no longer accepted."""

    def array(self, reply: Reply) -> Reply:
        """A list where an object belongs."""
        return Reply(200, b"[]")

    def unknown_fields(self, reply: Reply) -> Reply:
        """The answer with fields that no page of the channel names, in each of its objects."""
        try:
            value = orjson.loads(reply.body)
        except ValueError:
            return reply
        return Reply(reply.status, orjson.dumps(_strewn(value)), reply.content_type, reply.headers)

    async def before_sending(self, call: Call) -> None:
        """The channel takes its time."""

    # --- calls ------------------------------------------------------------------------------

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = await wire.read(receive)
        if scope["path"].startswith(PREFIX):
            await wire.send(send, await self.locked(self.control.answer, scope, body))
            return
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        call = self.call(scope, headers, body)
        number, fault, reply = await self.locked(self._taken, call)
        if fault is None:
            await self.before_sending(call)
            await wire.send(send, reply)
        else:
            spoilt = _Spoilt(self, call, number, fault, receive, send, scope.get("client"))
            await spoilt.play()

    async def locked(self, work: Any, *arguments: Any) -> Any:
        """``work`` in the event loop: it is short, and a thread would take longer."""
        return work(*arguments)

    def _taken(self, call: Call) -> tuple[int, Fault | None, Reply]:
        """Number, fault and, where no fault waits, the answer of a call."""
        with self.lock:
            number = self.arrive(call)
            fault = self.faults.take(call.method, call.path, self.shop_of(call))
            reply = self.answer(call, number, None) if fault is None else Reply(500)
        return number, fault, reply

    def carried_out(self, call: Call, number: int, fault: Fault) -> Reply:
        with self.lock:
            if fault.kind == "expired_token":
                self.expire(call)
            return self.answer(call, number, fault)

    def limited(self, fault: Fault) -> Reply:
        reply = self.rate()
        if fault.retry_after is None:
            return reply
        after = ("Retry-After", str(fault.retry_after))
        return Reply(reply.status, reply.body, reply.content_type, (after,))


class _Spoilt:
    """A call that a fault was waiting for."""

    def __init__(
        self, front: Front[Any], call: Any, number: int, fault: Fault, receive: Any, send: Any,
        caller: Sequence[Any] | None,
    ) -> None:  # fmt: skip
        self.front, self.call, self.number, self.fault = front, call, number, fault
        self.receive, self.send = receive, send
        self.port = caller[1] if caller else None

    async def play(self) -> None:
        kind = self.fault.kind
        if kind == "hold_before":
            if await self._gone("before"):
                return
        elif kind in BEFORE:
            await self._instead()
            return
        reply = await self.front.locked(self.front.carried_out, self.call, self.number, self.fault)
        if kind in AFTER:
            await self._afterwards(reply)
        else:
            await wire.send(self.send, reply)

    async def _instead(self) -> None:
        """The call is not carried out."""
        fault = self.fault
        if fault.kind == "reset_before":
            wire.abort(self.send)
            return
        replies = {
            "outage": lambda: _OUTAGE,
            "redirect": lambda: Reply(302, b"", HTML, (("Location", fault.location),)),
            "answer": lambda: wire.json_reply(fault.body, fault.status),
            "rate": lambda: self.front.limited(fault),
        }
        await wire.send(self.send, replies[fault.kind]())

    async def _afterwards(self, reply: Reply) -> None:
        """Spoil the answer of a call that was carried out."""
        kind = self.fault.kind
        if kind == "reset_after":
            wire.abort(self.send)
        elif kind == "silent":
            await self._gone("after")
            wire.abort(self.send)
        elif kind == "late":
            if not await self._gone("after"):
                await wire.send(self.send, reply)
        elif kind == "truncated":
            await wire.send_half(self.send, reply)
        elif kind == "slow":
            await wire.send_slowly(self.receive, self.send, reply, self.fault.seconds)
        else:
            await wire.send(self.send, self._changed(kind, reply))

    def _changed(self, kind: str, reply: Reply) -> Reply:
        match kind:
            case "outage_after":
                return _BAD_GATEWAY
            case "html":
                return self.front.front_page
            case "malformed":
                return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type)
            case "array":
                return self.front.array(reply)
        return self.front.unknown_fields(reply)

    async def _gone(self, when: str) -> bool:
        """Wait, and say whether the caller hung up meanwhile."""
        shop_id = self.front.shop_of(self.call)
        self.front.held[self.number] = {
            "when": when, "shop_id": shop_id, "path": self.call.path, "kind": self.fault.kind,
            "port": self.port,
        }  # fmt: skip
        try:
            message = await asyncio.wait_for(self.receive(), self.fault.seconds)
        except TimeoutError:
            return False
        finally:
            self.front.held.pop(self.number, None)
        return bool(message["type"] == "http.disconnect")


def _strewn(value: Any) -> Any:
    if isinstance(value, list):
        return [_strewn(row) for row in value]
    if isinstance(value, dict):
        return {**{name: _strewn(inner) for name, inner in value.items()}, **_STRANGE}
    return value
