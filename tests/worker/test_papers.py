"""Papers: recorded with their file, certified like the certificate, warned of in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image

from models import papers as rows
from tests.worker.fakes import source_product
from worker import papers, tracecode
from worker.env import local_day
from worker.papers import BadPaper, NewPaper

SKU = "OCOP-1-100G"


@pytest.fixture
def shop(world):
    """A channel that demands a food-safety paper of dry food; one such product."""
    fake = world.env.connectors["fake"]
    fake.capabilities = replace(fake.capabilities, required_papers={"dry": ("food_safety",)})
    world.env.images = world.env.images / "kept"
    world.book.products = [source_product()]
    world.pull()
    (world.env.images).mkdir()
    (world.env.images / ("a" * 64)).write_bytes(b"picture")
    shop = world.connect()
    world.sync()
    return shop


def paper(world, days, **more):
    with world.env.db.transaction() as session:
        product = session.execute(rows.text("SELECT id FROM product")).scalar_one()
    until = local_day(world.env.now()) + timedelta(days=days)
    return NewPaper("food_safety", "ATTP 1", until, product_id=product, **more)


def warnings(world):
    return [m for (m,) in world.sql("SELECT message FROM event WHERE kind = 'paper_lapses'")]


def test_without_the_paper_it_is_not_on_sale_and_with_it_it_is(world, shop):
    assert world.rows()[0].reason_code == "NO_PAPER"
    papers.record(world.env, paper(world, 40), by="t")
    world.sync()
    assert SKU in world.market.on_sale(shop.key)


def test_the_day_after_its_last_the_listing_comes_down_with_that_reason(world, shop):
    papers.record(world.env, paper(world, 1), by="t")
    world.sync()
    world.time.forward(days=1)
    world.sync()
    assert SKU in world.market.on_sale(shop.key)
    world.time.forward(days=1)
    world.sync()
    assert world.market.on_sale(shop.key) == {}
    assert world.rows()[0].reason_code == "PAPER_LAPSED"


def test_a_warning_comes_30_14_and_3_days_ahead_once_each(world, shop):
    papers.record(world.env, paper(world, 31), by="t")
    said = []
    for _day in range(32):
        said.append(papers.warn(world.env))
        said[-1] += papers.warn(world.env)
        world.time.forward(days=1)
    assert [n for n, count in enumerate(said) if count] == [1, 17, 28]
    assert len(warnings(world)) == 3
    assert "còn 3 ngày" in warnings(world)[-1]


def test_a_renewed_paper_warns_anew(world, shop):
    papers.record(world.env, paper(world, 2), by="t")
    assert papers.warn(world.env) == 1
    papers.record(world.env, paper(world, 13), by="t")
    assert papers.warn(world.env) == 1


def test_a_producer_s_paper_is_for_all_its_products_and_can_be_taken_away(world, shop):
    with world.env.db.transaction() as session:
        producer = session.execute(rows.text("SELECT id FROM producer")).scalar_one()
    number = papers.record(
        world.env, NewPaper("food_safety", "ATTP 2", producer_id=producer), by="t"
    )
    world.sync()
    assert SKU in world.market.on_sale(shop.key)
    assert papers.remove(world.env, number)
    assert not papers.remove(world.env, number)
    world.sync()
    assert world.market.on_sale(shop.key) == {}


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ({"kind": "giấy lạ"}, "không có loại giấy"),
        ({"number": "  "}, "chưa có số"),
        ({"file": "không-có.pdf"}, "không đọc được"),
        ({"file": "chữ.txt"}, "cần tệp PDF"),
    ],
)
def test_bad_papers_are_refused_with_what_to_do(world, shop, tmp_path, new, words):
    (tmp_path / "chữ.txt").write_text("xin chào")
    if "file" in new:
        new = {"file": tmp_path / new["file"]}
    with pytest.raises(BadPaper, match=words):
        papers.record(world.env, replace(paper(world, 9), **new), by="t")


def test_a_file_is_kept_by_its_content(world, shop, tmp_path):
    scan = tmp_path / "giấy.pdf"
    scan.write_bytes(b"%PDF-1.7 ...")
    papers.record(world.env, paper(world, 9, file=scan), by="t")
    ((sha,),) = world.sql("SELECT sha256 FROM asset WHERE url LIKE 'paper:%'")
    assert (world.env.images / sha).read_bytes() == scan.read_bytes()


def test_a_traceability_code_is_drawn_once_large_enough_and_shown_last(world, shop):
    world.sql("UPDATE product SET trace_code = '8930001' RETURNING 1")
    assert tracecode.draw_missing(world.env)
    assert not tracecode.draw_missing(world.env)
    ((sha, width),) = world.sql("SELECT sha256, width FROM asset WHERE url = 'qr:8930001'")
    assert width >= tracecode.SIDE_PX
    with Image.open(world.env.images / sha) as image:
        assert image.format == "PNG"
