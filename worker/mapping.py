"""A first proposal for which of a channel's categories a kind of product belongs to. Pure.

Ranked by likeness of words (accents folded) between what we call the goods and the category's
path of names; a person confirms or changes it. Mandatory attributes get a default that holds for
certified local goods, with the product's facts put in when the offer is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Attribute, Category
from models.text import fold

Goods = tuple[str, str, tuple[str, ...]]
"""Kind, words of the product's name that it is for ("" = the kind's default), search phrases."""

GOODS: tuple[Goods, ...] = (
    ("dry", "", ("thực phẩm khô", "thực phẩm", "dried food", "food staples", "food")),
    ("dry", "my", ("mì bún miến phở", "mì gạo", "noodles")),
    ("dry", "banh", ("bánh kẹo", "bánh", "snacks cakes", "biscuits")),
    ("dry", "snack", ("đồ ăn vặt", "snack", "snacks")),
    ("dry", "mat ong", ("mật ong", "honey")),
    ("dry", "phan hoa", ("mật ong", "honey")),
    ("dry", "gao", ("gạo", "rice")),
    ("dry", "tra", ("trà", "tea")),
    ("dry", "che", ("trà", "tea")),
    ("dry", "nuoc", ("nước giải khát", "đồ uống", "drinks beverages")),
    ("dry", "dau", ("dầu ăn", "cooking oil", "oils")),
    ("dry", "tuong", ("gia vị", "nước chấm", "sauces", "condiments seasoning")),
    ("dry", "mam", ("gia vị", "nước chấm", "sauces", "condiments seasoning")),
    ("dry", "say", ("trái cây sấy", "hoa quả sấy", "dried fruit")),
    ("dry", "vai", ("trái cây sấy", "hoa quả sấy", "dried fruit")),
    ("dry", "mang", ("rau củ sấy khô", "thực phẩm khô", "dried vegetables")),
    ("dry", "thit", ("thịt khô", "thịt chế biến", "dried meat")),
    ("dry", "ruoc", ("thịt khô", "thịt chế biến", "dried meat")),
    ("fresh", "", ("rau củ quả tươi", "trái cây tươi", "fresh fruit", "fresh produce")),
    ("fresh", "rau", ("rau củ tươi", "vegetables")),
    ("fresh", "khoai", ("rau củ tươi", "vegetables")),
    ("fresh", "cu", ("rau củ tươi", "vegetables")),
    ("fresh", "mang", ("rau củ tươi", "vegetables")),
    ("fresh", "nam", ("nấm tươi", "rau củ tươi", "mushrooms")),
    ("chilled", "", ("thịt chế biến giò chả xúc xích", "thịt", "chilled meat", "sausages")),
    ("chilled", "bun", ("mì bún miến phở", "noodles")),
    ("chilled", "banh", ("bánh", "cakes")),
    ("eggs", "", ("trứng", "eggs")),
    ("alcohol", "", ("rượu", "đồ uống có cồn", "alcohol", "wine spirits")),
    ("herbs", "", ("thảo dược", "dược liệu", "herbs", "herbal")),
    ("herbs", "nam", ("nấm", "thảo dược", "mushrooms")),
    ("herbs", "dong trung", ("thảo dược", "nấm", "herbal")),
    ("herbs", "tra", ("trà", "tea")),
    ("essential_oil", "", ("tinh dầu", "essential oil")),
    ("craft", "", ("thủ công mỹ nghệ", "handicraft", "đồ trang trí", "home decor")),
    ("craft", "huong", ("nhang hương nến", "hương", "incense")),
    ("craft", "binh", ("gốm sứ", "bình hoa", "ceramics", "vase")),
    ("plant", "", ("cây cảnh", "hoa", "plants")),
)

GOOD_ENOUGH = 0.5
"""Likeness below which nothing is proposed and the kind stays unmapped."""


@dataclass(frozen=True, slots=True)
class Proposal:
    kind: str
    words: str
    category_id: str
    name: str
    likeness: float


def propose(categories: Sequence[Category], goods: Sequence[Goods] = GOODS) -> list[Proposal]:
    """The likeliest leaf for each of our goods; what nothing resembles is left out."""
    leaves = _leaf_paths(categories)
    proposals = []
    for kind, words, phrases in goods:
        best = _best(phrases, leaves)
        if best and best[0] >= GOOD_ENOUGH:
            likeness, category_id, name = best
            proposals.append(Proposal(kind, words, category_id, name, likeness))
    return proposals


def _leaf_paths(categories: Sequence[Category]) -> list[tuple[str, str, str]]:
    """(id, the leaf's name, the names above it) of every leaf."""
    by_id = {c.category_id: c for c in categories}
    leaves = []
    for category in categories:
        if not category.leaf:
            continue
        above: list[str] = []
        parent = by_id.get(category.parent_id or "")
        while parent is not None and len(above) < 10:
            above.append(parent.name)
            parent = by_id.get(parent.parent_id or "")
        leaves.append((category.category_id, category.name, " ".join(above)))
    return leaves


def _best(
    phrases: Sequence[str], leaves: Sequence[tuple[str, str, str]]
) -> tuple[float, str, str] | None:
    scored = [
        (likeness(phrase, name, above) - rank * 0.001, category_id, name)
        for rank, phrase in enumerate(phrases)
        for category_id, name, above in leaves
    ]
    return max(scored, default=None, key=lambda s: (s[0], s[1]))


def likeness(phrase: str, name: str, above: str) -> float:
    """0..1: how much of the phrase the category's name holds, and the name the phrase; the
    names above it count a little."""
    wanted, got = _words(phrase), _words(name)
    if not wanted or not got:
        return 0.0
    shared = len(wanted & got)
    own = 2 * shared / (len(wanted) + len(got))
    if shared == len(wanted):
        own = max(own, 0.75)
    higher = len(wanted & _words(above)) / len(wanted)
    return 0.9 * own + 0.1 * higher


def _words(text: str) -> set[str]:
    folded = fold(text)
    return {w for w in "".join(c if c.isalnum() else " " for c in folded).split() if len(w) > 1}


def default_attributes(attributes: Sequence[Attribute]) -> list[dict[str, str]]:
    """A value for every mandatory attribute; texts may hold ``{net}``, ``{shelf_life}`` …"""
    return [_default(a) for a in attributes if a.mandatory]


_BY_NAME: Mapping[str, tuple[tuple[str, ...], str]] = {
    "origin": (("xuat xu", "nguon goc", "origin", "country", "region", "noi san xuat"), "{origin}"),
    "life": (("han su dung", "shelf life", "expiry", "thoi han"), "{shelf_life}"),
    "net": (
        ("trong luong", "khoi luong", "weight", "dung tich", "the tich", "volume", "net"),
        "{net}",
    ),
    "maker": (("san xuat", "manufacturer", "to chuc", "nha san xuat", "producer"), "{producer}"),
    "paper": (("cong bo", "giay phep", "licence", "license", "fda"), "{self_declaration}"),
}

_HOME = ("viet nam", "vietnam")
_NEUTRAL = ("khac", "other", "others", "khong", "no brand", "tu nhien", "none")


def _default(attribute: Attribute) -> dict[str, str]:
    name = fold(attribute.name)
    text = "Xem trên bao bì"
    for marks, value in _BY_NAME.values():
        if any(mark in name for mark in marks):
            text = value
            break
    option = _option(attribute, text)
    if option:
        return _row(attribute, value_id=option)
    if text == "{net}" and attribute.units:
        unit = next((u for u in attribute.units if u.lower() in ("g", "gram", "ml")), "")
        return _row(attribute, text=text, unit=unit or attribute.units[0])
    return _row(attribute, text=text)


def _option(attribute: Attribute, text: str) -> str:
    """An option's id where one must (or should) be chosen, "" for free text."""
    if not attribute.options:
        return ""
    if text == "{origin}":
        for option in attribute.options:
            if any(home in fold(option.name) for home in _HOME):
                return option.value_id
    if attribute.free_text and text != "Xem trên bao bì":
        return ""
    for option in attribute.options:
        if fold(option.name) in _NEUTRAL:
            return option.value_id
    return attribute.options[0].value_id


def _row(
    attribute: Attribute, value_id: str = "", text: str = "", unit: str = ""
) -> dict[str, str]:
    return {
        "attribute_id": attribute.attribute_id, "value_id": value_id, "text": text, "unit": unit,
    }  # fmt: skip
