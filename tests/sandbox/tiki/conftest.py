"""A marketplace on loopback and a client of the tests' own (nothing of our connector)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.tiki import Switches, TikiSandbox
from tests import doors

SID, APP, KEY, KHO = "969BEA", "42", "s3cret", 188954
FULL = {
    "brand": "HTX Mì Nam Thể", "brand_country": "Việt Nam", "origin": "Việt Nam",
    "product_weight_kg": 0.55, "product_length": 28, "product_width": 12, "product_height": 6,
    "bulky": 0, "is_warranty_applied": 0, "require_expiry_date": 1, "expiry_time": "12 tháng",
    "storage": "Nơi khô ráo, thoáng mát",
}  # fmt: skip


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Market:
    """Calls of one seller's own app. ``last`` is the latest HTTP answer."""

    def __init__(self, sandbox: TikiSandbox, clock: TurnedClock, url: str) -> None:
        self.sandbox, self.clock, self.url = sandbox, clock, url
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""
        self.last: requests.Response

    def send(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        self.last = self.session.request(
            method, f"{self.url}{path}", timeout=10, allow_redirects=False,
            **{"headers": headers, **more},
        )  # fmt: skip
        kind = self.last.headers.get("content-type", "")
        return self.last.json() if kind.startswith("application/json") else self.last.text

    def grant(self, auth: tuple[str, str] | None = (APP, KEY), **form: str) -> Any:
        return self.send("POST", "/sc/oauth2/token", data=form, auth=auth, headers={})

    def login(self) -> Market:
        self.token = self.grant(grant_type="client_credentials")["access_token"]
        return self

    def get(self, path: str, **query: Any) -> Any:
        return self.send("GET", f"/integration/{path}", params=query)

    def post(self, path: str, body: Any) -> Any:
        return self.send("POST", f"/integration/{path}", json=body)

    def put(self, body: Any, path: str = "v2.1/products/updateSku") -> Any:
        return self.send("PUT", f"/integration/{path}", json=body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", f"/integration/{path}")

    def body(self, sku: str = "MICHU-500G", **changes: Any) -> dict[str, Any]:
        """A product request that is taken; ``variant_…`` changes its one variant."""
        variant = {
            "sku": sku, "price": 32000, "inventory_type": "dropship",
            "seller_warehouse": str(KHO),
            "warehouse_stocks": [{"warehouseId": KHO, "qtyAvailable": 20}],
        }  # fmt: skip
        variant |= {k[8:]: changes.pop(k) for k in list(changes) if k.startswith("variant_")}
        return {
            "category_id": 22988, "name": "Mì gạo Chũ", "description": "<p>Mì</p>",
            "attributes": FULL, "image": "https://a.vn/1.jpg", "images": [],
            "option_attributes": [], "variants": [variant], **changes,
        }  # fmt: skip

    def begin(self, sku: str = "MICHU-500G", **changes: Any) -> str:
        answer = self.post("v2.1/requests", self.body(sku, **changes))
        assert self.last.status_code == 200, answer
        assert answer["state"] == "queuing"
        return str(answer["track_id"])

    def make(self, sku: str = "MICHU-500G", **changes: Any) -> Any:
        """An approved product, as the sandbox holds it."""
        self.begin(sku, **changes)
        self.clock.turn(6)
        self.sandbox.do(SID, "approve", sku=sku)
        return self.held(sku)

    def held(self, sku: str) -> Any:
        return next(p for p in self.sandbox.products(SID) if p.original_sku == sku)


Opener = Callable[..., Market]


@pytest.fixture
def open_market() -> Iterator[Opener]:
    with ExitStack() as stack:

        def opened(state: Path | None = None, **switches: Any) -> Market:
            clock = TurnedClock()
            sandbox = TikiSandbox(state, Switches(**{"rate_per_s": None, **switches}), clock)
            stack.callback(sandbox.close)
            sandbox.add_seller(SID, client_id=APP, client_secret=KEY, name="HTX Thử")
            url = stack.enter_context(doors.opened(sandbox.app))
            return Market(sandbox, clock, url).login()

        yield opened


@pytest.fixture
def market(open_market: Opener) -> Market:
    return open_market()
