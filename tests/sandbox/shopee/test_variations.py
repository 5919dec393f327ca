"""Variations (reference 3.16, traps 10-12)."""

from __future__ import annotations

from tests.sandbox.shopee.conftest import Market, Opener, structure, tier_body

INIT, ADD, RENAME = (
    "product/init_tier_variation",
    "product/add_model",
    "product/update_tier_variation",
)


def test_not_before_five_seconds(market: Market) -> None:
    item = market.add()
    market.clock.turn(4)
    body = tier_body(item, ("A", 45000, 5), ("B", 85000, 5))
    assert market.post(INIT, body)["error"] == "product.error_item_not_found"
    market.clock.turn(1)
    assert market.post(INIT, body)["error"] == ""


def test_price_and_stock_are_the_models_from_then_on(market: Market) -> None:
    item = market.add()
    models = market.tiers(item, ("A", 45000, 5), ("B", 85000, 6))["response"]["model"]
    assert [m["seller_stock"][0]["stock"] for m in models] == [5, 6]
    info = market.get("product/get_item_base_info", item_id_list=item)["response"]["item_list"][0]
    assert info["has_model"]
    assert "price_info" not in info
    listed = market.get("product/get_model_list", item_id=item)["response"]["model"]
    assert [m["model_id"] for m in listed] == [m["model_id"] for m in models]


def test_making_the_structure_again_kills_the_ids(market: Market) -> None:
    item = market.add()
    first = market.tiers(item, ("A", 45000, 5), ("B", 85000, 6))["response"]["model"]
    again = market.tiers(item, ("A", 45000, 5), ("B", 85000, 6))["response"]["model"]
    assert not {m["model_id"] for m in first} & {m["model_id"] for m in again}


def test_what_a_structure_may_not_be(market: Market, open_market: Opener) -> None:
    item = market.add()
    market.clock.turn(6)
    for packs, error in [
        ([("A", 20000, 1), ("B", 100001, 1)], "error_param"),
        ([("A" * 21, 20000, 1)], "error_param"),
        ([("A", 20000, 1), ("a", 20000, 1)], "error_param"),
        ([(f"P{n}", 20000, 1) for n in range(51)], "error_param"),
    ]:
        assert market.post(INIT, tier_body(item, *packs))["error"] == f"product.{error}"
    body = tier_body(item, ("A", 20000, 1), ("B", 20000, 1))
    body["model"] = body["model"][1:]
    assert market.post(INIT, body)["error"] == "product.error_tier_index"
    body = tier_body(item, ("A", 20000, 1))
    body["tier_variation"] = body.pop("standardise_tier_variation")
    assert market.post(INIT, body)["error"] == "product.error_param"
    few = open_market(options_per_tier=2)
    other = few.add()
    packs = [(f"P{n}", 20000, 1) for n in range(3)]
    assert few.tiers(other, *packs)["error"] == "product.error_param"


def test_models_left_out_of_a_rename_are_deleted(market: Market) -> None:
    item = market.add()
    models = market.tiers(item, ("A", 45000, 5), ("B", 85000, 6))["response"]["model"]
    kept = models[1]["model_id"]
    body = {
        "item_id": item,
        "standardise_tier_variation": [structure("Bé", "Mới")],
        "model_list": [{"model_id": kept, "tier_index": [0]}],
    }
    assert market.post(RENAME, body)["error"] == ""
    assert [m.model_id for m in market.stored(item).models] == [kept]
    fresh = {"tier_index": [1], "original_price": 50000, "seller_stock": [{"stock": 1}]}
    assert market.post(ADD, {"item_id": item, "model_list": [fresh]})["error"] == ""
    twin = market.post(ADD, {"item_id": item, "model_list": [fresh]})["error"]
    assert twin == "product.error_model_duplicate_tier_variation_index"
    body["model_list"] = []
    assert market.post(RENAME, body)["error"] == "product.error_busi_cannot_delete_all_model"


def test_models_need_a_structure(market: Market) -> None:
    fresh = {"tier_index": [0], "original_price": 50000, "seller_stock": [{"stock": 1}]}
    answer = market.post(ADD, {"item_id": market.add(), "model_list": [fresh]})
    assert answer["error"] == "product.error_param"
    assert "init_tier_variation" in answer["message"]


def test_back_to_none(market: Market) -> None:
    item = market.add()
    market.tiers(item, ("A", 45000, 5), ("B", 85000, 6))
    body = {"item_id": item, "standardise_tier_variation": [], "model": [
        {"tier_index": [], "original_price": 50000, "seller_stock": [{"stock": 9}]}]}  # fmt: skip
    assert market.post(INIT, body)["error"] == ""
    assert (market.stored(item).models, market.stored(item).price) == ([], 50000)
