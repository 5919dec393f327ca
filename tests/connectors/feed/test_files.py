"""The files themselves: what stands in a cell, and that it comes back as it was."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from connectors.contract import (
    Content,
    ContentChange,
    Facts,
    PricedVariant,
    RemoteItem,
    RemoteStatus,
    Variant,
    VariantsChange,
)
from connectors.feed.cells import cells, shop_of
from connectors.feed.channels import CsdlOcop, Google, TrangTinh
from connectors.feed.profile import Profile, load
from connectors.feed.rows import Row
from connectors.feed.texts import plain
from connectors.feed.whole import rows_of
from connectors.feed.writing import opened
from tests.connectors.feed.conftest import FACTS, Opener, Rig, content

FLOORS = ("san24h", "postmart", "voso", "trang-tinh", "google", "csdl-ocop")
G = "{http://base.google.com/ns/1.0}"


def sheet(rig: Rig, name: str = "san-pham.xlsx") -> list[dict[str, object]]:
    book = load_workbook(io.BytesIO(rig.public(name)))
    head, *rows = book.worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def table(rig: Rig) -> list[dict[str, str]]:
    data = rig.public("san-pham.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_texts_stay_texts_and_amounts_are_numbers(rig: Rig) -> None:
    rig.on_sale("0012", gtin="08938501234568"[1:], price=32_000)
    (row,) = sheet(rig)
    assert row["Mã sản phẩm (SKU)"] == "0012"
    assert row["Mã vạch"] == "8938501234568"
    assert row["Giá bán (VND)"] == 32_000
    assert row["Tồn kho"] == 20
    assert row["Ngày hết hạn giấy"] == "09/12/2027"
    assert row["Ảnh 2"] == "https://media.example.vn/mi-chu-2.jpg"
    assert row["Ảnh 3"] is None
    assert table(rig)[0]["Giá bán (VND)"] == "32000"


@pytest.mark.parametrize("first", ["=1+1", "+84", "-5", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(rig: Rig, first: str) -> None:
    rig.on_sale("A", title=f"{first} mì chũ", description=f"{first} ngon")
    expected = f"'{first.strip()} mì chũ"
    assert table(rig)[0]["Tên sản phẩm"] == expected
    assert sheet(rig)[0]["Tên sản phẩm"] == expected
    assert not [v for v in sheet(rig)[0].values() if str(v).startswith(("=", "+", "-", "@"))]


def test_a_sku_like_a_formula_comes_back(rig: Rig) -> None:
    rig.on_sale("-A1")
    assert table(rig)[0]["Mã sản phẩm (SKU)"] == "'-A1"
    assert rig.state("-A1").status is RemoteStatus.LIVE


def test_a_google_table_has_no_formula_either(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A", title="=1+1 mì")
    assert "\t'=1+1 mì\t" in rig.public("google.tsv").decode()
    assert "<g:title>=1+1 mì</g:title>" in rig.public("google.xml").decode()


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        (unicodedata.normalize("NFD", "Mì gạo Chũ"), "Mì gạo Chũ"),
        ("<p>Mì <b>gạo</b> Chũ</p>", "Mì gạo Chũ"),
        ("Mì &amp; phở", "Mì & phở"),
        ("Mì &amp;amp; phở", "Mì &amp; phở"),
        ("R&D & 5 < 6 và 7 > 6", "R&D & 5 < 6 và 7 > 6"),
        ("<script>alert(1)</script>Mì<br>gạo", "Mì\ngạo"),
        ("Mì\u200b gạo\x07", "Mì gạo"),
        ("Mì\tgạo\xa0Chũ", "Mì gạo Chũ"),
    ],
)
def test_plain_text(given_text: str, expected: str) -> None:
    assert plain(given_text) == expected
    assert plain(expected) == expected or "&amp;" in expected


def test_ampersands_are_escaped_in_xml_and_not_in_tables(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A", title='Mì & "phở" > bún')
    assert '<g:title>Mì &amp; "phở" &gt; bún</g:title>' in rig.public("google.xml").decode()
    assert '\t"Mì & ""phở"" > bún"\t' in rig.public("google.tsv").decode()
    assert google(rig)["title"] == ['Mì & "phở" > bún']


# --- Google -----------------------------------------------------------------------------------


def google(rig: Rig) -> dict[str, list[str]]:
    """The only item, by attribute."""
    item = fromstring(rig.public("google.xml")).find("channel/item")  # noqa: S314 (our own)
    assert item is not None
    told: dict[str, list[str]] = {}
    for element in item:
        text = element.text or ":".join(part.text or "" for part in element)
        told.setdefault(element.tag.removeprefix(G), []).append(text)
    return told


def test_google_attributes(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A", gtin="8938501234568")
    told = google(rig)
    assert told["price"] == ["39000 VND"]
    assert told["link"] == ["https://ocop.example.vn/p/A"]
    assert told["gtin"] == ["8938501234568"]
    assert told["identifier_exists"] == ["yes"]
    assert told["shipping_weight"] == ["550 g"]
    assert told["unit_pricing_measure"] == ["500 g"]
    assert told["item_group_id"] == [FACTS.product_code]
    assert told["google_product_category"] == ["422"]
    assert told["additional_image_link"] == ["https://media.example.vn/mi-chu-2.jpg"]
    assert told["product_highlight"][0] == "OCOP 4 sao (2024)"
    assert "OCOP:Hạng:4 sao" in told["product_detail"]
    assert "certification" not in told


def test_a_barcode_is_never_made_up(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A")
    told = google(rig)
    assert told["identifier_exists"] == ["no"]
    assert "gtin" not in told
    assert "mpn" not in told


def test_fewer_highlights_than_google_takes_are_left_out(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    bare = Facts(product_code="OCOP-1")
    rig.made("A", facts=bare)
    pack = PricedVariant(Variant("A", "", 550), 39_000, 20)
    rig.shop.update_variants([VariantsChange(RemoteItem("A"), "A", (pack,))])
    rig.switched(True, "A")
    rig.sent()
    assert "product_highlight" not in google(rig)
    assert rig.state("A").status is RemoteStatus.LIVE


def test_what_is_out_of_stock_says_so(open_rig: Opener) -> None:
    rig = open_rig(kind=Google)
    rig.on_sale("A")
    rig.stock("A", 0)
    rig.sent()
    assert google(rig)["availability"] == ["out_of_stock"]


def test_a_product_that_may_not_claim_stars_claims_none(open_rig: Opener) -> None:
    bare = replace(FACTS, stars=None)
    words = re.compile(r"sao|1387|09/12/20|2024-12-09|2027-12-09|Hạng", re.I)
    for kind in (Google, TrangTinh, CsdlOcop):
        rig = open_rig(kind=kind)
        path = rig.bench.category()
        rig.on_sale("A", category_id=path)
        plain_content = content("Mì gạo Chũ gói 500 g", category_id=path, facts=bare)
        rig.shop.update_content([ContentChange(RemoteItem("A"), "A", plain_content)])
        rig.sent()
        for file in kind.profile.files:
            if file.format == "xlsx":
                text = str([list(row.values()) for row in sheet(rig, file.name)])
            else:
                text = rig.public(file.name).decode().split("\r\n", 1)[-1]
                text = text.split("\n", 1)[1] if file.format == "google-tsv" else text
            assert not words.findall(text), (kind, file.name)


def test_the_national_database_has_every_field_of_the_certificate(open_rig: Opener) -> None:
    rig = open_rig(kind=CsdlOcop)
    rig.on_sale("A", category_id="Thực phẩm")
    (row,) = sheet(rig, "san-pham-ocop.xlsx")
    assert (row["Mã sản phẩm OCOP"], row["Hạng sao"]) == ("OCOP-24-219-0001", "4")
    assert (row["Số quyết định"], row["Ngày công nhận"]) == ("1387/QĐ-UBND", "09/12/2024")
    assert (row["Ngày hết hạn"], row["Số giấy ATTP"], row["Giấy ATTP có giá trị đến"]) == (
        "09/12/2027", "12/2024/ATTP", "31/01/2027",
    )  # fmt: skip


def test_the_provinces_page_is_a_graph_of_products(open_rig: Opener) -> None:
    rig = open_rig(kind=TrangTinh)
    rig.on_sale("A", title="Mì </script> <b>Chũ", gtin="8938501234568")
    text = rig.public("san-pham.jsonld")
    assert b"</script" not in text
    (product,) = orjson.loads(text)["@graph"]
    assert product["@type"] == "Product"
    assert product["offers"] | {"@type": "Offer"} == product["offers"]
    assert (product["offers"]["price"], product["offers"]["priceCurrency"]) == (39_000, "VND")
    assert product["offers"]["availability"] == "https://schema.org/InStock"
    named = {p["name"]: p["value"] for p in product["additionalProperty"]}
    assert named["Hạng OCOP"] == "OCOP 4 sao"


# --- there and back ---------------------------------------------------------------------------


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=60
).filter(lambda t: plain(t) == t and not t.startswith("'"))


NUMBER = st.integers(0, len(FLOORS) - 1)


def row_of(profile: Profile, texts: Sequence[str], number: int) -> Row:
    title, description, producer, label = texts
    facts = replace(FACTS, producer=producer, trace_code=label, group="")
    where = profile.categories[0].path
    made = Content(
        title, description, where, (), ("http://a.example/1",) * 3, 550, (10, 10, 10), facts
    )
    return Row(
        f"S-{number}", f"S-{number}", made, Variant(f"S-{number}", label, 550), 39_000, 5, True
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), min_size=1, max_size=4), at=st.integers(0, 5)
)
def test_what_is_written_is_what_is_read(
    tmp_path: Path, rows: list[tuple[str, ...]], at: int
) -> None:
    profile = load(FLOORS[at])
    shop = shop_of(profile, "https://ocop.example.vn", "http://f.example/x")
    made = [cells(profile, row_of(profile, texts, n), shop) for n, texts in enumerate(rows)]
    for file in profile.files:
        path = tmp_path / file.name
        with opened(path, file, profile.columns, "http://f.example") as sink:
            for row in made:
                sink(row)
        back = [found for _line, found in rows_of(profile, file, path)]
        assert [_flat(profile, c, file.format) for c in back] == [
            _flat(profile, c, file.format) for c in made
        ]


def _flat(profile: Profile, row: Sequence[Sequence[object]], form: str) -> list[list[str]]:
    """Cells as texts; a table of one line has no breaks, and no colon inside a detail."""
    flat = []
    for cell in row:
        texts = [":".join(map(str, e)) if isinstance(e, tuple) else str(e) for e in cell]
        if form == "google-tsv":
            texts = [" ".join(t.replace(":", " -").split()) for t in texts]
        if form in ("csv", "xlsx") and len(texts) > 1:
            texts = "; ".join(texts).split("; ")
        flat.append(texts)
    return flat
