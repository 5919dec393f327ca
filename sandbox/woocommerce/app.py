"""WooCommerce over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate
from typing import Any

from sandbox.faults import Fault, Faults
from sandbox.front import Front
from sandbox.wire import HTML, Reply
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.channel import Channel
from sandbox.woocommerce.control import Control

_FORBIDDEN = b"<!doctype html><title>403 Forbidden</title><h1>Access denied</h1>"


class App(Front[Call]):
    tells_the_time = True
    front_page = Reply(200, b"<!doctype html><title>Cua hang</title><p>Xin chao", HTML)

    def __init__(self, channel: Channel, faults: Faults, lock: threading.RLock) -> None:
        super().__init__(faults, lock)
        self.channel = channel
        self.control: Control = Control(channel, faults, lock, self.held)

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
        return self.channel.store.next_seq()

    def shop_of(self, call: Call) -> str:
        site = self.channel.site_of(call.path)
        return site.folder if site else ""

    def answer(self, call: Call, number: int, fault: Fault | None) -> Reply:
        kind = fault.kind if fault is not None else ""
        if fault is not None and kind == "firewall":
            return Reply(fault.status, _FORBIDDEN, HTML)
        call.first_row_down, call.pictures_down = kind == "row_down", kind == "pictures_down"
        reply = self.channel.answer(call, number)
        date = ("Date", formatdate(call.now, usegmt=True))
        return replace(reply, headers=(*reply.headers, date))

    def rate(self) -> Reply:
        """The software knows no limit; what hosts put in front answers with a page."""
        return Reply(429, b"<h1>429 Too Many Requests</h1>", HTML)

    def array(self, reply: Reply) -> Reply:
        """The reverse too: most of its answers are lists."""
        body = reply.body.removeprefix(b"\xef\xbb\xbf").lstrip()
        return Reply(200, b"{}" if body.startswith(b"[") else b"[]")

    async def before_sending(self, call: Call) -> None:
        """PHP takes its time with every row."""
        if call.rows and self.channel.switches.row_ms:
            await asyncio.sleep(call.rows * self.channel.switches.row_ms / 1000)
