"""A register file looked at before it is taken: it says exactly what a pull of it then does."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from worker import received, reviewing
from worker.env import local_day
from worker.pull import run_pull
from worker.runtime import open_source

DATA = Path("tests/connectors/registry/data")
DAY = date(2026, 11, 20)
HEAD = [
    "STT", "Mã sản phẩm", "Tên sản phẩm", "Chủ thể", "Huyện/TP", "Xã/Phường", "Nhóm sản phẩm",
    "Hạng sao", "Số quyết định", "Ngày công nhận", "Quy cách đóng gói", "Khối lượng (g)",
    "Giá bán (đồng)", "Tồn kho", "Ghi chú",
]  # fmt: skip


def row(number, *, code=None, name=None, price=20000, stock=5, pack="Gói 300 g", net=300, note=""):
    code = code or f"OCOP-24-219-{number:04d}"
    return [
        number, code, name or f"Mỳ gạo Chũ {number}", "HTX Mỳ Chũ", "Huyện Lục Ngạn", "",
        "Thực phẩm", "4 sao", "1/QĐ-UBND", "15/12/2024", pack, net, price, stock, note,
    ]  # fmt: skip


def book(*rows):
    made = Workbook()
    sheet = made.active
    sheet.title = "OCOP"
    for cells in (HEAD, *rows):
        sheet.append(cells)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def write(tmp_path, *rows, name="so.xlsx"):
    path = tmp_path / name
    path.write_bytes(book(*rows))
    return path


def pull(world, path, *, full=False):
    source = open_source(str(path), local_day(world.env.now()), full=full)
    return run_pull(world.env, source, slot=None, who="t", full=full)[1]


def outcomes(reading):
    return [(line.number, line.outcome) for line in reading.products]


def test_each_row_has_what_becomes_of_it(tmp_path):
    path = write(
        tmp_path, row(1), row(2, price="Liên hệ"), row(3), row(3, price="0đ", pack="Gói 1", net=1),
        row(4, price=-5), row(5, code="-"), row(6, note="thu hồi"),
    )  # fmt: skip
    reading = reviewing.read(path, DAY)
    assert outcomes(reading) == [
        (2, "taken"), (3, "waits"), (4, "taken"), (5, "left_out"), (6, "refused"),
        (7, "refused"), (8, "waits"),
    ]  # fmt: skip
    bad = reading.products[4].troubles[0]
    assert (bad.column, bad.code, bad.found) == ("M", "PRICE_NEGATIVE", "-5")
    assert not reading.whole
    assert reviewing.read(write(tmp_path, row(1)), DAY).whole


def test_the_rough_workbook_is_read_as_the_pull_reads_it(world):
    path = DATA / "ocop-bac-giang-tho.xlsx"
    reading = reviewing.read(path, local_day(world.env.now()))
    before = reviewing.compare(world.env, path, reading)
    result = pull(world, path)
    assert result.new == len(before.new) == len(reading.keys) > 30
    assert result.rejected == reading.counts()["refused"]
    assert len(reading.products) == 76
    after = reviewing.compare(world.env, path, reading)
    assert (after.new, after.changed) == (frozenset(), frozenset())
    assert after.of(reading.products[0]) == "same"


def test_looking_writes_nothing(world, tmp_path):
    path = write(tmp_path, row(1))
    reading = reviewing.read(path, DAY)
    reviewing.compare(world.env, path, reading)
    reviewing.differences(world.env, reading.products)
    assert world.sql("SELECT count(*) FROM product") == [(0,)]


def test_what_changed_is_named_with_the_old_value(world, tmp_path):
    pull(world, write(tmp_path, row(1), row(2)))
    path = write(tmp_path, row(1, price=25000, stock=9), row(2), row(2, net=1000, pack="Túi 1 kg"))
    reading = reviewing.read(path, DAY)
    compared = reviewing.compare(world.env, path, reading)
    assert [compared.of(line) for line in reading.products] == ["changed", "changed", "changed"]
    found = reviewing.differences(world.env, reading.products)
    assert [(d.what, d.before, d.after) for d in found["OCOP", 2]] == [
        ("price_vnd", 20000, 25000), ("stock", 5, 9),
    ]  # fmt: skip
    assert [d.what for d in found["OCOP", 3]] == ["other"]
    assert [(d.what, d.after) for d in found["OCOP", 4]] == [("pack", "Túi 1 kg")]


def test_absence_is_counted_against_a_file_of_the_same_name(world, tmp_path):
    pull(world, write(tmp_path, row(1), row(2)))
    path = write(tmp_path, row(1))
    assert reviewing.compare(world.env, path, reviewing.read(path, DAY)).gone == (
        "OCOP-24-219-0002",
    )
    other = write(tmp_path, row(1), name="khac.xlsx")
    assert reviewing.compare(world.env, other, reviewing.read(other, DAY)).gone == ()


def test_a_reading_is_kept_and_read_anew_the_next_day(tmp_path):
    now = world_now()
    kept = received.keep(tmp_path, "so.xlsx", io.BytesIO(book(row(1))), "t", now)
    first = reviewing.of_received(kept, DAY)
    assert reviewing.load(reviewing.dump(first)) == first
    kept.path.write_bytes(book(row(1), row(2)))
    assert reviewing.of_received(kept, DAY) == first
    assert len(reviewing.of_received(kept, DAY + timedelta(days=1)).products) == 2


def world_now():
    from tests.worker.fakes import Time

    return Time()()


# --- marked -----------------------------------------------------------------------------------


def marked(path):
    return load_workbook(io.BytesIO(reviewing.mark(path, reviewing.read(path, DAY))))


def test_bad_cells_are_filled_and_explained_and_the_others_stay(tmp_path):
    sheet = marked(write(tmp_path, row(1, price="0đ"), row(2)))["OCOP"]
    assert sheet["M2"].fill.fgColor.rgb == "00FFEB9C"
    assert "Cách sửa" in sheet["M2"].comment.text
    assert sheet["M3"].comment is None
    assert sheet["P1"].value == "Lỗi (ocop-sync)"
    assert sheet["P2"].value.startswith("M: thấy “0đ”")
    assert sheet["P3"].value is None
    assert sheet["M3"].value == 20000


def test_a_marked_sheet_sent_again_has_one_column_of_marks(tmp_path):
    path = write(tmp_path, row(1, price="0đ"), row(2, price="0đ"))
    once = tmp_path / "hai.xlsx"
    once.write_bytes(reviewing.mark(path, reviewing.read(path, DAY)))
    mended = load_workbook(once)
    mended["OCOP"]["M2"].value = 30000
    mended.save(once)
    assert outcomes(reviewing.read(once, DAY)) == [(2, "taken"), (3, "waits")]
    sheet = marked(once)["OCOP"]
    assert sheet["Q1"].value is None
    assert (sheet["P2"].value, bool(sheet["P3"].value)) == (None, True)


FORMULAS = ('=HYPERLINK("http://x")', "+1+1", "-2", "@SUM(A1)", "\t=1")


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_marked_sheet_is_a_formula(tmp_path, formula):
    import csv

    path = tmp_path / "so.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        writer.writerow(row(1, name=formula, pack=formula, price=formula, note=formula))
    sheet = marked(path).worksheets[0]
    assert {cell.data_type for cells in sheet.iter_rows() for cell in cells} <= {"s", "n"}
    assert sheet["O2"].value == formula


def test_a_formula_of_a_workbook_comes_back_as_a_value(tmp_path):
    path = write(tmp_path, row(1, price="=1+1"), row(2))
    sheet = marked(path)["OCOP"]
    assert sheet["M2"].data_type != "f"
    assert sheet["M2"].comment is not None


def test_a_formula_that_excel_computed_comes_back_as_what_it_computed(tmp_path):
    path = tmp_path / "so.xlsx"
    made = xlsxwriter.Workbook(path)
    sheet = made.add_worksheet("OCOP")
    for number, cells in enumerate((HEAD, row(1, stock=-1))):
        sheet.write_row(number, 0, cells)
    sheet.write_formula("M2", "=20000+5000", None, 25000)
    made.close()
    found = marked(path)["OCOP"]
    assert (found["M2"].value, bool(found["N2"].comment)) == (25000, True)


def test_merged_cells_are_marked_where_they_are(tmp_path):
    made = Workbook()
    sheet = made.active
    sheet.title = "OCOP"
    for cells in (HEAD, row(1, price="0đ"), row(2, price=None)):
        sheet.append(cells)
    sheet.merge_cells("M2:M3")
    path = tmp_path / "so.xlsx"
    made.save(path)
    assert marked(path)["OCOP"]["M2"].comment is not None


# --- kept files -------------------------------------------------------------------------------


def test_a_kept_file_is_found_for_a_day_by_its_own_name(tmp_path):
    now = world_now()
    kept = received.keep(tmp_path, "C:\\Sổ\\sổ OCOP.xlsx", io.BytesIO(b"x"), "Lan", now)
    assert kept.path.name == "sổ OCOP.xlsx"
    assert received.find(tmp_path, kept.id, now) == kept
    assert received.find(tmp_path, kept.id, now + timedelta(hours=25)) is None
    received.clear(tmp_path, now + timedelta(hours=25))
    assert not kept.folder.exists()


@pytest.mark.parametrize("name", ["../../x", "", ".", "..", "A" * 22, "a/../../../etc/passwd"])
def test_no_other_name_finds_anything(tmp_path, name):
    received.keep(tmp_path / "u", "so.xlsx", io.BytesIO(b"x"), "Lan", world_now())
    assert received.find(tmp_path / "u", name, world_now()) is None


def test_no_file_outside_of_its_folder_is_found(tmp_path):
    kept = received.keep(tmp_path / "v", "so.xlsx", io.BytesIO(b"x"), "Lan", world_now())
    (tmp_path / "u").mkdir()
    assert received.find(tmp_path / "u", f"../v/{kept.id}", world_now()) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"), ("", "so-dang-ky"), ("...", "so-dang-ky"),
        ("a\0b\u202e.xlsx", "ab.xlsx"), ("ổ" * 5000 + ".xlsx", "ổ" * 58 + ".xlsx"),
    ],
)  # fmt: skip
def test_a_file_s_name_can_lie_on_disk(name, safe):
    assert received.safe_name(name) == safe


def test_only_so_many_files_are_kept(tmp_path):
    now = world_now()
    made = [
        received.keep(tmp_path, "x.csv", io.BytesIO(b"x"), "t", now + timedelta(seconds=i))
        for i in range(received.MOST + 3)
    ]
    assert len(list(tmp_path.iterdir())) == received.MOST
    assert received.find(tmp_path, made[-1].id, now) is not None
    assert received.find(tmp_path, made[0].id, now) is None


def test_one_stray_cell_at_the_far_end_costs_nothing(tmp_path):
    made = load_workbook(io.BytesIO(book(row(1, price="0đ"))))
    made["OCOP"]["XFD190"] = "x"
    path = tmp_path / "so.xlsx"
    made.save(path)
    sheet = marked(path)["OCOP"]
    assert len(sheet._cells) < 60_000
    assert sheet["M2"].comment is not None
