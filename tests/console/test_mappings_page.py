"""The mapping on the web: what is open first, seen before it is set, carried as CSV."""

from __future__ import annotations

import re
from datetime import date

import pytest

from connectors.contract import Attribute, Category
from connectors.errors import Unavailable
from connectors.registry.contract import SourceCertificate
from models import categories
from tests.console.visitors import browser
from tests.worker.fakes import source_product
from worker import mappings


@pytest.fixture
def shop(world):
    world.book.products = [
        source_product(),
        source_product("OCOP-2", group="duoc-lieu", name="Ba kích khô"),
    ]
    world.pull()
    shop = world.connect("Của tỉnh")
    world.sync()
    world.market.categories += [
        Category("4", "1", "Đặc sản <b>", True), Category("5", "1", "Thảo dược", True),
    ]  # fmt: skip
    return shop


@pytest.fixture
def web(world, shop):
    return browser(world, "admin")


def rows(world, shop):
    with world.env.db.transaction() as session:
        found = categories.rows_of(session, mappings.market_of(shop))
    return {(r.kind, r.words): (r.category_id, r.decided_by) for r in found}


def write(web, shop, do, **fields):
    values = {"shop": shop.key, "kind": "dry", "do": do, **fields}
    return web.post("/mappings/edit", values)


def test_what_has_no_category_comes_first_with_what_waits_for_it(web):
    page = re.sub(r"\s+", " ", web.get("/mappings").text)
    open_rows = re.findall(r'<tr class="differs"><th scope="row">([^<]+).*?<b>(\d+)</b>', page)
    assert open_rows[0] == ("dược liệu", "1")
    assert ("rau quả tươi", "0") in open_rows
    assert not {"dịch vụ du lịch", "rượu", "hàng khô, chế biến"} & {kind for kind, _n in open_rows}
    assert page.index("chưa có ngành hàng") < page.index("Thực phẩm khô")
    assert "gợi ý sẵn có" in page


def test_what_is_off_sale_for_another_reason_does_not_wait_for_a_category(world, web):
    lapsed = SourceCertificate("1/QĐ-UBND", 4, date(2020, 6, 1), date(2023, 6, 1))
    world.book.products.append(
        source_product("OCOP-3", group="duoc-lieu", name="Ba kích khô", certificate=lapsed)
    )
    world.pull()
    world.plan()
    assert {r.reason_code for r in world.rows() if r.product_code != "OCOP-1"} > {"NO_CATEGORY"}
    assert re.search(r"dược liệu</th>.*?<b>1</b>", web.get("/mappings").text, re.DOTALL)


def test_the_likeliest_categories_are_proposed_and_searched(web, shop):
    page = web.get("/mappings/edit", shop=shop.key, kind="dry").text
    assert 'value="2" checked' in page
    assert "Thực phẩm khô" in page
    found = web.get("/mappings/edit", shop=shop.key, kind="dry", search="thảo dược").text
    assert 'name="chosen" value="5"' in found
    assert 'name="search" value="thảo dược"' in found


def test_a_preview_says_what_it_would_touch_and_sets_nothing(world, web, shop):
    world.market.attributes["4"] = [Attribute("7", "Chất liệu", mandatory=True, free_text=True)]
    before = rows(world, shop)
    page = write(web, shop, "preview", chosen="4").text
    assert "Số tin đăng bị đổi:</b>" not in page
    assert re.search(r"Số tin đăng bị đổi: <b>1</b>", page)
    assert "OCOP-1" in page
    assert "Chất liệu" in page
    assert "Đặc sản &lt;b&gt;" in page
    assert (rows(world, shop), world.changes(), web.sent) == (before, [], [])


def test_setting_it_is_a_decision_with_a_name(world, web, shop):
    assert write(web, shop, "set", category="4").status_code == 303
    assert rows(world, shop)["dry", ""] == ("4", "Chị Lan")
    assert [(c.facet, c.product_code) for c in world.changes()] == [("content", "OCOP-1")]
    assert web.sent == ["sweep"]
    assert world.sql("SELECT who, via, action, subject FROM audit") == [
        ("Chị Lan", "web", "mapping_set", "fake dry")
    ]
    assert world.sql("SELECT kind, who FROM run WHERE kind = 'decision'") == [
        ("decision", "Chị Lan")
    ]


def test_an_open_kind_is_put_on_sale_by_it(world, web, shop):
    page = write(web, shop, "preview", kind="herbs", chosen="5").text
    assert "<del>chưa bán</del> → <ins>chờ gửi</ins>" in page
    write(web, shop, "set", kind="herbs", category="5")
    assert [(c.facet, c.product_code) for c in world.changes()] == [("create", "OCOP-2")]


def test_a_line_for_words_stands_beside_the_kind_s_own(world, web, shop):
    write(web, shop, "set", words="mật ong", category="4")
    assert rows(world, shop)["dry", "mật ong"] == ("4", "Chị Lan")
    assert rows(world, shop)["dry", ""][0] == "2"
    assert "mật ong" in web.get("/mappings").text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"category": "99"}, "không có trên sàn"), ({"category": "1"}, "không phải ngành hàng"),
        ({}, "Chọn một ngành hàng"), ({"category": "<script>"}, "&lt;script&gt;"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("do", ["preview", "set"])
def test_what_cannot_be_set_is_said_and_what_was_typed_stays(world, web, shop, fields, words, do):
    before = rows(world, shop)
    answer = write(web, shop, do, words="mật ong", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'name="words" value="mật ong"' in answer.text
    assert rows(world, shop) == before


def test_a_channel_that_is_away_loses_nothing(world, web, shop, monkeypatch):
    def away(*_args):
        raise Unavailable("sàn không trả lời")

    monkeypatch.setattr("worker.mappings.connector_of", away)
    page = web.get("/mappings/edit", shop=shop.key, kind="dry", search="mật ong")
    assert page.status_code == 200
    assert "sàn không trả lời" in page.text
    answer = write(web, shop, "set", words="mật ong", category="4")
    assert answer.status_code == 503
    assert 'name="category" value="4"' in answer.text
    assert 'name="words" value="mật ong"' in answer.text
    assert ("dry", "mật ong") not in rows(world, shop)
    assert web.get("/mappings").status_code == 200


@pytest.mark.parametrize("query", [{"kind": "dry"}, {"shop": "x", "kind": "dry"}, {}])
def test_a_market_that_there_is_not(web, query):
    assert web.get("/mappings/edit", **query).status_code == 404


def test_a_kind_that_there_is_not(web, shop):
    assert web.get("/mappings/edit", shop=shop.key, kind="giày").status_code == 404


def test_csv_goes_out_and_comes_back(world, web, shop):
    text = web.get("/mappings.csv").text
    assert text == mappings.export(world.env)
    changed = text.replace(",2,Thực phẩm khô", ",3,Rượu").encode()
    answer = web.send("/mappings/import", "a.csv", changed)
    assert answer.status_code == 303
    assert rows(world, shop)["dry", ""] == ("3", "Chị Lan")
    assert web.sent == ["sweep"]
    assert world.sql("SELECT action FROM audit") == [("mappings_imported",)]


def test_wrong_rows_are_named_and_the_others_go_in(world, web, shop):
    data = "channel,kind,words,category_id\nfake,dry,mat ong,2\nlazada,dry,,2\nfake,giày,,2\n"
    answer = web.send("/mappings/import", "a.csv", data.encode())
    assert answer.status_code == 422
    assert "dòng 3" in answer.text
    assert "dòng 4" in answer.text
    assert ("dry", "mat ong") in rows(world, shop)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Chưa chọn tệp"), (b"\x89PNG\xff", "UTF-8"), (b"a,b\n1,2\n", "thiếu cột"),
        (b"channel\0,kind,category_id\n", "UTF-8"), (b"x" * (3 << 20), "quá lớn"),
        (b'channel,kind,category_id\n"' + b"x" * 200_000 + b'"\n', "không tách được"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_mapping_is_said(world, web, shop, data, words):
    before = rows(world, shop)
    answer = web.send("/mappings/import", "a.csv", data)
    assert answer.status_code == 422
    assert words in answer.text
    assert rows(world, shop) == before


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_look_and_set_nothing(world, web, shop, role):
    other = browser(world, role, role)
    page = other.get("/mappings")
    assert page.status_code == 200
    assert "/mappings/edit" not in page.text
    assert other.get("/mappings.csv").status_code == 200
    assert other.get("/mappings/edit", shop=shop.key, kind="dry").status_code == 403
    before = rows(world, shop)
    assert write(other, shop, "set", category="4").status_code == 403
    text = mappings.export(world.env).replace(",2,", ",3,")
    assert other.send("/mappings/import", "a.csv", text.encode()).status_code == 403
    assert rows(world, shop) == before


def test_a_form_without_its_token_sets_nothing(world, web, shop):
    values = {"shop": shop.key, "kind": "dry", "do": "set", "category": "4"}
    assert web.client.post("/mappings/edit", data=values).status_code == 403
    files = {"file": ("a.csv", mappings.export(world.env).encode())}
    assert web.client.post("/mappings/import", files=files).status_code == 403
    assert rows(world, shop)["dry", ""][0] == "2"
