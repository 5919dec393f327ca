"""Which category of a shop our goods are taken for without a person's word, by every channel's
starter."""

from __future__ import annotations

import pytest

from connectors.contract import Category, StarterRow
from models.facts import CategoryFacts
from tests.worker.facts import product
from worker import mapping, offer
from worker.env import find_connectors

LEAVES = {
    "Nguyên liệu nấu ăn": ("Mỳ, bún, miến", "Gạo, ngũ cốc", "Gia vị, nước chấm"),
    "Đồ ăn vặt": ("Bánh kẹo",),
    "Đồ uống": ("Trà", "Cà phê"),
    "Thực phẩm tươi sống": ("Thịt, trứng", "Trái cây tươi"),
    "Sức khỏe": ("Thực phẩm chức năng",),
    "Thực phẩm bảo vệ sức khỏe": ("Thảo dược", "Trái cây sấy"),
}
"""A shop's tree that has no category for dry food as such."""

CONNECTORS = find_connectors()
API = ("shopee", "tiki", "woocommerce")


def tree() -> list[Category]:
    found: list[Category] = []
    for above, leaves in LEAVES.items():
        found.append(Category(above, None, above, leaf=False))
        found += [Category(name, above, name, leaf=True) for name in leaves]
    return found


def named(channel: str, name: str) -> str | None:
    """The name of the category that a dry food of that name gets, None where a person has to
    say."""
    starter = CONNECTORS[channel].capabilities.starter
    proposals = mapping.propose(tree(), starter)
    rows = [CategoryFacts(p.kind, p.words, p.category_id, ()) for p in proposals]
    found = offer.category_for(product(name=name), rows, starter)
    return found.category_id if found else None


@pytest.mark.parametrize("channel", API)
@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Bún khô Đa Mai", "Mỳ, bún, miến"),
        ("Miến dong Sơn Động", "Mỳ, bún, miến"),
        ("Mì gạo Thủ Dương", "Mỳ, bún, miến"),
        ("Mỳ gạo Chũ", "Mỳ, bún, miến"),
        ("Phở khô Chũ", "Mỳ, bún, miến"),
        ("Gạo thơm Yên Dũng", "Gạo, ngũ cốc"),
        ("Chè kho Mỹ Độ", "Bánh kẹo"),
        ("Chè xanh Bản Ven", "Trà"),
        ("Nước mắm cá cơm", "Gia vị, nước chấm"),
        ("Dầu gạo lứt", None),
        ("Kẹo lạc", None),
        ("Bột sắn dây", None),
    ],
)
def test_goods_are_taken_for_what_they_are_or_left_to_a_person(
    channel: str, name: str, category: str | None
) -> None:
    assert named(channel, name) == category


@pytest.mark.parametrize("channel", sorted(CONNECTORS))
def test_nothing_is_put_among_food_supplements_unasked(channel: str) -> None:
    locked = {"Thực phẩm chức năng", *LEAVES["Thực phẩm bảo vệ sức khỏe"]}
    proposals = mapping.propose(tree(), CONNECTORS[channel].capabilities.starter)
    assert not locked & {p.category_id for p in proposals}
    asked = StarterRow("herbs", "", ("thực phẩm chức năng",))
    assert [p.category_id for p in mapping.propose(tree(), [asked])] == ["Thực phẩm chức năng"]


@pytest.mark.parametrize(
    ("phrase", "name", "may"),
    [
        ("thực phẩm", "Thực phẩm đông lạnh", False),
        ("thực phẩm", "Thực phẩm khác", True),
        ("thực phẩm khô", "Thực phẩm tươi sống", False),
        ("thực phẩm khô", "Thực phẩm khô khác", True),
        ("đồ uống", "Trà và đồ uống khác", False),
        ("food", "Food & Drinks", True),
    ],
)
def test_common_words_alone_are_no_likeness(phrase: str, name: str, may: bool) -> None:
    row = StarterRow("dry", "", (phrase,))
    assert bool(mapping.propose([Category("1", None, name, leaf=True)], [row])) is may


def test_a_person_is_still_shown_all_that_resembles() -> None:
    shown = mapping.suggest(tree(), StarterRow("dry", "", ("thực phẩm",)), ())
    assert "Thực phẩm chức năng" in [p.category_id for p in shown]
