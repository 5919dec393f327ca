"""The demo's starting facts fit the book: shops, decisions, and enough to sell."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import sandbox.data
from sandbox.registry.book import read_book
from sandbox.registry.dates import BOOK_DAY, standing
from worker.kinds import kind_of

DATA = Path(sandbox.data.__file__).parent
BOOK = {product["code"]: product for product in read_book()}
DECISIONS = {
    one["product_code"]: one
    for one in json.loads((DATA / "decisions.json").read_text("utf-8"))["decisions"]
}
_BOOKED = json.loads((DATA / "shops.json").read_text("utf-8"))
SHOPS, AGREED = _BOOKED["shops"], set(_BOOKED["agreed"])
SHOPEE = [shop for shop in SHOPS if shop["channel"] == "shopee"]
PAPERS = json.loads((DATA / "papers.json").read_text("utf-8"))["papers"]
ASK = {"fresh", "chilled", "eggs", "alcohol", "herbs", "plant"}
BLOCK = {"live_animal", "tourism"}
"""ocop-domain.md 5, column Shopee."""


def kind(product: dict[str, Any]) -> str:
    shelf_life = product["variants"][0]["shelf_life"] or ""
    return kind_of(product["group"], product["name"], product["description"], shelf_life)


def sellers(product: dict[str, Any]) -> list[dict[str, Any]]:
    """The Shopee shops that sell a product: its producer's, and the province's for those who
    agreed."""
    maker = product["producer"]["name"]
    return [
        s for s in SHOPEE
        if (maker in AGREED if s["owner"]["kind"] == "province" else s["owner"]["name"] == maker)
    ]  # fmt: skip


def why_not_on_sale(code: str) -> str:
    """The first reason against a product on Shopee on the book's day; "" when there is none."""
    product = BOOK[code]
    if standing(product["certificates"][0], BOOK_DAY) != "valid":
        return "lapsed"
    if kind(product) in BLOCK:
        return "not taken"
    if kind(product) in ASK and DECISIONS[code]["decision"] != "yes":
        return str(DECISIONS[code]["decision"])
    if not product["images"]:
        return "no picture"
    if not sellers(product):
        return "no shop"
    return ""


def test_each_product_that_asks_has_one_decision_and_no_other() -> None:
    assert set(DECISIONS) == {code for code, product in BOOK.items() if kind(product) in ASK}
    for code, decision in DECISIONS.items():
        assert decision["name"] == BOOK[code]["name"]
        assert decision["decision"] in ("yes", "no", "waiting")
        assert decision["note"]
    assert Counter(one["decision"] for one in DECISIONS.values()).keys() == {"yes", "no", "waiting"}


def test_alcohol_is_allowed_only_with_a_licence() -> None:
    licensed = {row["product_code"] for row in PAPERS if row["kind"] == "alcohol_licence"}
    allowed = {
        code for code, one in DECISIONS.items()
        if kind(BOOK[code]) == "alcohol" and one["decision"] == "yes"
    }  # fmt: skip
    assert licensed == allowed


def test_a_scanned_declaration_is_the_one_of_the_book() -> None:
    for row in PAPERS:
        if row["kind"] == "self_declaration":
            assert BOOK[row["product_code"]]["tcb"] == row["number"]


def test_the_province_and_producers_sell_on_four_channels() -> None:
    owners = Counter((shop["channel"], shop["owner"]["kind"]) for shop in SHOPS)
    assert owners["shopee", "producer"] == 7
    for channel in ("shopee", "tiki", "woocommerce", "san24h"):
        assert owners[channel, "province"] == 1
    assert len({(shop["channel"], shop["shop_id"]) for shop in SHOPS}) == len(SHOPS)
    makers = {product["producer"]["name"] for product in BOOK.values()}
    assert makers >= AGREED
    for shop in SHOPS:
        assert shop["owner"]["kind"] == "province" or shop["owner"]["name"] in makers


def test_what_can_be_live_on_the_books_day() -> None:
    reasons = Counter(why_not_on_sale(code) for code in BOOK)
    assert reasons == {
        "": 86,
        "lapsed": 29,
        "waiting": 19,
        "no": 8,
        "no picture": 5,
        "no shop": 4,
        "not taken": 4,
    }
    in_both = [
        code
        for code, product in BOOK.items()
        if not why_not_on_sale(code) and len(sellers(product)) == 2
    ]
    assert len(in_both) == 13
