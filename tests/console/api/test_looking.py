"""status, explain, plan, runs and holds: what is answered."""

from __future__ import annotations

from tests.console.api.conftest import SKU, Api, jump, problem
from tests.worker.fakes import source_product


def test_a_listing_stands_there_with_its_packs(api: Api) -> None:
    (row,) = api.get("/status")["items"]
    assert (row["product_code"], row["shop"], row["state"]) == ("OCOP-1", "shop-mot", "live")
    assert row["packs"] == [{"sku": SKU, "price": 20_000, "stock": 100, "sold": 0}]
    assert row["certificate_expires"]
    assert row["last_synced_at"].endswith("Z")


def test_listings_are_found_by_shop_producer_state_and_words(api: Api) -> None:
    (row,) = api.get("/status")["items"]
    finds = [
        {"shop": "shop-mot"}, {"producer": row["producer"].upper()}, {"state": "live"},
        {"q": row["product"].upper()}, {"q": SKU.lower()}, {"q": "ocop-1"}, {"q": ""},
    ]  # fmt: skip
    misses = [
        {"shop": "shop"},
        {"producer": "không ai"},
        {"state": "blocked"},
        {"q": "%"},
        {"q": "_"},
    ]
    for query in finds:
        assert len(api.get("/status", **query)["items"]) == 1, query
    for query in misses:
        assert api.get("/status", **query)["items"] == [], query


def test_a_blocked_listing_says_whose_doing_it_is_and_what_to_do(api: Api) -> None:
    api.world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    api.world.sync()
    (row,) = api.get("/status")["items"]
    assert row["state"] != "live"
    assert row["reason"]["whose"] == "law"
    assert row["reason"]["advice"]


def test_a_product_is_explained_by_any_code(api: Api) -> None:
    for code in (SKU, "OCOP-1", "ocop-1"):
        story = api.get(f"/explain/{code}")
        assert story["product"]["code"] == "OCOP-1"
        assert [shop["shop"] for shop in story["shops"]] == ["shop-mot"]
        assert {f["facet"] for f in story["shops"][0]["facets"]} >= {"price", "stock", "content"}
    problem(api.call("GET", "/explain/OCOP-9"), 404)


def test_the_plan_shows_what_would_be_sent_and_writes_nothing(api: Api) -> None:
    assert api.get("/plan") == {"items": [], "next": None}
    api.world.book.products = [source_product(prices=(21_000,))]
    api.world.pull()
    (change,) = api.get("/plan")["items"]
    assert (change["facet"], change["old"], change["new"]) == (
        "price", {SKU: 20_000}, {SKU: 21_000},
    )  # fmt: skip
    assert api.get("/plan", shop="other")["items"] == []
    assert api.get("/plan", channel="fake")["items"] == [change]
    assert api.world.due() == 0


def test_runs_are_listed_and_one_is_told_with_what_it_did(api: Api) -> None:
    rows = api.get("/runs")["items"]
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert api.get("/runs", kind="pull")["items"] == [r for r in rows if r["kind"] == "pull"] != []
    assert api.get("/runs", kind="undo")["items"] == []
    api.post(f"/holds/{jump(api)}/reject")
    newest = api.get("/runs")["items"][0]
    story = api.get(f"/runs/{newest['id']}")
    assert {name: story[name] for name in newest} == newest
    assert (newest["kind"], newest["who"]) == ("decision", "decide")
    (event,) = story["events"]["items"]
    assert (event["kind"], event["after"]["who"]) == ("hold_rejected", "decide")
    problem(api.call("GET", "/runs/999999"), 404)


def test_a_hold_is_told_with_yes_no_and_one_thing_to_do(api: Api) -> None:
    assert api.get("/holds")["items"] == []
    number = jump(api)
    (row,) = api.get("/holds")["items"]
    assert (row["id"], row["kind"]) == (number, "price_jump")
    story = api.get(f"/holds/{number}")
    assert all(story[name] for name in ("about", "approve", "reject", "first"))
    (item,) = story["items"]["items"]
    assert (item["shop"], item["product_code"]) == ("shop-mot", "OCOP-1")
    assert item["detail"] == {"sku": SKU, "before": 20_000, "after": 200_000}
    assert api.get("/holds", status="solved")["items"] == []
    problem(api.call("GET", "/holds/999999"), 404)
