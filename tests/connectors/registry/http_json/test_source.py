"""A registry over HTTP: whole walks, later walks, and everything that must not look like a whole
walk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests

from connectors.registry.contract import Page, RegistryError, SourceProduct, WalkEnd
from connectors.registry.http_json import client
from connectors.registry.http_json.items import product
from connectors.registry.http_json.page import page_of
from connectors.registry.http_json.source import HttpJsonSource, open_source
from connectors.registry.spreadsheet.source import SpreadsheetSource
from sandbox.registry import RegistrySandbox
from sandbox.serving import serving
from worker.sku import mint

DAY = date(2025, 6, 30)
CSV = Path(__file__).parents[1] / "data" / "ocop-bac-giang.csv"
NOODLES = "OCOP-24-219-0002"


class Office:
    """A registry whose clock the test turns."""

    def __init__(self, folder: Path) -> None:
        self.moment = datetime(2025, 6, 30, 5, 0, tzinfo=UTC)
        self.sandbox = RegistrySandbox(folder, DAY, lambda: self.moment)
        self.url = ""

    @property
    def source(self) -> HttpJsonSource:
        return HttpJsonSource(self.url)

    def walk(self, since: str | None = None) -> tuple[list[Page], WalkEnd]:
        walk = self.source.pages(since)
        return list(walk.pages), walk.end()

    def spoil(self, kind: str, **more: Any) -> None:
        fault = {"kind": kind, **more}
        assert requests.post(f"{self.url}/_sandbox/faults", json=fault, timeout=5).ok

    def edit(self, code: str, **edit: Any) -> None:
        self.moment += timedelta(hours=1)
        url = f"{self.url}/_sandbox/products/{code}/edits"
        assert requests.post(url, json=edit, timeout=5).ok


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(client, "sleep", lambda _seconds: None)
    with tempfile.TemporaryDirectory() as folder:
        found = Office(Path(folder))
        with serving(found.sandbox.app) as url:
            found.url = url
            yield found


def codes(page: Page) -> list[str]:
    keys = page.keys()
    return [code for code, _digest, _version in keys]


def products(pages: list[Page]) -> dict[str, SourceProduct]:
    found: dict[str, SourceProduct] = {}
    for page in pages:
        read, problems = page.parse(codes(page))
        assert problems == []
        found |= {p.code: p for p in read}
    return found


def test_the_whole_book_with_the_same_skus_as_the_offices_file(office: Office) -> None:
    pages, end = office.walk()
    found = products(pages)
    walk = SpreadsheetSource(CSV, DAY, full=True).pages(None)
    file = {p.code: p for page in walk.pages for p in page.products}
    assert end.full
    assert end.total == 155
    assert {c: _skus(p) for c, p in found.items()} == {c: _skus(p) for c, p in file.items()}
    for code, read in found.items():
        assert (read.name, read.certificate) == (file[code].name, file[code].certificate)
        assert read.variants == file[code].variants


def _skus(found: SourceProduct) -> list[str]:
    taken: set[str] = set()
    for variant in found.variants:
        taken.add(mint(found.code, variant, taken))
    return sorted(taken)


def test_a_later_walk_asks_only_for_what_changed(office: Office) -> None:
    _pages, end = office.walk()
    office.edit(NOODLES, edit="price", pack="Gói 300 g", price_vnd=19_000)
    pages, later = office.walk(end.cursor)
    assert not later.full
    assert set(products(pages)) == {NOODLES}
    assert 19_000 in {v.price_vnd for v in products(pages)[NOODLES].variants}


def test_an_unchanged_registry_answers_not_modified(office: Office) -> None:
    _pages, first = office.walk()
    _pages, second = office.walk(first.cursor)
    pages, third = office.walk(second.cursor)
    assert pages == []
    assert third.unchanged
    assert third.cursor is None, "the earlier one stays"


def test_a_withdrawn_product_is_a_tombstone(office: Office) -> None:
    _pages, end = office.walk()
    office.edit(NOODLES, edit="withdrawn", reason="Ngừng sản xuất")
    pages, _end = office.walk(end.cursor)
    (stone,) = [t for page in pages for t in page.tombstones]
    assert (stone.code, stone.reason) == (NOODLES, "Ngừng sản xuất")


def test_a_revoked_certificate_is_not_a_deletion(office: Office) -> None:
    office.edit(NOODLES, edit="revoked", reason="Vi phạm")
    certificate = products(office.walk()[0])[NOODLES].certificate
    assert certificate is not None
    assert (certificate.status, certificate.revoked_reason) == ("revoked", "Vi phạm")


@pytest.mark.parametrize(("kind", "more"), [
    ("error", {}), ("busy", {"retry_after": 1}), ("html", {}), ("half", {}),
])  # fmt: skip
def test_a_short_trouble_is_waited_out(office: Office, kind: str, more: dict[str, Any]) -> None:
    office.spoil(kind, times=2, **more)
    pages, end = office.walk()
    assert end.full
    assert len(products(pages)) == 155


@pytest.mark.parametrize("kind", [
    "error", "busy", "html", "half", "dead", "huge", "empty_page", "stop_short",
])  # fmt: skip
def test_a_registry_in_trouble_is_believed_in_nothing(
    office: Office, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.registry.http_json.source.PAGE_SIZE", 50)
    office.spoil(kind, times=None)
    with pytest.raises(RegistryError) as caught:
        office.walk()
    error = caught.value
    assert office.url in error.where
    assert error.found
    assert error.expected
    assert error.advice


def test_items_that_come_twice_count_once(office: Office) -> None:
    office.spoil("twice")
    pages, _end = office.walk()
    assert len(products(pages)) == 155


def test_what_we_do_not_know_is_nothing(office: Office) -> None:
    office.spoil("unknown_fields")
    assert len(products(office.walk()[0])) == 155


def test_an_unknown_group_holds_the_product(office: Office) -> None:
    office.spoil("unknown_group")
    held = [p for p in products(office.walk()[0]).values() if p.flags]
    assert held
    assert all(p.flags == ("GROUP_UNKNOWN",) for p in held)


def test_a_missing_field_loses_that_product_alone(office: Office) -> None:
    office.spoil("missing_field")
    pages, end = office.walk()
    seen = [code for page in pages for code in codes(page)]
    read, problems = zip(*(page.parse(codes(page)) for page in pages), strict=True)
    lost = len(seen) - sum(map(len, read))
    said = [p for some in problems for p in some] + [p for page in pages for p in page.problems]
    assert said
    assert lost <= len(said)
    assert all(p.where and p.expected and p.advice for p in said)
    assert end.total == 155


def test_a_walk_over_several_pages(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.registry.http_json.source.PAGE_SIZE", 50)
    pages, end = office.walk()
    assert len(pages) == 4
    assert end.full
    assert len(products(pages)) == 155


def test_a_cursor_that_expired_begins_the_walk_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.registry.http_json.source.PAGE_SIZE", 50)
    walk = office.source.pages(None)
    pages = [next(walk.pages)]
    office.moment += timedelta(hours=1)
    pages += list(walk.pages)
    assert walk.end().full
    assert len(products(pages)) == 155


def test_a_file_is_another_sources() -> None:
    assert open_source("so.xlsx", DAY) is None
    source = open_source("https://so.example/v1/", DAY)
    assert source is not None
    assert source.key == "http:so.example"


# --- one item -------------------------------------------------------------------------------


def rows_page(rows: list[Any]) -> Page:
    return page_of(orjson.dumps({"items": rows}), rows)


def item(**changes: Any) -> dict[str, Any]:
    return {
        "code": "OCOP-1", "version": 3, "name": "Mỳ gạo Chũ", "group": "thuc-pham",
        "producer": {"id": 7, "name": "HTX A", "phone": None},
        "certificate": {"stars": 4, "recognised_on": "2024-12-05", "expires_on": "2027-12-05",
                        "status": "valid"},
        "variants": [{"pack": "Gói 300 g", "net_g": 300, "price_vnd": 18000, "stock": 40}],
        **changes,
    }  # fmt: skip


@pytest.mark.parametrize(("variant", "field"), [
    ({"price_vnd": 0}, "price_vnd"), ({"price_vnd": -5}, "price_vnd"),
    ({"price_vnd": 10**12}, "price_vnd"), ({"price_vnd": "18000"}, "price_vnd"),
    ({"stock": -1}, "stock"), ({"gtin": "8930000001048"}, "gtin"),
])  # fmt: skip
def test_a_bad_value_is_left_out_and_said(variant: dict[str, Any], field: str) -> None:
    pack = {"pack": "Gói 300 g", "net_g": 300, "price_vnd": 18000, "stock": 40, **variant}
    read, problems = product(item(variants=[pack]))
    assert read is not None
    assert getattr(read.variants[0], field) is None
    assert [p.field for p in problems] == [field]


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": None}, {"producer": None}, {"variants": []}, {"group": None},
    {"certificate": {"stars": 9, "recognised_on": "2024-12-05", "expires_on": "2027-12-05"}},
    {"certificate": {"stars": 4, "recognised_on": "2027-12-05", "expires_on": "2024-12-05"}},
    {"certificate": {"stars": 4, "recognised_on": "hôm qua", "expires_on": "2027-12-05"}},
])  # fmt: skip
def test_an_item_that_cannot_be_used_says_why(change: dict[str, Any]) -> None:
    read, problems = product(item(**change))
    assert read is None
    assert len(problems) == 1
    assert "OCOP-1" in problems[0].where


def test_versions_are_digests_and_rows_without_one_are_digested() -> None:
    first = rows_page([item(), item(code="OCOP-2", version=None)]).keys()
    other = rows_page([item(name="khác"), item(code="OCOP-2", version=None, name="khác")]).keys()
    assert first[0] == other[0], "the same version is the same statement"
    assert first[1][1] != other[1][1]
    assert rows_page([item(version=3), item(version=5), item(version=4)]).keys()[0][2] == 5


def test_rows_that_are_no_products_are_counted() -> None:
    page = rows_page([item(), {"name": "không mã"}, 7])
    assert page.rejected == 2
    assert len(page.problems) == 2
