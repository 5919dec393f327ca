"""What a floor would refuse is refused before it is stored, and named where a file is checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import (
    Account,
    AvailabilityChange,
    ContentChange,
    Credentials,
    Failed,
    NewListing,
    Outcome,
    PriceChange,
    RemoteItem,
    VariantsChange,
)
from connectors.errors import NotFound, Rejected
from connectors.feed import validate_folder
from connectors.feed.channels import Google, Postmart, San24h
from connectors.feed.connector import FeedConnector
from connectors.feed.profile import load
from connectors.feed.validate import Checker, Problem, gtin_problem
from connectors.feed.whole import NotWhole, rows_of
from connectors.http import Http
from tests.connectors.feed.conftest import FACTS, IMAGES, content, done, listing, pack

SITE = "ocop.example.vn"


def shop(
    folder: Path,
    kind: type[FeedConnector] = Google,
    site: str = "ocop.example.vn",
    public: str = "",
) -> FeedConnector:
    account = Account("x", "", Credentials(site=site), {}, folder, public)
    return kind(account, Http(), lambda: datetime(2026, 11, 24, 3, 0, tzinfo=UTC))


def rejected(outcome: Outcome[Any]) -> Rejected:
    assert isinstance(outcome, Failed), outcome
    assert isinstance(outcome.error, Rejected)
    assert outcome.error.hint
    return outcome.error


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("title", {"title": ""}, "title"),
    ("long title", {"title": "m" * 151}, "title"),
    ("long description", {"description": "m" * 5001}, "description"),
    ("html only", {"description": "<p> </p>"}, "description"),
    ("no picture", {"image_ids": ()}, "images"),
    ("too many pictures", {"image_ids": IMAGES * 6}, "images"),
    ("picture from a folder", {"image_ids": ("file:///a.jpg",)}, "images"),
    ("second picture", {"image_ids": (IMAGES[0], "a.jpg")}, "images"),
    ("picture with a space", {"image_ids": ("http://a.vn/a b.jpg",)}, "images"),
    ("category", {"category_id": "Mỹ phẩm"}, "category"),
    ("group", {"facts": replace(FACTS, group="Dịch vụ du lịch cộng đồng")}, "group"),
    ("price 0", {"price": 0}, "price"),
    ("price below 0", {"price": -1}, "price"),
    ("price too high", {"price": 1_000_000_001}, "price"),
    ("stock below 0", {"stock": -1}, "stock"),
    ("check digit", {"gtin": "8938501234567"}, "gtin"),
    ("restricted", {"gtin": "2000000000008"}, "gtin"),
    ("letters", {"gtin": "89385O1234568"}, "gtin"),
    ("lost letters", {"title": "M\ufffd g\ufffdo"}, "title"),
    ("letters read as Latin", {"title": "Mì gạo".encode().decode("latin-1")}, "title"),
]


@pytest.mark.parametrize(
    ("changes", "field"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_row_is_refused_before_it_is_stored(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    connector = shop(tmp_path)
    assert rejected(connector.create([listing("A", **changes)])[0]).field == field
    assert done(connector.find_by_sku(["A"])[0]) == ()


@pytest.mark.parametrize("sku", ["", "A B", "x" * 51, "A\n"])
def test_a_sku_that_no_feed_takes(tmp_path: Path, sku: str) -> None:
    assert rejected(shop(tmp_path).create([listing(sku)])[0]).field == "sku"


def test_one_row_is_one_pack(tmp_path: Path) -> None:
    connector = shop(tmp_path)
    two = NewListing("A", content(), (pack("A"), pack("B")))
    assert rejected(connector.create([two])[0]).field == "variants"
    done(connector.create([listing("A")])[0])
    item = RemoteItem("A")
    swap = VariantsChange(item, "A", (pack("B"),))
    assert rejected(connector.update_variants([swap])[0]).field == "variants"
    relabel = VariantsChange(item, "A", (pack("A", price=1, gtin="8938501234568"),))
    done(connector.update_variants([relabel])[0])
    seen = done(connector.read(["A"], full=True)[0])
    assert (seen.variants[0].gtin, seen.variants[0].price_vnd) == ("8938501234568", 39_000)


def test_the_same_sku_twice_in_one_call(tmp_path: Path) -> None:
    first, second = shop(tmp_path).create([listing("A"), listing("A")])
    assert done(first).remote_id == "A"
    assert rejected(second).field == "sku"


def test_without_a_domain_a_product_has_no_page(tmp_path: Path) -> None:
    """The address of the files themselves stands in, where there is one."""
    bare = shop(tmp_path / "a", site="")
    assert rejected(bare.create([listing("A")])[0]).field == "link"
    served = shop(tmp_path / "b", site="", public="http://f.example/x")
    done(served.create([listing("A")])[0])


def test_writes_name_rows_that_are_not_there(tmp_path: Path) -> None:
    connector = shop(tmp_path)
    item = RemoteItem("Z")
    outcomes = [
        *connector.set_price([PriceChange(item, {"Z": 1000})]),
        *connector.set_availability([AvailabilityChange(item, False)]),
        *connector.update_content([ContentChange(item, "Z", content())]),
        *connector.read(["Z"], full=True),
    ]
    assert [type(o.error) for o in outcomes if isinstance(o, Failed)] == [NotFound] * 4


def test_a_refused_change_leaves_the_row(tmp_path: Path) -> None:
    connector = shop(tmp_path)
    item = done(connector.create([listing("A")])[0])
    good, bad = connector.set_price([PriceChange(item, {"A": 41_000}), PriceChange(item, {"A": 0})])
    assert done(good).accepted == {"A"}
    assert rejected(bad).field == "price"
    long = ContentChange(item, "A", content("m" * 200))
    assert rejected(connector.update_content([long])[0]).field == "title"
    seen = done(connector.read(["A"], full=True)[0])
    assert (seen.title, seen.variants[0].price_vnd) == (content().title, 41_000)


def test_limits_are_the_floors_own(tmp_path: Path) -> None:
    title = "m" * 140
    assert done(shop(tmp_path / "a", San24h).create([listing("A", title=title)])[0])
    assert rejected(shop(tmp_path / "b", Postmart).create([listing("A", title=title)])[0])


# --- whole files ------------------------------------------------------------------------------

GOOD = {
    "id": "A", "title": "Mì", "description": "Mì gạo", "link": "https://ocop.example.vn/p/A",
    "image_link": "https://a.example/1.jpg", "availability": "in_stock", "price": "39000 VND",
    "identifier_exists": "no", "condition": "new",
}  # fmt: skip
BAD: list[tuple[str, dict[str, str], str]] = [
    ("missing", {"title": ""}, "title"),
    ("too_long", {"id": "x" * 51}, "id"),
    ("too_long", {"description": "x" * 5001}, "description"),
    ("gtin", {"gtin": "8938501234567"}, "gtin"),
    ("currency", {"price": "39000"}, "price"),
    ("currency", {"price": "39000 USD"}, "price"),
    ("currency", {"price": "39.000,00 VND"}, "price"),
    ("price", {"price": "0 VND"}, "price"),
    ("url", {"image_link": "ftp://a.example/1.jpg"}, "image_link"),
    ("too_many_values", {"additional_image_link": ",".join(["https://a.example/1"] * 11)},
     "additional_image_link"),
    ("unsupported_value", {"availability": "available"}, "availability"),
    ("link_domain", {"link": "https://khac.example.vn/p/A"}, "link"),
    ("encoding", {"title": "M\ufffd"}, "title"),
    ("missing_part", {"product_detail": "OCOP:4 sao"}, "product_detail"),
]  # fmt: skip


def checked(folder: Path, *rows: dict[str, str]) -> list[Problem]:
    """A Google table written by somebody, checked whole."""
    profile = load("google")
    file = profile.files[1]
    heads = [column.header for column in profile.columns]
    lines = ["\t".join(heads), *("\t".join(row.get(h, "") for h in heads) for row in rows)]
    path = folder / file.name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    checker = Checker(profile, "ocop.example.vn")
    return list(checker.rows(rows_of(profile, file, path)))


@pytest.mark.parametrize(("code", "change", "column"), BAD)
def test_a_whole_file(tmp_path: Path, code: str, change: dict[str, str], column: str) -> None:
    assert checked(tmp_path, GOOD) == []
    (found,) = checked(tmp_path, {**GOOD, "id": "B"}, {**GOOD, **change})
    assert (found.code, found.column, found.row) == (code, column, 3)
    for words in (found.found, found.expected, found.hint, str(found)):
        assert words


def test_an_id_that_comes_twice(tmp_path: Path) -> None:
    (found,) = checked(tmp_path, GOOD, {**GOOD, "id": "B"}, GOOD)
    assert (found.code, found.row, found.found) == ("duplicate_id", 4, "mã 'A' đã có ở dòng 2")


@pytest.mark.parametrize("text", ["id\ttitle\nA\tMì\n", "", "\ufeff"])
def test_a_file_that_is_no_feed(tmp_path: Path, text: str) -> None:
    profile = load("google")
    path = tmp_path / "google.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotWhole):
        list(rows_of(profile, profile.files[1], path))


def test_a_folder_that_somebody_edited(tmp_path: Path) -> None:
    connector = shop(tmp_path)
    connector.check()
    connector.switch = None  # type: ignore[attr-defined]
    connector.set_availability(
        [AvailabilityChange(done(connector.create([listing("A")])[0]), True)]
    )
    connector.finish()
    assert list(validate_folder(tmp_path)) == []
    path = tmp_path / "public" / "google.xml"
    path.write_text(path.read_text().replace("39000 VND", "39000 đ"), encoding="utf-8")
    ((name, problem),) = validate_folder(tmp_path)
    assert (name, problem.code, problem.sku) == ("google.xml", "currency", "A")


def test_a_folder_of_nobody(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="chưa xuất file nào"):
        list(validate_folder(tmp_path))


@pytest.mark.parametrize(("text", "fine"), [
    ("8938501234568", True), ("96385074", True), ("614141000036", True), ("18938501234565", True),
    ("8938501234567", False), ("893850123456", False), ("8.93850E+12", False), ("", False),
    ("٨٩٣٨٥٠١٢٣٤٥٦٨", False),
])  # fmt: skip
def test_barcodes(text: str, fine: bool) -> None:
    assert (gtin_problem(text, restricted=False) == "") is fine
