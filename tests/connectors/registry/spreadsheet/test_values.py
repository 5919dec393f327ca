"""One kind of value a file: prices, days, stars, nets, barcodes, telephone numbers."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry.spreadsheet.codes import parse_code, parse_gtin, parse_phone
from connectors.registry.spreadsheet.dates import last_valid_day, parse_day
from connectors.registry.spreadsheet.money import parse_price
from connectors.registry.spreadsheet.packs import pack_count, pack_size
from connectors.registry.spreadsheet.stars import parse_stars
from connectors.registry.spreadsheet.text import clean, fold
from connectors.registry.spreadsheet.weights import parse_net


@pytest.mark.parametrize(("typed", "vnd"), [
    ("45.000đ", 45_000), ("45,000 VND", 45_000), ("45 000 đồng", 45_000), (45000, 45_000),
    (45000.0, 45_000), ("45k", 45_000), ("1.250.000", 1_250_000), ("120 nghìn", 120_000),
])  # fmt: skip
def test_prices_as_offices_write_them(typed: object, vnd: int) -> None:
    parsed = parse_price(typed)  # type: ignore[arg-type]
    assert parsed.value is not None, parsed.problem
    assert parsed.value.vnd == vnd


@pytest.mark.parametrize(("typed", "problem"), [
    ("Liên hệ", "PRICE_ON_REQUEST"), ("", "PRICE_ON_REQUEST"), (0, "PRICE_ZERO"),
    ("0 đ", "PRICE_ZERO"), (-5000, "PRICE_NEGATIVE"), ("-5.000", "PRICE_NEGATIVE"),
    ("40.000 - 50.000", "PRICE_RANGE"), (10**12, "PRICE_TOO_HIGH"), (45, "PRICE_TOO_LOW"),
])  # fmt: skip
def test_prices_that_are_none(typed: object, problem: str) -> None:
    assert parse_price(typed).problem == problem  # type: ignore[arg-type]


@given(st.integers(min_value=1_000, max_value=100_000_000))
def test_a_written_price_reads_back(vnd: int) -> None:
    grouped = f"{vnd:,}".replace(",", ".")
    for text in (f"{grouped}đ", f"{grouped} VNĐ", str(vnd), f"{vnd:,} đồng"):
        parsed = parse_price(text)
        assert parsed.value is not None
        assert parsed.value.vnd == vnd


@pytest.mark.parametrize(("typed", "day"), [
    ("15/12/2021", date(2021, 12, 15)), ("15-12-2021", date(2021, 12, 15)),
    ("15.12.2021", date(2021, 12, 15)), ("2021-12-15", date(2021, 12, 15)),
    (44545, date(2021, 12, 15)), ("ngày 15 tháng 12 năm 2021", date(2021, 12, 15)),
])  # fmt: skip
def test_days(typed: object, day: date) -> None:
    assert parse_day(typed).value == day  # type: ignore[arg-type]


@pytest.mark.parametrize(("typed", "problem"), [
    ("31/02/2021", "DATE_INVALID"), ("12/2021", "DATE_PARTIAL"), ("hôm qua", "DATE_INVALID"),
])  # fmt: skip
def test_days_that_are_none(typed: str, problem: str) -> None:
    assert parse_day(typed).problem == problem


@given(st.dates(min_value=date(2019, 1, 1), max_value=date(2030, 12, 31)))
def test_a_written_day_reads_back(day: date) -> None:
    assert parse_day(f"{day:%d/%m/%Y}").value == day
    assert last_valid_day(day).year == day.year + 3


@pytest.mark.parametrize(("typed", "stars"), [
    ("4 sao", 4), ("****", 4), ("★★★", 3), (5, 5), ("bốn sao", 4),
])  # fmt: skip
def test_stars(typed: object, stars: int) -> None:
    parsed = parse_stars(typed)  # type: ignore[arg-type]
    assert parsed.value is not None, parsed.problem
    assert parsed.value.certified == stars


@pytest.mark.parametrize("typed", ["7 sao", "0 sao", "rất ngon"])
def test_stars_that_are_none(typed: str) -> None:
    assert parse_stars(typed).problem is not None


@pytest.mark.parametrize(("typed", "grams", "ml"), [
    ("500 g", 500, None), ("0,5 kg", 500, None), ("1.500g", 1500, None), ("1,5 lít", None, 1500),
    ("500ml", None, 500), ("2 kg", 2000, None),
])  # fmt: skip
def test_nets(typed: str, grams: int | None, ml: int | None) -> None:
    net = parse_net(typed).value
    assert net is not None
    assert (net.grams, net.millilitres) == (grams, ml)


def test_what_a_pack_says_of_itself() -> None:
    assert pack_count("Thùng 24 lon") == 24
    assert pack_count("Hộp 10 chiếc 500 g") == 10
    assert pack_count("Gói 500 g") is None
    assert pack_size("Hộp quà 2 chai x 500 ml").millilitres == 1000


def test_codes_and_barcodes() -> None:
    assert parse_code("ocop-24-219-0002").value == "OCOP-24-219-0002"
    assert parse_code("").problem == "CODE_MISSING"
    assert parse_code("mỳ chũ").problem == "CODE_INVALID"
    assert parse_gtin("8930000001047").value == "8930000001047"
    assert parse_gtin("8930000001048").problem == "GTIN_CHECK_DIGIT"
    assert parse_gtin("8,93E+12").problem == "GTIN_PRECISION_LOST"
    assert parse_phone(912345678).value == "0912345678"
    assert parse_phone("+84 912 345 678").value == "0912345678"


@given(st.text(max_size=40))
def test_folding_is_idempotent_and_plain(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)


def test_folding_takes_both_forms_of_a_letter() -> None:
    assert fold("Mỳ Chũ Đặc biệt") == fold("Mỳ Chũ Đặc biệt") == "my chu dac biet"
