"""A seller on a strict marketplace, over real HTTP, under a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from connectors.contract import (
    AttributeValue,
    AvailabilityChange,
    Content,
    Done,
    Facts,
    Failed,
    NewListing,
    Outcome,
    Paper,
    Pending,
    PricedVariant,
    RemoteItem,
    Variant,
)
from connectors.errors import Rejected
from tests.connectors.tiki.rig import CATEGORY, TikiBench, TikiRig

ATTRIBUTES = (
    AttributeValue("expiry_time", text="12 tháng"),
    AttributeValue("storage", value_id="Nơi khô ráo, thoáng mát"),
)
FACTS = Facts(
    name="Mỳ Chũ", producer="HTX Mỳ Xuân Trường", origin="Phường Chũ, Bắc Ninh", stars=4,
    shelf_life="12 tháng",
)  # fmt: skip
PICTURES = ("https://anh.example/mi/1.jpg", "https://anh.example/mi/2.jpg")
DECLARED = Paper("self_declaration", "01/2026", "2030-01-01", "https://anh.example/cong-bo.pdf")


def pack(
    sku: str = "MICHU-500G", price: int = 32_000, stock: int = 20, gtin: str | None = None
) -> PricedVariant:
    return PricedVariant(Variant(sku, "Gói 500 g", 550, gtin), price, stock)


def content(**changes: Any) -> Content:
    fields: dict[str, Any] = {
        "title": "Mì gạo Chũ Lục Ngạn OCOP 4 sao - Gói 500 g",
        "description": "Mì gạo làm từ gạo bao thai hồng <ngon>.\n\n"
        "Hạn dùng: 12 tháng\nBảo quản khô",
        "category_id": CATEGORY,
        "attributes": ATTRIBUTES,
        "image_ids": PICTURES,
        "weight_g": 550,
        "dims_mm": (280, 120, 60),
        "facts": FACTS,
    }
    return Content(**{**fields, **changes})


def listing(one: PricedVariant | None = None, **changes: Any) -> NewListing:
    one = one or pack()
    return NewListing(one.variant.sku, content(**changes), (one,))


def begun(bench: TikiBench, one: PricedVariant | None = None, **changes: Any) -> Pending:
    (outcome,) = bench.shop.create([listing(one, **changes)])
    assert isinstance(outcome, Pending), outcome
    return outcome


def followed(bench: TikiBench, pending: Pending) -> Outcome[Any]:
    """Asked again as often as the connector wants it, until there is an end."""
    outcome: Outcome[Any] = pending
    for _ in range(40):
        if not isinstance(outcome, Pending):
            break
        bench.pass_time(outcome.ask_after)
        (outcome,) = bench.shop.resume([outcome.handle])
    return outcome


def listed(bench: TikiBench, one: PricedVariant | None = None, *, on: bool = False) -> RemoteItem:
    """A product of this pack, approved; on sale when ``on``."""
    item: RemoteItem = done(followed(bench, begun(bench, one)))
    if on:
        done(bench.shop.set_availability([AvailabilityChange(item, True)])[0])
    return item


def done(outcome: Outcome[Any]) -> Any:
    assert isinstance(outcome, Done), outcome
    return outcome.value


def refused(outcome: object, field: str) -> Rejected:
    assert isinstance(outcome, Failed), outcome
    assert isinstance(outcome.error, Rejected), outcome.error
    assert outcome.error.field == field
    assert outcome.error.hint
    return outcome.error


Opener = Callable[..., TikiBench]


@pytest.fixture
def open_bench() -> Iterator[Opener]:
    with ExitStack() as stack:
        yield lambda *words: stack.enter_context(TikiRig().open(words))


@pytest.fixture
def bench(open_bench: Opener) -> TikiBench:
    return open_bench()
