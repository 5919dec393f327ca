"""``check``, the login, categories, and what the verbs say that a shop has no use for."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connectors.contract import Account, Category, Credentials, Done, Failed, ImageFile, StockChange
from connectors.errors import AuthRefused, ProtocolError, Rejected, Unavailable
from connectors.http import Http
from connectors.starter import load_starter
from connectors.woocommerce import catalogue, fetching
from connectors.woocommerce.address import site_of
from connectors.woocommerce.catalogue import folded
from connectors.woocommerce.connector import WooCommerceConnector
from connectors.woocommerce.signing import signed
from tests.connectors.woocommerce.conftest import (
    KEY,
    SECRET,
    Opener,
    Rig,
    done,
    listing,
    pack,
    refused,
)


def test_a_good_shop(open_rig: Opener) -> None:
    facts = open_rig(weight_unit="g", dimension_unit="mm").shop.check()
    assert (facts.name, facts.currency, facts.account_id, facts.problems) == (
        "Cửa hàng Lục Ngạn", "VND", "", (),
    )  # fmt: skip
    assert facts.clock_skew_s is not None
    assert facts.settings == {"version": "11.0.1", "weight_unit": "g", "dimension_unit": "mm"}


def test_another_currency_is_refused_and_decimals_are_a_problem(open_rig: Opener) -> None:
    with pytest.raises(AuthRefused, match=r"USD.*VND"):
        open_rig(currency="USD").shop.check()
    (problem,) = open_rig(decimals=2).shop.check().problems
    assert "Số chữ số thập phân" in problem


def test_prices_that_grow_by_the_tax(open_rig: Opener) -> None:
    """Buyers would pay more than the registry says."""
    (problem,) = open_rig(calc_taxes=True).shop.check().problems
    assert "thuế" in problem
    for switches in (
        {"calc_taxes": True, "prices_include_tax": True},
        {"calc_taxes": True, "settings_told": False},
    ):  # fmt: skip
        assert open_rig(**switches).shop.check().problems == ()


def test_a_shop_that_does_not_count(open_rig: Opener) -> None:
    """It swallows every number: said when it is connected, and of each row."""
    rig = open_rig(stock_managed=False)
    (problem,) = rig.shop.check().problems
    assert "quản lý tồn kho" in problem
    item = rig.listed(pack("A"))
    answers = done(rig.shop.set_stock([StockChange(item, {"A": 7})])[0])
    assert (answers.accepted, answers.refused["A"].field) == (frozenset(), "stock")


@pytest.mark.parametrize(("public", "home", "found"), [
    ("", "https://shop.vn", ""),
    ("https://ocop.vn/files/x", "https://shop.vn", ""),
    ("http://ocop.vn:8080/files/x", "https://shop.vn", ""),
    ("http://ocop.vn:8000/files/x", "https://shop.vn", "ở cổng 8000"),
    ("http://127.0.0.1:8000/files/x", "http://127.0.0.1:8801", "ở cổng 8000"),
    ("http://127.0.0.1:8080/files/x", "http://127.0.0.1:8801", ""),
    ("http://127.0.0.1:8801/files/x", "http://127.0.0.1:8801", ""),
    ("http://127.0.0.1:8080/files/x", "http://localhost:8801", "máy nội bộ '127.0.0.1'"),
    ("http://localhost:8080/files/x", "http://127.0.0.1:8801", "máy nội bộ 'localhost'"),
    ("http://192.168.1.4/files/x", "https://shop.vn", "máy nội bộ '192.168.1.4'"),
    ("http://[::1]:8080/files/x", "https://shop.vn", "máy nội bộ '::1'"),
])  # fmt: skip
def test_addresses_that_the_shop_will_not_fetch_pictures_from(
    public: str, home: str, found: str
) -> None:
    said = fetching.problem(public, home)
    assert found in said if found else said == ""
    if found:
        assert "80, 443, 8080" in said


def test_the_shop_is_told_that_it_will_not_fetch_pictures(rig: Rig) -> None:
    """What is said when it is connected is what it does then."""
    login = Credentials(consumer_key=KEY, consumer_secret=SECRET)
    for base, fine in (("http://127.0.0.1:8000", False), ("http://127.0.0.1:8080", True)):
        account = Account("thu", rig.url, login, public_url=f"{base}/files/x")
        shop = WooCommerceConnector(account, Http(), rig.clock)
        assert (shop.check().problems == ()) is fine
        new = listing(pack(f"A{fine}"), image_ids=(f"{base}/media/a.jpg",))
        assert isinstance(shop.create([new])[0], Done if fine else Failed)


def test_keys_that_may_not_read_settings(open_rig: Opener) -> None:
    """The status report will do; without it the owner is told what the keys need."""
    facts = open_rig(settings_told=False, root_told=False).shop.check()
    assert facts.currency == "VND"
    assert facts.settings["weight_unit"] == "kg"
    assert facts.name.startswith("127.0.0.1")
    with pytest.raises(AuthRefused, match="quản trị"):
        open_rig(settings_told=False, report_told=False).shop.check()


def test_a_firewall_that_hides_what_is_not_needed(rig: Rig) -> None:
    for path in ("woocommerce_weight_unit", "system_status"):
        rig.spoil("firewall", path=path, status=403, times=9)
    assert rig.shop.check().settings == {
        "version": "", "weight_unit": "kg", "dimension_unit": "cm",
    }  # fmt: skip


def test_plain_permalinks(open_rig: Opener) -> None:
    with pytest.raises(AuthRefused, match="Permalinks"):
        open_rig(permalinks="plain").shop.check()
    with pytest.raises(Unavailable, match="Permalinks"):
        open_rig(permalinks="home").shop.check()


def test_wrong_keys_say_what_to_do_and_never_themselves(rig: Rig) -> None:
    rig.secret = "cs_sai_0002"
    with pytest.raises(AuthRefused, match="REST API") as caught:
        rig.shop.check()
    assert "cs_sai" not in repr(caught.value) + str(caught.value)
    with pytest.raises(AuthRefused):
        rig.shop.refresh()
    refused(rig.shop.create([listing(pack("A"))])[0], AuthRefused)


def test_keys_that_hold_and_are_taken_away(rig: Rig) -> None:
    assert rig.shop.token_expires_at() is None
    assert dict(rig.shop.refresh()) == {"consumer_key": KEY, "consumer_secret": SECRET}
    rig.market.do("read_only")
    with pytest.raises(AuthRefused, match=r"chỉ có quyền Đọc.*Đọc/Ghi") as caught:
        rig.shop.check()
    assert caught.value.code == "read_only"
    refused(rig.shop.create([listing(pack("A"))])[0], AuthRefused)
    rig.market.do("revoke")
    with pytest.raises(AuthRefused):
        rig.shop.refresh()


@pytest.mark.parametrize("answer", ["list", "object"])
def test_whether_a_key_may_write_is_tried_with_nothing(open_rig: Opener, answer: str) -> None:
    rig = open_rig(empty_batch=answer)
    assert rig.shop.check().problems == ()
    assert [e["body"] for e in rig.calls("products/batch")] == [{}]
    assert rig.writes() == 0


def test_a_key_of_somebody_who_may_not_edit(rig: Rig) -> None:
    body = {"code": "woocommerce_rest_cannot_batch", "message": "Sorry.", "data": {"status": 403}}
    rig.spoil("answer", path="products/batch", status=403, body=body)
    with pytest.raises(AuthRefused, match="không được sửa sản phẩm"):
        rig.shop.check()


@pytest.mark.parametrize("body", [{"code": "x", "message": "Words.", "data": {"status": 400}}])
def test_a_shop_that_refuses_to_be_asked_for_nothing_still_connects(
    rig: Rig, body: dict[str, object]
) -> None:
    rig.spoil("answer", path="products/batch", body=body)
    assert rig.shop.check().problems == ()


@pytest.mark.parametrize("language", ["en", "vi"])
@pytest.mark.parametrize("off_s", [-901, 901, 365 * 86_400])
def test_a_clock_that_is_off_is_no_fault_of_the_keys(
    open_rig: Opener, language: str, off_s: int
) -> None:
    """The signature bears our time, and the shop refuses it in its own language."""
    rig = open_rig(language=language)
    login = Credentials(consumer_key=KEY, consumer_secret=SECRET)
    moment = rig.clock() + timedelta(seconds=off_s)
    shop = WooCommerceConnector(Account("thu", rig.url, login), Http(), lambda: moment)
    with pytest.raises(Unavailable, match=f"đồng hồ.*lệch khoảng {abs(off_s)} giây") as caught:
        shop.check()
    assert caught.value.code == "clock"


@pytest.mark.parametrize("language", ["en", "vi"])
def test_wrong_keys_are_no_fault_of_a_clock_that_is_a_little_off(
    open_rig: Opener, language: str
) -> None:
    rig = open_rig(language=language)
    login = Credentials(consumer_key=KEY, consumer_secret="cs_sai")
    moment = rig.clock() + timedelta(minutes=14)
    shop = WooCommerceConnector(Account("thu", rig.url, login), Http(), lambda: moment)
    with pytest.raises(AuthRefused, match="REST API"):
        shop.check()


@pytest.mark.parametrize("tail", ["", "/", "/wp-json", "/wp-json/wc/v3/", "/?p=1"])
@pytest.mark.parametrize("folder", ["", "cua-hang"])
def test_the_address_as_people_give_it(open_rig: Opener, folder: str, tail: str) -> None:
    rig = open_rig(folder=folder)
    rig.url += tail
    assert rig.shop.check().currency == "VND"
    assert rig.listed(pack("A"), pack("B")).variants


@pytest.mark.parametrize("address", ["", "shop.vn", "ftp://shop.vn", "https://"])
def test_what_is_no_address(address: str) -> None:
    login = Credentials(consumer_key=KEY, consumer_secret=SECRET)
    shop = WooCommerceConnector(Account("thu", address, login), Http(), lambda: None)  # type: ignore[arg-type,return-value]
    with pytest.raises(AuthRefused, match="địa chỉ"):
        shop.check()


def test_an_address_keeps_its_folder_and_loses_a_login() -> None:
    assert site_of("HTTPS://u:p@Shop.VN/Cửa hàng/wp-json/wc/v3").home == (
        "https://shop.vn/C%E1%BB%ADa%20h%C3%A0ng"
    )


def test_basic_over_tls_only(open_rig: Opener) -> None:
    """A shop that is told that TLS ended before it takes Basic; over plain HTTP nobody sends it."""
    rig = open_rig(behind_tls=True)
    secrets = {"consumer_key": KEY, "consumer_secret": SECRET}
    path = "/wp-json/wc/v3/products"
    url, headers = signed("GET", f"https://shop.vn{path}", [("page", "1")], secrets, rig.clock)
    assert url == f"https://shop.vn{path}?page=1"
    answer = Http().request("GET", f"{rig.url}{path}", headers=headers)
    assert (answer.status, answer.json()) == (200, [])
    url, headers = signed("GET", f"http://shop.vn{path}", [], secrets, rig.clock)
    assert headers == {}
    assert SECRET not in url


def test_redirected_to_another_address(rig: Rig) -> None:
    rig.spoil("redirect", location="https://www.shop.vn/wp-json/?oauth_signature=x")
    with pytest.raises(ProtocolError, match=r"https://www\.shop\.vn: ") as caught:
        rig.shop.check()
    assert "signature" not in str(caught.value)


def test_consent_and_keys(rig: Rig) -> None:
    url = rig.shop.authorization_url("https://chung-toi.vn/ve?x=1", "tt-1")
    query = dict(parse_qsl(urlsplit(url).query))
    assert urlsplit(url).path == "/wc-auth/v1/authorize"
    assert (query["scope"], query["user_id"]) == ("read_write", "tt-1")
    assert Http().request("GET", url).status == 200
    keys = rig.shop.exchange_code({"consumer_key": "ck", "consumer_secret": "cs", "user_id": "1"})
    assert dict(keys) == {"consumer_key": "ck", "consumer_secret": "cs"}
    with pytest.raises(AuthRefused, match="không đồng ý"):
        rig.shop.exchange_code({"success": "0", "user_id": "1"})


def test_categories_of_a_fresh_shop(rig: Rig) -> None:
    found = rig.shop.categories()
    assert all(c.leaf for c in found)
    assert {c.name for c in found} >= {"Uncategorized", "Mật ong", "Đồ uống", "Thực phẩm"}
    rig.listed(pack("A"))
    again = {c.name: c.category_id for c in rig.shop.categories()}
    assert again["Mỳ, bún, miến, bánh đa"].isdigit(), "now the shop's own"
    assert len(again) == len(found)


def test_more_categories_than_a_page(open_rig: Opener) -> None:
    rig, short = open_rig(total_headers=False), open_rig(page_drops=1)
    for found in (_categories(rig), _categories(short)):
        assert found["Loại 129"].parent_id == "15"


def _categories(rig: Rig) -> dict[str, Category]:
    for n in range(130):
        rig.market._channel.world.categories[""].append(
            {"id": 1000 + n, "name": f"Loại {n}", "slug": f"loai-{n}", "parent": 15}
        )
    return {c.name: c for c in rig.shop.categories()}


def test_a_category_of_the_same_name_is_the_shops(rig: Rig) -> None:
    world = rig.market._channel.world
    world.categories[""].append({"id": 77, "name": "MẬT ONG", "slug": "honey", "parent": 0})
    assert not any(c.category_id == "ocop:mat-ong" for c in rig.shop.categories())
    item = rig.made(listing(pack("A"), category_id="ocop:mat-ong"))
    assert rig.stored(item).fields["categories"][0]["id"] == 77


def test_every_starter_phrase_of_ours_names_a_category() -> None:
    path = Path(catalogue.__file__).with_name("starter.csv")
    names = {folded(name) for name in catalogue.OFFERED.values()}
    for row in load_starter(path):
        assert any(folded(phrase) in names for phrase in row.phrases), row


def test_verbs_that_a_shop_has_no_use_for(rig: Rig) -> None:
    shop: Any = rig.shop
    assert (shop.recommend("Mỳ"), shop.attributes(["15"]), shop.finish()) == ([], {}, None)
    refused(shop.upload_images([ImageFile("0", "image/jpeg", b"")])[0], Rejected, "images")
    refused(shop.cancel([{}])[0], Rejected)
