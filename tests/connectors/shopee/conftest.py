"""A shop on a strict marketplace, over real HTTP, under a clock that the test turns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import (
    Account,
    AttributeValue,
    Content,
    Credentials,
    Done,
    ImageFile,
    NewListing,
    Outcome,
    Pending,
    PricedVariant,
    RemoteItem,
    Variant,
)
from connectors.http import Http
from connectors.shopee import client
from connectors.shopee.connector import ShopeeConnector
from sandbox.serving import serving
from sandbox.shopee import ShopeeSandbox, Switches

PARTNER, KEY, SHOP = 1000001, "test-partner-key-0001", 200000001
CATEGORY = "100780"
ATTRIBUTES = (
    AttributeValue("100001", value_id="501"),
    AttributeValue("100003", text="12 tháng"),
    AttributeValue("100002", text="500", unit="g"),
)


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def picture(mark: bytes = b"a", kind: str = "image/jpeg") -> ImageFile:
    head = b"\xff\xd8\xff" if kind == "image/jpeg" else b"\x89PNG\r\n\x1a\n"
    data = head + mark
    return ImageFile(hashlib.sha256(data).hexdigest(), kind, data)


def pack(
    sku: str, price: int = 45_000, stock: int = 20, label: str = "", grams: int = 550
) -> PricedVariant:
    return PricedVariant(Variant(sku, label or f"Gói {sku[-6:]}", grams), price, stock)


@dataclass
class Rig:
    market: ShopeeSandbox
    clock: TurnedClock
    url: str
    credentials: Credentials
    settings: dict[str, Any]
    image_id: str = ""

    @property
    def shop(self) -> ShopeeConnector:
        """A fresh connector, as each drain makes one."""
        account = Account("thu", self.url, self.credentials, self.settings)
        return ShopeeConnector(account, Http(), self.clock)

    def content(self, title: str = "Mỳ gạo Chũ Xuân Trường 4 sao") -> Content:
        if not self.image_id:
            (sent,) = self.shop.upload_images([picture()])
            self.image_id = done(sent)
        text = "Mỳ gạo làm từ gạo bao thai hồng, sợi dai, không phẩm màu. " * 3
        return Content(title, text, CATEGORY, ATTRIBUTES, (self.image_id,), 550, (300, 120, 80))

    def listing(self, *packs: PricedVariant, sku: str = "") -> NewListing:
        key = sku or (packs[0].variant.sku if len(packs) == 1 else "OCOP-1")
        return NewListing(key, self.content(), packs)

    def listed(self, *packs: PricedVariant, on: bool = False) -> RemoteItem:
        """A finished item with these packs, on sale when ``on``."""
        (begun,) = self.shop.create([self.listing(*packs)])
        if isinstance(begun, Pending):
            self.clock.turn(begun.ask_after)
            (begun,) = self.shop.resume([begun.handle])
        item: RemoteItem = done(begun)
        if on:
            self.market.do(SHOP, "relist", item_id=int(item.remote_id))
        return item

    def stored(self, item: RemoteItem) -> Any:
        """The item as the marketplace holds it."""
        return next(i for i in self.market.items(SHOP) if str(i.item_id) == item.remote_id)

    def calls(self, path: str) -> list[dict[str, Any]]:
        return [e for e in self.market.journal() if e["path"].endswith(path)]


def done(outcome: Outcome[Any]) -> Any:
    assert isinstance(outcome, Done), outcome
    return outcome.value


Opener = Callable[..., Rig]


@pytest.fixture
def open_rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens rigs with switches; nothing sleeps."""
    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    with ExitStack() as stack:

        def opened(region: str = "VN", warehouses: tuple[str, ...] = (), **switches: Any) -> Rig:
            clock = TurnedClock()
            market = ShopeeSandbox(None, Switches(**{"rate_per_s": None, **switches}), clock)
            market.add_partner(PARTNER, KEY)
            shop = market.add_shop(SHOP, PARTNER, region=region, warehouses=warehouses)
            url = stack.enter_context(serving(market.app))
            login = Credentials(
                partner_id=str(PARTNER), partner_key=KEY, shop_id=str(SHOP), code=shop.code
            )
            rig = Rig(market, clock, url, login, {})
            rig.credentials = rig.shop.refresh()
            if region == "VN":
                rig.settings = dict(rig.shop.check().settings)
            return rig

        yield opened


@pytest.fixture
def rig(open_rig: Opener) -> Rig:
    return open_rig()


@pytest.fixture
def shared() -> dict[str, Rig]:
    """Holds one rig over the examples of a law."""
    return {}
