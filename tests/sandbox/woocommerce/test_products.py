"""Products as measured: what is refused, what is swallowed, what the trash keeps."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from sandbox.woocommerce import Fault
from tests.sandbox.woocommerce.conftest import Market, Opener


@pytest.mark.parametrize(("sent", "kept"), [
    ("abc", ""), ("-5", "-5"), ("45000.5", "45000.5"), ("35,000", "35000"), ("35.000", "35.000"),
    ("0", "0"),
])  # fmt: skip
def test_prices_are_swallowed(market: Market, sent: str, kept: str) -> None:
    made = market.made(regular_price=sent, status="publish")
    assert (made["regular_price"], made["purchasable"]) == (kept, kept != "")


def test_stock_texts_and_fields_are_swallowed(market: Market) -> None:
    made = market.made(
        manage_stock=True, stock_quantity=-3, name="x" * 300, nothing=1, sale_price="99999",
        description="<p>a<script>b</script></p>", categories=[{"id": 4711}],
    )  # fmt: skip
    assert (made["stock_quantity"], made["stock_status"], len(made["name"])) == (
        -3, "outofstock", 300,
    )  # fmt: skip
    assert made["description"] == "<p>ab</p>"
    assert made["sale_price"] == ""
    assert [c["name"] for c in made["categories"]] == ["Uncategorized"]
    cleared = market.put(f"products/{made['id']}", {"stock_quantity": None})
    assert cleared["stock_quantity"] == 0


def test_what_can_be_bought_without_a_count(market: Market) -> None:
    """A quantity is only a limit where it is counted and backorders are off."""
    made = market.made(sku="A", manage_stock=True, stock_quantity=0)
    path = f"products/{made['id']}"
    assert (made["backorders"], made["stock_status"]) == ("no", "outofstock")
    assert market.put(path, {"backorders": "notify"})["stock_status"] == "onbackorder"
    assert market.put(path, {"backorders": "no"})["stock_status"] == "outofstock"
    assert market.put(path, {"backorders": "maybe"})["code"] == "rest_invalid_param"
    free = market.put(path, {"manage_stock": False})
    assert (free["stock_quantity"], free["stock_status"]) == (None, "instock")
    market.sandbox.do("out_of_stock", sku="A")
    assert market.get(path)["stock_status"] == "outofstock"


def test_a_sku_is_taken_by_the_living_and_by_the_trash(market: Market) -> None:
    made = market.made(sku="A")
    answer = market.post("products", {"sku": "a"})
    assert (answer["code"], answer["data"]["resource_id"]) == ("product_invalid_sku", made["id"])
    other = market.made(sku="B")
    answer = market.put(f"products/{other['id']}", {"sku": "A", "name": "khác"})
    assert answer["data"]["resource_id"] == made["id"]
    assert market.get(f"products/{other['id']}")["name"] == "Mỳ Chũ", "nothing of it is written"
    trashed = market.call("DELETE", f"products/{made['id']}")
    assert trashed["status"] == "publish", "the answer shows the status from before"
    answer = market.post("products", {"sku": "A"})
    assert answer["code"] == "woocommerce_rest_product_not_created"
    assert "(A)" in answer["message"]
    assert "lookup table" in answer["message"]
    assert "resource_id" not in answer["data"]
    assert market.get("products", sku="A") == []
    assert [p["id"] for p in market.get("products", sku="A", status="trash")] == [made["id"]]
    back = market.put(f"products/{made['id']}", {"status": "draft"})
    assert (back["status"], back["sku"]) == ("draft", "A")


def test_a_batch_answers_each_row_in_order(market: Market) -> None:
    rows = [{"sku": "A"}, {"sku": "A"}, {"stock_quantity": "many"}, {"sku": "B"}]
    answer = market.post("products/batch", {"create": rows})
    assert market.last.status_code == 200
    first, second, third, fourth = answer["create"]
    assert (first["sku"], fourth["sku"]) == ("A", "B")
    assert (second["id"], second["error"]["code"]) == (0, "product_invalid_sku")
    assert third["error"]["code"] == "rest_invalid_param"
    answer = market.post("products/batch", {
        "update": [{"id": first["id"], "name": "mới"}, {"id": 4711}], "delete": [fourth["id"]],
    })  # fmt: skip
    assert answer["update"][0]["name"] == "mới"
    assert answer["update"][1]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    assert len(market.get("products")) == 1


def test_a_batch_of_nothing_changes_nothing(open_market: Opener) -> None:
    assert open_market().post("products/batch", {}) == []
    market = open_market(empty_batch="object")
    assert market.post("products/batch", {}) == {}
    assert (market.last.status_code, market.sandbox.journal()[-1]["writes"]) == (200, False)


def test_an_unknown_id_is_a_bad_request(market: Market) -> None:
    assert market.put("products/4711", {})["code"] == "woocommerce_rest_product_invalid_id"
    assert market.last.status_code == 400


def test_lists(market: Market) -> None:
    made = []
    for n in range(3):
        made.append(market.made(sku=f"S{n}", status="draft")["id"])
        market.clock.turn(10)
    market.put(f"products/{made[0]}", {"name": "mới"})
    rows = market.get("products", orderby="modified", order="asc", _fields="id,sku")
    assert rows == [{"id": made[n], "sku": f"S{n}"} for n in (1, 2, 0)]
    assert len(market.get("products", sku="S0,S2,X")) == 2
    included = market.get("products", include=f"{made[0]},999999")
    assert [p["id"] for p in included] == [made[0]]
    page = market.get("products", per_page=2, page=2, order="asc")
    assert [p["id"] for p in page] == [made[2]]
    assert market.last.headers["X-WP-Total"] == "3"
    assert market.last.headers["X-WP-TotalPages"] == "2"
    after = {"modified_after": "2026-03-01T02:00:10", "dates_are_gmt": "true"}
    assert [p["id"] for p in market.get("products", **after)] == [made[2], made[0]]
    local = market.get("products", modified_after="2026-03-01T09:00:10")
    assert len(local) == 2, "the site's own zone"


def test_a_row_that_may_not_be_shown_leaves_its_page_short(open_market: Opener) -> None:
    market = open_market(page_drops=1)
    for n in range(3):
        market.made(sku=f"S{n}")
    assert [len(market.get("products", per_page=2, page=n)) for n in (1, 2)] == [1, 1]
    assert market.last.headers["X-WP-TotalPages"] == "2"


def test_categories_and_a_term_that_exists(market: Market) -> None:
    made = market.post("products/categories", {"name": "Mật ong"})
    assert made["slug"] == "mat-ong"
    answer = market.post("products/categories", {"name": "Khác", "slug": "mat-ong"})
    assert (answer["code"], answer["data"]["resource_id"]) == ("term_exists", made["id"])
    assert market.get("products/categories", slug="mat-ong") == [made]


class _Pictures(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if "good" in self.path or "text" in self.path else 404)
        self.end_headers()
        self.wfile.write(b"\x89PNG\r\n\x1a\n" if "good" in self.path else b"hello")

    def log_message(self, *_arguments: Any) -> None:
        return None


def test_pictures_are_fetched_by_the_server_each_time(open_market: Opener) -> None:
    server = HTTPServer(("127.0.0.1", 0), _Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        market = open_market(images="fetch", image_hosts="any")
        made = market.made(images=[{"src": f"{base}/good", "name": "a"}])
        (image,) = made["images"]
        assert image["src"].startswith(f"{market.url}/wp-content/uploads/")
        again = {"images": [{"id": image["id"]}, {"src": f"{base}/good"}]}
        ids = [i["id"] for i in market.put(f"products/{made['id']}", again)["images"]]
        assert ids[0] == image["id"] != ids[1]
        for bad in (f"{base}/none", f"{base}/text", "http://127.0.0.1:9/x", "file:///etc/passwd"):
            answer = market.post("products", {"sku": "X", "images": [{"src": bad}]})
            assert answer["code"] == "woocommerce_product_image_upload_error"
        assert market.get("products", sku="X") == []
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("source", "taken"), [
    ("https://anh.example/a.jpg", True), ("http://anh.example:8080/a.jpg", True),
    ("http://203.0.113.7/a.jpg", True), ("http://anh.example:8000/a.jpg", False),
    ("http://{host}:8000/a.jpg", False), ("http://{host}:{port}/a.jpg", True),
    ("http://{host}/a.jpg", True), ("http://{host}:8080/a.jpg", True),
    ("http://localhost/a.jpg", False), ("http://127.0.0.2/a.jpg", False),
    ("http://192.168.1.9/a.jpg", False), ("http://172.31.0.1:443/a.jpg", False),
    ("http://[::1]/a.jpg", False), ("http://u:p@anh.example/a.jpg", False),
])  # fmt: skip
def test_picture_addresses_that_wordpress_does_not_open(
    market: Market, source: str, taken: bool
) -> None:
    """wp_http_validate_url: what is refused makes nothing."""
    host, _colon, port = market.url.removeprefix("http://").partition(":")
    shown = {"src": source.format(host=host, port=port)}
    answer = market.post("products", {"sku": "X", "images": [shown]})
    assert ("code" not in answer) is taken, answer
    if not taken:
        assert answer["code"] == "woocommerce_product_image_upload_error"
        assert "A valid URL was not provided." in answer["message"]
    assert len(market.get("products", sku="X")) == taken


def test_pictures_that_cannot_be_fetched_just_now(market: Market) -> None:
    market.sandbox.spoil(Fault(kind="pictures_down", method="POST"))
    body = {"sku": "X", "images": [{"src": "https://anh.example/a.jpg"}]}
    assert market.post("products", body)["code"] == "woocommerce_product_image_upload_error"
    assert market.get("products", sku="X") == []
    assert market.post("products", body)["images"]


def test_a_killed_server_forgets_nothing(open_market: Opener, tmp_path: Path) -> None:
    first = open_market(tmp_path / "woo.db")
    parent = first.variable("P", "A", "B")
    gone = first.packs(parent)[0]["id"]
    first.call("DELETE", f"products/{parent}/variations/{gone}", force="true")
    last = first.sandbox.journal()[-1]["seq"]
    second = open_market(tmp_path / "woo.db")
    assert [p["sku"] for p in second.packs(parent)] == ["P-B"]
    assert [e["seq"] for e in second.sandbox.journal(after=last)] == [last + 1]


def test_the_journal(market: Market) -> None:
    parent = market.variable("P", "A")
    market.put(f"products/{parent}", {"status": "publish"})
    entry = market.sandbox.journal()[-1]
    assert (entry["method"], entry["status"], entry["asks_change"]) == ("PUT", 200, True)
    assert entry["effect"] == [{
        "item_id": parent, "item_sku": "P", "title": "Mỳ Chũ", "status": "publish",
        "on_sale": True, "packs": [["P-A", 1000, 5]],
    }]  # fmt: skip
    market.sandbox.do("sell", sku="P-A", units=8)
    entry = market.sandbox.journal()[-1]
    assert (entry["method"], entry["asks_change"], entry["effect"][0]["packs"]) == (
        "", False, [["P-A", 1000, -3]],
    )  # fmt: skip
    market.get("products")
    assert not market.sandbox.journal()[-1]["asks_change"]


def test_the_database_fails_at_one_row(market: Market) -> None:
    """The call itself and its other rows succeed."""
    market.sandbox.spoil(Fault(kind="row_down", method="POST"))
    rows = [{"sku": sku, "name": sku, "regular_price": "1000"} for sku in "AB"]
    lost, made = market.post("products/batch", {"create": rows})["create"]
    assert market.last.status_code == 200
    assert (lost["error"]["code"], lost["error"]["data"]["status"]) == ("db_update_error", 500)
    assert made["sku"] == "B"
    assert [p.sku for p in market.sandbox.products()] == ["B"]
    assert market.post("products/batch", {"create": rows[:1]})["create"][0]["sku"] == "A"


def test_other_processes_ask_and_spoil(market: Market) -> None:
    market.made(sku="A")
    assert (
        market.send("POST", "/_sandbox/deeds", {"deed": "off", "sku": "A"})[0]["status"] == "draft"
    )
    assert market.send("GET", "/_sandbox/items")[0]["item_sku"] == "A"
    assert market.send("GET", "/_sandbox/shops") == {"": "HTX Thử"}
    assert len(market.send("GET", "/_sandbox/journal?after=1")) == 1
    market.send("POST", "/_sandbox/faults", {"kind": "outage", "method": "PUT"})
    assert market.send("GET", "/_sandbox/faults")[0]["kind"] == "outage"
    assert market.get("products", sku="A")
    market.put("products/101", {})
    assert market.last.status_code == 503
    assert market.send("DELETE", "/_sandbox/faults") == {}
    assert market.send("POST", "/_sandbox/deeds", {"deed": "x", "sku": "A"})["error"] == "deed"
