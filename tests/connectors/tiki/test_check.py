"""``check``: who the seller is, where the goods lie, and what keeps it from selling."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import StockChange
from connectors.errors import AuthRefused
from tests.connectors.tiki.conftest import Opener, begun, done, listed, listing, refused
from tests.connectors.tiki.rig import SID, WAREHOUSE, TikiBench


def test_a_seller_that_is_well(bench: TikiBench) -> None:
    facts = bench.shop.check()
    assert (facts.name, facts.region, facts.currency) == ("HTX Thử", "VN", "VND")
    assert (facts.account_id, facts.problems) == (SID, ())
    assert facts.settings == {
        "inventory_type": "dropship", "warehouses": [WAREHOUSE], "warehouse": WAREHOUSE,
    }  # fmt: skip


def test_a_seller_that_is_off(bench: TikiBench) -> None:
    bench.market.do(SID, "deactivate")
    with pytest.raises(AuthRefused, match="ngừng hoạt động"):
        bench.shop.check()
    (outcome,) = bench.shop.create([listing()])
    assert isinstance(outcome.error, AuthRefused)  # type: ignore[union-attr]


def test_a_missing_scope_is_a_problem_in_words(bench: TikiBench) -> None:
    bench.market.do(SID, "drop_scope", scope="inventory")
    facts = bench.shop.check()
    assert [p for p in facts.problems if "inventory" in p]
    assert facts.settings["warehouse"] is None
    bench.settings = dict(facts.settings)
    refused(bench.shop.create([listing()])[0], "shop")
    bench.market.do(SID, "drop_scope", scope="product")
    with pytest.raises(AuthRefused):
        bench.shop.categories()


def test_a_named_warehouse_does_without_the_scope(bench: TikiBench) -> None:
    bench.market.do(SID, "drop_scope", scope="inventory")
    bench.credentials["warehouse_id"] = str(WAREHOUSE)
    bench.settings = dict(bench.shop.check().settings)
    assert begun(bench)


def test_a_seller_that_may_not_change_products(bench: TikiBench) -> None:
    bench.market.do(SID, "no_updates")
    assert [p for p in bench.shop.check().problems if "cập nhật sản phẩm" in p]


@pytest.mark.parametrize(("models", "wanted", "chosen", "problem"), [
    (["instock", "backorder", "drop_ship"], "", "drop_ship", ""),
    (["instock", "seller_backorder"], "", "seller_backorder", ""),
    (["dropship", "backorder"], "backorder", "backorder", ""),
    (["drop_ship"], "dropship", "drop_ship", ""),
    (["dropship"], "backorder", "backorder", "chưa đăng ký"),
    (["instock"], "", "instock", "instock"),
    (["cross_border"], "", "", "mô hình"),
])  # fmt: skip
def test_the_model_to_list_under(
    bench: TikiBench, models: list[str], wanted: str, chosen: str, problem: str
) -> None:
    bench.market.add_seller(SID).operation_models[:] = models
    bench.credentials.update({"inventory_type": wanted} if wanted else {})
    facts = bench.shop.check()
    assert facts.settings["inventory_type"] == chosen
    assert bool(facts.problems) == bool(problem)
    assert problem in " ".join(facts.problems)


def test_goods_that_lie_with_tiki_have_no_stock_of_ours(bench: TikiBench) -> None:
    item = listed(bench)
    bench.settings["inventory_type"] = "instock"
    refused(bench.shop.set_stock([StockChange(item, {"MICHU-500G": 3})])[0], "stock")


@pytest.mark.parametrize("words", [(), ("warehouse_filter=false",), ("warehouses_at=v1",)])
def test_every_active_warehouse_is_named_and_the_chosen_one_holds_the_units(
    open_bench: Opener, words: tuple[str, ...]
) -> None:
    bench = open_bench(*words)
    bench.market.add_warehouse(SID, 1034)
    bench.market.add_warehouse(SID, 1015, status=2)
    bench.market.add_warehouse(SID, 1016, kind=2)
    bench.credentials["warehouse_id"] = "1034"
    bench.settings = dict(bench.shop.check().settings)
    assert bench.settings["warehouses"] == [WAREHOUSE, 1034]
    item = listed(bench)
    done(bench.shop.set_stock([StockChange(item, {"MICHU-500G": 9})])[0])
    assert bench.product("MICHU-500G").stock == {"1034": 9, str(WAREHOUSE): 0}
    body = bench.calls("updateSku")[-1]["body"]
    assert body["seller_warehouse"] == f"1034, {WAREHOUSE}"


def test_a_warehouse_that_is_not_there(bench: TikiBench) -> None:
    bench.credentials["warehouse_id"] = "7"
    assert [p for p in bench.shop.check().problems if "7" in p]


def test_settings_are_read_where_nobody_checked(bench: TikiBench) -> None:
    bench.settings = {}
    assert begun(bench)


def test_more_warehouses_than_a_page(bench: TikiBench) -> None:
    for number in range(1, 61):
        bench.market.add_warehouse(SID, number)
    assert len(bench.shop.check().settings["warehouses"]) == 61


def test_no_warehouse_at_all(bench: TikiBench) -> None:
    seller: Any = bench.market.add_seller(SID)
    seller.warehouses.clear()
    assert [p for p in bench.shop.check().problems if "kho lấy hàng" in p]
