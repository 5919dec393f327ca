"""A shop on a strict stand-in of the measured server, over real HTTP, under a turned clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.contract import (
    Account,
    Content,
    Credentials,
    Done,
    Facts,
    Failed,
    NewListing,
    Outcome,
    Pending,
    PricedVariant,
    RemoteItem,
    RemoteVariant,
    Variant,
    VariantsChange,
)
from connectors.http import Http
from connectors.woocommerce import client
from connectors.woocommerce.connector import WooCommerceConnector
from sandbox.woocommerce import Fault, Switches, WooCommerceSandbox
from sandbox.woocommerce.world import Product
from tests.sandbox.woocommerce.stage import Stages

KEY, SECRET = "ck_thu_0001", "cs_bi_mat_0001"
PICTURES = ("https://anh.example/a.jpg", "https://anh.example/b.jpg")
FACTS = Facts(
    product_code="OCOP-1",
    name="Mỳ gạo Chũ",
    producer="HTX Thử",
    origin="Xã Nam Dương, Bắc Ninh",
    group="Thực phẩm",
    stars=4,
    decision="148/QĐ-UBND",
    recognised_on="2025-02-01",
    expires_on="2028-02-01",
    trace_code="8930000000001",
)


class TurnedClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def turn(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def pack(
    sku: str, price: int = 45_000, stock: int = 20, label: str = "", grams: int = 550
) -> PricedVariant:
    return PricedVariant(Variant(sku, label or f"Gói {sku}", grams), price, stock)


def content(title: str = "Mỳ gạo Chũ - OCOP 4 sao", **more: Any) -> Content:
    text = "Mỳ gạo Chũ sợi dai.\nHạn sử dụng: 12 tháng\n\nXuất xứ: <Bắc Giang> & Việt Nam"
    made = Content(title, text, "ocop:my-bun-mien", (), PICTURES, 550, (300, 120, 85), FACTS)
    return replace(made, **more)


def listing(*packs: PricedVariant, sku: str = "", **more: Any) -> NewListing:
    key = sku or (packs[0].variant.sku if len(packs) == 1 else "OCOP-1")
    return NewListing(key, content(**more), packs)


def done(outcome: Outcome[Any]) -> Any:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def refused(outcome: Outcome[Any], kind: type[Exception], field_: str = "") -> Any:
    assert isinstance(outcome, Failed), outcome
    assert type(outcome.error) is kind, outcome.error
    assert getattr(outcome.error, "field", "") == field_
    return outcome.error


@dataclass
class Rig:
    market: WooCommerceSandbox
    clock: TurnedClock
    url: str
    folder: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    secret: str = SECRET

    @property
    def shop(self) -> WooCommerceConnector:
        """A fresh connector, as each drain makes one."""
        login = Credentials(consumer_key=KEY, consumer_secret=self.secret)
        return WooCommerceConnector(
            Account("thu", self.url, login, self.settings), Http(), self.clock
        )

    def listed(self, *packs: PricedVariant, sku: str = "", on: bool = False) -> RemoteItem:
        """A finished product with these packs, on sale when ``on``."""
        return self.made(listing(*packs, sku=sku), on=on)

    def made(self, new: NewListing, *, on: bool = False) -> RemoteItem:
        (begun,) = self.shop.create([new])
        if isinstance(begun, Pending):
            (begun,) = self.shop.resume([begun.handle])
        item: RemoteItem = done(begun)
        if on:
            self.market.do("on", shop_id=self.folder, item_id=int(item.remote_id))
        return item

    def change(
        self, item: RemoteItem, *packs: PricedVariant, sku: str = "OCOP-1"
    ) -> Outcome[RemoteItem]:
        (outcome,) = self.shop.update_variants([VariantsChange(item, sku, packs)])
        return outcome

    def stored(self, item: RemoteItem) -> Product:
        number = int(item.remote_id)
        return next(p for p in self.market.products(self.folder) if p.product_id == number)

    def packs(self, item: RemoteItem, *, trash: bool = False) -> dict[str, Product]:
        """The living packs by SKU (those in the trash when ``trash``)."""
        number = int(item.remote_id)
        return {
            p.sku: p
            for p in self.market.products(self.folder)
            if p.parent_id == number and (p.status == "trash") is trash
        }

    def on_page(self, item: RemoteItem) -> list[str]:
        """The SKUs that a buyer can choose, in the order of the page's options."""
        held = self.stored(item)
        (choice,) = [a for a in held.fields["attributes"] if a.get("variation")]
        by_option: dict[str, list[str]] = {}
        for sku, p in self.packs(item).items():
            (chosen,) = p.fields["attributes"]
            assert chosen["name"] == choice["name"]
            if p.status == "publish":
                by_option.setdefault(chosen["option"], []).append(sku)
        assert sorted(by_option) == sorted(choice["options"]), "an option without its pack"
        assert all(len(skus) == 1 for skus in by_option.values()), "two packs for one option"
        return [by_option[option][0] for option in choice["options"]]

    def mark(self) -> int:
        """The number of the latest entry in the journal."""
        return self.market._channel.store.last_seq

    def writes(self, after: int = 0) -> int:
        return sum(e["writes"] for e in self.market.journal(after))

    def calls(self, path: str, method: str = "") -> list[dict[str, Any]]:
        return [
            e
            for e in self.market.journal()
            if e["path"].endswith(path) and method in ("", e["method"])
        ]

    def spoil(self, kind: str, **more: Any) -> None:
        self.market.spoil(Fault(kind=kind, **more))  # type: ignore[arg-type]


def bare(item: RemoteItem) -> RemoteItem:
    """The item as a worker knows it that never heard of its packs."""
    return RemoteItem(item.remote_id)


def ids(item: RemoteItem) -> dict[str, str]:
    return {v.sku: v.remote_id for v in item.variants}


def lone(item: RemoteItem, sku: str) -> RemoteItem:
    return RemoteItem(item.remote_id, (RemoteVariant(sku, ""),))


Opener = Callable[..., Rig]


@pytest.fixture(scope="session")
def stages() -> Iterator[Stages]:
    with ExitStack() as stack:
        yield Stages(stack)


@pytest.fixture
def open_rig(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens rigs with switches; nothing sleeps."""
    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    with ExitStack() as stack:

        def opened(folder: str = "", **switches: Any) -> Rig:
            clock = TurnedClock()
            market = WooCommerceSandbox(None, Switches(**switches), clock)
            market.add_site(KEY, SECRET, folder=folder, name="Cửa hàng Lục Ngạn")
            url = stack.enter_context(stages.playing(market.app))
            return Rig(market, clock, f"{url}/{folder}".rstrip("/"), folder)

        yield opened


@pytest.fixture
def rig(open_rig: Opener) -> Rig:
    return open_rig()


@pytest.fixture
def shared() -> dict[str, Rig]:
    """Holds one rig over the examples of a law."""
    return {}
