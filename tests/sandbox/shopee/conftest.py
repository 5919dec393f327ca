"""A marketplace on loopback and a signing client of the tests' own (nothing of our connector)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox, Switches

PARTNER, KEY, SHOP = 1000001, "test-key", 200000001


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Market:
    """Signed calls to one shop. ``last`` is the latest HTTP answer."""

    def __init__(self, sandbox: ShopeeSandbox, clock: TurnedClock, url: str, code: str) -> None:
        self.sandbox, self.clock, self.url = sandbox, clock, url
        self.code = code
        self.access = self.refresh = ""
        self.last: requests.Response

    def login(self) -> Market:
        body = {"code": self.code, "partner_id": PARTNER, "shop_id": SHOP}
        pair = self.public("auth/token/get", body)
        self.access, self.refresh = pair["access_token"], pair["refresh_token"]
        return self

    def query(self, path: str, *, shop: bool, key: str = KEY, off: int = 0) -> dict[str, Any]:
        stamp = int(self.clock().timestamp()) + off
        base = f"{PARTNER}/api/v2/{path}{stamp}" + (f"{self.access}{SHOP}" if shop else "")
        sign = hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()
        common: dict[str, Any] = {"partner_id": PARTNER, "timestamp": stamp, "sign": sign}
        return common | ({"access_token": self.access, "shop_id": SHOP} if shop else {})

    def send(self, method: str, path: str, query: dict[str, Any], **more: Any) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            self.last = session.request(
                method, f"{self.url}/api/v2/{path}", params=query, timeout=10,
                allow_redirects=False, **more,
            )  # fmt: skip
        body: dict[str, Any] = self.last.json()
        return body

    def public(self, path: str, body: Any) -> dict[str, Any]:
        return self.send("POST", path, self.query(path, shop=False), json=body)

    def post(self, path: str, body: Any) -> dict[str, Any]:
        return self.send("POST", path, self.query(path, shop=True), json=body)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.send("GET", path, self.query(path, shop=True) | query)

    def image(self, data: bytes = b"\xff\xd8\xff1", *, shop: bool = False) -> dict[str, Any]:
        path = "media_space/upload_image"
        return self.send(
            "POST", path, self.query(path, shop=shop), files={"image": ("a.jpg", data)}
        )

    def item(self, **changes: Any) -> dict[str, Any]:
        """A body of add_item that is taken."""
        if not hasattr(self, "_image"):
            self._image = self.image()["response"]["image_info"]["image_id"]
        return {
            "item_name": "Mỳ Chũ Lục Ngạn gói 500g", "description": "Mỳ gạo. " * 20,
            "original_price": 45000, "weight": 0.55, "category_id": 100780,
            "item_status": "UNLIST", "item_sku": "SKU-1",
            "image": {"image_id_list": [self._image]},
            "dimension": {"package_length": 30, "package_width": 12, "package_height": 8},
            "logistic_info": [{"logistic_id": 50021, "enabled": True, "is_free": False}],
            "seller_stock": [{"stock": 120}],
            "brand": {"brand_id": 0, "original_brand_name": "NoBrand"},
            "attribute_list": [
                {"attribute_id": 100001, "attribute_value_list": [{"value_id": 501}]},
                {"attribute_id": 100003, "attribute_value_list": [{"value_id": 522}]},
                {"attribute_id": 100002, "attribute_value_list": [
                    {"value_id": 0, "original_value_name": "500", "value_unit": "g"}]},
            ],
            **changes,
        }  # fmt: skip

    def add(self, **changes: Any) -> int:
        answer = self.post("product/add_item", self.item(**changes))
        assert answer["error"] == "", answer
        return int(answer["response"]["item_id"])

    def tiers(self, item: int, *packs: tuple[str, int, int]) -> dict[str, Any]:
        """init_tier_variation with (label, price, stock) packs, as soon as it may be."""
        self.clock.turn(6)
        return self.post("product/init_tier_variation", tier_body(item, *packs))

    def stored(self, item: int) -> Any:
        return next(i for i in self.sandbox.items(SHOP) if i.item_id == item)


def tier_body(item: int, *packs: tuple[str, int, int]) -> dict[str, Any]:
    return {
        "item_id": item,
        "standardise_tier_variation": [structure(*(p[0] for p in packs))],
        "model": [
            {"tier_index": [n], "original_price": price, "model_sku": f"M-{label}",
             "seller_stock": [{"stock": stock}]}
            for n, (label, price, stock) in enumerate(packs)
        ],
    }  # fmt: skip


def structure(*labels: str) -> dict[str, Any]:
    return {
        "variation_id": 0, "variation_group_id": 0, "variation_name": "Quy cách",
        "variation_option_list": [
            {"variation_option_id": 0, "variation_option_name": label} for label in labels
        ],
    }  # fmt: skip


Opener = Callable[..., Market]


@pytest.fixture
def open_market() -> Iterator[Opener]:
    with ExitStack() as stack:

        def opened(state: Path | None = None, **switches: Any) -> Market:
            clock = TurnedClock()
            sandbox = ShopeeSandbox(state, Switches(**{"rate_per_s": None, **switches}), clock)
            sandbox.add_partner(PARTNER, KEY)
            shop = sandbox.add_shop(SHOP, PARTNER, name="HTX Thử")
            url = stack.enter_context(serving(sandbox.app))
            return Market(sandbox, clock, url, shop.code).login()

        yield opened


@pytest.fixture
def market(open_market: Opener) -> Market:
    return open_market()
