"""Shopee over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import orjson

from sandbox.faults import Fault, Faults
from sandbox.front import Front
from sandbox.shopee.call import Call
from sandbox.shopee.channel import Channel
from sandbox.shopee.control import Control
from sandbox.wire import HTML, Reply


class App(Front[Call]):
    front_page = Reply(200, b"<!doctype html><title>Shopee</title><p>Xin chao", HTML)

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
        self.channel.decide()  # what the desk decided before stands before the call
        return self.channel.store.next_seq()

    def shop_of(self, call: Call) -> int | None:
        text = call.first("shop_id")
        return int(text) if text and text.isdigit() else None

    def answer(self, call: Call, number: int, fault: Fault | None) -> Reply:
        return self.channel.answer(call, number)

    def rate(self) -> Reply:
        body = {
            "error": "error_rate_limit",
            "message": "Too many requests. You have reached the rate limit.",
            "request_id": "0" * 32,
        }
        return Reply(self.channel.switches.rate_status, orjson.dumps(body))

    def expire(self, call: Call) -> None:
        shop = self.channel.world.shops.get(self.shop_of(call) or 0)
        for token in shop.tokens if shop else ():
            token.ends = call.now
