"""Which of a shop's items are ours: by SKU, by GTIN, then by name and pack. Pure.

An equal SKU is sure. An equal GTIN is sure where the names agree at least a little, because a
GTIN alone never decides identity (registry-formats §3.5). Likeness of names and packs is only
ever a proposal: a person decides (design: "A shop that already sells"). So does a person where an
item holds other packs as well: an item that is ours has our packs, and the others would go.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from models.text import fold

LIKELY = 0.6
"""Likeness from which a person is asked."""

SAME_GOODS = 0.2
"""Likeness of names below which an equal GTIN is doubted."""

_NOISE = frozenset({
    "ocop", "sao", "bac", "giang", "ninh", "viet", "nam", "hang", "chinh", "goc", "ngon", "sach",
    "dac", "san", "goi", "tui", "hop", "hu", "lo", "chai", "can", "binh", "lon", "thung", "bao",
    "khay", "bo", "cay", "con", "qua", "chau", "chiec", "doi", "combo", "set", "loai", "gia", "re",
    "free", "ship",
})  # fmt: skip
"""Words of titles that say nothing of the goods: programme, province, packs, praise."""

_AMOUNT = re.compile(r"(\d+(?:[.,]\d+)?)\s*(kg|gram|gr|g|ml|lit|l)\b")
_TIMES = re.compile(r"\b(\d+)\s*(?:x|goi|tui|hop|lon|chai|hu)\b|\bx\s*(\d+)\b")
_IN_SMALL = {"kg": 1000, "gram": 1, "gr": 1, "g": 1, "ml": 1, "lit": 1000, "l": 1000}


@dataclass(frozen=True, slots=True)
class Ours:
    """A pack of ours; ``net`` in grams or millilitres, of the whole pack."""

    variant_id: int
    product_id: int
    sku: str
    gtin: str
    name: str
    pack: str
    net: int | None


@dataclass(frozen=True, slots=True)
class Theirs:
    """A pack of an item of the shop. ``key``: the caller's own name for it."""

    key: tuple[str, str]
    sku: str
    gtin: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Pair:
    theirs: Theirs
    ours: Ours | None
    how: str
    score: float
    mixed: bool = False
    """The item holds packs that are not surely ours."""

    @property
    def verdict(self) -> str:
        if self.ours is None:
            return "stranger"
        same = self.how == "sku" or (self.how == "gtin" and self.score >= 1)
        return "sure" if same and not self.mixed else "doubtful"


def pair(
    ours: Sequence[Ours], theirs: Sequence[Theirs], paired: Collection[int] = ()
) -> list[Pair]:
    """One pair a pack of theirs. No pack of ours is in two pairs (``paired``: those that are in one
    already), and the packs of one item are of one product: the surest pairs are made first. A
    second item with a SKU of ours is nobody's here (:mod:`worker.copies` asks about it)."""
    proposals = sorted(_proposals(ours, theirs), key=lambda p: (-_rank(p), p.theirs.key, _sku(p)))
    made: dict[tuple[str, str], Pair] = {}
    taken = set(paired)
    product_of: dict[str, int] = {}
    for proposal in proposals:
        mine = proposal.ours
        if mine is None or proposal.theirs.key in made or mine.variant_id in taken:
            continue
        item = proposal.theirs.key[0]
        if product_of.setdefault(item, mine.product_id) != mine.product_id:
            continue
        made[proposal.theirs.key] = proposal
        taken.add(mine.variant_id)
    pairs = [made.get(t.key, Pair(t, None, "", 0.0)) for t in theirs]
    mixed = {p.theirs.key[0] for p in pairs if p.verdict != "sure"}
    return [replace(p, mixed=p.theirs.key[0] in mixed) for p in pairs]


def _rank(pair_: Pair) -> float:
    return {"sku": 20.0, "gtin": 10.0}.get(pair_.how, 0.0) + pair_.score


def _sku(pair_: Pair) -> str:
    return pair_.ours.sku if pair_.ours else ""


def _proposals(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> Iterable[Pair]:
    by_sku = {pack.sku.upper(): pack for pack in ours}
    by_gtin: dict[str, Ours | None] = {}
    for pack in ours:
        if pack.gtin:
            by_gtin[pack.gtin] = None if pack.gtin in by_gtin else pack
    words = {pack.variant_id: _words(pack.name) for pack in ours}
    for found in theirs:
        if (same := by_sku.get(found.sku.strip().upper())) is not None:
            yield Pair(found, same, "sku", 1.0)
        elif found.gtin and (same := by_gtin.get(found.gtin)) is not None:
            alike = name_likeness(words[same.variant_id], _words(found.title))
            yield Pair(found, same, "gtin", 1.0 if alike >= SAME_GOODS else 0.5)
        else:
            yield from _by_name(ours, words, found)


def _by_name(
    ours: Sequence[Ours], words: dict[int, frozenset[str]], found: Theirs
) -> Iterable[Pair]:
    title = _words(found.title)
    amount = amount_of(f"{found.label} {found.title}")
    for pack in ours:
        alike = name_likeness(words[pack.variant_id], title)
        if alike < LIKELY or (None not in (pack.net, amount) and pack.net != amount):
            continue
        score = 0.7 * alike + (0.3 if pack.net == amount else 0.15)
        if score >= LIKELY:
            yield Pair(found, pack, "name", round(score, 3))


def name_likeness(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """0..1: half how much of our name theirs holds, half how much both share of each other."""
    shared = len(ours & theirs)
    if not shared:
        return 0.0
    return shared / len(ours) / 2 + shared / (len(ours) + len(theirs))


def _words(text: str) -> frozenset[str]:
    plain = re.sub(r"[^a-z0-9 ]", " ", fold(text))
    return frozenset(w for w in plain.split() if w not in _NOISE and not w[0].isdigit())


def amount_of(text: str) -> int | None:
    """Grams or millilitres that a title states, counted units multiplied; None when it states
    none, or several."""
    plain = re.sub(r"(\d)\.(\d{3})\b", r"\1\2", fold(text))
    found = {
        round(float(number.replace(",", ".")) * _IN_SMALL[unit])
        for number, unit in _AMOUNT.findall(plain)
    }
    if len(found) != 1:
        return None
    times = {int(a or b) for a, b in _TIMES.findall(plain)} - {1}
    return found.pop() * (times.pop() if len(times) == 1 else 1)
