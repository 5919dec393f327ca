"""Chợ Quê itself, small and strict: a real HTTP server that holds one shop in memory.

It is written from the floor's page and imports nothing of the connector, so that one misreading
is not made twice. ``unique_keys`` is a fact that the page leaves open: whether a second item of
one key is refused.
"""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KINDS = {"kho": "Thực phẩm khô", "mat-ong": "Mật ong"}
RULES: dict[str, Any] = {
    "key": (str, 1, 40), "title": (str, 5, 80), "text": (str, 20, 2000), "photos": (list, 1, 5),
    "price": (int, 1_000, 50_000_000), "stock": (int, 0, 9_999), "grams": (int, 1, 50_000),
    "kind": (str, 1, 20), "shown": (bool, 0, 1),
}  # fmt: skip
BEFORE = {"rate", "outage", "reset_before", "redirect", "answer"}
PAGE = 20


class Refused(Exception):
    def __init__(self, status: int, code: str, field: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.field = status, code, field


@dataclass
class Item:
    id: int
    key: str
    title: str
    text: str
    kind: str
    photos: list[str]
    grams: int
    price: int
    stock: int
    shown: bool


@dataclass
class Fault:
    """Spoils ``times`` calls whose method and path begin with one of ``calls``, after ``after``."""

    kind: str
    calls: tuple[str, ...] = ("",)
    after: int = 0
    times: int = 1
    retry_after: int | None = None
    status: int = 400
    body: Any = None


@dataclass
class Floor:
    """The shop. Every method is called with the lock held."""

    api_key: str
    unique_keys: bool = True
    items: dict[int, Item] = field(default_factory=dict)
    photos: set[str] = field(default_factory=set)
    changes: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    asked: int = 0
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, login: str) -> Any:
        if login != f"Bearer {self.api_key}":
            raise Refused(401, "bad_key")
        name, _, ident = path.removeprefix("/v1/").partition("/")
        match method, name:
            case "GET", "me":
                return {"id": "shop-1", "shop": "HTX Chợ Quê", "market": "VN"}
            case "GET", "kinds":
                return {"kinds": [{"code": c, "name": n} for c, n in KINDS.items()]}
            case "GET", "changes":
                return self._changes(int(query.get("after", 0)))
            case "GET", "items" if ident:
                return asdict(self._item(ident))
            case "GET", "items":
                return {"items": [asdict(i) for i in self.items.values() if i.key == query["key"]]}
            case "POST", "photos":
                return self._photo(body)
            case "POST", "items":
                self.asked += 1
                return self._new(body)
            case "PATCH", "items":
                self.asked += 1
                return self._changed(self._item(ident), body)
        raise Refused(404, "no_such_path")

    def _changes(self, after: int) -> dict[str, Any]:
        page = self.changes[after : after + PAGE]
        more = after + PAGE < len(self.changes)
        return {"ids": list(dict.fromkeys(page)), "next": after + len(page), "more": more}

    def _item(self, ident: str) -> Item:
        found = self.items.get(int(ident)) if ident.isdigit() else None
        if found is None:
            raise Refused(404, "no_such_item")
        return found

    def _photo(self, body: dict[str, Any]) -> dict[str, Any]:
        data = base64.b64decode(body["base64"], validate=True)
        if not data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or len(data) > 2 * 1024 * 1024:
            raise Refused(400, "bad_photo", "photos")
        self.made += 1
        self.photos.add(f"photo-{self.made}")
        return {"photo": f"photo-{self.made}"}

    def _new(self, body: dict[str, Any]) -> dict[str, Any]:
        if set(body) != set(RULES):
            raise Refused(400, "wrong_fields")
        self._check(body)
        self.made += 1
        self.items[self.made] = Item(id=self.made, **body)
        self.changes.append(self.made)
        return {"id": self.made}

    def _changed(self, item: Item, body: dict[str, Any]) -> dict[str, Any]:
        if not body or not set(body) <= set(RULES):
            raise Refused(400, "wrong_fields")
        self._check(body, item.id)
        for name, value in body.items():
            setattr(item, name, value)
        self.changes.append(item.id)
        return {"id": item.id}

    def _check(self, body: dict[str, Any], own: int = 0) -> None:
        for name, value in body.items():
            kind, low, high = RULES[name]
            size = value if kind in (int, bool) else len(value) if type(value) is kind else -1
            if type(value) is not kind or not low <= size <= high:
                raise Refused(400, "out_of_range", name)
        if not set(body.get("photos", ())) <= self.photos:
            raise Refused(400, "no_such_photo", "photos")
        if body.get("kind", "kho") not in KINDS:
            raise Refused(400, "no_such_kind", "kind")
        taken = any(i.key == body.get("key") and i.id != own for i in self.items.values())
        if taken and self.unique_keys:
            raise Refused(409, "key_taken", "key")

    def fault(self, call: str) -> Fault | None:
        """The fault that spoils this call, counted down."""
        for fault in self.faults:
            if not call.startswith(fault.calls):
                continue
            if fault.after:
                fault.after -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self.faults.remove(fault)
            return fault
        return None


class Handler(BaseHTTPRequestHandler):
    """HTTP around the floor, and every way in which it may go wrong."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    floor: Floor

    def do_GET(self) -> None:
        self._answered()

    do_POST = do_PATCH = do_GET  # noqa: N815

    def log_message(self, *words: Any) -> None:
        return None

    def _answered(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with self.floor.lock:
            fault = self.floor.fault(f"{self.command} {parts.path}")
            if fault and fault.kind in BEFORE:
                self._not_carried_out(fault)
                return
            status, answer = self._carried_out(parts.path, query, body)
        self._spoilt(fault.kind if fault else "", status, answer)

    def _carried_out(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, Any]:
        try:
            login = self.headers.get("Authorization", "")
            asked = json.loads(body) if body else {}
            return 200, self.floor.answer(self.command, path, query, asked, login)
        except Refused as no:
            return no.status, {"error": no.code, "field": no.field, "message": no.code}
        except (KeyError, ValueError, TypeError) as error:
            return 400, {"error": "bad_request", "field": "", "message": str(error)}

    def _not_carried_out(self, fault: Fault) -> None:
        if fault.kind == "reset_before":
            self._hang_up()
        elif fault.kind == "redirect":
            self._send(302, b"", "text/html", {"Location": "http://127.0.0.1:9/elsewhere"})
        elif fault.kind == "outage":
            self._send(503, b"<html>503</html>", "text/html")
        elif fault.kind == "answer":
            self._send(fault.status, json.dumps(fault.body).encode())
        else:
            wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after else {}
            self._send(429, b'{"error":"too_fast"}', headers=wait)

    def _spoilt(self, kind: str, status: int, answer: Any) -> None:
        if kind == "unknown_fields":
            answer = _with_more(answer)
        body = json.dumps(answer).encode()
        match kind:
            case "lost":
                self._hang_up()
            case "never":
                self.connection.recv(1)
                self._hang_up()
            case "slow":
                self._drip(body)
            case "truncated":
                self._send(status, body[: len(body) // 2], length=len(body))
                self._hang_up()
            case "malformed":
                self._send(status, body[: len(body) // 2])
            case "html":
                self._send(200, b"<!doctype html><p>Xin chao", "text/html")
            case "bad_gateway":
                self._send(502, b"<html>502</html>", "text/html")
            case "array":
                self._send(200, b"[]")
            case _:
                self._send(status, body)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        length: int | None = None,
    ) -> None:
        """In one piece: two would wait for each other."""
        named = {
            "Content-Type": kind,
            "Content-Length": str(len(body) if length is None else length),
            **(headers or {}),
        }
        head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{n}: {v}\r\n" for n, v in named.items())
        self.wfile.write(head.encode() + b"\r\n" + body)

    def _drip(self, body: bytes) -> None:
        try:
            self._send(200, b"", length=len(body) + 1000)
            for _ in range(600):
                self.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{n: _with_more(v) for n, v in value.items()}, "new": {"more": [1]}}
    return [_with_more(v) for v in value] if isinstance(value, list) else value


@contextmanager
def serving(floor: Floor) -> Iterator[str]:
    """Serve a floor on a free port; yields its base URL."""
    handler = type("Bound", (Handler,), {"floor": floor})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
