"""A console to ask in tests: the world's tables behind the real application, over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from config.secrets import Vault, new_key
from console.web import access
from console.web.app import make_app
from console.web.here import Console
from sandbox.serving import serving
from tests.console.people import logged_in
from tests.worker.conftest import World


class Browser:
    """Keeps cookies, follows nothing; somebody whom nobody knows until :meth:`log_in`."""

    def __init__(self, base: str, console: Console) -> None:
        self.base, self._console = base, console
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, path: str, method: str = "GET", **headers: str) -> requests.Response:
        return self._ask(method, path, headers=headers)

    def post(self, path: str, data: dict[str, str]) -> requests.Response:
        return self._ask("POST", path, data=data)

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        answer = self._session.request(
            method, self.base + path, allow_redirects=False, timeout=20, **more
        )
        answer.encoding = "utf-8"
        return answer

    def send(self, path: str, page: str, **fields: str) -> requests.Response:
        """A form of the page ``page``, sent to ``path``."""
        return self.post(path, {"form_token": form_token(self.get(page).text), **fields})

    def log_in(self, role: str, name: str) -> Browser:
        """As an operator of this role."""
        self._session.cookies.set(access.COOKIE, logged_in(self._console.env, role, name))
        return self


class Office:
    """The console while it is served."""

    def __init__(self, world: World, console: Console, base: str) -> None:
        self.world, self.console, self.base = world, console, base

    def browser(self) -> Browser:
        return Browser(self.base, self.console)

    def operator(self, role: str, name: str = "Chị Lan") -> Browser:
        return self.browser().log_in(role, name)


@contextmanager
def office(world: World, **more: Any) -> Iterator[Office]:
    """The application over the world's tables, with a fresh master key."""
    world.env.derive = Vault([new_key()], "test").derived
    console = Console(world.env, **more)
    with serving(make_app(console)) as base:
        yield Office(world, console, base)


def form_token(text: str) -> str:
    """What a page of ours gives its forms."""
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', text)
    assert found is not None
    return found[1]
