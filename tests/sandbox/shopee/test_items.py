"""add_item and what it refuses; edits, shelf, price and stock (reference 3.7-3.12, 9)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shopee.conftest import SHOP, Market, Opener

ADD = "product/add_item"


def test_the_worked_example_is_taken(market: Market) -> None:
    answer = market.post(ADD, market.item())["response"]
    assert answer["item_status"] == "UNLIST"
    assert answer["price_info"] == {"current_price": 45000, "original_price": 45000}


@pytest.mark.parametrize(("change", "error"), [
    ({"item_name": None}, "error_param"),
    ({"item_name": "Mỳ"}, "error_item_name_is_too_short"),
    ({"item_name": "x" * 121}, "error_title_exceeds_max_length"),
    ({"item_name": "Mỳ Chũ <b>ngon</b>"}, "error_title_character_forbidden"),
    ({"description": "ngắn"}, "error_desc_length_min_limit"),
    ({"description": "#a " * 19 + "x" * 100}, "error_desc_hash_tag_over_limit"),
    ({"original_price": "45000"}, "error_param"),
    ({"original_price": 45000.5}, "error_invalid_price"),
    ({"original_price": 999}, "error_price_exceed_min_limitt"),
    ({"original_price": 120_000_001}, "error_price_exceed_max_limitt"),
    ({"weight": 0}, "error_param"), ({"weight": "0.5"}, "error_param"),
    ({"weight": 51}, "error_invalid_logistic_info"),
    ({"category_id": 100630}, "error_invalid_category"),
    ({"category_id": 100803}, "error_category_is_block"),
    ({"image": {"image_id_list": []}}, "error_image_num_min"),
    ({"image": {"image_id_list": ["vn-x"]}}, "error_param"),
    ({"dimension": None}, "error_param"),
    ({"brand": None}, "error_less_required_brand"),
    ({"brand": {"brand_id": 7, "original_brand_name": "X"}}, "error_invalid_brand"),
    ({"logistic_info": [{"logistic_id": 50018, "enabled": True}]}, "error_invalid_logistic_info"),
    ({"logistic_info": [{"logistic_id": 50011, "enabled": True}]}, "error_invalid_logistic_info"),
    ({"logistic_info": [{"logistic_id": 50021, "enabled": False}]}, "error_invalid_logistic_info"),
    ({"attribute_list": []}, "error_less_required_attribute"),
    ({"seller_stock": [{"stock": -1}]}, "error_param"),
    ({"seller_stock": [{"stock": 5, "location_id": "VN1"}]}, "error_auth"),
    ({"item_status": "BANNED"}, "error_param"),
    ({"gtin_code": "12345678"}, "error_param_validate"),
])  # fmt: skip
def test_what_is_refused(market: Market, change: dict[str, Any], error: str) -> None:
    answer = market.post(ADD, market.item(**change))
    assert answer["error"] == f"product.{error}"
    assert "response" not in answer
    assert market.last.status_code == 200
    assert market.sandbox.items(SHOP) == []


@pytest.mark.parametrize(("values", "error"), [
    ([{"value_id": 999}], "error_invalid_attribute_value"),
    ([{"value_id": 0, "original_value_name": "Việt Nam"}], "error_invalid_attribute_value"),
    ([{"value_id": 501}, {"value_id": 502}], "error_invalid_attribute"),
])  # fmt: skip
def test_a_drop_down_takes_only_its_own(market: Market, values: list[Any], error: str) -> None:
    body = market.item()
    body["attribute_list"][0]["attribute_value_list"] = values
    assert market.post(ADD, body)["error"] == f"product.{error}"


def test_a_chosen_value_may_make_another_attribute_due(market: Market) -> None:
    body = market.item()
    chilled = {"attribute_id": 100006, "attribute_value_list": [{"value_id": 542}]}
    body["attribute_list"].append(chilled)
    assert market.post(ADD, body)["error"] == "product.error_less_required_attribute"
    body["attribute_list"].append({
        "attribute_id": 100010,
        "attribute_value_list": [{"value_id": 0, "original_value_name": "4"}],
    })  # fmt: skip
    assert market.post(ADD, body)["error"] == ""


def test_two_equal_calls_make_two_items(market: Market) -> None:
    assert market.add() != market.add()


def test_or_a_sku_is_unique(open_market: Opener) -> None:
    market = open_market(duplicate_sku=False)
    market.add()
    assert market.post(ADD, market.item())["error"] == "product.error_repeated_mtsku"


def test_a_fraction_is_rounded_where_it_is_not_refused(open_market: Opener) -> None:
    market = open_market(fraction="rounded")
    assert market.stored(market.add(original_price=45000.5)).price == 45001


def test_without_prefix(open_market: Opener) -> None:
    market = open_market(prefix=False)
    assert market.post(ADD, market.item(weight=0))["error"] == "error_param"


def test_an_edit_changes_only_what_is_sent_and_never_price_or_stock(market: Market) -> None:
    item = market.add()
    edit = {"item_id": item, "item_name": "Mỳ Chũ tên khác", "original_price": 1,
            "seller_stock": [{"stock": 1}]}  # fmt: skip
    assert market.post("product/update_item", edit)["error"] == ""
    held = market.stored(item)
    assert (held.fields["item_name"], held.price, held.stock) == ("Mỳ Chũ tên khác", 45000, 120)
    assert held.fields["description"].startswith("Mỳ gạo")


def test_an_edit_checks_the_whole_item_again(market: Market) -> None:
    item = market.add()
    market.stored(item).fields["attribute_list"] = []
    answer = market.post("product/update_item", {"item_id": item, "item_name": "Mỳ Chũ tên khác"})
    assert answer["error"] == "product.error_less_required_attribute"


def test_shipping_in_an_edit_is_taken_or_warned_of(open_market: Opener) -> None:
    change = {"weight": 20, "logistic_info": [{"logistic_id": 50023, "enabled": True}]}
    for taken in (True, False):
        market = open_market(logistic_update=taken)
        item = market.add()
        answer = market.post("product/update_item", {"item_id": item, **change})
        assert bool(answer["warning"]) is not taken
        held = market.stored(item).fields["logistic_info"][0]["logistic_id"]
        assert held == (50023 if taken else 50021)


def test_partial_price(market: Market) -> None:
    """9.6: HTTP 200, ``error`` empty, and one entry refused."""
    item = market.add()
    models = market.tiers(item, ("A", 45000, 5), ("B", 85000, 5))["response"]["model"]
    known = models[0]["model_id"]
    answer = market.post("product/update_price", {"item_id": item, "price_list": [
        {"model_id": known, "original_price": 46000}, {"model_id": 999, "original_price": 50000},
    ]})  # fmt: skip
    assert answer["error"] == ""
    assert answer["response"]["success_list"] == [{"model_id": known, "original_price": 46000}]
    assert answer["response"]["failure_list"] == [
        {"model_id": 999, "failed_reason": "Wrong model_id."}
    ]


@pytest.mark.parametrize(("prices", "error"), [
    ({0: 46000}, "error_update_price_fail"), ({99: 46000}, "error_update_price_fail"),
])  # fmt: skip
def test_models_are_priced_by_their_ids(market: Market, prices: dict[int, int], error: str) -> None:
    item = market.add()
    market.tiers(item, ("A", 45000, 5), ("B", 85000, 5))
    rows = [{"model_id": m, "original_price": p} for m, p in prices.items()]
    answer = market.post("product/update_price", {"item_id": item, "price_list": rows})
    assert answer["error"] == f"product.{error}"


def test_a_bogus_model_on_an_item_without_any_brings_lists_too(market: Market) -> None:
    answer = market.post("product/update_price", {
        "item_id": market.add(), "price_list": [{"model_id": 9, "original_price": 46000}],
    })  # fmt: skip
    assert answer["error"] == "product.error_update_price_fail"
    assert len(answer["response"]["failure_list"]) == 1


def test_the_ratio_holds_with_the_sibling_that_was_not_sent(market: Market) -> None:
    item = market.add()
    model = market.tiers(item, ("A", 20000, 5), ("B", 90000, 5))["response"]["model"][0]
    change = {"item_id": item, "price_list": [
        {"model_id": model["model_id"], "original_price": 17000}]}  # fmt: skip
    assert market.post("product/update_price", change)["error"] == "product.error_update_price_fail"


def test_stock_all_failed(market: Market) -> None:
    """9.7: error and lists together."""
    item = market.add()
    market.sandbox.do(SHOP, "promote", item_id=item, reserved=10)
    change = {"item_id": item, "stock_list": [{"model_id": 0, "seller_stock": [{"stock": 3}]}]}
    answer = market.post("product/update_stock", change)
    assert answer["error"] == "product.error_busi_update_stock_failed"
    reason = answer["response"]["failure_list"][0]["failed_reason"]
    assert reason == "Stock should be larger than 10 (reserve stock number)"


def test_unlist_partial(market: Market) -> None:
    """9.8"""
    held, free = market.add(item_status="NORMAL"), market.add(item_status="NORMAL")
    market.sandbox.do(SHOP, "promote", item_id=held)
    rows = [{"item_id": i, "unlist": True} for i in (held, free)]
    answer = market.post("product/unlist_item", {"item_list": rows})
    assert answer["error"] == ""
    assert answer["response"]["success_list"] == [{"item_id": free, "unlist": True}]
    assert market.stored(held).status == "NORMAL"
    alone = market.post("product/unlist_item", {"item_list": rows[:1]})
    assert alone["error"] == "product.error_unlist_item_all_failed"


@pytest.mark.parametrize(("start", "deed", "event", "after", "error"), [
    ("UNLIST", "", "list", "NORMAL", ""), ("NORMAL", "", "unlist", "UNLIST", ""),
    ("NORMAL", "ban", "unlist", "BANNED", "error_unlist_item_all_failed"),
    ("NORMAL", "ban", "edit", "REVIEWING", ""), ("NORMAL", "", "delete", "SELLER_DELETE", ""),
    ("NORMAL", "delete", "edit", "SELLER_DELETE", "error_item_uneditable"),
    ("NORMAL", "delete", "list", "SELLER_DELETE", "error_unlist_item_all_failed"),
    ("NORMAL", "ban", "delete", "SELLER_DELETE", ""),
])  # fmt: skip
def test_the_table_of_states(
    open_market: Opener, start: str, deed: str, event: str, after: str, error: str
) -> None:
    market = open_market(review_s=None)
    item = market.add(item_status=start)
    if deed:
        market.sandbox.do(SHOP, deed, item_id=item)
    calls = {
        "list": ("product/unlist_item", {"item_list": [{"item_id": item, "unlist": False}]}),
        "unlist": ("product/unlist_item", {"item_list": [{"item_id": item, "unlist": True}]}),
        "edit": ("product/update_item", {"item_id": item, "item_name": "Mỳ Chũ tên khác"}),
        "delete": ("product/delete_item", {"item_id": item}),
    }
    answer = market.post(*calls[event])
    assert answer["error"].removeprefix("product.") == error
    assert market.last.status_code == 200
    assert _status(market, item) == after


def _status(market: Market, item: int) -> str:
    """As the call left it, before the review desk decided."""
    entries = [e for e in market.sandbox.journal() if e["effect"] and e["path"] != "decide"]
    (shown,) = entries[-1]["effect"]
    assert shown["item_id"] == item
    return str(shown["status"])


def test_a_review_is_decided_when_its_time_is_up(open_market: Opener) -> None:
    market = open_market(review_s=30)
    market.sandbox.ban_titles("thần dược")
    good, bad = market.add(), market.add(item_name="Mỳ thần dược gói 500g")
    rows = [{"item_id": i, "unlist": False} for i in (good, bad)]
    market.post("product/unlist_item", {"item_list": rows})
    assert market.stored(good).status == "REVIEWING"
    market.clock.turn(31)
    assert (market.stored(good).status, market.stored(bad).status) == ("NORMAL", "BANNED")
    info = market.get("product/get_item_violation_info", item_id_list=bad)["response"]
    assert info["item_list"][0]["item_status_details"][0]["violation_reason"] == "License Reason"


def test_a_deleted_item_is_readable_for_ninety_days(market: Market) -> None:
    item = market.add()
    market.post("product/delete_item", {"item_id": item})
    info = market.get("product/get_item_base_info", item_id_list=item)["response"]["item_list"]
    assert info[0]["item_status"] == "SELLER_DELETE"
    assert "item" not in _list(market, "NORMAL", "UNLIST")


def _list(market: Market, *statuses: str) -> dict[str, Any]:
    answer = market.get("product/get_item_list", offset=0, page_size=100, item_status=statuses)
    found: dict[str, Any] = answer["response"]
    return found


def test_lists_need_a_status_and_a_page_size(market: Market) -> None:
    path = "product/get_item_list"
    assert market.get(path, offset=0, page_size=10)["error"] == "product.error_param"
    bad = market.get(path, offset=0, page_size=101, item_status="NORMAL")
    assert bad["error"] == "product.error_param"
    odd = market.get(path, offset=0, page_size=10, item_status="DELETED")
    assert odd["error"] == "product.error_param_item_status"


def test_pages_of_a_list(market: Market) -> None:
    ids = [market.add() for _ in range(3)]
    path = "product/get_item_list"
    first = market.get(path, offset=0, page_size=2, item_status="UNLIST")["response"]
    assert [i["item_id"] for i in first["item"]] == ids[:2]
    assert (first["has_next_page"], first["next_offset"], first["total_count"]) == (True, 2, 3)


def test_search_is_by_keyword_and_lags(open_market: Opener) -> None:
    market = open_market(search_lag_s=60)
    near, far = market.add(item_sku="SKU-1"), market.add(item_sku="SKU-12")
    query = {"offset": "", "page_size": 10, "item_sku": "SKU-1", "item_status": ["UNLIST"]}
    assert market.get("product/search_item", **query)["response"]["item_id_list"] == []
    market.clock.turn(61)
    found = market.get("product/search_item", **query)["response"]["item_id_list"]
    assert found == [near, far], "not equality"
