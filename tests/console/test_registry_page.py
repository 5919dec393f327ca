"""A spreadsheet sent to the registry page: read, shown row by row, accepted, sent back marked."""

from __future__ import annotations

import errno
import io
import re
import shutil
import zipfile
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from models import owners
from tests.console.visitors import browser
from tests.worker.test_reviewing import DATA, HEAD, book, row

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture
def web(world, tmp_path):
    world.env.uploads = tmp_path / "uploads"
    return browser(world)


def sent(web, *rows, name="so.xlsx"):
    """Where a file is reviewed after it was sent."""
    answer = web.send("/registry", name, book(*rows))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def products(world):
    return world.sql("""SELECT c.code, v.price_vnd FROM product_code c
        JOIN variant v ON v.product_id = c.product_id ORDER BY 1, 2""")


def test_a_file_is_shown_in_its_own_rows_and_nothing_is_written(world, web):
    place = sent(web, row(1), row(2, price="0đ"), row(3, price=-5))
    page = web.get(place)
    assert page.status_code == 200
    for words in ("OCOP-24-219-0001", "20.000", "Cột M", "0đ", "OCOP</bdi>, 4", "không nhận"):
        assert words in page.text
    assert products(world) == []


def test_the_good_part_is_accepted_as_a_run_and_the_workers_are_asked(world, web):
    place = sent(web, row(1), row(2, price=-5))
    answer = web.post(place)
    run = re.fullmatch(r"/runs/(\d+)\?done=.+", answer.headers["location"])
    assert run
    assert "Đã nhận tệp; những gì" in web.get(answer.headers["location"]).text
    assert products(world) == [("OCOP-24-219-0001", 20000)]
    assert web.sent == ["sweep", "pictures"]
    assert world.sql("SELECT id, kind, who, status FROM run") == [
        (int(run[1]), "pull", "tại máy chủ", "ended")
    ]
    assert world.sql("SELECT who, via, action, subject FROM audit") == [
        ("tại máy chủ", "web", "registry_accepted", "so.xlsx")
    ]
    again = web.get(place).text
    assert "như cũ" in again


def test_what_the_file_brings_is_planned_at_once(world, web):
    web.post(sent(web, row(1)))
    with world.env.db.transaction() as session:
        owners.agree(session, [owners.find(session, "htx my chu")[0][0]], agreed=True)
    world.sync(world.connect("Của tỉnh"))
    web.post(sent(web, row(1), row(2)))
    assert [r.product_code for r in world.rows()] == ["OCOP-24-219-0001", "OCOP-24-219-0002"]


def test_a_button_pressed_twice_is_one_run(world, web):
    place = sent(web, row(1))
    first, second = web.post(place), web.post(place)
    assert first.headers["location"] == second.headers["location"]
    assert world.sql("SELECT count(*) FROM run") == [(1,)]


def test_a_whole_register_withdraws_what_it_does_not_have_and_says_so_before(world, web):
    web.post(sent(web, *(row(n) for n in range(1, 21))))
    place = sent(web, *(row(n) for n in range(1, 20)))
    assert "OCOP-24-219-0020" in web.get(place).text
    web.post(place)
    gone = "SELECT count(*) FROM product WHERE withdrawn_at IS NOT NULL"
    assert world.sql(gone) == [(0,)]
    web.post(place, {"full": "1"})
    assert world.sql(gone) == [(1,)]


def test_a_change_is_shown_with_the_old_price(world, web):
    web.post(sent(web, row(1)))
    page = web.get(sent(web, row(1, price=25000), row(2)), show="changed").text
    assert "<del>20.000\N{NO-BREAK SPACE}đ</del>" in page or "<del>20.000 đ</del>" in page
    assert "25.000 đ" in page
    assert "OCOP-24-219-0002" not in page


def test_the_sheet_comes_back_marked(world, web):
    place = sent(web, row(1, price="0đ"), name="Sổ tháng 11.xlsx")
    answer = web.get(f"{place}/marked.xlsx")
    assert "S%E1%BB%95%20th%C3%A1ng%2011-loi.xlsx" in answer.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(answer.content))["OCOP"]
    assert sheet["M2"].comment is not None


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (200 << 20))
    return out.getvalue()


def locked():
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PNG, "ảnh PNG"), (b"", "tệp rỗng"), (bomb, "giải nén ra 200 MB"), (locked, "mật khẩu"),
        (b"PK\x03\x04 broken", "bị hỏng"), (b"a,b\n1,2\n", "tiêu đề"), (b"<html>", "HTML"),
    ],
)  # fmt: skip
def test_what_is_no_register_is_said_on_the_page(world, web, tmp_path, data, words):
    name = "so.csv" if data == b"a,b\n1,2\n" else "so.xlsx"
    answer = web.send("/registry", name, data() if callable(data) else data)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Cách sửa" in answer.text
    assert list((tmp_path / "uploads").iterdir()) == []


def test_no_file_at_all_is_said(web):
    assert "Chưa chọn tệp" in web.post("/registry", {"file": "chữ"}).text
    assert web.post("/registry").status_code == 422


def test_more_bytes_than_a_reader_opens_are_refused_while_they_come(world, web, monkeypatch):
    monkeypatch.setattr("console.web.access.UPLOAD_BYTES_MOST", 5000)
    answer = web.send("/registry", "so.xlsx", b"x" * 6000)
    assert answer.status_code == 413
    assert "Tệp quá lớn" in answer.text
    assert web.send("/registry", "so.csv", b"x" * 3000).status_code == 422


def test_a_full_disk_is_said(web, monkeypatch):
    def full(*_where):
        raise OSError(errno.ENOSPC, "No space left on device")

    sheet = book(row(1))
    monkeypatch.setattr("worker.received.shutil.copyfileobj", full)
    answer = web.send("/registry", "so.xlsx", sheet)
    assert answer.status_code == 507
    assert "ổ đĩa đã đầy" in answer.text


def test_a_form_that_is_not_ours_is_refused(world, web):
    place = sent(web, row(1))
    files = {"file": ("so.xlsx", book(row(1)))}
    bare = web.client.post("/registry", files=files, follow_redirects=False)
    assert bare.status_code == 403
    assert web.client.post(place, data={"full": "1"}).status_code == 403
    assert products(world) == []


@pytest.mark.parametrize("other", ["A" * 22, "x", "%2e%2e%2fetc", "so.xlsx"])
def test_an_upload_that_there_is_not_is_said(web, other):
    for answer in (
        web.get(f"/registry/{other}"), web.get(f"/registry/{other}/marked.xlsx"),
        web.post(f"/registry/{other}"),
    ):  # fmt: skip
        assert answer.status_code == 404


def test_a_file_belongs_to_the_one_who_sent_it_and_an_administrator_sees_it(world, tmp_path):
    world.env.uploads = tmp_path / "uploads"
    place = sent(browser(world, "operator", "Lan"), row(1))
    other = browser(world, "operator", "Minh")
    assert other.get(place).status_code == 404
    assert other.post(place).status_code == 404
    assert browser(world, "admin", "Hoa").get(place).status_code == 200


def test_a_file_that_vanished_before_it_was_accepted_is_said(world, web, tmp_path):
    place = sent(web, row(1))
    shutil.rmtree(tmp_path / "uploads" / place.rpartition("/")[2] / "file")
    assert web.post(place).status_code == 404
    assert products(world) == []


def test_a_file_is_kept_for_a_day(world, web):
    place = sent(web, row(1))
    world.time.at += timedelta(hours=25)
    assert web.get(place).status_code == 404


def test_a_viewer_looks_and_sends_nothing(world, tmp_path):
    world.env.uploads = tmp_path / "uploads"
    viewer = browser(world, "viewer")
    page = viewer.get("/registry")
    assert page.status_code == 200
    assert 'type="file"' not in page.text
    answer = viewer.send("/registry", "so.xlsx", book(row(1)))
    assert answer.status_code == 403
    assert not (tmp_path / "uploads").exists()


def test_nobody_fills_our_disk_without_a_login(world, web):
    browser(world, "admin")
    stranger = browser(world)
    answer = stranger.client.post(
        "/registry", data={"full": "1"}, files={"file": ("so.xlsx", b"x" * 9000)}
    )
    assert answer.status_code == 401
    assert "kept.full" not in answer.text
    assert 'value="/registry"' in answer.text


def test_markup_and_formulas_in_every_field_stay_text(world, web):
    evil = '<script>alert("x")</script>=1+1'
    place = sent(
        web, row(1, name=evil, pack=evil, price=evil, stock=evil, note=evil),
        row(2, name="Mỳ " + "x" * 5000), [evil] * len(HEAD), name=f"{evil[:20]}.xlsx",
    )  # fmt: skip
    page = web.get(place).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "x" * 400 not in page
    assert web.get(f"{place}/marked.xlsx").status_code == 200
    assert web.post(place).status_code == 303


def test_many_rows_come_in_pages_and_are_read_once(world, web, monkeypatch):
    place = sent(web, *(row(n) for n in range(1, 251)))
    monkeypatch.setattr("worker.reviewing.read", lambda *_: pytest.fail("read again"))
    first = web.get(place).text
    assert first.count('<th scope="row">') == 100
    assert "Trang 1 / 3" in first
    last = web.get(place, page="3")
    assert "OCOP-24-219-0250" in last.text
    assert 'rel="next"' not in last.text
    for odd in ("0", "-1", "x", "99999999999", "9999"):
        assert web.get(place, page=odd).status_code == 200


def test_the_rough_workbook_of_an_office_is_shown(web):
    answer = web.send("/registry", "tho.xlsx", (DATA / "ocop-bac-giang-tho.xlsx").read_bytes())
    page = web.get(answer.headers["location"])
    assert page.status_code == 200
    assert "Sheet" not in page.text
    assert web.get(answer.headers["location"], show="other").text.count("tiêu đề cột") == 2
    assert web.get(f"{answer.headers['location']}/marked.xlsx").status_code == 200


def test_workers_that_cannot_be_asked_lose_nothing(world, web):
    def away(_task, _arguments):
        raise ConnectionError

    from dataclasses import replace

    place = sent(web, row(1))
    app = web.client.app
    app.state.console = replace(app.state.console, send=away)
    assert web.post(place).status_code == 303
    assert products(world) == [("OCOP-24-219-0001", 20000)]
