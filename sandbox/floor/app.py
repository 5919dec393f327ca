"""The floor over HTTP."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.faults import Fault, Faults
from sandbox.floor.control import Control
from sandbox.floor.faults import BODIES
from sandbox.floor.floor import Floor
from sandbox.front import Front
from sandbox.wire import HTML, Reply, json_reply

_PATHS = (
    re.compile(r"/exports/(?P<shop>[^/]+)/latest"),
    re.compile(r"/(?P<shop>[^/]+)/exports/latest"),
)


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    headers: Mapping[str, str]


class App(Front[Call]):
    front_page = Reply(200, "<!doctype html><title>Sàn</title><p>Xin chào".encode(), HTML)

    def __init__(self, floor: Floor, faults: Faults, lock: threading.RLock) -> None:
        super().__init__(faults, lock)
        self.floor = floor
        self._calls = 0
        self.control = Control(floor, faults, lock, self.held)

    async def locked(self, work: Any, *arguments: Any) -> Any:
        """A visit fetches files, perhaps from this very process: the event loop never waits for
        the lock that a visit holds."""
        return await asyncio.to_thread(work, *arguments)

    def call(self, scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> Call:
        return Call(scope["method"], scope["path"], headers)

    def arrive(self, call: Call) -> int:
        self._calls += 1
        return self._calls

    def shop_of(self, call: Call) -> str:
        """The shop that a path names; the only one where a path names none."""
        for pattern in _PATHS:
            found = pattern.fullmatch(call.path)
            if found:
                return found["shop"]
        shops = self.floor.world.shops
        return next(iter(shops)) if call.path == "/exports/latest" and len(shops) == 1 else ""

    def answer(self, call: Call, number: int, fault: Fault | None) -> Reply:
        kind = fault.kind if fault is not None else ""
        headers = {
            name: value
            for name, value in call.headers.items()
            if kind not in BODIES or not name.startswith("if-")
        }
        reply = self.floor.answer(self.shop_of(call), call.method, call.path, headers, kind)
        if kind == "clipped":
            return replace(reply, body=reply.body.rstrip(b"\r\n")[:-1])
        return reply

    def rate(self) -> Reply:
        return json_reply({"error": "slow down"}, 429)

    def unknown_fields(self, reply: Reply) -> Reply:
        """A column more in each line of a CSV."""
        if not reply.body or not reply.content_type.startswith("text/csv"):
            return reply
        lines = reply.body.split(b"\r\n")
        mark = b";x1" if b";" in lines[0] else b",x1"
        body = b"\r\n".join(line + mark if line else line for line in lines)
        return replace(reply, body=body)
