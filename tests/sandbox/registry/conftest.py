"""A registry whose day is the book's own day, served on loopback, under a clock that we turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.registry import RegistrySandbox
from sandbox.serving import serving

BOOK_DAY = date(2025, 6, 30)
NOODLES = "OCOP-24-219-0002"
"""Four packs, three pictures, a certificate to 05/12/2025."""
CREAM = "OCOP-24-213-0002"
"""One pack, one picture."""


class TurnedClock:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 6, 30, 5, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Client:
    """Plain HTTP to one registry; nothing of the environment is trusted."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, path: str, **query: Any) -> requests.Response:
        headers = query.pop("headers", {})
        return self._session.get(self.base_url + path, params=query, headers=headers, timeout=20)

    def send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self._session.request(method, self.base_url + path, json=body, timeout=20)

    def page(self, **query: Any) -> dict[str, Any]:
        answer = self.get("/v1/products", **query)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def walk(self, **query: Any) -> list[dict[str, Any]]:
        """All pages of a walk."""
        pages = [self.page(**query)]
        while pages[-1]["next_cursor"] is not None:
            pages.append(self.page(**query | {"cursor": pages[-1]["next_cursor"]}))
        return pages

    def items(self, **query: Any) -> list[dict[str, Any]]:
        return [item for page in self.walk(**query) for item in page["items"]]

    def close(self) -> None:
        self._session.close()


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def registry(clock: TurnedClock) -> Iterator[RegistrySandbox]:
    sandbox = RegistrySandbox(None, BOOK_DAY, clock)
    yield sandbox
    sandbox.close()


class Stage:
    """An ASGI app that plays whichever registry stands on it: one server serves all tests."""

    def __init__(self) -> None:
        self.base_url = ""
        self._app: Any = None

    def play(self, registry: RegistrySandbox) -> Client:
        self._app = registry.app
        return Client(self.base_url)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    stage = Stage()
    with serving(stage) as base_url:
        stage.base_url = base_url
        yield stage


@pytest.fixture
def http(stage: Stage, registry: RegistrySandbox) -> Iterator[Client]:
    client = stage.play(registry)
    yield client
    client.close()
