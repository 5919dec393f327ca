"""The category mapping: suggested, confirmed by a person, carried as CSV, checked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import Attribute, AttributeOption, Category
from models import categories
from tests.worker.fakes import source_product
from worker import mapping, mappings
from worker.mappings import BadMapping

SKU = "OCOP-1-100G"


@pytest.fixture
def shop(world):
    world.book.products = [source_product()]
    world.pull()
    shop = world.connect()
    world.sync()
    return shop


def rows(world, shop):
    with world.env.db.transaction() as session:
        return categories.rows_of(session, mappings.market_of(shop))


def test_the_starter_mapping_is_there_after_connecting_and_says_so(world, shop):
    assert [(r.kind, r.category_id, r.name, r.decided_by) for r in rows(world, shop)] == [
        ("alcohol", "3", "Rượu", ""),
        ("dry", "2", "Thực phẩm khô", ""),
    ]


def test_suggestions_are_ranked_and_the_channel_s_own_come_up(world, shop):
    world.market.categories += [Category("4", "1", "Khô bò", True), Category("5", None, "Xe", True)]
    fake = world.env.connectors["fake"]
    found = [p.category_id for p in mappings.suggest(world.env, shop, "dry", "")]
    assert found[0] == "2"
    assert "5" not in found
    fake.capabilities = replace(fake.capabilities, recommends=True)
    world.market.recommended = ["5", "1"]
    lifted = [p.category_id for p in mappings.suggest(world.env, shop, "dry", "")]
    assert "5" in lifted
    assert "1" not in lifted


def test_a_person_s_choice_sends_exactly_the_products_of_that_kind_again(world, shop):
    world.market.categories.append(Category("4", "1", "Đặc sản", True))
    world.market.attributes["4"] = [Attribute("7", "Chất liệu", mandatory=True, free_text=True)]
    weak = mappings.set_one(world.env, shop, "dry", "", "4", by="cán bộ")
    assert weak == ["Chất liệu"]
    assert [(c.facet, c.product_code) for c in world.changes()] == [("content", "OCOP-1")]
    assert next(r for r in rows(world, shop) if r.kind == "dry").decided_by == "cán bộ"


@pytest.mark.parametrize(
    ("kind", "category", "words"),
    [
        ("giày dép", "2", "không có loại hàng"),
        ("dry", "1", "không phải ngành hàng cuối"),
        ("dry", "99", "không có trên sàn"),
    ],
)
def test_what_cannot_be_set_is_refused(world, shop, kind, category, words):
    with pytest.raises(BadMapping, match=words):
        mappings.set_one(world.env, shop, kind, "", category, by="t")


def test_export_and_import_are_each_other_s_opposite(world, shop):
    text = mappings.export(world.env)
    assert mappings.import_(world.env, text, by="t") == (0, [])
    before = [replace(r, decided_by="") for r in rows(world, shop)]
    changed, problems = mappings.import_(
        world.env, text.replace(",2,Thực phẩm khô", ",3,Rượu"), by="t"
    )
    assert (changed, problems) == (1, [])
    mappings.import_(world.env, text, by="t")
    kept = [replace(r, decided_by="") for r in rows(world, shop)]
    assert kept == before


def test_wrong_rows_are_named_and_the_others_go_in(world, shop):
    text = (
        "channel,base_url,kind,words,category_id,name,attributes\n"
        "fake,,dry,mat ong,2,Mật ong,\n"
        "lazada,,dry,,2,x,\n"
        "fake,,dry,,2,x,không phải JSON\n"
        "fake,,dry,,,x,\n"
    )
    changed, problems = mappings.import_(world.env, text, by="t")
    assert changed == 1
    assert [p.split(":")[0] for p in problems] == ["dòng 3", "dòng 4", "dòng 5"]
    with pytest.raises(BadMapping, match="thiếu cột"):
        mappings.import_(world.env, "a,b\n1,2\n", by="t")


def test_no_cell_of_an_export_is_a_formula(world, shop):
    world.market.categories[1] = Category("2", "1", "=HYPERLINK(1)", True)
    mappings.set_one(world.env, shop, "dry", "", "2", by="t")
    assert "'=HYPERLINK" in mappings.export(world.env)


def test_a_check_finds_what_no_longer_fits(world, shop):
    assert mappings.check(world.env, shop) == []
    world.market.categories = [c for c in world.market.categories if c.category_id != "3"]
    world.market.attributes["2"] = [Attribute("7", "Xuất xứ", mandatory=True, free_text=True)]
    found = mappings.check(world.env, shop)
    assert [(f.kind, "không còn" in f.problem, "bắt buộc" in f.problem) for f in found] == [
        ("alcohol", True, False),
        ("dry", False, True),
    ]
    option = AttributeOption("1", "Việt Nam")
    world.market.attributes["2"] = [Attribute("7", "Xuất xứ", True, False, (option,))]
    mappings.set_one(world.env, shop, "dry", "", "2", by="t")
    assert [f.kind for f in mappings.check(world.env, shop)] == ["alcohol"]
    world.market.attributes["2"] = [
        Attribute("7", "Xuất xứ", True, False, (AttributeOption("2", "Khác"),))
    ]
    assert any("không còn trên sàn" in f.problem for f in mappings.check(world.env, shop))


def test_an_unmapped_kind_is_blocked_with_that_reason(world, shop):
    world.book.products = [source_product("OCOP-2", group="duoc-lieu", name="Ba kích khô")]
    world.pull()
    world.sync()
    blocked = next(r for r in world.rows() if r.product_code == "OCOP-2")
    assert (blocked.state, blocked.reason_code) == ("blocked", "NO_CATEGORY")


@pytest.mark.parametrize(
    ("attribute", "text", "unit"),
    [
        (Attribute("1", "Ngày sản xuất", True, True, numeric=True), "", ""),
        (Attribute("1", "Nhà sản xuất", True, True), "{producer}", ""),
        (Attribute("1", "Hạn sử dụng", True, True, units=("Months",), numeric=True), "", ""),
        (Attribute("1", "Trọng lượng", True, True, units=("kg", "g"), numeric=True), "{net}", "g"),
        (Attribute("1", "Trọng lượng", True, True, units=("kg",), numeric=True), "", "kg"),
        (Attribute("1", "Nồng độ cồn", True, True, numeric=True), "{alcohol}", ""),
    ],
)
def test_a_number_is_given_only_where_ours_is_one_in_that_unit(attribute, text, unit):
    """A date is a number too; a weight in grams is none in kilograms."""
    (row,) = mapping.default_attributes([attribute])
    assert (row["text"], row["unit"]) == (text, unit)
