"""Which items of a shop are ours, and how sure we are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.likeness import Ours, Theirs, amount_of, pair

NOODLES = Ours(1, 10, "MY-500G", "8930000000019", "Mỳ gạo Chũ Xuân Trường", "Gói 500 g", 500)
BIG = Ours(2, 10, "MY-1000G", "", "Mỳ gạo Chũ Xuân Trường", "Gói 1 kg", 1000)
HONEY = Ours(3, 11, "MAT-700G", "", "Mật ong hoa vải Lục Ngạn", "Chai 500 ml", 500)
OURS = [NOODLES, BIG, HONEY]


def found(title="", sku="", gtin="", label="", key=("1", "")):
    (made,) = pair(OURS, [Theirs(key, sku, gtin, title, label)])
    return made


@pytest.mark.parametrize(
    ("theirs", "ours", "verdict"),
    [
        ({"sku": "my-500g"}, NOODLES, "sure"),
        ({"title": "Mì Chũ gạo", "gtin": "8930000000019"}, NOODLES, "sure"),
        ({"title": "Áo thun nam", "gtin": "8930000000019"}, NOODLES, "doubtful"),
        ({"title": "Mỳ gạo Chũ Xuân Trường gói 500g"}, NOODLES, "doubtful"),
        ({"title": "my gao chu xuan truong OCOP 4 sao", "label": "1kg"}, BIG, "doubtful"),
        ({"title": "Mật ong hoa vải Lục Ngạn chai 500ml"}, HONEY, "doubtful"),
        ({"title": "Mỳ gạo Chũ Xuân Trường thùng 5kg"}, None, "stranger"),
        ({"title": "Mỳ gạo Trại Lâm gói 500g"}, None, "stranger"),
        ({"title": "Nước mắm Phú Quốc"}, None, "stranger"),
    ],
)
def test_pairs(theirs, ours, verdict):
    made = found(**theirs)
    assert (made.ours, made.verdict) == (ours, verdict)


def test_an_item_with_packs_that_are_not_ours_waits_for_a_person():
    """As ours it would have our packs alone."""
    packs = [
        Theirs(("7", "a"), "MY-500G", "", "Mỳ Chũ", "500 g"),
        Theirs(("7", "b"), "CUA-TOI", "", "Mỳ Chũ", "thùng"),
        Theirs(("8", ""), "MAT-700G", "", "Mật ong", ""),
    ]
    assert [p.verdict for p in pair(OURS, packs)] == ["doubtful", "stranger", "sure"]
    packs[1] = Theirs(("7", "b"), "my-1000g", "", "Mỳ Chũ", "1 kg")
    assert [p.verdict for p in pair(OURS, packs)] == ["sure", "sure", "sure"]


def test_the_packs_of_one_item_are_of_one_product_and_no_pack_is_twice_there():
    rows = [
        Theirs(("1", "a"), "", "", "Mỳ gạo Chũ Xuân Trường", "500g"),
        Theirs(("1", "b"), "MAT-700G", "", "Mỳ gạo Chũ Xuân Trường", "chai"),
        Theirs(("2", ""), "", "", "Mỳ gạo Chũ Xuân Trường 500 g", ""),
    ]
    made = pair(OURS, rows)
    taken = [p.ours for p in made if p.ours]
    assert len(taken) == len(set(taken))
    assert len({p.ours.product_id for p in made[:2] if p.ours}) == 1


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Gói 500g", 500),
        ("gói 1,5 kg", 1500),
        ("Bao 1.500 g", 1500),
        ("Combo 2 gói 500 g", 1000),
        ("Thùng 10 gói x 300g", 3000),
        ("chai 0.5 lít", 500),
        ("500g hoặc 1kg", None),
        ("hộp quà", None),
    ],
)
def test_amounts(text, amount):
    assert amount_of(text) == amount


@given(st.lists(st.sampled_from(["Mỳ gạo Chũ Xuân Trường 500g", "Mật ong hoa vải", "x"])))
def test_one_answer_each_in_order(titles):
    rows = [Theirs((str(n), ""), "", "", title, "") for n, title in enumerate(titles)]
    assert [p.theirs for p in pair(OURS, rows)] == rows
