"""Products: price, stock and switch at once, content by review, the seller's code (3.7, 3.8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.tiki.conftest import KHO, SID, Market, Opener

SKU = "MICHU-500G"


def test_price_and_switch_at_once(market: Market) -> None:
    product = market.make()
    answer = market.put({"product_id": product.product_id, "price": 40000, "active": 1})
    assert answer == {"state": "approved"}
    held = market.held(SKU)
    assert (held.price, held.active, held.available) == (40000, True, 20)
    assert market.put({"original_sku": SKU, "active": 0}) == {"state": "approved"}


@pytest.mark.parametrize(("body", "status", "words"), [
    ({"price": 0}, 422, "price > 0"), ({"price": 1.5}, 422, "integer"),
    ({"active": 2}, 422, "active"), ({"active": "1"}, 422, "active"),
    ({"warehouse_quantities": [{"warehouse_id": KHO, "qty_available": 1}]}, 422,
     "seller_warehouse is required"),
    ({"seller_warehouse": str(KHO), "warehouse_quantities": [{"warehouseId": KHO,
      "qtyAvailable": 1}]}, 422, "warehouse_id and qty_available"),
    ({"seller_warehouse": str(KHO), "warehouse_quantities": [{"warehouse_id": KHO,
      "qty_available": -1}]}, 422, ">= 0"),
    ({"product_id": 5}, 404, "not found"), ({"product_id": "5"}, 422, "integer"),
])  # fmt: skip
def test_what_is_refused(market: Market, body: dict[str, Any], status: int, words: str) -> None:
    product = market.make()
    answer = market.put({"product_id": product.product_id, **body})
    assert market.last.status_code == status
    assert words in answer["errors"][0]
    assert (market.held(SKU).price, market.held(SKU).available) == (32000, 20)


@pytest.mark.parametrize("above", ["refused", "bumped"])
def test_the_list_price(open_market: Opener, above: str) -> None:
    market = open_market(above_market=above)
    product = market.make(variant_market_price=39000)
    for price, taken in ((3899, False), (3900, True), (39000, True), (39001, above == "bumped")):
        market.put({"product_id": product.product_id, "price": price})
        assert (market.last.status_code == 200) is taken, price


@pytest.mark.parametrize("zero", [True, False])
def test_a_warehouse_that_is_left_out(open_market: Opener, zero: bool) -> None:
    market = open_market(left_out_is_zero=zero)
    market.sandbox.add_warehouse(SID, 1034)
    market.make()
    market.put({"original_sku": SKU, "seller_warehouse": "1034", "warehouse_quantities": [
        {"warehouse_id": 1034, "qty_available": 5}]})  # fmt: skip
    assert market.held(SKU).stock == {str(KHO): 0 if zero else 20, "1034": 5}


def test_the_batch_has_status_and_is_refused_whole(market: Market) -> None:
    market.make("A")
    market.make("B")
    path = "v2.1/products/updateSkus"
    assert market.put({"data": [{"original_sku": "A", "status": 1},
                                {"original_sku": "B", "price": 40000}]}, path)  # fmt: skip
    assert (market.held("A").active, market.held("B").price) == (True, 40000)
    market.put({"data": [{"original_sku": "A", "active": 0}]}, path)
    assert market.last.status_code == 422
    market.put({"data": [{"original_sku": "A", "status": 2},
                         {"original_sku": "B", "price": 0}]}, path)  # fmt: skip
    assert market.last.status_code == 422
    assert market.held("A").active
    market.put({"data": [{"original_sku": "A"}] * 51}, path)
    assert market.last.status_code == 422


@pytest.mark.parametrize("shape", ["list", "object", "data"])
def test_by_the_sellers_code(open_market: Opener, shape: str) -> None:
    market = open_market(find_shape=shape)
    product = market.make()
    found = market.get("v2.1/products/findBy", original_sku=SKU)
    row = found[0] if shape == "list" else found["data"][0] if shape == "data" else found
    assert (row["product_id"], row["active"]) == (product.product_id, "0")
    market.get("v2.1/products/findBy", original_sku="michu-500g")
    assert market.last.status_code == 404


def test_a_product_and_its_stock(market: Market) -> None:
    product = market.make()
    market.sandbox.do(SID, "on", sku=SKU)
    market.sandbox.do(SID, "order", sku=SKU, units=3)
    row = market.get(f"v2.1/products/{product.product_id}", include="inventory")
    assert row["active"] == 1
    block = row["inventory"]
    told = [block[f"quantity_{name}"] for name in ("available", "reserved", "saleable")]
    assert told == [20, 3, 17]
    market.sandbox.do(SID, "ship", sku=SKU, units=3)
    again = market.get(f"v2.1/products/{product.product_id}", include="inventory")["inventory"]
    assert (again["quantity_available"], again["quantity_reserved"]) == (17, 0)


def test_times_are_local_and_filters_heed_them(market: Market) -> None:
    market.make("A")
    market.clock.turn(3000)
    market.make("B")
    row = market.get("v2.1/products")["data"][0]
    assert (row["original_sku"], row["updated_at"]) == ("B", "2026-03-01 09:50:12")
    found = market.get("v2.1/products", updated_from_date="2026-03-01 09:50:00")["data"]
    assert [r["original_sku"] for r in found] == ["B"]


def test_content_by_review(market: Market) -> None:
    product = market.make()
    path = "v2/requests/updateProductInfo"
    number = {"product_id": product.product_id}
    answer = market.post(path, {**number, "description": "<p>Mới</p>"})
    assert answer["state"] == "queuing"
    assert market.held(SKU).fields["description"] == "<p>Mì</p>"
    market.clock.turn(8000)
    assert market.held(SKU).fields["description"] == "<p>Mới</p>"
    market.login()
    for strange in ({"name": "Khác"}, {"price": 1}, {"images": None}, {"description": "x"}):
        market.post(path, {**number, **strange})
        assert market.last.status_code == 422, strange


@pytest.mark.parametrize("omitted", ["none", "price"])
def test_a_list_price_that_nobody_named(open_market: Opener, omitted: str) -> None:
    market = open_market(omitted_market=omitted)
    product = market.make()
    assert product.market_price == (32000 if omitted == "price" else 0)
    answer = market.put({"product_id": product.product_id, "price": 36000})
    assert ("errors" in answer) is (omitted == "price")


def test_a_list_price_is_raised_by_review(market: Market) -> None:
    product = market.make(variant_market_price=32000)
    path, number = "v2/requests/updateProductInfo", {"product_id": product.product_id}
    for wrong in (31000, 400000, "36000", -1):
        market.post(path, {**number, "market_price": wrong})
        assert market.last.status_code == 422, wrong
    assert market.post(path, {**number, "market_price": 36000})["state"] == "queuing"
    market.put({**number, "price": 36000})
    assert market.last.status_code == 422
    market.clock.turn(8000)
    market.login()
    assert market.put({**number, "price": 36000})["state"] == "approved"


def test_the_sellers_code(market: Market) -> None:
    product = market.make("A")
    market.make("B")
    path = "v1/products/updateOriginalSku"
    market.post(path, {"product_id": product.product_id, "original_sku": "B"})
    assert market.last.status_code == 422
    market.post(path, {"product_id": product.product_id, "original_sku": "C"})
    assert market.held("C").product_id == product.product_id


def test_hidden(market: Market) -> None:
    product = market.make()
    market.sandbox.do(SID, "hide", sku=SKU, reason="Sai ảnh")
    market.put({"product_id": product.product_id, "active": 1})
    assert market.last.status_code == 422
    (row,) = market.get("v2.1/products/hidden")["data"]
    assert row["hidden_reason"] == "Sai ảnh"


def test_a_seller_that_may_not_change(market: Market) -> None:
    product = market.make()
    market.sandbox.do(SID, "no_updates")
    market.put({"product_id": product.product_id, "price": 40000})
    assert market.last.status_code == 422
