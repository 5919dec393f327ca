"""A web server as it stands before the shops' public files, with validators and compression."""

from __future__ import annotations

from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from typing import Any

PREFIX = "/files/shop-of-nobody-knows"


class Static:
    """Below :data:`PREFIX`; other calls go to ``rest``. ``seen`` lists (name, status, encoding)
    of each call for a file."""

    def __init__(self, folder: Path, rest: Any) -> None:
        self._folder = folder
        self._rest = rest
        self.seen: list[tuple[str, int, str]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].startswith(f"{PREFIX}/"):
            await self._rest(scope, receive, send)
            return
        asked = {k.decode(): v.decode() for k, v in scope["headers"]}
        path = self._folder / scope["path"].removeprefix(f"{PREFIX}/")
        if not path.is_file() or path.name.startswith("."):
            await self._send(send, scope, 404, {}, b"")
            return
        at = int(path.stat().st_mtime)
        marks = {
            "ETag": f'"{at:x}-{path.stat().st_size:x}"',
            "Last-Modified": formatdate(at, usegmt=True),
        }
        if _is_same(asked, marks, at):
            await self._send(send, scope, 304, marks, b"")
            return
        packed = path.with_name(f"{path.name}.gz")
        if "gzip" in asked.get("accept-encoding", "") and packed.exists():
            await self._send(
                send, scope, 200, {**marks, "Content-Encoding": "gzip"}, packed.read_bytes()
            )
        else:
            await self._send(send, scope, 200, marks, path.read_bytes())

    async def _send(
        self, send: Any, scope: Any, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        self.seen.append(
            (scope["path"].removeprefix(f"{PREFIX}/"), status, headers.get("Content-Encoding", ""))
        )
        pairs = [(k.lower().encode(), v.encode()) for k, v in headers.items()]
        if status != 304:
            pairs.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})


def _is_same(asked: dict[str, str], marks: dict[str, str], at: int) -> bool:
    if "if-none-match" in asked:
        return asked["if-none-match"] == marks["ETag"]
    since = asked.get("if-modified-since")
    return since is not None and parsedate_to_datetime(since).timestamp() >= at
