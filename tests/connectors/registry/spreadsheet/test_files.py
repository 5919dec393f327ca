"""The same book in every form an office sends it in, and files that cannot be used."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from connectors.registry.contract import RegistryError, SourceProduct
from connectors.registry.spreadsheet.source import SpreadsheetSource, open_source

CLEAN = Path(__file__).parents[1] / "data" / "ocop-bac-giang.csv"
DAY = date(2025, 6, 30)
TEXT = CLEAN.read_text(encoding="utf-8-sig")
ROWS = list(csv.reader(io.StringIO(TEXT)))


def products(path: Path) -> list[SourceProduct]:
    pages = list(SpreadsheetSource(path, DAY, full=True).pages(None).pages)
    assert [p for page in pages for p in page.problems] == []
    return [p for page in pages for p in page.products]


CLEAN_PRODUCTS = products(CLEAN)


def _delimited(mark: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark).writerows(ROWS)
    return out.getvalue()


_CP1258 = str.maketrans({"–": "-"})


def _vietnamese_1258() -> bytes:
    """Windows-1258 has base letters and combining tones."""
    out = []
    for char in TEXT:
        if len(char.encode("cp1258", "ignore")) == 1:
            out.append(char)
            continue
        base, *tones = unicodedata.normalize("NFD", char)
        shaped = unicodedata.normalize(
            "NFC", base + "".join(t for t in tones if t in "\u0302\u0306\u031b")
        )
        out.append(shaped + "".join(t for t in tones if t not in "\u0302\u0306\u031b"))
    return "".join(out).translate(_CP1258).encode("cp1258")


FORMS: dict[str, Callable[[], bytes]] = {
    "utf-8": lambda: TEXT.encode(),
    "utf-8 with mark": lambda: TEXT.encode("utf-8-sig"),
    "utf-16": lambda: TEXT.encode("utf-16"),
    "utf-16 without mark": lambda: TEXT.encode("utf-16-le"),
    "windows-1258": _vietnamese_1258,
    "decomposed": lambda: unicodedata.normalize("NFD", TEXT).encode(),
    "semicolons": lambda: _delimited(";").encode("utf-8-sig"),
    "tabs": lambda: _delimited("\t").encode("utf-8"),
    "windows lines": lambda: TEXT.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_csv_file_in_any_dress_gives_the_same_products(form: str, tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    path.write_bytes(FORMS[form]())
    assert products(path) == CLEAN_PRODUCTS


def _workbook(path: Path, *, plain_header: bool = False) -> None:
    """Title rows, a merged title, a district row in between, notes, a hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "OCOP"
    sheet.append(["DANH MỤC SẢN PHẨM OCOP TỈNH BẮC GIANG"])
    sheet.merge_cells("A1:H1")
    sheet.append([])
    header = [_plain(h) for h in ROWS[0]] if plain_header else ROWS[0]
    sheet.append(header)
    for number, row in enumerate(ROWS[1:]):
        if number == 20:
            sheet.append(["II", "Huyện Lục Ngạn"])
        sheet.append(row)
    sheet.append([])
    sheet.append(["Ghi chú: số liệu do các huyện báo cáo"])
    hidden = book.create_sheet("Nháp")
    hidden.append(ROWS[0])
    hidden.append(["1", "OCOP-24-999-9999", "Không được đọc", *ROWS[1][3:]])
    hidden.sheet_state = "hidden"
    book.save(path)


def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in bare if not unicodedata.combining(c)).upper()


@pytest.mark.parametrize("plain_header", [False, True])
def test_a_workbook_gives_the_same_products(tmp_path: Path, plain_header: bool) -> None:
    path = tmp_path / "so.xlsx"
    _workbook(path, plain_header=plain_header)
    assert products(path) == CLEAN_PRODUCTS


# --- files that cannot be used ----------------------------------------------------------------


def refusal(path: Path) -> RegistryError:
    with pytest.raises(RegistryError) as caught:
        list(SpreadsheetSource(path, DAY, full=True).pages(None).pages)
    error = caught.value
    assert error.where
    assert error.found
    assert error.expected
    assert error.advice
    return error


def test_a_missing_file(tmp_path: Path) -> None:
    assert "so.xlsx" in refusal(tmp_path / "so.xlsx").where


def test_a_folder(tmp_path: Path) -> None:
    refusal(tmp_path)


def test_a_file_that_cannot_be_read() -> None:
    """The kernel refuses to read this one, to root as well."""
    refusal(Path("/proc/self/mem"))


def test_an_empty_file_and_an_empty_sheet(tmp_path: Path) -> None:
    (tmp_path / "so.csv").write_bytes(b"")
    refusal(tmp_path / "so.csv")
    openpyxl.Workbook().save(tmp_path / "so.xlsx")
    refusal(tmp_path / "so.xlsx")


def test_a_table_without_a_known_header(tmp_path: Path) -> None:
    (tmp_path / "so.csv").write_text("a,b\n1,2\n")
    assert "Mã" in str(refusal(tmp_path / "so.csv")) or "cột" in str(refusal(tmp_path / "so.csv"))


@pytest.mark.parametrize("content", [b"%PDF-1.7 hello", b"\x89PNG\r\n\x1a\n123", b"PK\x03\x04cut"])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(content)
    refusal(path)


def test_a_workbook_named_csv_says_which_of_both_it_is(tmp_path: Path) -> None:
    path = tmp_path / "so.csv"
    _workbook(path)
    error = refusal(path)
    assert "CSV" in error.found
    assert "XLSX" in error.found


def test_a_workbook_that_unzips_to_gigabytes_is_not_unpacked(tmp_path: Path) -> None:
    whole, bomb = tmp_path / "whole.xlsx", tmp_path / "so.xlsx"
    _workbook(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for part in source.namelist():
            out.writestr(part, source.read(part))
        with out.open("xl/media/image1.png", "w") as filler:
            for _ in range(160):
                filler.write(bytes(1 << 20))
    assert bomb.stat().st_size < 2 << 20
    assert "MB" in refusal(bomb).found


@pytest.mark.parametrize("part", [
    "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml", "xl/media/image1.png",
])  # fmt: skip
def test_a_part_that_is_longer_than_it_says_is_not_unpacked(part: str, tmp_path: Path) -> None:
    """The archive declares a kilobyte; the library that reads cells would believe its end only."""
    whole, bomb = tmp_path / "whole.xlsx", tmp_path / "so.xlsx"
    _workbook(whole)
    length = 96_000_007
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for name in {*source.namelist(), part}:
            data = source.read(name) if name in source.namelist() else b"picture"
            out.writestr(name, data.ljust(length) if name == part else data)
    data = bomb.read_bytes()
    assert data.count(length.to_bytes(4, "little")) == 2
    bomb.write_bytes(data.replace(length.to_bytes(4, "little"), (1000).to_bytes(4, "little")))
    script = (
        "import resource, sys; from datetime import date; from pathlib import Path;"
        "from connectors.registry.contract import RegistryError;"
        "from connectors.registry.spreadsheet.source import SpreadsheetSource;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: SpreadsheetSource(Path(sys.argv[1]), date(2025, 6, 30)).pages(None)\n"
        "except RegistryError as error: print(error.found)\n"
        "else: print('read')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(bomb)], capture_output=True, text=True, check=True
    )
    found, grown_kb = said.stdout.splitlines()
    assert "hỏng" in found
    assert int(grown_kb) < 48_000


def test_a_sheet_by_another_name_is_bounded_too(tmp_path: Path) -> None:
    whole, bomb = tmp_path / "whole.xlsx", tmp_path / "so.xlsx"
    _workbook(whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            data = source.read(name).replace(b"worksheets/sheet1.xml", b"worksheets/sheet1.dat")
            if name.endswith("sheet1.xml"):
                name = name.replace(".xml", ".dat")
                data = data.replace(b"</sheetData>", b'<row r="1000000"/></sheetData>')
            out.writestr(name, data)
    assert "1000000" in refusal(bomb).found


def test_one_bad_row_takes_nothing_else_down(tmp_path: Path) -> None:
    rows = [list(row) for row in ROWS[:6]]
    rows[1][1] = ""
    rows[2][2] = ""
    rows[3][15] = "Liên hệ"
    path = tmp_path / "so.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    pages = list(SpreadsheetSource(path, DAY, full=True).pages(None).pages)
    problems = [p for page in pages for p in page.problems]
    assert {p.code for p in problems} >= {"CODE_MISSING", "NAME_MISSING"}
    assert all(p.where and p.expected and p.advice for p in problems)
    kept = {p.code for page in pages for p in page.products}
    assert {rows[4][1], rows[5][1]} <= kept


def test_a_web_address_is_another_sources() -> None:
    assert open_source("https://so.example/v1", DAY) is None
