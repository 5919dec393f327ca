"""Looking for listings, and acting on many."""

from __future__ import annotations

import html
import io
import re
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from sqlalchemy import text

from console.web.pages.listings import ACT_MOST
from models import browse
from models.browse import Filter
from models.operator import OPERATOR, VIEWER
from tests.console.web.conftest import Site
from tests.worker.fakes import source_product
from worker import pushing


def more_products(site: Site, count: int) -> None:
    """Products "Mỳ Chũ số N", each on sale."""
    world = site.world
    world.book.products = [
        source_product(code=f"OCOP-{n}", name=f"Mỳ Chũ số {n}") for n in range(1, count + 1)
    ]
    world.pull()
    world.sync()


def numbers(page: str) -> list[str]:
    return re.findall(r'<a href="/listings/(\d+)"', page)


@pytest.mark.parametrize(
    ("words", "found"),
    [("my chu", 3), ("MỲ CHŨ SỐ 2", 1), ("ocop-3", 1), ("ocop-3-100g", 1), ("%", 0), ("_", 0),
     ("' OR 1=1 --", 0), ("không có", 0)],
)  # fmt: skip
def test_search_folds_accents_and_means_what_is_typed(site: Site, words: str, found: int) -> None:
    more_products(site, 3)
    page = site.as_(VIEWER).get("/listings", params={"q": words})
    assert page.status_code == 200
    assert len(numbers(page.text)) == found


@pytest.mark.parametrize("sort", sorted(browse.SORTS))
def test_paging_shows_each_listing_once(site: Site, sort: str) -> None:
    more_products(site, 7)
    seen: list[int] = []
    after = None
    with site.world.env.db.transaction() as session:
        while lines := browse.page(session, Filter(), sort=sort, after=after, most=2):
            seen += [line.id for line in lines]
            after = (lines[-1].key, lines[-1].id)
        everything = browse.page(session, Filter(), sort=sort, most=100)
    assert seen == [line.id for line in everything]
    assert len(set(seen)) == 7


def test_a_page_follows_its_next_link(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browse, "PAGE", 4)
    more_products(site, browse.PAGE + 3)
    viewer = site.as_(VIEWER)
    first = viewer.get("/listings?sort=code&q=my+chu").text
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = viewer.get("/listings" + link[1].replace("&amp;", "&")).text
    assert len(numbers(first)) == browse.PAGE
    assert len(numbers(second)) == 3
    assert not set(numbers(first)) & set(numbers(second))
    assert 'value="my chu"' in second
    assert viewer.get("/listings?after=xx%25").status_code == 200


def test_filters_narrow(site: Site) -> None:
    more_products(site, 3)
    viewer = site.as_(VIEWER)
    for query, found in (
        ("channel=fake", 3), ("channel=x", 0), ("state=live", 3), ("state=blocked", 0),
        ("stars=4", 3), ("stars=5", 0), ("producer=htx+a", 3), ("producer=khac", 0),
        ("shop=shop-mot", 3), ("reason=EXPIRED", 0), ("alarm=1", 0), ("group=nhom-khac", 0),
    ):  # fmt: skip
        assert len(numbers(viewer.get(f"/listings?{query}").text)) == found, query


def test_the_export_has_what_is_shown_as_text(site: Site) -> None:
    evil = "=HYPERLINK(1)"
    site.world.book.products = [source_product(name=evil)]
    site.world.pull()
    answer = site.as_(VIEWER).get("/listings/export?state=live")
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows())
    assert len(rows) == 2
    cell = rows[1][1]
    assert (cell.value, cell.data_type) == (evil, "s")


NASTY = (
    "<script>alert(1)</script>", "'; DROP TABLE listing; --", "\u202eđảo chữ", "x" * 5000,
    '"><img src=x onerror=alert(1)>', "{{ 7*7 }}",
)  # fmt: skip


@pytest.mark.parametrize("name", NASTY)
def test_whatever_a_name_is_it_is_only_shown(site: Site, name: str) -> None:
    with site.world.env.db.transaction() as session:
        session.execute(text("UPDATE product SET name = :n"), {"n": name})
        session.execute(text("UPDATE producer SET name = :n"), {"n": name})
        session.execute(text("UPDATE event SET message = :n"), {"n": name})
    number = site.world.sql("SELECT id FROM listing")[0][0]
    viewer = site.as_(VIEWER)
    for path in ("/", "/listings", f"/listings/{number}", "/log", "/plan"):
        page = viewer.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in re.findall(r"<bdi>(49)</bdi>", page.text)
        for query in ("q", "producer", "shop", "state", "district", "product", "request", "kind"):
            found = viewer.get(path, params={query: name})
            assert found.status_code == 200
            assert "<script>alert" not in found.text


# --- acting -------------------------------------------------------------------------------------


def one(site: Site) -> str:
    return str(site.world.sql("SELECT id FROM listing")[0][0])


def test_an_action_is_shown_first_and_done_when_sure(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"id": one(site), "action": "push"})
    assert asked.status_code == 200
    assert "Đẩy ngay những tin này?" in asked.text
    assert site.sent == []
    done = operator.post("/listings/act", {"id": one(site), "action": "push", "sure": "1"})
    assert done.status_code == 303
    run_id = int(done.headers["location"].rsplit("/", 1)[1])
    shop_id = site.world.sql("SELECT id FROM shop")[0][0]
    assert site.sent == [("push_run", {"run_id": run_id, "shop_ids": [shop_id]})]
    assert {c.facet for c in site.world.changes()} == {"price", "stock", "availability"}
    assert site.world.sql("SELECT who, action FROM audit") == [(OPERATOR, "listings.push")]


def test_a_pushed_run_is_carried_out_and_ends(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    operator.post("/listings/act", {"id": one(site), "action": "push", "sure": "1"})
    given = site.sent[-1][1]
    running = operator.get(f"/runs/{given['run_id']}")
    found = re.search(r"<p>(.*?)</p>\n<progress", running.text)
    assert found is not None
    assert found[1] == "đã gửi 0 / 3"
    pushing.carry_out(site.world.env, sleep=lambda _seconds: None, **given)
    assert site.world.changes() == []
    ended = operator.get(f"/runs/{given['run_id']}")
    assert "Dừng ngay" not in ended.text
    assert site.world.sql(
        "SELECT status, outcome, counts->>'sent' FROM run WHERE id = :i", i=given["run_id"]
    ) == [("ended", "ok", "3")]


def test_a_push_that_is_stopped_sends_no_more(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    operator.post("/listings/act", {"id": one(site), "action": "push", "sure": "1"})
    given = site.sent[-1][1]
    assert operator.post(f"/runs/{given['run_id']}/stop").status_code == 303
    calls = len(site.world.market.journal)
    pushing.carry_out(site.world.env, sleep=lambda _seconds: None, **given)
    assert len(site.world.market.journal) == calls
    assert site.world.sql("SELECT stopped_by FROM stop") == [(OPERATOR,)]
    assert site.world.sql("SELECT count(*) FROM event WHERE kind = 'stopped'") == [(1,)]
    assert operator.post(f"/runs/{given['run_id']}/stop").status_code == 409


def test_keeping_out_takes_down_and_letting_in_puts_back(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    done = operator.post("/listings/act", {"id": one(site), "action": "stop", "sure": "1"})
    run = done.headers["location"]
    site.world.sync()
    assert [row.state for row in site.world.rows()] == ["unlisted"]
    undo = operator.get(f"{run}/undo")
    assert "danh mục gian hàng" in undo.text
    assert operator.post(f"{run}/undo").status_code == 303
    site.world.sync()
    assert [row.state for row in site.world.rows()] == ["live"]
    operator.post("/listings/act", {"id": one(site), "action": "stop", "sure": "1"})
    site.world.sync()
    operator.post("/listings/act", {"id": one(site), "action": "resume", "sure": "1"})
    site.world.sync()
    assert [row.state for row in site.world.rows()] == ["live"]


def test_a_stopped_shop_is_not_pushed(site: Site) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/shops")
    operator.post("/shops/shop-mot/stop", {"why": "kiểm kê"})
    answer = operator.post("/listings/act", {"id": one(site), "action": "push", "sure": "1"})
    assert answer.status_code == 409
    assert "shop-mot" in answer.text
    assert site.sent == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"id": [str(n) for n in range(1, 10_001)], "action": "push"}, 413),
        ({"id": [str(n) for n in range(1, ACT_MOST + 2)], "action": "push"}, 413),
        ({"action": "push"}, 422),
        ({"id": ["1; DROP TABLE listing", "-1", "9" * 40], "action": "push"}, 422),
        ({"id": "1", "action": "explode"}, 422),
    ],
)
def test_a_bad_choice_is_said_and_does_nothing(
    site: Site, fields: dict[str, object], status: int
) -> None:
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    assert operator.post("/listings/act", fields).status_code == status
    assert site.sent == []


def test_all_of_a_filter_are_meant_across_pages(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browse, "PAGE", 4)
    more_products(site, browse.PAGE + 3)
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"all": "q=my+chu", "action": "push"})
    assert len(re.findall(r'name="id" value="\d+"', asked.text)) == browse.PAGE + 3


# --- one product, several listings --------------------------------------------------------------

PARTS = (20_000, 30_000, 900_000, 40_000, 50_000, 1_000_000)
"""Prices that lie too far apart for one listing."""


def parts(site: Site) -> list[tuple[int, str]]:
    """The listings of one product in one shop: more than one."""
    site.world.book.products = [source_product(prices=PARTS)]
    site.world.pull()
    site.world.sync()
    rows = site.world.sql("SELECT id, item_sku FROM listing ORDER BY id")
    assert len(rows) > 1
    return [(int(str(row[0])), str(row[1])) for row in rows]


@pytest.mark.parametrize("action", ["stop", "resume"])
def test_what_goes_together_is_counted_and_named_together(site: Site, action: str) -> None:
    rows = parts(site)
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"id": str(rows[-1][0]), "action": action}).text
    assert re.findall(r'name="id" value="(\d+)"', asked) == [str(number) for number, _item in rows]
    assert f"<b>{len(rows)}</b>" in asked and f"<b>{len(rows) - 1}</b>" in asked
    assert [item for _number, item in rows if item not in asked] == []
    operator.post("/listings/act", {"id": str(rows[-1][0]), "action": action, "sure": "1"})
    assert site.world.sql("SELECT subject FROM audit") == [(str(len(rows)),)]


def test_what_is_sent_alone_is_counted_alone(site: Site) -> None:
    rows = parts(site)
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"id": str(rows[-1][0]), "action": "push"}).text
    assert re.findall(r'name="id" value="(\d+)"', asked) == [str(rows[-1][0])]
    assert "cùng nhau" not in asked


def test_too_many_that_go_together_are_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = parts(site)
    monkeypatch.setattr("console.web.pages.listings.ACT_MOST", len(rows) - 1)
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    answer = operator.post("/listings/act", {"id": str(rows[0][0]), "action": "stop"})
    assert answer.status_code == 413


# --- what an address says -----------------------------------------------------------------------


def test_a_district_that_nobody_stated_can_be_chosen(site: Site) -> None:
    world = site.world
    world.book.products = [
        source_product(district="Lục Ngạn"), source_product(code="OCOP-2", district=""),
    ]  # fmt: skip
    world.pull()
    world.sync()
    viewer = site.as_(VIEWER)
    (link,) = re.findall(r'<a href="([^"]+)">chưa ghi</a>', viewer.get("/").text)
    page = viewer.get(link).text
    ((number,),) = world.sql("""SELECT l.id FROM listing l JOIN product p ON p.id = l.product_id
        WHERE p.district = ''""")
    assert numbers(page) == [str(number)]
    assert '<option value="-" selected>chưa ghi</option>' in page
    operator = site.as_(OPERATOR)
    operator.get("/listings")
    asked = operator.post("/listings/act", {"all": link.partition("?")[2], "action": "push"}).text
    assert re.findall(r'name="id" value="(\d+)"', asked) == [str(number)]
    assert len(numbers(viewer.get("/listings?district=").text)) == 2


@pytest.mark.parametrize("after", ["NQ", "WyJhIixudWxsXQ", "WyJhIixbXV0", "e30", "WzFd"])
def test_a_cursor_that_is_none_begins_at_the_top(site: Site, after: str) -> None:
    assert len(numbers(site.as_(VIEWER).get(f"/listings?after={after}").text)) == 1


@pytest.mark.parametrize("path", [
    "/log", "/log?shop=&kind=&product=", "/log?before=2030-01-01T00:00:00%2B00:00~5",
    "/log?done=x&mark=y&kind=pushed", "/listings", "/listings?done=x&mark=y",
    "/listings?after=WyIyMDMwLTAxLTAxIiwxXQ", "/listings?q=m%C3%AC+a%26b&after=x",
])  # fmt: skip
def test_the_sheet_of_what_is_shown_is_there(site: Site, path: str) -> None:
    viewer = site.as_(VIEWER)
    found = re.search(r'href="(/(?:log|listings)/export[^"]*)"', viewer.get(path).text)
    assert found is not None
    assert viewer.get(html.unescape(found[1])).status_code == 200
    asked = parse_qs(urlsplit(path).query)
    kept = {name: asked[name] for name in asked if name not in ("before", "after", "done", "mark")}
    assert parse_qs(urlsplit(html.unescape(found[1])).query) == kept
