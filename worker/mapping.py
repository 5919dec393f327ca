"""A first proposal for which of a channel's categories a kind of product belongs to. Pure.

Ranked by likeness of words (accents folded) between what we call the goods and the category's
path of names; a person confirms or changes it. Mandatory attributes get a default that holds for
certified local goods, with the product's facts put in when the offer is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Attribute, Category, StarterRow
from models.text import fold

GOOD_ENOUGH = 0.5
"""Likeness below which nothing is proposed and the kind stays unmapped."""


@dataclass(frozen=True, slots=True)
class Proposal:
    kind: str
    words: str
    category_id: str
    name: str
    likeness: float


def propose(categories: Sequence[Category], goods: Sequence[StarterRow]) -> list[Proposal]:
    """The likeliest leaf for each of our goods; what nothing resembles enough is left out, for a
    person to say."""
    leaves = _leaf_paths(categories)
    proposals = []
    for row in goods:
        best = ranked(row, leaves, most=1, fits=surely)
        if best and best[0].likeness >= GOOD_ENOUGH:
            proposals.append(best[0])
    return proposals


def suggest(
    categories: Sequence[Category], row: StarterRow, recommended: Sequence[str], most: int = 5
) -> list[Proposal]:
    """The likeliest leaves for one of our goods, for a person to choose from; what the channel's
    own recommender names comes up by as much as half a likeness."""
    leaves = _leaf_paths(categories)
    found = {p.category_id: p for p in ranked(row, leaves, most=len(leaves))}
    names = {category_id: name for category_id, name, _above in leaves}
    for rank, category_id in enumerate(recommended):
        if category_id in names:
            known = found.get(category_id)
            lift = 0.5 / (1 + rank) + (known.likeness if known else 0.0)
            found[category_id] = Proposal(
                row.kind, row.words, category_id, names[category_id], lift
            )
    return sorted(found.values(), key=lambda p: (-p.likeness, p.category_id))[:most]


Leaf = tuple[str, str, str]
"""Category id, the leaf's own name, the names above it."""


def _leaf_paths(categories: Sequence[Category]) -> list[Leaf]:
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


def _always(_phrase: str, _name: str, _above: str) -> bool:
    return True


def ranked(
    row: StarterRow, leaves: Sequence[Leaf], most: int,
    fits: Callable[[str, str, str], bool] = _always,
) -> list[Proposal]:  # fmt: skip
    """The leaves that resemble the row's phrases at all, the likeliest first; ``fits`` says of a
    phrase, a leaf's name and the names above it whether they may belong together."""
    scored: dict[str, Proposal] = {}
    for rank, phrase in enumerate(row.phrases):
        for category_id, name, above in leaves:
            score = likeness(phrase, name, above) - rank * 0.001
            known = scored.get(category_id)
            better = score > 0 and (known is None or score > known.likeness)
            if better and fits(phrase, name, above):
                scored[category_id] = Proposal(row.kind, row.words, category_id, name, score)
    return sorted(scored.values(), key=lambda p: (-p.likeness, p.category_id))[:most]


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


_COMMON = frozenset(
    ("thuc", "pham", "food", "foods", "do", "uong", "drink", "drinks", "beverages",
     "va", "khac", "cac", "loai", "other", "others")
)  # fmt: skip
"""Words that say of no goods what they are."""

_RESTRICTED = ("chuc nang", "bao ve suc khoe", "supplement")
"""In the names of categories whose goods need papers of their own, or are locked."""


def surely(phrase: str, name: str, above: str) -> bool:
    """Whether a leaf may be taken for the phrase without a person's word: more than common words
    is alike ("food" alone is no reason for "frozen food"), and goods of ours are no food
    supplements where the phrase does not say so."""
    wanted, got = _words(phrase), _words(name)
    telling = wanted - _COMMON
    alike = bool(telling & got) if telling else got <= _COMMON
    path, said = fold(f"{above} {name}"), fold(phrase)
    return alike and not any(mark in path and mark not in said for mark in _RESTRICTED)


def _words(text: str) -> set[str]:
    folded = fold(text)
    return {w for w in "".join(c if c.isalnum() else " " for c in folded).split() if len(w) > 1}


PLACEHOLDER = "Xem trên bao bì"
"""What stands for a mandatory text that nothing of ours answers: a person should say."""


def default_attributes(attributes: Sequence[Attribute]) -> list[dict[str, str]]:
    """A value for every mandatory attribute; texts may hold ``{net}``, ``{shelf_life}`` … An
    empty text is a number that nobody has said."""
    return [_default(a) for a in attributes if a.mandatory]


_BY_NAME: Mapping[str, tuple[tuple[str, ...], str]] = {
    "origin": (("xuat xu", "nguon goc", "origin", "country", "region", "noi san xuat"), "{origin}"),
    "life": (("han su dung", "shelf life", "expiry", "thoi han"), "{shelf_life}"),
    "net": (
        ("trong luong", "khoi luong", "weight", "dung tich", "the tich", "volume", "net"),
        "{net}",
    ),
    "maker": (("san xuat", "manufacturer", "to chuc", "nha san xuat", "producer"), "{producer}"),
    "alcohol": (("nong do con", "alcohol", "do con", "abv"), "{alcohol}"),
    "paper": (("cong bo", "giay phep", "licence", "license", "fda"), "{self_declaration}"),
}

_NUMBERS = ("{net}", "{alcohol}")
"""What of ours is a number; ``{net}`` in grams or millilitres."""

_HOME = ("viet nam", "vietnam")
_NEUTRAL = ("khac", "other", "others", "khong", "no brand", "tu nhien", "none")


def _default(attribute: Attribute) -> dict[str, str]:
    name = fold(attribute.name)
    text = PLACEHOLDER
    for marks, value in _BY_NAME.values():
        if any(mark in name for mark in marks):
            text = value
            break
    option = _option(attribute, text)
    if option:
        return _row(attribute, value_id=option)
    if text == "{net}" and attribute.units:
        unit = next((u for u in attribute.units if u.lower() in ("g", "gram", "ml")), "")
        return _row(attribute, text=text if unit else "", unit=unit or attribute.units[0])
    if attribute.numeric and text not in _NUMBERS:
        text = ""
    return _row(attribute, text=text)


def _option(attribute: Attribute, text: str) -> str:
    """An option's id where one must (or should) be chosen, "" for free text."""
    if not attribute.options:
        return ""
    if text == "{origin}":
        for option in attribute.options:
            if any(home in fold(option.name) for home in _HOME):
                return option.value_id
    if attribute.free_text and text != PLACEHOLDER:
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
        "name": attribute.name,
    }  # fmt: skip
