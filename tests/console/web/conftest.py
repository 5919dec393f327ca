"""The web application over the world's tables, and browsers of people with each role."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from console.web import passwords
from console.web.app import make_app
from console.web.here import Console
from models.operator import ROLES
from tests.worker.conftest import World, world
from tests.worker.fakes import source_product

__all__ = ["world"]

PASSWORD = "mot mat khau dai"
HERE = "http://127.0.0.1"
NEAR, FAR = ("127.0.0.1", 50_000), ("203.0.113.9", 50_000)


class Browser:
    """A person's browser: it sends forms as the page has them, with its token."""

    def __init__(self, app: FastAPI, *, client: tuple[str, int] = FAR, base: str = HERE) -> None:
        self.client = TestClient(
            app, base_url=base, client=client, follow_redirects=False,
            raise_server_exceptions=False,
        )  # fmt: skip
        self.token = ""

    def get(self, path: str, **more: Any) -> Response:
        answer = self.client.get(path, **more)
        self._remember(answer)
        return answer

    def post(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Response:
        data = {"form_token": self.token, **(fields or {})}
        answer = self.client.post(path, data=data, **more)
        self._remember(answer)
        return answer

    def _remember(self, answer: Response) -> None:
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', answer.text)
        if found:
            self.token = found[1]

    def log_in(self, name: str, password: str = PASSWORD) -> Response:
        self.get("/login")
        answer = self.post("/login", {"name": name, "password": password, "to": "/"})
        if answer.status_code == 303:
            self.get("/")
        return answer


@dataclass
class Site:
    """The application with what it asked the workers, and browsers on it."""

    world: World
    console: Console
    app: FastAPI
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def browser(self, **more: Any) -> Browser:
        return Browser(self.app, **more)

    def as_(self, role: str) -> Browser:
        """Somebody with this role, logged in."""
        browser = self.browser()
        assert browser.log_in(role).status_code == 303
        return browser


@pytest.fixture
def fast_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2 as it is costs a fifth of a second a login; one of these is enough of it."""
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    cheap = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])
    passwords._nobody.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: cheap)


@pytest.fixture
def site(world: World, fast_passwords: None) -> Site:
    """One product on sale in one shop; an operator of each role, named by it."""
    return make_site(world)


def make_site(world: World, *, people: bool = True, **settings: Any) -> Site:
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    world.env.derive = lambda purpose: [purpose.encode().ljust(32)]
    sent: list[tuple[str, dict[str, Any]]] = []
    send: Callable[[str, Mapping[str, Any]], None] = lambda task, given: sent.append(  # noqa: E731
        (task, dict(given))
    )
    console = Console(world.env, send=send, **settings)
    if people:
        for role in ROLES:
            passwords.make_operator(world.env, role, role, PASSWORD)
    return Site(world, console, make_app(console), sent)


def turn(site: Site, seconds: float) -> None:
    """So much time passes."""
    site.world.time.at += timedelta(seconds=seconds)
