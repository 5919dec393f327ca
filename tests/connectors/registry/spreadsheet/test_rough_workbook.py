"""The office's rough workbook, row by row, against what was written down beforehand; and the clean
register."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from connectors.registry.spreadsheet.reports import read_rows, row_json
from connectors.registry.spreadsheet.source import SpreadsheetSource

DATA = Path(__file__).parents[1] / "data"
DAY = date(2025, 6, 30)
EXPECTED = json.loads((DATA / "ocop-bac-giang-tho.expected.json").read_bytes())["rows"]


@pytest.fixture(scope="module")
def found() -> dict[int, dict[str, Any]]:
    rows = [row_json(r) for r in read_rows(DATA / "ocop-bac-giang-tho.xlsx", DAY)]
    assert {row["sheet"] for row in rows} == {"OCOP BG"}, "hidden and empty sheets are not read"
    return {row["row"]: row for row in rows}


@pytest.mark.parametrize("expected", EXPECTED, ids=[f"row{e['row']}" for e in EXPECTED])
def test_each_row(expected: dict[str, Any], found: dict[int, dict[str, Any]]) -> None:
    row = found[expected["row"]]
    assert row["status"] == expected["status"]
    if expected["status"] == "skip":
        return
    assert row["reasons"] == expected["reasons"]
    assert row["warnings"] == expected["warnings"]
    assert row["value"] == expected["value"]


def test_no_row_beside_those(found: dict[int, dict[str, Any]]) -> None:
    assert set(found) == {e["row"] for e in EXPECTED}
    counts = Counter(row["status"] for row in found.values())
    assert (counts["accept"], counts["flag"], counts["reject"]) == (42, 27, 7)


def test_the_clean_register_is_clean() -> None:
    walk = SpreadsheetSource(DATA / "ocop-bac-giang.csv", DAY, full=True).pages(None)
    pages = list(walk.pages)
    products = [p for page in pages for p in page.products]
    assert (len(products), sum(len(p.variants) for p in products)) == (155, 201)
    assert [problem for page in pages for problem in page.problems] == []
    assert not any(p.flags for p in products)
    assert walk.end().full


def test_what_is_flagged_waits_and_what_is_clean_goes_on() -> None:
    """A bad cell takes nothing off sale: it is left out, and said."""
    walk = SpreadsheetSource(DATA / "ocop-bac-giang-tho.xlsx", DAY, full=True).pages(None)
    pages = list(walk.pages)
    products = {p.code: p for page in pages for p in page.products}
    problems = [p for page in pages for p in page.problems]
    assert len(products) > 30
    assert all(p.where.count(",") >= 2 and p.advice and p.expected for p in problems)
    rejected = sum(page.rejected for page in pages)
    assert rejected == 7 + 2, "two flagged rows share a code with different data: none is used"
    assert not walk.end().full, "a rejected row may be the one that seems to be missing"
