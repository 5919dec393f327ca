"""Where the demo lives and listens; fixed at the first start, because addresses hold the ports."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Place:
    """``ports`` by sandbox, and of the product's own web server (``web``)."""

    folder: Path
    ports: dict[str, int]

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def state(self, name: str) -> Path:
        return self.folder / f"{name}.sqlite3"


def settle(folder: Path, names: Sequence[str], web_port: int) -> Place:
    """The demo's place. The web server keeps the port that is set where that is free."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ports.json"
    known: dict[str, int] = orjson.loads(path.read_bytes()) if path.exists() else {}
    ports = dict(known)
    for name in names:
        ports.setdefault(name, _free_port())
    ports.setdefault("web", web_port if _is_free(web_port) else _free_port())
    if ports != known:
        path.write_bytes(orjson.dumps(ports))
    return Place(folder, ports)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
