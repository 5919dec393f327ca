"""The API on a world's tables: a shop, a product on sale, tokens, and what workers are asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from console.web import tokens
from console.web.app import make_app
from console.web.here import Console
from tests.worker.conftest import World, world
from tests.worker.fakes import source_product

__all__ = ["SKU", "Api", "world"]

SKU = "OCOP-1-100G"
_numbers = count(1)


@dataclass
class Api:
    """``sent``: what the workers were asked. Calls bear the token of the named scopes, and an
    action a fresh Idempotency-Key."""

    world: World
    app: FastAPI
    client: TestClient
    sent: list[tuple[str, dict[str, Any]]]
    tokens: dict[str, str] = field(default_factory=dict)

    def token(self, *scopes: str) -> str:
        name = "+".join(scopes)
        if name not in self.tokens:
            self.tokens[name] = tokens.issue(self.world.env, name, scopes, 90, "test")
        return self.tokens[name]

    def call(self, method: str, path: str, *, scope: str = "", key: str = "", **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token(scope or _usual(method, path))}"}
        if method == "POST":
            headers["Idempotency-Key"] = key or f"key-{next(_numbers)}"
        headers.update(more.pop("headers", {}))
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Mapping[str, Any] | None = None, **more: Any) -> Any:
        return self.call("POST", path, json=body, **more)

    def walk(
        self, path: str, between: Callable[[], None] = lambda: None, **query: Any
    ) -> list[Any]:
        """Every item of every page; ``between`` is done after each page."""
        found: list[Any] = []
        cursor: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **cursor)
            page = page.get("events", page)
            page = page if isinstance(page["items"], list) else page["items"]
            found += page["items"]
            if page["next"] is None:
                return found
            cursor = {"cursor": page["next"]}
            between()


def _usual(method: str, path: str) -> str:
    if method == "GET":
        return "read"
    return "decide" if path.startswith("/holds/") else "push"


@pytest.fixture
def api(world: World) -> Api:
    world.book.products = [source_product()]
    world.pull()
    world.connect()
    world.sync()
    sent: list[tuple[str, dict[str, Any]]] = []
    console = Console(world.env, send=lambda task, arguments: sent.append((task, dict(arguments))))
    app = make_app(console)
    return Api(world, app, TestClient(app, raise_server_exceptions=False), sent)


def jump(api: Api) -> int:
    """A price jumps, so that a hold asks; its number."""
    api.world.book.products = [source_product(prices=(200_000,))]
    api.world.pull()
    api.world.plan()
    ((number,),) = api.world.sql("SELECT id FROM hold WHERE status = 'open'")
    assert isinstance(number, int)
    return number


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem document of an answer, which is one."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["status"] == status
    assert found["title"]
    return found
