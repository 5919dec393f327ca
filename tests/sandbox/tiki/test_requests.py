"""Product requests: what is taken, how they go on, what the desk says (3.3 to 3.5)."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from tests.sandbox.tiki.conftest import FULL, KHO, SID, Market, Opener


@pytest.mark.parametrize(("changes", "words"), [
    ({"name": "Mì"}, "name must"), ({"name": "x" * 256}, "name must"),
    ({"description": ""}, "description"), ({"description": "plain"}, "HTML"),
    ({"images": None}, "images must be an array"), ({"image": "mi.jpg"}, "image must"),
    ({"option_attributes": None}, "option_attributes"), ({"variants": []}, "at least 1"),
    ({"category_id": 20766}, "primary"), ({"category_id": "22988"}, "integer"),
    ({"attributes": {**FULL, "origin": ""}}, "origin is required"),
    ({"attributes": {**FULL, "storage": "Trên mái"}}, "storage value"),
    ({"attributes": {**FULL, "product_weight_kg": "nặng"}}, "must be a number"),
    ({"variant_price": 0}, "price > 0"), ({"variant_price": "32000"}, "integer"),
    ({"variant_price": 3000, "variant_market_price": 39000}, "ten percent"),
    ({"variant_price": 40000, "variant_market_price": 39000}, "greater than listing"),
    ({"variant_sku": ""}, "sku is required"), ({"variant_inventory_type": "instock"}, "dropship"),
    ({"variant_seller_warehouse": "7"}, "does not contain"),
    ({"variant_warehouse_stocks": [{"warehouse_id": KHO, "qty_available": 1}]}, "warehouseId"),
    ({"variant_warehouse_stocks": [{"warehouseId": 7, "qtyAvailable": 1}]}, "not an active"),
    ({"variant_warehouse_stocks": [{"warehouseId": KHO, "qtyAvailable": -1}]}, ">= 0"),
    ({"option_attributes": ["weight"]}, "variants option1 missing"),
    ({"certificate_files": [{"url": "https://a.vn/1", "type": "category"}]}, "document_id"),
    ({"meta_data": {"is_auto_turn_on": 1}}, "boolean"),
])  # fmt: skip
def test_what_is_refused_before_any_track(
    market: Market, changes: dict[str, Any], words: str
) -> None:
    answer = market.post("v2.1/requests", market.body(**changes))
    assert market.last.status_code == 422
    assert any(words in e for e in answer["errors"]), answer
    assert market.sandbox.requests(SID) == []


def test_bodies_that_are_none(market: Market) -> None:
    market.send("POST", "/integration/v2.1/requests", data="{")
    assert market.last.status_code == 400
    market.post("v2.1/requests", [1])
    assert market.last.status_code == 400
    market.post("v2.1/requests", market.body(category_id=5))
    assert market.last.status_code == 404


@pytest.mark.parametrize("spelling", ["awaiting", "waiting"])
@pytest.mark.parametrize("drafted", [False, True])
def test_its_way(open_market: Opener, spelling: str, drafted: bool) -> None:
    market = open_market(spelling=spelling, drafted=drafted, review_s=400.0)
    track = market.begin()
    assert re.fullmatch(r"[0-9a-f]{32}", track)
    seen = []
    for _ in range(500):
        answer = market.get(f"v2/tracking/{track}")
        if answer["state"] not in [s for s, _ in seen]:
            seen.append((answer["state"], bool(answer["request_id"])))
        market.clock.turn(1)
    assert seen == [
        ("queuing", False), ("processing", False), *([("drafted", True)] if drafted else []),
        (f"md_{spelling}_approve", True), (f"bot_{spelling}_approve", True),
        ("awaiting_approve", True), ("approved", True),
    ]  # fmt: skip
    assert re.fullmatch(r"\d{19}", answer["request_id"])
    (product,) = market.get(f"v2/requests/{answer['request_id']}")["products"]
    assert (product["original_sku"], product["active"], product["price"]) == (
        "MICHU-500G",
        0,
        32000,
    )
    assert product["images"][0]["url"].startswith("https://salt.tikicdn.com/")


def test_an_approved_one_is_on_only_when_it_was_to_be(market: Market) -> None:
    assert not market.make("A").active
    assert market.make("B", meta_data={"is_auto_turn_on": True}).active


def test_two_variants_are_two_products(market: Market) -> None:
    one = market.body()["variants"][0]
    market.begin(option_attributes=["weight"], variants=[
        {**one, "sku": "A", "option1": "200g"}, {**one, "sku": "B", "option1": "500g"},
    ])  # fmt: skip
    market.clock.turn(8000)
    assert {p.original_sku for p in market.sandbox.products(SID)} == {"A", "B"}


@pytest.mark.parametrize("form", ["json", "plain"])
def test_the_same_sku_twice(open_market: Opener, form: str) -> None:
    market = open_market(duplicate_form=form)
    first, second = market.begin(), market.begin()
    market.clock.turn(6)
    assert market.get(f"v2/tracking/{first}")["state"] == "md_awaiting_approve"
    answer = market.get(f"v2/tracking/{second}")
    assert (answer["state"], answer["request_id"]) == ("rejected", "")
    said = orjson.loads(answer["reason"])["errors"][0]["description"] if form == "json" else (
        answer["reason"]
    )  # fmt: skip
    assert said == "Product code MICHU-500G is not unique"


def test_the_desk_cannot_approve_a_sku_that_is_taken(market: Market) -> None:
    market.make()
    track = market.begin()
    market.sandbox.do(SID, "approve", sku="MICHU-500G")
    assert market.get(f"v2/tracking/{track}")["state"] == "rejected"
    assert len(market.sandbox.items(SID)) == 1


def test_a_demanded_paper_is_the_desks_question(market: Market) -> None:
    without = market.begin("A", category_id=20804)
    file = {"url": "https://a.vn/cb.pdf", "type": "category", "document_id": 12}
    with_it = market.begin("B", category_id=20804, certificate_files=[file])
    market.clock.turn(8000)
    market.login()
    assert market.get(f"v2/tracking/{without}")["state"] == "rejected"
    assert market.get(f"v2/tracking/{with_it}")["state"] == "approved"


def test_delete(market: Market) -> None:
    track = market.begin()
    market.clock.turn(6)
    number = market.get(f"v2/tracking/{track}")["request_id"]
    assert market.delete(f"v2/requests/{number}") == {"request_id": number, "state": "deleted"}
    assert market.get(f"v2/tracking/{track}")["state"] == "deleted"
    market.clock.turn(8000)
    assert market.sandbox.products(SID) == []
    market.login()
    market.make("B")
    late = market.sandbox.requests(SID)[-1].request_id
    market.delete(f"v2/requests/{late}")
    assert market.last.status_code == 422


def test_lists(market: Market) -> None:
    tracks = []
    for number in range(4):
        tracks.append(market.begin(f"S-{number}"))
        market.clock.turn(10)
    listed = market.get("v2/tracking", limit=2)
    assert [t["track_id"] for t in listed] == tracks[:1:-1]
    early = market.get("v2/tracking", created_at_max="2026-03-01 09:00:15")
    assert {t["track_id"] for t in early} == set(tracks[:2])
    market.get("v2/tracking", created_at_max="2026-03-01T09:00:15")
    assert market.last.status_code == 400
    market.sandbox.do(SID, "approve", sku="S-0")
    waiting = market.get("v2/requests", state="md_awaiting_approve", include="products")
    assert [r["products"][0]["original_sku"] for r in waiting["data"]] == ["S-3", "S-2", "S-1"]
    found = market.get("v2/requests/findBy", track_id=tracks[0])["data"]
    assert found[0]["state"] == "approved"


@pytest.mark.parametrize("shown", ["products", "variants", "sku", "none"])
def test_where_an_undecided_request_shows_its_sku(open_market: Opener, shown: str) -> None:
    market = open_market(asked_shown=shown)
    track = market.begin()
    market.clock.turn(6)
    number = market.get(f"v2/tracking/{track}")["request_id"]
    row = market.get(f"v2/requests/{number}")
    products = [(p["sku"], p["original_sku"]) for p in row["products"]]
    wanted = {"products": [("", "MICHU-500G")], "sku": [("MICHU-500G", "")]}
    assert products == wanted.get(shown, [])
    assert row.get("variants") == ([{"sku": "MICHU-500G"}] if shown == "variants" else None)
    market.sandbox.do(SID, "approve", sku="MICHU-500G")
    (product,) = market.get(f"v2/requests/{number}")["products"]
    assert product["original_sku"] == "MICHU-500G"


def test_a_track_dies_and_its_product_stays(market: Market) -> None:
    track = market.begin()
    market.clock.turn(31 * 86400)
    market.login()
    market.get(f"v2/tracking/{track}")
    assert market.last.status_code == 404
    assert market.held("MICHU-500G")


def test_replay_begins_again(market: Market) -> None:
    track = market.begin()
    market.clock.turn(10)
    assert market.post(f"v2/tracking/{track}/replay", {})["state"] == "queuing"
    assert market.get(f"v2/tracking/{track}")["request_id"] == ""


@pytest.mark.parametrize("path", ["query", "category", "none"])
def test_where_documents_are_demanded(open_market: Opener, path: str) -> None:
    market = open_market(documents=path)
    by_query = market.get("v2/requiredDocuments", category_id=20808)
    assert (market.last.status_code == 200) is (path == "query")
    by_category = market.get("v2/categories/20808/requiredDocuments")
    assert (market.last.status_code == 200) is (path == "category")
    found = by_query if path == "query" else by_category
    if path != "none":
        assert [(d["document_id"], d["is_required"]) for d in found] == [(31, 1), (12, 0)]
