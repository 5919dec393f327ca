"""Variable products, line by line of the measured table."""

from __future__ import annotations

import pytest

from tests.sandbox.woocommerce.conftest import Market, Opener

CHOICE = {"name": "Quy cách", "variation": True, "options": ["A", "B"]}


def path(parent: int, pack: int | str = "batch") -> str:
    return f"products/{parent}/variations/{pack}"


def test_packs_are_published_whatever_the_parent_is(market: Market) -> None:
    parent = market.variable("P", "A", "B")
    assert {p["status"] for p in market.packs(parent)} == {"publish"}
    assert len(market.get(f"products/{parent}")["variations"]) == 2


def test_a_hundred_and_one_rows(market: Market) -> None:
    parent = market.variable("P", "A")
    market.post(path(parent), {"create": [{}] * 101})
    assert market.last.status_code == 413
    assert len(market.packs(parent)) == 1


def test_found_by_sku_mixed_and_never_listed_plainly(market: Market) -> None:
    parent = market.variable("P", "A", "B")
    rows = market.get("products", sku="P-A,P")
    assert {(r["type"], r["parent_id"]) for r in rows} == {("variation", parent), ("variable", 0)}
    assert [r["id"] for r in market.get("products")] == [parent]


def test_a_pack_has_its_parents_path(market: Market) -> None:
    parent = market.variable("P", "A")
    (pack,) = market.packs(parent)
    answer = market.put(f"products/{pack['id']}", {"regular_price": "1"})
    assert answer["code"] == "woocommerce_rest_invalid_product_id"
    assert market.last.status_code == 404
    assert market.put(path(parent, pack["id"]), {"regular_price": "7"})["regular_price"] == "7"


def test_skus_of_packs(market: Market) -> None:
    parent = market.variable("P", "A")
    bare, twin = market.post(path(parent), {"create": [{"regular_price": "1"}, {"sku": "P"}]})[
        "create"
    ]
    assert bare["sku"] == "P", "one without a SKU reads back with its parent's"
    assert twin["error"]["code"] == "product_invalid_sku"


@pytest.mark.parametrize("attributes", [
    [{"name": "Quy cách", "option": "A"}], [{"name": "Quy cách", "option": "Z"}],
    [{"name": "Màu", "option": "A"}], [],
])  # fmt: skip
def test_any_option_is_accepted(market: Market, attributes: object) -> None:
    parent = market.variable("P", "A")
    market.post(f"products/{parent}/variations", {"attributes": attributes})
    assert market.last.status_code == 201


def test_options_renamed_or_removed_in_the_parent_only(market: Market) -> None:
    parent = market.variable("P", "A", "B")
    market.put(f"products/{parent}", {"attributes": [{**CHOICE, "options": ["Z"]}]})
    packs = market.packs(parent)
    assert [p["attributes"][0]["option"] for p in packs] == ["A", "B"]
    assert all(p["purchasable"] for p in packs)


def test_a_hidden_pack_leaves_the_parents_list(market: Market) -> None:
    parent = market.variable("P", "A", "B")
    pack = market.packs(parent)[0]["id"]
    assert not market.put(path(parent, pack), {"status": "private"})["purchasable"]
    assert pack not in market.get(f"products/{parent}")["variations"]


def test_types_that_change(market: Market) -> None:
    single = market.made(sku="S", manage_stock=True, stock_quantity=9)["id"]
    turned = market.put(f"products/{single}", {"type": "variable", "attributes": [CHOICE]})
    assert (turned["sku"], turned["manage_stock"], turned["stock_quantity"]) == ("S", True, 9)
    assert (turned["price"], turned["regular_price"]) == ("45000", "")
    market.post(path(single), {"create": [{"sku": "S-A"}]})
    market.put(f"products/{single}", {"type": "simple"})
    market.put(f"products/{single}", {"type": "variable"})
    assert market.packs(single) == []
    assert market.get("products", sku="S-A", status="trash") == []


def test_a_pack_without_a_count_shares_its_parents(market: Market) -> None:
    parent = market.variable("P", "A")
    (pack,) = market.packs(parent)
    market.put(path(parent, pack["id"]), {"manage_stock": False})
    assert market.packs(parent)[0]["manage_stock"] is False
    market.put(f"products/{parent}", {"manage_stock": True, "stock_quantity": 9})
    shared = market.packs(parent)[0]
    assert (shared["manage_stock"], shared["stock_quantity"]) == ("parent", 9)


def test_deleted_packs(market: Market) -> None:
    parent = market.variable("P", "A", "B")
    first, second = (p["id"] for p in market.packs(parent))
    assert market.call("DELETE", path(parent, first))["status"] == "publish"
    market.call("DELETE", path(parent, second), force="true")
    rows = [{"sku": "P-A"}, {"sku": "P-B"}]
    taken, free = market.post(path(parent), {"create": rows})["create"]
    assert taken["error"]["code"] == "product_invalid_sku"
    assert free["sku"] == "P-B"
    again = market.call("DELETE", path(parent, second), force="true")
    assert again["data"]["status"] == 404


@pytest.mark.parametrize("code", ["product_invalid_sku", "woocommerce_rest_product_not_created"])
def test_a_parent_in_the_trash(open_market: Opener, code: str) -> None:
    market = open_market(trashed_pack_sku=code)
    parent = market.variable("P", "A")
    market.call("DELETE", f"products/{parent}")
    assert [p["sku"] for p in market.get("products", sku="P-A", status="trash")] == ["P-A"]
    back = market.put(f"products/{parent}", {"status": "publish"})
    assert (back["status"], back["variations"], market.packs(parent)) == ("publish", [], [])
    (row,) = market.post(path(parent), {"create": [{"sku": "P-A"}]})["create"]
    assert row["error"]["code"] == code


def test_a_packs_change_moves_the_parents_date(market: Market) -> None:
    parent = market.variable("P", "A")
    market.clock.turn(60)
    since = {"modified_after": "2026-03-01T02:00:30", "dates_are_gmt": "true"}
    assert market.get("products", **since) == []
    (pack,) = market.packs(parent)
    market.put(path(parent, pack["id"]), {"stock_quantity": 1})
    assert [p["id"] for p in market.get("products", **since)] == [parent]
    assert len(market.packs(parent, **since)) == 1
