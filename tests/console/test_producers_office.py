"""Producers in the office: found with or without accents, links made and revoked, addresses set."""

from __future__ import annotations

import html
import re

import pytest

from tests.console.office import office
from tests.worker.fakes import source_product


@pytest.fixture
def desk(world):
    world.book.products = [
        source_product("OCOP-1", producer="HTX A", name="Mỳ gạo Chũ", trace_code="TX 1"),
        source_product("OCOP-2", producer="HTX B", name="Rượu làng Vân"),
    ]
    world.pull()
    world.sql(
        "UPDATE producer SET name = 'Hợp tác xã Đồng Tâm', name_folded = 'hop tac xa dong tam'"
        " WHERE key = 'HTX A' RETURNING 1"
    )
    world.connect()
    world.sync()
    with office(world, send=lambda _task, _arguments: None) as served:
        yield served


def number(world, key="HTX A"):
    return world.sql("SELECT id FROM producer WHERE key = :key", key=key)[0][0]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"Hợp tác xã Đồng Tâm", "HTX B"}),
        ("đồng tâm", {"Hợp tác xã Đồng Tâm"}),
        ("DONG TAM", {"Hợp tác xã Đồng Tâm"}),
        ("ruou", {"HTX B"}),
        ("ocop-1", {"Hợp tác xã Đồng Tâm"}),
        ("%", set()),
        ("_", set()),
        ("không có", set()),
    ],
)
def test_searching(desk, words, found):
    page = desk.operator("viewer").get(f"/producers?q={words.replace('%', '%25')}").text
    assert set(re.findall(r'/producers/\d+"><bdi>([^<]+)</bdi>', page)) == found


def test_nobody_without_a_login(desk, world):
    ask = desk.browser()
    for path in (
        "/producers",
        f"/producers/{number(world)}",
        f"/producers/{number(world)}/qr/1.svg",
    ):
        answer = ask.get(path)
        assert answer.status_code == 401 and "HTX B" not in answer.text


def test_a_viewer_sees_and_cannot_do(desk, world):
    at = f"/producers/{number(world)}"
    page = desk.operator("operator")
    page.send(f"{at}/links", at, days="90")
    page.send(f"{at}/notices", at, email="a@htx.vn", webhook="https://cong.example/tin?key=bi-mat")
    viewer = desk.operator("viewer", "Anh Ba")
    seen = viewer.get(at).text
    assert "Mỳ gạo Chũ" in seen and "a@htx.vn" in seen and "cong.example" in seen
    assert "/p/" not in seen and "bi-mat" not in seen
    for path in ("links", "links/1/revoke", "notices"):
        assert viewer.send(f"{at}/{path}", at, days="90").status_code == 403
    assert world.sql("SELECT count(*) FROM producer_link WHERE revoked_at IS NULL") == [(1,)]


def test_that_a_producer_agrees_is_written_down_and_taken_back(desk, world):
    at, lan = f"/producers/{number(world)}", desk.operator("operator")
    asked = "SELECT agreed FROM producer WHERE id = :id"
    before = world.sql(asked, id=number(world))[0][0]
    for agreed in (not before, before):
        lan.send(f"{at}/agreed", at, agreed="1" if agreed else "0")
        assert world.sql(asked, id=number(world)) == [(agreed,)]
    assert desk.operator("viewer", "Anh Ba").send(f"{at}/agreed", at, agreed="1").status_code == 403


def test_a_link_is_made_opened_and_revoked(desk, world):
    at, lan = f"/producers/{number(world)}", desk.operator("operator")
    made = lan.send(f"{at}/links", at, days="90")
    assert made.status_code == 303 and made.headers["location"].startswith(f"{at}?done=")
    page = lan.get(at).text
    address = html.unescape(re.search(r'href="(http[^"]+/p/[^"]+)"', page)[1])
    assert "<svg" in page and "style=" not in page
    path = address.removeprefix(desk.base)
    assert desk.browser().get(path).status_code == 200
    world.time.forward(days=89)
    assert desk.browser().get(path).status_code == 200
    lan = desk.operator("operator", "Anh Hai")
    assert lan.send(f"{at}/links/1/revoke", at).status_code == 303
    assert desk.browser().get(path).status_code == 410
    assert lan.send(f"{at}/links/1/revoke", at).status_code == 409
    assert address not in lan.get(at).text
    audit = world.sql("SELECT who, via, action, subject, request_id <> '' FROM audit ORDER BY id")
    assert audit == [
        ("Chị Lan", "web", "producer_link_made", "HTX A", True),
        ("Anh Hai", "web", "producer_link_revoked", "HTX A", True),
    ]


def test_a_link_of_another_producer_is_not_revoked_here(desk, world):
    at, other = f"/producers/{number(world)}", f"/producers/{number(world, 'HTX B')}"
    lan = desk.operator("operator")
    lan.send(f"{at}/links", at, days="30")
    assert lan.send(f"{other}/links/1/revoke", other).status_code == 409
    assert world.sql("SELECT revoked_at FROM producer_link") == [(None,)]


@pytest.mark.parametrize("days", ["", "0", "-5", "99999", "abc", "٣٠", "²"])
def test_a_link_lasts_no_other_time(desk, world, days):
    at = f"/producers/{number(world)}"
    assert desk.operator("operator").send(f"{at}/links", at, days=days).status_code == 422
    assert world.sql("SELECT * FROM producer_link") == []


def test_where_notices_go(desk, world):
    at, lan = f"/producers/{number(world)}", desk.operator("operator")
    hook = "https://cong.example/tin?key=bi-mat"
    assert lan.send(f"{at}/notices", at, email="a@htx.vn", webhook=hook, on="1").status_code == 303
    assert world.sql("SELECT way, address, enabled FROM producer_notice ORDER BY way") == [
        ("email", "a@htx.vn", True), ("webhook", hook, True),
    ]  # fmt: skip
    assert lan.send(f"{at}/notices", at, email="", webhook=hook).status_code == 303
    assert world.sql("SELECT way, address, enabled FROM producer_notice ORDER BY way") == [
        ("email", "", False), ("webhook", hook, False),
    ]  # fmt: skip
    assert "bi-mat" not in str(world.sql("SELECT detail FROM audit"))


@pytest.mark.parametrize(
    ("email", "webhook", "words"),
    [
        ("khong-phai", "", "ten@mien.vn"),
        ("a@b.vn\r\nBcc: x@y.vn", "", "ten@mien.vn"),
        ("a@b.vn, c@d.vn", "", "ten@mien.vn"),
        ("", "http://169.254.169.254/meta", "mạng riêng"),
        ("", "http://localhost/x", "mạng riêng"),
        ("", "ftp://cong.example/", "http://"),
        ("", "javascript:alert(1)", "http://"),
        ("", "https://cong.example/a b", "không đúng"),
        ("", "https://[x", "không phải một địa chỉ web"),
    ],
)
def test_addresses_that_cannot_be(desk, world, email, webhook, words):
    """Nothing is kept, and what was typed is shown again."""
    at = f"/producers/{number(world)}"
    answer = desk.operator("operator").send(f"{at}/notices", at, email=email, webhook=webhook)
    assert answer.status_code == 422
    assert words in re.search(r'role="alert">([^<]*)<', answer.text)[1]
    assert html.escape((email or webhook).split("\r")[0]) in answer.text
    assert world.sql("SELECT * FROM producer_notice") == []


def test_the_code_for_the_pack(desk, world):
    world.env.public_base_url = "https://ocop.example"
    ((product,),) = world.sql("SELECT id FROM product WHERE trace_code = 'TX 1'")
    at, viewer = f"/producers/{number(world)}", desk.operator("viewer")
    drawn = viewer.get(f"{at}/qr/{product}.svg")
    assert drawn.headers["content-type"] == "image/svg+xml" and b"<script" not in drawn.content
    assert '/t/TX%201"' in viewer.get(at).text
    ((other,),) = world.sql("SELECT id FROM product WHERE trace_code = ''")
    assert viewer.get(f"{at}/qr/{other}.svg").status_code == 404
    wrong = f"/producers/{number(world, 'HTX B')}/qr/{product}.svg"
    assert viewer.get(wrong).status_code == 404


def test_an_unknown_producer(desk):
    lan = desk.operator("operator")
    assert lan.get("/producers/999").status_code == 404
    assert lan.send("/producers/999/links", "/producers", days="30").status_code == 404
    assert lan.get(f"/producers/{2**70}").status_code == 422


def test_many_producers_have_pages(desk, world):
    world.sql(
        """INSERT INTO producer (key, name, name_folded, kind, agreed)
        SELECT 'K' || n, 'Hộ ' || n, 'ho ' || n, '', false FROM generate_series(1, 120) n
        RETURNING 1"""
    )
    ask = desk.operator("viewer")
    seen = []
    for at in (1, 2, 3):
        seen += re.findall(r'/producers/(\d+)"><bdi>', ask.get(f"/producers?p={at}").text)
    assert len(seen) == len(set(seen)) == 122
    assert "Trang sau" not in ask.get("/producers?p=3").text
