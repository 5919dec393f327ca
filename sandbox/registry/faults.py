"""Misbehaviour on demand: a fault waits for calls to a path and spoils their answers.

Faults live in memory: a restarted registry behaves well. Those in ``PAGE_KINDS`` spoil the JSON
of a page of products, the others the answer as a whole (registry-formats.md 5, "Rules").
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict

from sandbox.registry.reply import Reply

Page = dict[str, Any]
HUGE = 32 * 1024 * 1024
"""Bytes of a "huge" answer: more than any client should take."""

_HTML = "<!doctype html><title>Bảo trì</title><h1>Hệ thống đang bảo trì</h1>".encode()


class Fault(BaseModel):
    """Spoil the next ``times`` answers (None: until healed) to paths that begin with ``path``,
    after letting ``after`` pass. ``retry_after`` (seconds) goes with ``busy``; ``slow`` sends
    its body in twenty pieces, ``pause_s`` seconds apart."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[
        "error", "busy", "html", "half", "slow", "dead", "huge",
        "empty_page", "stop_short", "twice", "unknown_fields", "unknown_group", "missing_field",
    ]  # fmt: skip
    times: int | None = 1
    after: int = 0
    path: str = "/v1/products"
    retry_after: int | None = None
    pause_s: float = 1.0


class Faults:
    """The faults that wait, oldest first. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append(fault.model_copy())

    def heal(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Fault]:
        with self._lock:
            return [fault.model_copy() for fault in self._waiting]

    def take(self, path: str, *, is_page: bool) -> Fault | None:
        """The fault that spoils this answer, counted down; a page fault waits for a page."""
        with self._lock:
            for fault in self._waiting:
                if path.startswith(fault.path) and (is_page or fault.kind not in PAGE_KINDS):
                    return self._use(fault)
        return None

    def _use(self, fault: Fault) -> Fault | None:
        if fault.after > 0:
            fault.after -= 1
            return None
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._waiting.remove(fault)
        return fault


def spoil(reply: Reply, fault: Fault) -> Reply:
    """The reply as the fault leaves it (``slow`` changes the sending, not the reply)."""
    if reply.page is not None and fault.kind in PAGE_KINDS:
        return Reply(200, orjson.dumps(PAGE_KINDS[fault.kind](reply.page)), headers=reply.headers)
    match fault.kind:
        case "error":
            return Reply(500, b'{"error": "internal", "message": "Internal server error"}')
        case "busy":
            wait = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            return Reply(429, b'{"error": "busy", "message": "Too many requests"}', headers=wait)
        case "html":
            return Reply(200, _HTML, "text/html; charset=utf-8")
        case "half":
            half = reply.body[: len(reply.body) // 2]
            return Reply(reply.status, half, reply.content_type, reply.headers)
        case "dead":
            return Reply(404, b"Not Found", "text/plain")
        case "huge":
            return Reply(200, reply.body.ljust(HUGE), reply.content_type, reply.headers)
    return reply


def _empty_page(page: Page) -> Page:
    return page | {"items": [], "next_cursor": None, "total": 0}


def _stop_short(page: Page) -> Page:
    """The way on is lost while the total still promises more."""
    return page | {"next_cursor": None}


def _twice(page: Page) -> Page:
    return page | {"items": page["items"] + page["items"][:1]}


def _unknown_fields(page: Page) -> Page:
    items = [item | {"x_new": {"a": [1]}} for item in page["items"]]
    for item in items:
        if "variants" in item:
            item["variants"] = [one | {"x_colour": "đỏ"} for one in item["variants"]]
    return page | {"items": items, "x_server": "moi"}


def _unknown_group(page: Page) -> Page:
    return _first_product(page, lambda item: item | {"group": "nong-cu"})


def _missing_field(page: Page) -> Page:
    return _first_product(
        page, lambda item: {name: value for name, value in item.items() if name != "name"}
    )


def _first_product(page: Page, change: Callable[[Page], Page]) -> Page:
    """The page with its first item that is no tombstone changed."""
    items = list(page["items"])
    for place, item in enumerate(items):
        if not item["deleted"]:
            items[place] = change(item)
            break
    return page | {"items": items}


PAGE_KINDS: dict[str, Callable[[Page], Page]] = {
    "empty_page": _empty_page,
    "stop_short": _stop_short,
    "twice": _twice,
    "unknown_fields": _unknown_fields,
    "unknown_group": _unknown_group,
    "missing_field": _missing_field,
}
