"""A shop of files and the floor that fetches them, over real HTTP, under a clock that turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.contract import (
    AvailabilityChange,
    Content,
    Done,
    Facts,
    NewListing,
    Outcome,
    Paper,
    PriceChange,
    PricedVariant,
    RemoteItem,
    RemoteState,
    StockChange,
    Variant,
)
from connectors.feed.channels import San24h
from connectors.feed.connector import FeedConnector
from tests.connectors.feed.rig import FeedBench, FeedRig

FACTS = Facts(
    product_code="OCOP-24-219-0001",
    name="Mì gạo Chũ",
    producer="HTX Mì Nam Thể",
    origin="Xã Nam Dương, Bắc Ninh",
    group="Thực phẩm",
    stars=4,
    decision="1387/QĐ-UBND",
    recognised_on="2024-12-09",
    expires_on="2027-12-09",
    self_declaration="01/NAMTHE/2023",
    trace_code="TXNG0001",
    shelf_life="12 tháng",
)
PAPERS = (Paper("food_safety", "12/2024/ATTP", "2027-01-31"),)
IMAGES = ("https://media.example.vn/mi-chu.jpg", "https://media.example.vn/mi-chu-2.jpg")


def content(title: str = "Mì gạo Chũ gói 500 g - OCOP 4 sao", **changes: Any) -> Content:
    fields: dict[str, Any] = {
        "description": "Mì gạo Chũ phơi nắng, sợi dai.\nKhông phẩm màu.",
        "category_id": "Thực phẩm > Thực phẩm khô",
        "attributes": (),
        "image_ids": IMAGES,
        "weight_g": 550,
        "dims_mm": (300, 120, 80),
        "facts": FACTS,
        "papers": PAPERS,
    }
    return Content(title=title, **(fields | changes))


def pack(sku: str, price: int = 39_000, stock: int = 20, gtin: str | None = None) -> PricedVariant:
    return PricedVariant(Variant(sku, "Gói 500 g", 550, gtin, net_g=500), price, stock)


def listing(sku: str, price: int = 39_000, stock: int = 20, **changes: Any) -> NewListing:
    gtin = changes.pop("gtin", None)
    return NewListing(sku, content(**changes), (pack(sku, price, stock, gtin),))


def done(outcome: Outcome[Any]) -> Any:
    assert isinstance(outcome, Done), outcome
    return outcome.value


class Rig:
    """A bench, and short words for what most tests do with it."""

    def __init__(self, bench: FeedBench) -> None:
        self.bench = bench

    @property
    def shop(self) -> FeedConnector:
        """A fresh connector, as each drain makes one."""
        return self.bench.connector()

    def made(self, *skus: str, **changes: Any) -> list[RemoteItem]:
        return [done(o) for o in self.shop.create([listing(s, **changes) for s in skus])]

    def switched(self, on: bool, *skus: str) -> None:
        for outcome in self.shop.set_availability(
            [AvailabilityChange(RemoteItem(sku), on) for sku in skus]
        ):
            done(outcome)

    def sent(self, seconds: float = 60) -> None:
        """Publish, and let the floor come some time later."""
        self.shop.finish()
        self.bench.pass_time(seconds)

    def on_sale(self, *skus: str, **changes: Any) -> None:
        self.made(*skus, **changes)
        self.switched(True, *skus)
        self.sent()

    def price(self, sku: str, dong: int) -> Outcome[Any]:
        return self.shop.set_price([PriceChange(RemoteItem(sku), {sku: dong})])[0]

    def stock(self, sku: str, units: int) -> Outcome[Any]:
        return self.shop.set_stock([StockChange(RemoteItem(sku), {sku: units})])[0]

    def state(self, sku: str) -> RemoteState:
        state: RemoteState = done(self.shop.read([sku], full=True)[0])
        return state

    def public(self, name: str) -> bytes:
        return (self.bench.folder / "public" / name).read_bytes()


Opener = Callable[..., Rig]


@pytest.fixture
def open_rig() -> Iterator[Opener]:
    """Opens rigs on a floor, with the sandbox's switches."""
    with ExitStack() as stack:

        def opened(*words: str, kind: type[FeedConnector] = San24h) -> Rig:
            return Rig(stack.enter_context(FeedRig(kind).open(words)))

        yield opened


@pytest.fixture
def rig(open_rig: Opener) -> Rig:
    return open_rig()
