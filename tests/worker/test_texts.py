"""Templates: parts that vanish, lengths that hold, claims that are not made."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker import texts

VALUES = dict.fromkeys(texts.FIELDS, "") | {
    "name": "Mỳ gạo Chũ", "pack": "Gói 500 g", "stars": "4", "producer": "HTX A",
    "origin": "Xã B, tỉnh C",
}  # fmt: skip


def test_a_part_with_an_empty_field_vanishes():
    assert texts.render("{name}[ - {pack}][ - {trace_code}]", VALUES) == "Mỳ gạo Chũ - Gói 500 g"


def test_a_line_with_an_empty_field_vanishes_and_gaps_close():
    found = texts.render("{name}\n\n{trace_code}\n\n{producer}", VALUES)
    assert found == "Mỳ gạo Chũ\n\nHTX A"


def test_the_name_gives_way_the_stars_stay():
    long = VALUES | {"name": "Mỳ gạo Chũ " * 20}
    found = texts.title(texts.TITLE, long, (10, 60))
    assert len(found) <= 60
    assert found.endswith("Gói 500 g - OCOP 4 sao")


def test_a_short_title_is_told_whose_it_is():
    assert texts.title("{name}", VALUES, (25, 60)) == "Mỳ gạo Chũ - HTX A - Xã B, tỉnh C"


@given(st.text("aạă\u0323 bđ-", min_size=1, max_size=80), st.integers(2, 40))
def test_a_cut_keeps_the_length_and_the_letters_whole(text, most):
    found = texts.cut_at_word(text, most)
    assert len(found) <= most
    rest = text[len(found) :]
    assert len(found) <= 1 or not rest or not unicodedata.combining(rest[0])


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Sợi dai. Chữa bệnh dạ dày. Ngon.", "Sợi dai. Ngon."),
        ("Thực phẩm này không phải là thuốc, không thay thế thuốc chữa bệnh.", None),
        ("Ngon nhất vùng, số 1 Việt Nam!", ""),
        ("Hỗ trợ điều trị mất ngủ; thơm.", "thơm."),
    ],
)
def test_no_healing_and_no_best_but_the_sentence_of_the_law_stays(said, kept):
    assert texts.honest(said) == (said if kept is None else kept)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Mỳ Chũ OCOP 4 sao", "Mỳ Chũ"),
        ("OCOP Mỳ Chũ", "Mỳ Chũ"),
        ("Mỳ Chũ (OCOP)", "Mỳ Chũ"),
        ("Mỳ Chũ - OCOP", "Mỳ Chũ"),
    ],
)
def test_the_claim_goes_when_it_may_not_be_made(said, left):
    assert texts.unclaimed(said) == left


def test_unknown_marks_are_named():
    assert texts.unknown_fields("{name} {giá} {x}") == ["giá", "x"]
