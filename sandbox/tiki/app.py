"""Tiki over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from sandbox.faults import Fault, Faults
from sandbox.front import Front
from sandbox.tiki.call import Call
from sandbox.tiki.channel import Channel
from sandbox.tiki.control import Control
from sandbox.wire import HTML, Reply, json_reply


class App(Front[Call]):
    front_page = Reply(200, b"<!doctype html><title>Tiki</title><p>Xin chao", HTML)

    def __init__(self, channel: Channel, faults: Faults, lock: threading.RLock) -> None:
        super().__init__(faults, lock)
        self.channel = channel
        self.control = Control(channel, faults, lock, self.held)

    def call(self, scope: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> Call:
        return Call(
            method=scope["method"],
            path=scope["path"],
            raw_query=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            now=self.channel.clock(),
        )

    def arrive(self, call: Call) -> int:
        self.channel.carry_on()  # what the desk decided before stands before the call
        return self.channel.store.next_seq()

    def shop_of(self, call: Call) -> str | None:
        known = self.channel.world.by_token(_token(call))
        return known[0].sid if known else None

    def answer(self, call: Call, number: int, fault: Fault | None) -> Reply:
        return self.channel.answer(call, number)

    def rate(self) -> Reply:
        return json_reply({"errors": ["API rate limit exceeded"]}, 429)

    def expire(self, call: Call) -> None:
        known = self.channel.world.by_token(_token(call))
        if known:
            known[1].ends = call.now
            self.channel.world.touch(known[0])


def _token(call: Call) -> str:
    return call.headers.get("authorization", "").partition(" ")[2]
