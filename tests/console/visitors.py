"""A browser on the console's pages: as the one at the machine, or as an operator of some role."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from console.web import access
from console.web.app import make_app
from console.web.here import Console
from tests.console.people import logged_in
from tests.worker.conftest import World

_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')


@dataclass
class Browser:
    """``sent``: the tasks that the workers were asked for."""

    client: TestClient
    sent: list[str] = field(default_factory=list)

    def get(self, path: str, **query: Any) -> Response:
        return self.client.get(path, params=query or None)

    def token(self, path: str = "/registry") -> str:
        found = _TOKEN.search(self.client.get(path).text)
        return found[1] if found else ""

    def post(self, path: str, fields: dict[str, str] | None = None, **more: Any) -> Response:
        """A form of ours, with its token."""
        data = {"form_token": self.token(), **(fields or {})}
        return self.client.post(path, data=data, follow_redirects=False, **more)

    def send(self, path: str, name: str, data: bytes) -> Response:
        return self.post(path, files={"file": (name, data)})


def browser(world: World, role: str = "", name: str = "Chị Lan") -> Browser:
    """``role`` "": whoever sits at the machine, while there is no operator."""
    sent: list[str] = []
    console = Console(world.env, open_here=True, send=lambda task, arguments: sent.append(task))
    client = TestClient(
        make_app(console), base_url="http://127.0.0.1", client=("127.0.0.1", 50000),
        raise_server_exceptions=False,
    )  # fmt: skip
    if role:
        client.cookies.set(access.COOKIE, logged_in(world.env, role, name))
    return Browser(client, sent)
