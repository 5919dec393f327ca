"""Labels of packs: short enough, and a buyer can tell them apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.labels import amount, fitting

GIFT = "Hộp quà tặng cao cấp đặc sản Lục Ngạn"


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["Gói 500 g", "Gói 1 kg"], ["Gói 500 g", "Gói 1 kg"]),
        (
            [f"{GIFT} Tết Nguyên đán 500 g", f"{GIFT} Tết Trung thu 600 g"],
            ["Hộp quà tặng 500 g", "Hộp quà tặng 600 g"],
        ),
        (
            [f"{GIFT} 2 hộp x 500 g", f"{GIFT} 3 hộp x 500 g", "Gói 500 g"],
            ["Hộp 2 hộp x 500 g", "Hộp 3 hộp x 500 g", "Gói 500 g"],
        ),
        ([f"{GIFT} 12 quả", f"{GIFT} 24 quả"], ["Hộp quà tặng 12 quả", "Hộp quà tặng 24 quả"]),
        (
            [f"{GIFT} Tết Nguyên đán 500 g", f"{GIFT} Tết Trung thu 500 g"],
            ["Hộp quà Nguyên đán", "Hộp quà Trung thu"],
        ),
        (["Hộp giấy", "Hộp giấy"], ["Hộp giấy", "Hộp giấy 2"]),
        ([GIFT, GIFT], ["Hộp quà tặng cao cấp", "Hộp quà tặng cao 2"]),
    ],
)
def test_what_differs_stays(names, labels):
    assert fitting(names, [""] * len(names), 20) == labels


def test_how_much_is_in_it_stays_where_the_name_does_not_say():
    names = [f"{GIFT} loại nhỏ để biếu", f"{GIFT} loại lớn để biếu"]
    assert fitting(names, ["500 g", "1000 g"], 20) == ["Hộp quà tặng 500 g", "Hộp quà tặng 1000 g"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Chai 0,5 lít", "0,5 lít"), ("Thùng 24 chai x 330ml", "24 chai x 330ml"),
        ("Hộp 6 lọ", "6 lọ"), ("Hộp quà", ""), ("Gói 1.500 g", "1.500 g"),
    ],
)  # fmt: skip
def test_amounts(name, said):
    assert amount(name) == said


_WORD = st.sampled_from(
    ["Hộp", "quà", "tặng", "Lục Ngạn", "500 g", "1 kg", "x", "2", "siêudàikhôngcách"]
)
_NAMES = st.lists(st.lists(_WORD, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=12)


@given(_NAMES, st.integers(8, 24))
def test_all_are_short_enough_and_different(names, most):
    labels = fitting(names, ["500 g"] * len(names), most)
    assert len({label.lower() for label in labels}) == len(names)
    assert all(0 < len(label) <= most for label in labels)
