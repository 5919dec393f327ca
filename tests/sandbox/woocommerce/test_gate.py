"""Who may call, and how the server says no ("Authentication", "Error envelope")."""

from __future__ import annotations

import pytest
from oauthlib import oauth1
from requests.auth import HTTPBasicAuth

from tests.sandbox.woocommerce.conftest import KEY, SECRET, Market, Opener

PATH = "/wp-json/wc/v3/products"


def code(market: Market, answer: object) -> tuple[int, str]:
    assert isinstance(answer, dict)
    assert answer["data"]["status"] == market.last.status_code
    return market.last.status_code, answer["code"]


def test_oauth_in_the_query_and_in_the_header(market: Market) -> None:
    for digest in ("SHA1", "SHA256"):
        signed = market.oauth("GET", market.url + PATH, {"page": "1"}, digest=digest)
        assert market.send("GET", PATH, query={"page": "1", **signed}) == []
    client = oauth1.Client(
        KEY, client_secret=SECRET, signature_method="HMAC-SHA256",
        timestamp=str(int(market.clock().timestamp())),
    )  # fmt: skip
    _uri, headers, _body = client.sign(f"{market.url}{PATH}?sku=a%2Cb")
    assert market.send("GET", f"{PATH}?sku=a%2Cb", headers=headers) == []


@pytest.mark.parametrize(("changes", "words"), [
    ({"secret": "cs_sai"}, "provided signature does not match"),
    ({"oauth_consumer_key": "ck_sai"}, "Consumer key is invalid"),
    ({"off": 901}, "Invalid timestamp"), ({"off": -901}, "Invalid timestamp"),
    ({"oauth_signature_method": "PLAINTEXT"}, "signature method"),
])  # fmt: skip
def test_signatures_that_are_refused(market: Market, changes: dict, words: str) -> None:  # type: ignore[type-arg]
    signed = market.oauth("GET", market.url + PATH, {}, **changes)
    answer = market.send("GET", PATH, query=signed)
    assert code(market, answer) == (401, "woocommerce_rest_authentication_error")
    assert words in answer["message"]


def test_the_shop_says_no_in_its_own_language_and_tells_its_time(open_market: Opener) -> None:
    market = open_market(language="vi")
    signed = market.oauth("GET", market.url + PATH, {}, off=901)
    answer = market.send("GET", PATH, query=signed)
    assert code(market, answer) == (401, "woocommerce_rest_authentication_error")
    assert "timestamp" not in answer["message"]
    assert market.last.headers["Date"] == "Sun, 01 Mar 2026 02:00:00 GMT"


def test_everything_is_signed_and_once(market: Market) -> None:
    signed = market.oauth("GET", market.url + PATH, {"page": "1"})
    assert "does not match" in market.send("GET", PATH, query={"page": "2", **signed})["message"]
    assert market.send("GET", PATH, query={"page": "1", **signed}) == []
    assert "nonce" in market.send("GET", PATH, query={"page": "1", **signed})["message"]


def test_basic_is_for_tls(open_market: Opener) -> None:
    basic = HTTPBasicAuth(KEY, SECRET)
    headers: dict[str, str] = {}
    basic(type("R", (), {"headers": headers})())  # type: ignore[arg-type]
    market = open_market()
    answer = market.send("GET", PATH, headers=headers)
    assert code(market, answer) == (401, "woocommerce_rest_cannot_view")
    assert open_market(behind_tls=True).send("GET", PATH, headers=headers) == []
    answer = market.send("GET", PATH)
    assert code(market, answer) == (401, "woocommerce_rest_cannot_view")


def test_plain_permalinks_and_other_paths(open_market: Opener) -> None:
    market = open_market()
    signed = market.oauth("GET", market.url + "/", {"rest_route": "/wc/v3/products"})
    answer = market.send("GET", "/", query={"rest_route": "/wc/v3/products", **signed})
    assert code(market, answer) == (401, "woocommerce_rest_cannot_view")
    assert code(market, market.get("nothing")) == (404, "rest_no_route")
    assert market.send("GET", "/wp-json/")["name"] == "HTX Thử"
    for value, status in (("plain", 404), ("home", 200)):
        other = open_market(permalinks=value)
        assert other.get("products") is None
        assert other.last.status_code == status


def test_sites_in_folders_know_nothing_of_each_other(open_market: Opener) -> None:
    market = open_market(folder="cua-hang")
    market.sandbox.add_site("ck_2", "cs_2", folder="khac")
    market.made(sku="A")
    assert len(market.get("products")) == 1
    assert [len(market.sandbox.products(f)) for f in ("cua-hang", "khac")] == [1, 0]
    assert {e["shop_id"] for e in market.sandbox.journal()} == {"cua-hang"}


@pytest.mark.parametrize(("field", "value"), [
    ("stock_quantity", "many"), ("stock_quantity", 2.5), ("regular_price", 45000),
    ("status", "sold"), ("type", "huge"), ("categories", {"id": 1}),
])  # fmt: skip
def test_wrong_types_are_named(market: Market, field: str, value: object) -> None:
    answer = market.post("products", {"name": "x", field: value})
    assert code(market, answer) == (400, "rest_invalid_param")
    assert list(answer["data"]["params"]) == [field]


def test_pages_bodies_and_batches_that_are_refused(market: Market) -> None:
    assert code(market, market.get("products", per_page=101)) == (400, "rest_invalid_param")
    signed = market.oauth("POST", market.url + PATH, {})
    answer = market.send("POST", PATH, query=signed, raw=b"{", headers={"content-type": "x"})
    assert code(market, answer) == (400, "rest_invalid_json")
    rows = {"create": [{"name": "x"}] * 101}
    assert code(market, market.post("products/batch", rows)) == (
        413, "woocommerce_rest_request_entity_too_large",
    )  # fmt: skip
    assert market.sandbox.products() == []


def test_read_only_and_deleted_keys(market: Market) -> None:
    market.sandbox.do("read_only")
    assert code(market, market.post("products", {})) == (
        401, "woocommerce_rest_authentication_error",
    )  # fmt: skip
    assert market.get("products") == []
    market.sandbox.do("revoke")
    assert code(market, market.get("products"))[0] == 401


def test_settings_and_report(market: Market) -> None:
    assert market.get("settings/general/woocommerce_currency")["value"] == "VND"
    report = market.get("system_status", _fields="environment.version,settings.currency")
    assert report == {"environment": {"version": "11.0.1"}, "settings": {"currency": "VND"}}
    assert market.get("settings/general/nothing")["data"]["status"] == 404


def test_settings_of_taxes_are_there_with_taxes(open_market: Opener) -> None:
    path = "settings/tax/woocommerce_prices_include_tax"
    market = open_market()
    assert market.get("settings/general/woocommerce_calc_taxes")["value"] == "no"
    assert market.get(path)["data"]["status"] == 404
    assert open_market(calc_taxes=True).get(path)["value"] == "no"
