"""Content and availability: only what is ours changes, and pictures are fetched once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.contract import (
    Adoption,
    AvailabilityChange,
    ContentChange,
    Facts,
    PriceChange,
    PricedVariant,
    RemoteItem,
    StockChange,
    VariantsChange,
)
from connectors.errors import NotFound, Rejected, Unavailable
from tests.connectors.woocommerce.conftest import (
    PICTURES,
    Opener,
    Rig,
    content,
    done,
    pack,
    refused,
)

A, B = pack("A", 40_000), pack("B", 50_000)


def send(rig: Rig, item: RemoteItem, **more: Any) -> Any:
    return rig.shop.update_content([ContentChange(item, "OCOP-1", content(**more))])[0]


@pytest.mark.parametrize("packs", [(A,), (A, B)])
def test_texts_change_and_nothing_else(rig: Rig, packs: Any) -> None:
    item = rig.listed(*packs, on=True)
    before, variations = rig.stored(item), rig.packs(item)
    done(send(rig, item, title="Tên mới", weight_g=900))
    after = rig.stored(item)
    assert after.fields["name"] == "Tên mới"
    assert after.fields["weight"] == "0.9"
    for name in ("kind", "status", "sku", "regular_price", "manage_stock", "stock"):
        assert getattr(after, name) == getattr(before, name), name
    assert rig.packs(item) == variations
    if len(packs) > 1:
        assert rig.on_page(item) == ["A", "B"]


def test_a_claim_that_lapsed_is_taken_away(rig: Rig) -> None:
    item = rig.listed(A)
    rig.stored(item).fields["attributes"].append({"name": "Màu", "options": ["nâu"]})
    done(send(rig, item, facts=Facts(product_code="OCOP-1", producer="HTX Thử")))
    held = rig.stored(item).fields
    assert {a["name"] for a in held["attributes"]} == {"Chủ thể", "Màu"}
    meta = {m["key"]: m["value"] for m in held["meta_data"]}
    assert (meta["ocop_stars"], meta["ocop_decision"], meta["ocop_product_code"]) == (
        "", "", "OCOP-1",
    )  # fmt: skip


@pytest.mark.parametrize("names", ["kept", "file"])
def test_pictures_are_fetched_once(open_rig: Opener, names: str) -> None:
    """Each address that is sent again would leave a copy in the shop's library."""
    rig = open_rig(image_names=names)
    item = rig.listed(A)
    done(send(rig, item, title="Tên mới"))
    done(send(rig, item, image_ids=(PICTURES[1], "https://anh.example/c.jpg")))
    shown = [i["from"] for i in rig.stored(item).fields["images"]]
    assert shown == [PICTURES[1], "https://anh.example/c.jpg"]
    if names == "kept":
        assert len(rig.market.pictures()) == 3


@pytest.mark.parametrize("packs", [(A,), (A, B)])
def test_the_rest_goes_out_where_a_picture_cannot_be_fetched(rig: Rig, packs: Any) -> None:
    """What stands keeps its pictures, the reason is told, and the next try makes it whole."""
    item = rig.listed(*packs, on=True)
    more = (*PICTURES, "https://anh.example/c.jpg")
    rig.spoil("pictures_down", path="products/batch")
    outcome = send(rig, item, title="Tên mới", image_ids=more)
    error = refused(outcome, Rejected, "images")
    assert (error.passing, "PUBLIC_BASE_URL" in error.hint) == (True, True)
    held = rig.stored(item)
    assert held.fields["name"] == "Tên mới"
    assert [i["from"] for i in held.fields["images"]] == list(PICTURES)
    done(send(rig, item, title="Tên mới", image_ids=more))
    assert [i["from"] for i in rig.stored(item).fields["images"]] == list(more)


def test_what_else_is_wrong_with_it_is_told_before_its_pictures(rig: Rig) -> None:
    item = rig.listed(A)
    rig.spoil("pictures_down", path="products/batch")
    rig.spoil("outage", path="products/batch", times=9)
    refused(send(rig, item, image_ids=("https://anh.example/c.jpg",)), Unavailable)


def test_each_row_has_its_own_answer(rig: Rig) -> None:
    item = rig.listed(A)
    rows = [
        ContentChange(item, "A", content(title="")),
        ContentChange(RemoteItem("4711"), "X", content()),
        ContentChange(item, "A", content(category_id="4711")),
        ContentChange(item, "A", content(title="Tên mới")),
    ]
    answers = rig.shop.update_content(rows)
    refused(answers[0], Rejected, "title")
    refused(answers[1], NotFound)
    refused(answers[2], Rejected, "category")
    done(answers[3])
    assert rig.stored(item).fields["name"] == "Tên mới"


@pytest.mark.parametrize("packs", [(A,), (A, B)])
@pytest.mark.parametrize("by_id", [True, False])
def test_no_write_brings_back_what_is_in_the_trash(
    open_rig: Opener, packs: tuple[PricedVariant, ...], by_id: bool
) -> None:
    rig = open_rig(trash_by_id=by_id)
    item, key = rig.listed(*packs, on=True), "A" if len(packs) == 1 else "OCOP-1"
    rig.market.do("trash", item_id=int(item.remote_id))
    shop = rig.shop
    for answers in (
        shop.update_content([ContentChange(item, key, content())]),
        shop.update_variants([VariantsChange(item, key, packs)]),
        shop.set_price([PriceChange(item, {"A": 46_000})]),
        shop.set_stock([StockChange(item, {"A": 3})]),
        shop.set_availability([AvailabilityChange(item, True)]),
        shop.set_availability([AvailabilityChange(item, False)]),
        shop.adopt([Adoption(item, "KHAC")]),
    ):
        refused(answers[0], NotFound)
    assert {p.status for p in rig.market.products()} == {"trash"}


# --- the shelf --------------------------------------------------------------------------------


def test_on_and_off_many_at_once(rig: Rig) -> None:
    simple, variable = rig.listed(pack("S")), rig.listed(A, B)
    before = len(rig.calls("products/batch"))
    answers = rig.shop.set_availability([
        AvailabilityChange(simple, True), AvailabilityChange(RemoteItem("4711"), True),
        AvailabilityChange(variable, True), AvailabilityChange(RemoteItem("x"), False),
    ])  # fmt: skip
    assert len(rig.calls("products/batch")) == before + 1
    done(answers[0])
    refused(answers[1], NotFound)
    done(answers[2])
    refused(answers[3], NotFound)
    assert {i["item_sku"]: i["on_sale"] for i in rig.market.shown()} == {"S": True, "OCOP-1": True}
    done(rig.shop.set_availability([AvailabilityChange(variable, False)])[0])
    held = rig.stored(variable)
    assert (held.status, held.sku) == ("draft", "OCOP-1")
    assert [p.stock for p in rig.packs(variable).values()] == [20, 20]


def test_a_yes_that_is_none(open_rig: Opener) -> None:
    rig = open_rig(may_publish=False)
    item = rig.listed(A)
    error = refused(
        rig.shop.set_availability([AvailabilityChange(item, True)])[0], Rejected, "availability"
    )
    assert "pending" in error.message
    done(rig.shop.set_availability([AvailabilityChange(item, False)])[0])


def test_the_same_again_is_no_harm(rig: Rig) -> None:
    item = rig.listed(A, on=True)
    before = replace(rig.stored(item), modified=0)
    done(rig.shop.set_availability([AvailabilityChange(item, True)])[0])
    assert replace(rig.stored(item), modified=0) == before
