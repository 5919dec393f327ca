"""What operators decide: runs undone, holds, the plan that was shown and no other, shops."""

from __future__ import annotations

import re
import threading
from typing import Any
from urllib.parse import unquote_plus

import orjson
import pytest

from connectors.contract import Connector
from connectors.errors import Unavailable
from console.web import terms
from console.web.access import FORM_BYTES_MOST
from console.web.site import fragment
from models import log, runs
from models.log import LogFilter
from models.operator import ADMIN, OPERATOR, VIEWER
from models.run import Run
from tests.console.web.conftest import Site, turn
from tests.worker.fakes import source_product


def jump(site: Site) -> int:
    """A price that waits for a person: ten times the old one."""
    site.world.book.products = [source_product(prices=(200_000,))]
    site.world.pull()
    site.world.plan()
    found = site.world.sql("SELECT id FROM hold WHERE status = 'open'")
    return int(str(found[0][0]))


def test_a_hold_says_what_yes_and_no_do_and_is_decided_once(site: Site) -> None:
    number = jump(site)
    operator = site.as_(OPERATOR)
    assert f'href="/holds/{number}"' in operator.get("/holds").text
    shown = operator.get(f"/holds/{number}").text
    assert "Gửi giá mới ở lần gửi kế tiếp." in shown
    assert "Giữ giá cũ" in shown
    assert "giá đang có: <bdi>20.000 đ</bdi>; giá mới: <bdi>200.000 đ</bdi>" in shown
    fields = {"id": str(number), "answer": "approve", "note": "đã hỏi chủ thể"}
    assert operator.post("/holds/decide", fields).status_code == 303
    again = site.as_(ADMIN).post("/holds/decide", {"id": str(number), "answer": "reject"})
    assert again.status_code == 409
    assert f"đã do {OPERATOR} quyết: đồng ý" in again.text
    site.world.sync()
    assert [row.price for row in site.world.rows()] == [200_000]
    assert site.world.sql("SELECT who, action, detail->>'note' FROM audit") == [
        (OPERATOR, "hold.approve", "đã hỏi chủ thể")
    ]


def test_two_operators_approve_at_once_and_one_word_counts(site: Site) -> None:
    number = jump(site)
    people = [site.as_(OPERATOR), site.as_(ADMIN)]
    for one in people:
        one.get("/holds")
    got: list[int] = []
    fields = {"id": str(number), "answer": "approve"}
    threads = [
        threading.Thread(target=lambda p=p: got.append(p.post("/holds/decide", fields).status_code))
        for p in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [303, 409]
    assert site.world.sql("SELECT count(*) FROM event WHERE kind = 'hold_approved'") == [(1,)]


# --- the plan -----------------------------------------------------------------------------------


def owe(site: Site, price: int) -> None:
    site.world.book.products = [source_product(prices=(price,))]
    site.world.pull()
    site.world.plan()


def mark(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(mark\.[a-z-]+)" value="([^"]+)"', page))


def test_the_plan_that_was_shown_is_pushed_and_no_other(site: Site) -> None:
    owe(site, 25_000)
    operator = site.as_(OPERATOR)
    shown = operator.get("/plan").text
    assert "OCOP-1-100G: 20.000" in shown and "OCOP-1-100G: 25.000" in shown
    owe(site, 30_000)
    late = operator.post("/plan", {"shop": "shop-mot", **mark(shown)})
    assert late.status_code == 409
    assert "chưa gửi gì" in late.text and "30.000" in late.text
    assert site.sent == []
    done = operator.post("/plan", {"shop": "shop-mot", **mark(late.text)})
    assert done.status_code == 303
    assert [task for task, _given in site.sent] == ["push_run"]


def test_nothing_to_send_is_said(site: Site) -> None:
    assert "Không có gì phải gửi" in site.as_(VIEWER).get("/plan").text


# --- runs ---------------------------------------------------------------------------------------


def test_progress_is_told_live_until_it_is_over(site: Site) -> None:
    with site.world.env.db.transaction() as session:
        run_id = runs.begin(session, "push", site.world.time.at, slot=None, who="x") or 0
        runs.end(session, run_id, "ok", {}, site.world.time.at)
    viewer = site.as_(VIEWER)
    told = viewer.get(f"/runs/{run_id}/live")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text == "event: over\ndata: 1\n\n"


def test_a_block_of_progress_is_what_the_page_shows(site: Site) -> None:
    run = Run(kind="push", started_at=site.world.time.at, counts={"total": 8, "left": 2})
    block = fragment("progress.html", run=run)
    assert "6 / 8" in block and '<progress max="8" value="6"' in block
    assert orjson.loads(orjson.dumps(block)) == block


def test_a_run_that_cannot_be_undone_says_why(site: Site) -> None:
    operator = site.as_(OPERATOR)
    answer = operator.get("/runs/999999/undo")
    assert answer.status_code == 409
    assert "không có lượt số 999999" in answer.text


# --- the log ------------------------------------------------------------------------------------


def test_the_log_is_filtered_down_to_a_request(site: Site) -> None:
    viewer = site.as_(VIEWER)
    everything = viewer.get("/log").text
    assert everything.count("đăng mới") >= 1
    assert "Không có dòng nào" in viewer.get("/log?since=2999-01-01").text
    assert "Không có dòng nào" in viewer.get("/log?request=khong-co").text
    assert "Không có dòng nào" not in viewer.get("/log?kind=pushed&shop=shop-mot").text
    assert viewer.get("/log?before=rac&since=rac").status_code == 200


def test_the_log_says_what_was_asked_in_words_and_by_product(site: Site) -> None:
    jump(site)
    viewer = site.as_(VIEWER)
    for path in ("/log", "/log?product=ocop-1"):
        assert '<span class="state held">hỏi người</span>' in viewer.get(path).text
    assert "Không có dòng nào" in viewer.get("/log?product=OCOP-9").text
    with site.world.env.db.transaction() as session:
        everything = log.page(session, LogFilter(), 1000)
        found = log.page(session, LogFilter(product_code="OCOP-1"), 1000)
    assert found == [line for line in everything if line.product_code == "OCOP-1"]
    assert {line.kind for line in everything} <= set(terms.EVENTS)


def test_a_day_has_an_end_also_the_last_one(site: Site) -> None:
    viewer = site.as_(VIEWER)
    for query in ("until=9999-12-31", "since=9999-12-31", "since=0001-01-01", "until=0001-01-01"):
        assert viewer.get(f"/log?{query}").status_code == 200


# --- shops --------------------------------------------------------------------------------------


def test_a_shop_is_stopped_and_started_by_name(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/shops/shop-mot")
    operator.post("/shops/shop-mot/stop", {"why": "kiểm kê"})
    shown = operator.get("/shops/shop-mot").text
    assert "ĐANG DỪNG gian hàng" in shown and "kiểm kê" in shown
    assert "ĐANG DỪNG" in operator.get("/").text
    operator.post("/shops/shop-mot/start")
    assert "ĐANG DỪNG" not in operator.get("/").text


def test_a_shop_is_connected_and_secrets_are_never_shown(site: Site) -> None:
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    fields = {
        "channel": "fake",
        "name": "",
        "owner": "",
        "base_url": "",
        "c.shop_id": "7",
        "c.access_token": "bi-mat-7",
    }
    refused = admin.post("/shops/connect", fields)
    assert refused.status_code == 422
    assert "chưa có tên gian hàng" in refused.text
    assert "bi-mat-7" not in refused.text
    done = admin.post("/shops/connect", {**fields, "name": "Shop hai"})
    assert done.headers["location"].startswith("/shops/shop-hai?done=")
    page = admin.get(done.headers["location"]).text
    assert "Đã kết nối" in page and "bi-mat-7" not in page


NEW = {"channel": "fake", "owner": "", "base_url": "", "c.shop_id": "7"}


def test_a_shop_that_was_not_read_through_is_connected_and_says_so_in_the_reader_s_language(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_self: Connector, _cursor: str | None) -> Any:
        raise Unavailable("đang bảo trì")

    monkeypatch.setattr(site.world.env.connectors["fake"], "changed_since", away)
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    done = admin.post("/shops/connect", {**NEW, "name": "Shop hai"})
    assert "chưa đọc xong nên chưa đăng hàng mới (đang bảo trì)" in unquote_plus(
        done.headers["location"]
    )
    admin.get("/language?to=en")
    checked = admin.post("/shops/shop-hai/check")
    assert "not read through yet" in unquote_plus(checked.headers["location"])


def test_a_new_shop_takes_no_name_that_is_used(site: Site) -> None:
    before = site.world.sql("SELECT name, base_url, producer_id, remote_key FROM shop")
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    refused = admin.post("/shops/connect", {**NEW, "name": "shop mot", "base_url": "http://x.vn"})
    assert refused.status_code == 422
    assert "đặt tên khác" in refused.text and "<h1>Kết nối gian hàng" in refused.text
    assert site.world.sql("SELECT name, base_url, producer_id, remote_key FROM shop") == before


def test_a_shop_is_connected_again_by_its_own_form(site: Site) -> None:
    admin = site.as_(ADMIN)
    admin.get("/shops/shop-mot")
    form = admin.post("/shops/shop-mot/again").text
    assert 'name="again" value="shop-mot"' in form and "bỏ trống: như cũ" in form
    fields = {**NEW, "name": "Shop một", "again": "shop-mot", "base_url": ""}
    refused = admin.post("/shops/connect", fields)
    assert refused.status_code == 422
    assert "tài khoản 7" in refused.text and 'name="again" value="shop-mot"' in refused.text
    assert "<h1>Kết nối lại <bdi>Shop một" in refused.text
    done = admin.post("/shops/connect", {**fields, "c.shop_id": "Shop một"})
    assert done.headers["location"].startswith("/shops/shop-mot?done=")


@pytest.mark.parametrize("name", ["!!!", "New", "Start all"])
def test_a_name_that_can_be_no_address_is_said_on_the_form(site: Site, name: str) -> None:
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    refused = admin.post("/shops/connect", {**NEW, "name": name})
    assert refused.status_code == 422
    assert "đặt tên khác" in refused.text


@pytest.mark.parametrize("owner", ["999", "9" * 5000, "²", "x"])
def test_a_shop_is_nobody_s_who_is_not_known(site: Site, owner: str) -> None:
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    refused = admin.post("/shops/connect", {**NEW, "name": "Shop hai", "owner": owner})
    assert refused.status_code == 422
    assert "Không có chủ thể này" in refused.text


def test_a_check_lifts_a_pause(site: Site) -> None:
    site.world.env.db.engine.dispose()
    with site.world.env.db.transaction() as session:
        from models import shops

        shops.pause(session, site.world.shops()[0].id or 0, "hết ủy quyền")
    operator = site.as_(OPERATOR)
    assert "phải kết nối lại" in operator.get("/shops/shop-mot").text
    assert operator.post("/shops/shop-mot/check").status_code == 303
    assert "chạy tốt" in operator.get("/shops/shop-mot").text


# --- languages and failures ---------------------------------------------------------------------


def test_the_language_is_kept(site: Site) -> None:
    viewer = site.as_(VIEWER)
    assert '<html lang="vi">' in viewer.get("/").text
    assert viewer.get("/language?to=en&back=/runs").headers["location"] == "/runs"
    page = viewer.get("/").text
    assert '<html lang="en">' in page and "<h1>Overview</h1>" in page
    assert viewer.get("/language?to=en&back=//x.example").headers["location"] == "/"


def test_the_database_away_is_a_page_that_says_so(site: Site) -> None:
    viewer = site.as_(VIEWER)
    from models.db import Database

    kept, site.world.env.db = site.world.env.db, Database("postgresql+psycopg://x@/x?host=/nowhere")
    try:
        page = viewer.get("/")
        ready = viewer.get("/readyz")
    finally:
        site.world.env.db = kept
    assert page.status_code == 503
    assert "tạm thời không trả lời" in page.text
    assert page.headers["refresh"] == "10"
    assert (ready.status_code, ready.json()) == (503, {"database": False, "redis": True})


@pytest.mark.parametrize("path", ["/khong-co", "/listings/999999", "/runs/999999", "/shops/x"])
def test_what_is_not_there_is_said(site: Site, path: str) -> None:
    page = site.as_(VIEWER).get(path)
    assert page.status_code == 404
    assert "Không có trang này" in page.text


def test_a_page_names_no_other_host_and_runs_nothing_else(site: Site) -> None:
    page = site.as_(VIEWER).get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.text)
    assert "<script>" not in page.text and " onclick" not in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    ["/listings?q=%00", "/shops/a%00b", "/log?product=%00",
     f"/runs/{'9' * 30}", f"/runs?before={'9' * 30}"],
)  # fmt: skip
def test_what_the_tables_cannot_hold_is_said(site: Site, path: str) -> None:
    page = site.as_(VIEWER).get(path)
    assert page.status_code == 422
    assert "không dùng được" in page.text


def test_a_number_that_is_none_is_said_in_the_readers_words(site: Site) -> None:
    viewer = site.as_(VIEWER)
    for path, name in (("/producers?p=abc", "p"), ("/runs/abc", "run_id")):
        page = viewer.get(path)
        assert page.status_code == 422
        assert f"Giá trị này không dùng được: {name}." in page.text
        assert "valid integer" not in page.text


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000], ids=len)
def test_a_hold_that_cannot_be_is_no_choice(site: Site, number: str) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/holds")
    page = operator.post("/holds/decide", {"id": number, "answer": "approve"})
    assert page.status_code == 422
    assert "Chưa chọn việc nào." in page.text


@pytest.mark.parametrize("owner", ["999", "9" * 5000, "abc", "-1", "01"], ids=lambda o: o[:9])
@pytest.mark.parametrize("path", ["/shops/connect", "/shops/consent"])
def test_a_shop_of_nobody_we_know_is_not_connected(site: Site, path: str, owner: str) -> None:
    admin = site.as_(ADMIN)
    admin.get("/shops/new?channel=fake")
    page = admin.post(path, {"channel": "fake", "name": "x", "owner": owner, "c.shop_id": "9"})
    assert page.status_code == 422
    assert "Không có chủ thể này." in page.text
    assert len(site.world.shops()) == 1


def test_a_link_of_somebody_elses_makes_a_page_say_nothing(site: Site) -> None:
    operator = site.as_(OPERATOR)
    words = "Gọi ngay 0900"
    assert words not in operator.get(f"/shops?done={words}").text
    assert words not in operator.get(f"/shops?done={words}&mark={'0' * 16}").text
    operator.get("/shops/shop-mot")
    to = operator.post("/shops/shop-mot/stop", {"why": "x"}).headers["location"]
    assert "Đã dừng" in operator.get(to).text
    assert "Đã dừng: không gửi" not in site.as_(OPERATOR).get(to).text


@pytest.mark.parametrize("path", ["/login", "/listings/act"])
def test_a_form_that_is_too_big_is_not_read(site: Site, path: str) -> None:
    stranger = site.browser()
    stranger.get("/login")
    page = stranger.post(path, {"name": "x" * (FORM_BYTES_MOST + 1)})
    assert page.status_code == 413
    assert "Gửi quá nhiều" in page.text


def test_a_shop_says_how_much_it_called_since_yesterday(site: Site) -> None:
    site.world.sql("UPDATE event SET request_id = 'r' || id % 2 WHERE kind = 'pushed' RETURNING id")
    viewer = site.as_(VIEWER)
    said = re.compile(r"24 giờ qua</dt><dd>(\d+)</dd>")
    assert said.findall(viewer.get("/shops/shop-mot").text) == ["2"]
    turn(site, 25 * 3600)
    assert said.findall(site.as_(VIEWER).get("/shops/shop-mot").text) == ["0"]
