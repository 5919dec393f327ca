"""A producer's page on a phone: light, whatever names and channels say; one sentence, one thing to
do."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest
import requests
from sqlalchemy import text

from connectors.registry.contract import SourceCertificate
from models import producer_links
from tests.console.office import office
from tests.worker.fakes import source_product
from worker import links, papers
from worker.papers import NewPaper

NASTY = "<script>alert(1)</script> \u202eđảo chữ\u202c " + "dài " * 1240 + "hết"
"""Markup, a sign that turns the direction of what follows, 5000 characters."""
MOST_BYTES = 60_000
SAID = (
    "sàn từ chối ảnh chính mờ nhãn hàng không rõ thiếu giấy phép công bố chất lượng tên sản phẩm "
    "dài quá quy định mô tả có số điện thoại giá bán sai ngành khối lượng vận chuyển cần sửa lại "
    "gửi bản chụp mới cho cán bộ phụ trách duyệt trong ngày làm việc kế tiếp 24 48 120 500 g kg ml"
)


@pytest.fixture
def desk(world):
    with office(world) as served:
        yield served


def page_of(desk, producer="HTX A", **headers):
    world = desk.world
    ((number,),) = world.sql("SELECT id FROM producer WHERE key = :key", key=producer)
    now = world.env.now()
    with world.env.db.transaction() as session:
        link = producer_links.make(session, number, "Lan", now, now + timedelta(days=9))
    return desk.browser().get(links.path(world.env, link), **headers)


def weight(desk, answer):
    """Bytes of the page and of everything that it loads, as they travel."""
    page = requests.get(answer.url, stream=True, timeout=10, headers=dict(answer.request.headers))
    total = len(page.raw.read(decode_content=False))
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text)
    assert len(loaded) == 2
    return total + sum(len(desk.browser().get(path).content) for path in loaded)


def busy(world, products, shops, reason, *, url="", name="Mỳ gạo sợi dài phơi khô loại ngon"):
    """A producer with so many products in so many shops, two of three on sale."""
    world.book.products = [
        source_product(f"OCOP-{n:03}", producer="HTX A", name=f"{name} số {n}")
        for n in range(products)
    ]
    world.pull()
    for n in range(shops):
        world.connect(f"Gian hàng đặc sản số {n}")
    world.plan()
    with world.env.db.transaction() as session:
        session.execute(
            text("""UPDATE listing SET remote_id = id::text, url = CAST(:url AS text) || id,
                state = CASE WHEN id % 3 = 0 THEN 'rejected' ELSE 'live' END,
                reason = CASE WHEN id % 3 = 0 THEN jsonb_build_object(
                    'text', CAST(:reason AS text) || md5(id::text),
                    'advice', CAST(:reason AS text)) END"""),
            {"reason": reason, "url": url},
        )


def test_thirty_products_in_ten_shops_are_light(world, desk):
    url = "https://san.example/gian-hang-dac-san/my-gao-soi-dai-phoi-kho-loai-ngon-i.123456789."
    busy(world, 30, 10, "Sàn từ chối: ảnh chính bị mờ, không thấy rõ nhãn hàng. ", url=url)
    answer = page_of(desk)
    assert answer.text.count("<article>") == 30 and answer.text.count(url) == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert weight(desk, answer) < MOST_BYTES


def test_even_where_all_is_refused_each_for_another_long_reason(world, desk):
    busy(world, 30, 10, "", name=NASTY)
    chance = random.Random(7)
    ids = [number for (number,) in world.sql("SELECT id FROM listing")]
    assert len(ids) == 300
    for number in ids:
        words, todo = (" ".join(chance.choices(SAID.split(), k=300)) for _ in range(2))
        world.sql(
            """UPDATE listing SET state = 'rejected', reason = jsonb_build_object(
                'text', CAST(:words AS text), 'advice', CAST(:todo AS text))
            WHERE id = :id RETURNING 1""",
            words=words, todo=todo, id=number,
        )  # fmt: skip
    assert weight(desk, page_of(desk)) < MOST_BYTES


def test_a_usual_page_is_light_unpacked_too(world, desk):
    busy(world, 30, 10, "Sàn từ chối: ảnh chính bị mờ. ")
    plain = page_of(desk, **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert weight(desk, plain) < MOST_BYTES


def test_what_names_and_channels_say_is_text(world, desk):
    world.book.products = [source_product(producer="HTX A", name=NASTY)]
    world.pull()
    world.sql("UPDATE producer SET name = :name RETURNING 1", name=NASTY)
    world.connect("<b>Shop</b>")
    world.sync()
    world.sql(
        """UPDATE listing SET state = 'rejected', reason = jsonb_build_object(
            'text', CAST(:text AS text), 'advice', CAST(:text AS text)) RETURNING 1""",
        text="<img src=x onerror=alert(1)>",
    )
    page = page_of(desk).text
    assert "<script" not in page and "<img" not in page and "<b>Shop" not in page
    assert "&lt;script&gt;" in page and "&lt;img src=x" in page
    assert "\u202e" not in re.sub(r"<bdi>[^<]*</bdi>|<title>[^<]*</title>", "", page)


def test_an_address_that_is_none_is_no_link(world, desk):
    world.book.products = [source_product(producer="HTX A")]
    world.pull()
    world.connect()
    world.sync()
    world.sql("UPDATE listing SET url = 'javascript:alert(1)' RETURNING 1")
    assert "javascript:" not in page_of(desk).text


def test_each_channel_with_its_reason_and_one_thing_to_do(world, desk):
    world.book.products = [
        source_product("OCOP-1", producer="HTX A", name="Mỳ gạo đang bán"),
        source_product("OCOP-2", producer="HTX A", name="Mỳ gạo không ảnh", images=()),
        source_product(
            "OCOP-3", producer="HTX A", name="Mỳ gạo hết hạn",
            certificate=SourceCertificate("9/QĐ-UBND", 3, date(2022, 1, 1), date(2025, 1, 1)),
        ),
    ]  # fmt: skip
    world.pull()
    ((number,),) = world.sql("SELECT id FROM producer")
    papers.record(
        world.env,
        NewPaper("food_safety", "ATTP 12", date(2026, 12, 1), producer_id=number), by="Lan",
    )  # fmt: skip
    world.connect("Gian hàng tỉnh")
    world.sync()
    page = page_of(desk).text
    cards = dict(re.findall(r"<h2><bdi>([^<]+)</bdi></h2>(.*?)</article>", page, re.S))
    assert "Đang bán</b>" in cards["Mỳ gạo đang bán"]
    assert "Kênh thử" in cards["Mỳ gạo đang bán"] and "Gian hàng tỉnh" in cards["Mỳ gạo đang bán"]
    assert "Chưa có ảnh sản phẩm." in cards["Mỳ gạo không ảnh"]
    assert "Thêm ít nhất một ảnh rõ nét vào sổ đăng ký." in cards["Mỳ gạo không ảnh"]
    assert "đã hết hạn ngày 01/01/2025" in cards["Mỳ gạo hết hạn"]
    assert "Nộp hồ sơ đánh giá lại" in cards["Mỳ gạo hết hạn"]
    assert re.search(r"ATTP 12</bdi>: <b>sắp hết hạn: đến hết ngày 01/12/2026</b>", page)
    assert "<b>1</b> / 3" in page


def test_the_page_runs_nothing_and_styles_nothing_inline(world, desk):
    world.book.products = [source_product(producer="HTX A")]
    world.pull()
    page = page_of(desk).text
    assert not re.search(r"<style|style=|<script|\son\w+=|https?://(?!ocop)", page)
