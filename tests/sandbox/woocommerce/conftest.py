"""The stand-in on loopback and a signing client of the tests' own (nothing of our connector)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

from sandbox.woocommerce import Switches, WooCommerceSandbox
from tests.sandbox.woocommerce.stage import Stages

KEY, SECRET = "ck_thu", "cs_thu"


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Market:
    """Signed calls to one site. ``last`` is the latest HTTP answer."""

    def __init__(
        self, sandbox: WooCommerceSandbox, clock: TurnedClock, url: str, folder: str
    ) -> None:
        self.sandbox, self.clock = sandbox, clock
        self.url = f"{url}/{folder}".rstrip("/")
        self.last: requests.Response

    def oauth(
        self, method: str, url: str, query: dict[str, str], *, secret: str = SECRET,
        off: int = 0, digest: str = "SHA256", **changes: str,
    ) -> dict[str, str]:  # fmt: skip
        """The signature's own parameters."""
        given = {
            "oauth_consumer_key": KEY,
            "oauth_nonce": secrets.token_hex(8),
            "oauth_signature_method": f"HMAC-{digest}",
            "oauth_timestamp": str(int(self.clock().timestamp()) + off),
            **changes,
        }
        pairs = sorted((_enc(k), _enc(v)) for k, v in {**query, **given}.items())
        base = "&".join((method, _enc(url), _enc("&".join(f"{k}={v}" for k, v in pairs))))
        mac = hmac.new(f"{secret}&".encode(), base.encode(), getattr(hashlib, digest.lower()))
        return {**given, "oauth_signature": base64.b64encode(mac.digest()).decode()}

    def send(
        self, method: str, path: str, body: Any = None, query: Any = None,
        headers: Any = None, raw: bytes | None = None,
    ) -> Any:  # fmt: skip
        with requests.Session() as session:
            session.trust_env = False
            self.last = session.request(
                method, f"{self.url}{path}", params=query, json=body, data=raw, headers=headers,
                timeout=10, allow_redirects=False,
            )  # fmt: skip
        return self.last.json() if "json" in self.last.headers["content-type"] else None

    def call(self, method: str, route: str, body: Any = None, **query: Any) -> Any:
        path = f"/wp-json/wc/v3/{route}"
        text = {k.rstrip("_"): str(v) for k, v in query.items()}
        signed = self.oauth(method, self.url + path, text)
        return self.send(method, path, body, text | signed)

    def get(self, route: str, **query: Any) -> Any:
        return self.call("GET", route, **query)

    def post(self, route: str, body: Any) -> Any:
        return self.call("POST", route, body)

    def put(self, route: str, body: Any) -> Any:
        return self.call("PUT", route, body)

    def made(self, **fields: Any) -> dict[str, Any]:
        body = {"name": "Mỳ Chũ", "type": "simple", "regular_price": "45000", **fields}
        answer: dict[str, Any] = self.post("products", body)
        assert self.last.status_code == 201, answer
        return answer

    def variable(self, sku: str = "P", *options: str) -> int:
        """A draft parent with a pack for each option, its SKU the parent's and the option."""
        choice = {"name": "Quy cách", "variation": True, "options": list(options)}
        parent = self.made(type="variable", sku=sku, status="draft", attributes=[choice])
        rows = [
            {"sku": f"{sku}-{o}", "regular_price": "1000", "manage_stock": True,
             "stock_quantity": 5, "attributes": [{"name": "Quy cách", "option": o}]}
            for o in options
        ]  # fmt: skip
        answer = self.post(f"products/{parent['id']}/variations/batch", {"create": rows})
        assert all("error" not in row for row in answer["create"])
        return int(parent["id"])

    def packs(self, parent: int, **query: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get(f"products/{parent}/variations", **query)
        return sorted(rows, key=lambda r: r["id"])


def _enc(text: str) -> str:
    return quote(text, safe="-._~")


Opener = Callable[..., Market]


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(stack)


@pytest.fixture
def open_market(stages: Stages) -> Iterator[Opener]:
    with ExitStack() as stack:

        def opened(state: Path | None = None, folder: str = "", **switches: Any) -> Market:
            clock = TurnedClock()
            sandbox = WooCommerceSandbox(state, Switches(**switches), clock)
            sandbox.add_site(KEY, SECRET, folder=folder, name="HTX Thử")
            url = stack.enter_context(stages.playing(sandbox.app))
            return Market(sandbox, clock, url, folder)

        yield opened


@pytest.fixture
def market(open_market: Opener) -> Market:
    return open_market()
