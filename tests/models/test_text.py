"""Folding and Vietnamese order."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from models.text import fold, slug, sort_key


def test_search_finds_without_accents():
    assert fold("Mỳ gạo Chũ  Xuân Trường") == "my gao chu xuan truong"
    assert fold("ĐƯỜNG") == "duong"
    assert slug("Shop tỉnh Bắc Giang!") == "shop-tinh-bac-giang"


@given(st.text())
def test_nfd_and_nfc_fold_alike(text):
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_vietnamese_order():
    words = ["gạo", "ga", "gà", "đào", "dưa", "ăn", "an", "ân", "cà", "ca"]
    ordered = ["an", "ăn", "ân", "ca", "cà", "dưa", "đào", "ga", "gà", "gạo"]
    assert sorted(words, key=sort_key) == ordered
