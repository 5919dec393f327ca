"""What the floor takes and refuses, by its own rules."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from sandbox.floor import google, pages, sheets
from sandbox.floor.templates import TEMPLATES
from sandbox.floor.world import Offer, Refusal
from tests.sandbox.floor.conftest import ROW, Place

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"Mã sản phẩm (SKU)": 12}, "phải là chữ"),
    ({"Tên sản phẩm": None}, "bắt buộc"),
    ({"Tên sản phẩm": "m" * 151}, "tối đa 150"),
    ({"Tên sản phẩm": unicodedata.normalize("NFD", "Mì gạo")}, "dựng sẵn"),
    ({"Mô tả chi tiết": "<p>Mì</p>"}, "HTML"),
    ({"Mô tả chi tiết": "M\ufffd"}, "hỏng"),
    ({"Giá bán (VND)": 0}, "không phải số"),
    ({"Giá bán (VND)": "32.000"}, "không phải số"),
    ({"Giá bán (VND)": 32000.5}, "không phải số"),
    ({"Tồn kho": -1}, "công thức"),
    ({"Ảnh 1": None}, "bắt buộc"),
    ({"Ảnh 2": "a.jpg"}, "địa chỉ"),
    ({"Mã vạch": "8938501234567"}, "mã vạch"),
    ({"Mã vạch": 8938501234568}, "mã vạch"),
    ({"Ngày hết hạn giấy": "2027-12-09"}, "dd/MM/yyyy"),
    ({"Hạng OCOP": "5 sao (tiềm năng)"}, "không có trong danh sách"),
    ({"Trạng thái": "Bán"}, "không có trong danh sách"),
]


@pytest.mark.parametrize(("change", "why"), REFUSED)
def test_a_row_with_a_mistake(change: dict[str, Any], why: str) -> None:
    template = TEMPLATES["san24h"]
    heads = list(template.columns)
    table = [heads, [ROW.get(h) for h in heads], [{**ROW, **change}.get(h) for h in heads]]
    good, bad = sheets.offers(template, iter(table))
    assert isinstance(good, Offer)
    assert isinstance(bad, Refusal)
    assert why in bad.why
    assert bad.line == 3


def test_a_refused_row_is_off_sale_until_it_is_mended(place: Place) -> None:
    place.fetch({}, {"Mã sản phẩm (SKU)": "B"})
    assert place.states() == {"A": "live", "B": "live"}
    place.fetch({"Ảnh 1": "x"}, {"Mã sản phẩm (SKU)": "B"})
    assert place.states() == {"A": "rejected", "B": "live"}
    assert place.reason("A") == "Ảnh 1: địa chỉ 'x' sai"
    place.fetch({}, {"Mã sản phẩm (SKU)": "B"})
    assert place.states() == {"A": "live", "B": "live"}


def test_a_file_with_other_columns_changes_nothing(place: Place) -> None:
    place.fetch({})
    place.put({"Tên sản phẩm": "Khác"}, heads=[*TEMPLATES["san24h"].columns][:-1])
    assert "sai cột" in place.fetch()
    assert place.floor.items("htx")[0].title == "Mì gạo Chũ"
    assert place.floor.journal()[-1]["effect"] == []


def test_the_same_sku_twice(place: Place) -> None:
    place.fetch({}, {})
    assert "trùng" in place.reason("A")


def test_a_formula_refuses_the_whole_file(place: Place) -> None:
    place.fetch({})
    assert place.fetch({"Tên sản phẩm": "=1+1"}) == "file có công thức"
    assert place.states() == {"A": "live"}


def test_half_a_file_changes_nothing(place: Place) -> None:
    place.fetch({})
    place.put({"Tên sản phẩm": "Khác"})
    place.web.files["san-pham.xlsx"] = place.web.files["san-pham.xlsx"][:-900]
    assert "hỏng" in place.fetch()
    assert place.states() == {"A": "live"}


@pytest.mark.parametrize("data", [b"SKU\r\n", "\ufeffTên\r\n".encode(), b"\xef\xbb\xbf\xff\xfe"])
def test_tables_without_a_mark_or_with_other_columns(data: bytes) -> None:
    with pytest.raises(sheets.BadFile):
        list(sheets.offers(TEMPLATES["voso"], sheets.csv_rows(data)))


# --- Google -----------------------------------------------------------------------------------

ITEM = {
    "id": "A", "title": "Mì", "description": "Mì gạo", "link": "https://o.example/p/A",
    "image_link": "https://a.example/1.jpg", "availability": "in_stock", "price": "39000 VND",
}  # fmt: skip
DISAPPROVED = [
    ({"id": "A B"}, "id"), ({"title": ""}, "missing"), ({"price": "39000"}, "price"),
    ({"price": "39,000 VND"}, "price"), ({"price": "0 VND"}, "price"),
    ({"availability": "in stock"}, "unsupported"), ({"gtin": "8938501234567"}, "gtin"),
    ({"gtin": "2000000000008"}, "gtin"), ({"link": "https://x.example/p"}, "domain"),
    ({"product_highlight": "một"}, "2 to 100"), ({"brand": "No brand"}, "brand"),
    ({"certification": "OCOP:4"}, "certification"), ({"product_detail": "OCOP:4"}, "detail"),
    ({"identifier_exists": "no", "gtin": "8938501234568"}, "identifier_exists"),
]  # fmt: skip


def tsv(*items: dict[str, str]) -> bytes:
    heads = list(dict.fromkeys(name for item in items for name in item))
    rows = ["\t".join(item.get(h, "") for h in heads) for item in items]
    return "\n".join(["\t".join(heads), *rows]).encode()


@pytest.mark.parametrize(("change", "why"), DISAPPROVED)
def test_google_disapproves(change: dict[str, str], why: str) -> None:
    good, bad = google.tsv_offers(tsv({**ITEM, "id": "G"}, {**ITEM, **change}), "o.example")
    assert isinstance(good, Offer)
    assert isinstance(bad, Refusal)
    assert why in bad.why


@pytest.mark.parametrize("data", [
    b"id\ttitle\nA\tx", tsv({**ITEM, "ocop": "4"}), tsv(ITEM) + b"\tx\n",
    tsv({**ITEM, "title": '"Mì'}), b"\xff\xfe",
])  # fmt: skip
def test_no_google_table(data: bytes) -> None:
    with pytest.raises(sheets.BadFile):
        list(google.tsv_offers(data, ""))


@pytest.mark.parametrize("data", [
    b"<rss/>", b"<rss><channel><title>x</title><item><id>A</id></item></channel></rss>",
    b"<rss><channel><title>a & b</title></channel></rss>",
])  # fmt: skip
def test_no_google_feed(data: bytes) -> None:
    with pytest.raises(sheets.BadFile):
        list(google.xml_offers(data, ""))


@pytest.mark.parametrize("data", [
    b"[]", b"{", b'{"@context":"x","@graph":[]}',
    b'{"@context":"https://schema.org","@graph":["</script>"]}',
])  # fmt: skip
def test_no_page(data: bytes) -> None:
    with pytest.raises(sheets.BadFile):
        list(pages.offers(data, ""))
