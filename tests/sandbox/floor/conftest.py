"""A floor on loopback and a shop's folder that the tests write themselves (nothing of ours)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import requests
from openpyxl import Workbook

from sandbox.floor import FloorSandbox, switched
from sandbox.floor.templates import TEMPLATES
from sandbox.serving import serving

SHOP = "htx"
ROW: dict[str, Any] = {
    "Mã sản phẩm (SKU)": "A",
    "Tên sản phẩm": "Mì gạo Chũ",
    "Danh mục": "Nông sản > Mì gạo",
    "Khối lượng (g)": 550,
    "Giá bán (VND)": 39_000,
    "Tồn kho": 20,
    "Mô tả chi tiết": "Mì gạo phơi nắng",
    "Ảnh 1": "https://a.example/1.jpg",
    "Trạng thái": "Hiển thị",
}


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Web:
    """Serves what is in ``files`` below /web; other calls go to ``rest``. ``asked`` keeps the
    headers of each call for a file."""

    def __init__(self, rest: Any = None) -> None:
        self._rest = rest
        self.files: dict[str, bytes] = {}
        self.packed = False
        self.asked: list[dict[str, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].startswith("/web/"):
            await self._rest(scope, receive, send)
            return
        headers = {k.decode(): v.decode() for k, v in scope["headers"]}
        self.asked.append(headers)
        body = self.files.get(scope["path"].removeprefix("/web/"))
        tag = f'"{hash(body)}"'
        answer = [(b"etag", tag.encode()), (b"last-modified", formatdate(0, usegmt=True).encode())]
        status, data = (404, b"") if body is None else (200, body)
        if headers.get("if-none-match") == tag:
            status, data = 304, b""
        elif self.packed and body is not None:
            import gzip

            data = gzip.compress(body)
            answer.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": status, "headers": answer})
        await send({"type": "http.response.body", "body": data})


class Place:
    """One shop on the floor ``san24h``."""

    def __init__(self, floor: FloorSandbox, clock: TurnedClock, url: str, web: Web) -> None:
        self.floor, self.clock, self.url, self.web = floor, clock, url, web

    def put(self, *rows: dict[str, Any], heads: list[str] | None = None) -> None:
        """Write the XLSX of these rows, each completed to one that is taken."""
        book = Workbook()
        sheet = book.worksheets[0]
        names = heads or list(TEMPLATES["san24h"].columns)
        sheet.append(names)
        for row in rows:
            sheet.append([{**ROW, **row}.get(name) for name in names])
        out = io.BytesIO()
        book.save(out)
        self.web.files["san-pham.xlsx"] = out.getvalue()

    def fetch(self, *rows: dict[str, Any]) -> str:
        """Put and fetch, a minute later; the problem with the whole file."""
        if rows:
            self.put(*rows)
        self.clock.turn(60)
        return self.floor.fetch(SHOP)

    def states(self) -> dict[str, str]:
        return {item.sku: item.state for item in self.floor.items(SHOP)}

    def reason(self, sku: str) -> str:
        return next(item.reason for item in self.floor.items(SHOP) if item.sku == sku)

    def get(self, path: str = f"/exports/{SHOP}/latest", **headers: str) -> requests.Response:
        return self.send("GET", path, headers=headers)

    def send(self, method: str, path: str, **more: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            return session.request(
                method, self.url + path, timeout=10, allow_redirects=False, **more
            )


Opener = Callable[..., Place]


@pytest.fixture
def open_place() -> Iterator[Opener]:
    with ExitStack() as stack:

        def opened(*words: str, state: Path | None = None, token: str = "") -> Place:
            clock = TurnedClock()
            floor = FloorSandbox(state, switched(words), clock)
            web = Web(floor.app)
            url = stack.enter_context(serving(web))
            floor.add_shop(SHOP, f"{url}/web", "san24h", token=token)
            return Place(floor, clock, url, web)

        yield opened


@pytest.fixture
def place(open_place: Opener) -> Place:
    return open_place()
