"""What the code on a pack opens, to anybody: true today, cached, and safe."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import event, text

from connectors.registry.contract import SourceCertificate
from tests.console.office import office
from tests.worker.fakes import source_product

URL = "https://san.example/my-gao"
NASTY = '</script><script>alert("1")</script> \u202eđảo ' + "dài " * 1240 + "& hết"


@pytest.fixture
def desk(world):
    world.env.public_base_url = "https://ocop.example"
    world.book.products = [
        source_product(
            "OCOP-1", producer="HTX A", name="Mỳ gạo Chũ", trace_code="TX1", commune="Xã Nam Dương",
            description="Sợi dai, phơi nắng.",
        ),
        source_product("OCOP-2", producer="HTX B", name="Rượu làng Vân", trace_code="TX 2/ă"),
        source_product("OCOP-3", producer="HTX B", name="Không mã"),
    ]  # fmt: skip
    world.pull()
    world.connect("Gian hàng tỉnh")
    world.sync()
    world.sql("UPDATE listing SET url = :url RETURNING 1", url=URL)
    with office(world) as served:
        yield served


def asked(desk, path="/t/TX1", *more, **headers):
    return desk.browser().get(path, *more, **headers)


def data(page):
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    return json.loads(found[1])


def test_a_product_by_its_code(desk):
    answer = asked(desk)
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    for words in ("Mỳ gạo Chũ", "HTX A", "Xã Nam Dương", "đang có hiệu lực", "4 sao", "01/06/2028"):
        assert words in answer.text
    assert f'href="{URL}"' in answer.text and "Gian hàng tỉnh" in answer.text
    assert "Rượu" not in answer.text


def test_what_search_engines_read(desk):
    found = data(asked(desk).text)
    assert (found["@type"], found["name"], found["sku"]) == ("Product", "Mỳ gạo Chũ", "OCOP-1")
    assert found["url"] == "https://ocop.example/t/TX1"
    assert found["image"][0].startswith("https://ocop.example/media/")
    assert found["manufacturer"]["name"] == "HTX A"
    certificate = found["hasCertification"]
    assert certificate["certificationStatus"] == "https://schema.org/CertificationActive"
    assert certificate["certificationIdentification"] == "1/QĐ-UBND"
    assert certificate["expires"] == "2028-06-01"
    (offer,) = found["offers"]
    assert (offer["url"], offer["price"], offer["priceCurrency"]) == (URL, 20000, "VND")


def test_without_a_public_address_none_is_made_up(desk, world):
    world.env.public_base_url = ""
    found = data(asked(desk, Host="evil.example").text)
    assert "url" not in found and "image" not in found


def test_names_end_nothing_and_run_nothing(desk, world):
    world.sql("UPDATE product SET name = :n, description = :n RETURNING 1", n=NASTY)
    world.sql("UPDATE producer SET name = :n RETURNING 1", n=NASTY)
    page = asked(desk).text
    assert page.count("<script") == page.count("</script>") == 1
    assert data(page)["name"] == NASTY
    outside = re.sub(r"<bdi>[^<]*</bdi>|<title>.*?</title>|<script.*?</script>", "", page)
    assert "\u202e" not in re.sub(r'alt="[^"]*"', "", outside)
    policy = asked(desk).headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy


def test_an_address_that_is_none_is_nowhere_to_buy(desk, world):
    world.sql("UPDATE listing SET url = 'javascript:alert(1)' RETURNING 1")
    page = asked(desk).text
    assert "javascript" not in page and "Mua ở đâu" not in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("status = 'revoked', revoked_on = '2026-11-01'", "đã bị thu hồi: 01/11/2026"),
        ("status = 'suspended'", "đang bị tạm dừng"),
        ("expires_on = '2026-11-19'", "đã hết hạn: 19/11/2026"),
        ("recognised_on = '2026-11-21'", "chưa có hiệu lực; bắt đầu từ ngày 21/11/2026"),
    ],
)
def test_a_certificate_that_does_not_hold_today(desk, world, change, words):
    """Whatever a shop still shows: it says so, and where to buy is not said."""
    world.sql(f"UPDATE certificate SET {change} RETURNING 1")  # noqa: S608 (a constant above)
    page = asked(desk).text
    assert words in page and "đang có hiệu lực" not in page
    assert URL not in page and "offers" not in data(page)
    assert data(page)["hasCertification"]["certificationStatus"].endswith("CertificationInactive")


def test_a_product_without_a_certificate_or_withdrawn(desk, world):
    world.sql("UPDATE product SET withdrawn_at = now() WHERE trace_code = 'TX1' RETURNING 1")
    page = asked(desk).text
    assert "đã rút khỏi sổ đăng ký" in page and URL not in page
    world.sql("DELETE FROM certificate RETURNING 1")
    assert "chưa có giấy chứng nhận" in asked(desk, "/t/TX%202%2F%C4%83").text


def test_valid_until_the_last_minute_of_its_last_day_in_vietnam(desk, world):
    """And nothing that was cached says so a minute later."""
    world.time.at = datetime(2028, 6, 1, 16, 59, tzinfo=UTC)
    answer = asked(desk)
    assert "đang có hiệu lực" in answer.text
    assert answer.headers["cache-control"] in ("public, max-age=60", "public, max-age=59")
    world.time.at = datetime(2028, 6, 1, 17, 0, tzinfo=UTC)
    assert "đã hết hạn" in asked(desk).text


def test_it_is_cached(desk, world):
    first = asked(desk)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = asked(desk, **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    weak = asked(desk, **{"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert weak.status_code == 304
    world.sql("UPDATE certificate SET status = 'revoked' RETURNING 1")
    changed = asked(desk, **{"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200 and changed.headers["etag"] != first.headers["etag"]
    head = asked(desk, "/t/TX1", "HEAD")
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize(
    "path", ["/t/", "/t/TX9", "/t/tx1", "/t/%00", "/t/" + "9" * 3000, "/t/%25", "/t/TX1/x"]
)
def test_a_code_that_nobody_has(desk, path):
    """Says so, is cached too, and the empty code of products without one is nobody's."""
    answer = asked(desk, path)
    assert answer.status_code == 404
    assert "Không có sản phẩm nào mang mã này" in answer.text and "Không mã" not in answer.text
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert "ld+json" not in answer.text and "set-cookie" not in answer.headers


def test_any_code_has_an_address(desk):
    answer = asked(desk, "/t/TX%202%2F%C4%83")
    assert answer.status_code == 200 and "Rượu làng Vân" in answer.text
    assert data(answer.text)["url"] == "https://ocop.example/t/TX%202%2F%C4%83"


def test_two_products_of_one_code_are_both_shown(desk, world):
    world.sql("UPDATE product SET trace_code = 'TX1' RETURNING 1")
    page = asked(desk).text
    assert page.count("<article>") == 3
    assert {one["sku"] for one in data(page)} == {"OCOP-1", "OCOP-2", "OCOP-3"}


def test_it_costs_two_queries_by_an_index(desk, world):
    asked_for = []
    engine = world.env.db.engine

    def counted(_connection, _cursor, statement, *_more):
        asked_for.append(statement)

    event.listen(engine, "before_cursor_execute", counted)
    try:
        asked(desk)
        found = len(asked_for)
        asked(desk, "/t/TX9")
        unknown = len(asked_for) - found
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    assert (found, unknown) == (2, 1)
    world.sql(
        """INSERT INTO product (producer_id, source, name, name_folded, name_sort, "group", kind,
            description, district, commune, place, self_declaration, trace_code, flags, digest,
            withdrawn_reason)
        SELECT producer_id, source, 'N' || n, 'n', 'n', "group", kind, '', '', '', '', '',
            'N' || n, flags, digest, '' FROM product, generate_series(1, 3000) n
        WHERE product.trace_code = 'TX1' RETURNING 1"""
    )
    query = re.sub(r"%\(code\)s\S*", ":code", asked_for[0])
    with world.env.db.transaction() as session:
        session.execute(text("ANALYZE product"))
        plan = session.execute(text(f"EXPLAIN {query}"), {"code": "N77"}).all()
    assert any("ix_product_trace_code" in line[0] for line in plan)


def test_in_english_and_never_mixed_up_in_a_cache(desk):
    answer = asked(desk, Cookie="ocop_language=en")
    assert 'lang="en"' in answer.text and "1 Jun 2028" in answer.text
    assert "Cookie" in answer.headers["vary"]


def test_a_new_certificate_after_a_lapsed_one(desk, world):
    world.book.products[0] = source_product(
        "OCOP-1", producer="HTX A", name="Mỳ gạo Chũ", trace_code="TX1",
        certificate=SourceCertificate("2/QĐ-UBND", 5, date(2026, 11, 1), date(2029, 11, 1)),
    )  # fmt: skip
    world.pull()
    page = asked(desk).text
    assert "5 sao" in page and "2/QĐ-UBND" in page and "đang có hiệu lực" in page
