"""What must hold when it has gone quiet, judged from the register's file and the journals alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from chaos import register
from chaos.register import Book
from tests.system import checker
from tests.system.checker import Journals, Key

Visible = dict[Key, tuple[int, int]]

BANS = frozenset({"ban", "hide"})
"""Deeds of a channel's desk after which an item is off sale for good."""

BY_HAND = frozenset({"edit", "unlist", "off", "delete", "trash", "price"})
"""Deeds that the program has to put right again."""

PEOPLE = BANS | BY_HAND | {"sell"}
"""Every deed of a campaign; what else happens without a call is a review that ends."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Sentences, a list a law; ``refused`` are items whose take-down the channel refused."""

    duplicates: list[str]
    losses: list[str]
    wrongly: list[str]
    above_pool: list[str]
    refused: list[str]
    on_sale: int

    def broken(self) -> list[str]:
        return [*self.duplicates, *self.losses, *self.wrongly, *self.above_pool]


@dataclass(frozen=True, slots=True)
class Calls:
    """``needed``: changes that a buyer has to see, over all edits and deeds; ``made``: those that
    calls made, some when their review ended; ``idle``: changing calls after which every item stood
    as before."""

    needed: int
    made: int
    idle: int
    changing: int

    @property
    def ratio(self) -> float:
        return (self.made + self.idle) / max(1, self.needed)


def judge(
    home: Path, journals: Journals, first: Book, day: date, refused: frozenset[Key] = frozenset()
) -> Verdict:
    """The end against the register. ``refused``: the program says that the channel keeps them on
    sale; they are listed apart."""
    book = register.last(home, first)
    prices = _of(journals, checker.expected(book, day)[0])
    seen = checker.shown(journals)
    stopped = _touched(journals, BANS)
    sold = _touched(journals, frozenset({"sell"}))
    there = {key for key, (_price, stock) in seen.items() if stock > 0}
    due = checker.shares(book, [key for key in prices if key not in stopped])
    ever = _of(journals, _ever_allowed(home, first, day))
    wrong = sorted((there - set(prices)) | (checker.ever_on_sale(journals) - set(ever)))
    return Verdict(
        duplicates=[f"{key} stands twice" for key in checker.twice(journals)],
        losses=[
            f"{key} is not on sale"
            for key, share in sorted(due.items())
            if share >= 1 and key not in there | sold
        ]
        + [
            f"{key} costs {seen[key][0]}, not {prices[key]}"
            for key in sorted(there & set(prices))
            if seen[key][0] != prices[key]
        ],
        wrongly=[f"{key} may not be on sale" for key in wrong if key not in refused],
        above_pool=_above_pool(book, seen),
        refused=[str(key) for key in wrong if key in refused],
        on_sale=len(there),
    )


def _above_pool(book: Book, seen: Visible) -> list[str]:
    shown: Counter[str] = Counter()
    for (_channel, _shop, sku), (_price, stock) in seen.items():
        shown[sku] += stock
    return [
        f"{pack.sku}: {shown[pack.sku]} are on sale, {max(0, pack.stock - 2)} may be"
        for product in book.values()
        for pack in product.packs
        if shown[pack.sku] > max(0, pack.stock - 2)
    ]


def _of(journals: Journals, prices: Mapping[Key, int]) -> dict[Key, int]:
    """On the channels that take part."""
    return {key: price for key, price in prices.items() if key[0] in journals}


def _ever_allowed(home: Path, first: Book, day: date) -> dict[Key, int]:
    allowed = checker.expected(first, day)[0]
    for code, product in register.changes(home, first):
        allowed |= checker.expected({code: product}, day)[0]
    return allowed


def _touched(journals: Journals, deeds: frozenset[str]) -> set[Key]:
    return {
        (channel, str(entry["shop_id"]), pack[0])
        for channel, journal in journals.items()
        for entry in journal
        if not entry["method"] and entry["path"] in deeds
        for item in entry["effect"]
        for pack in item["packs"]
    }


# --- calls against the least needed ------------------------------------------------------------


def count_calls(home: Path, journals: Journals, first: Book, day: date) -> Calls:
    """A perfect run makes every change that a buyer has to see once: what appears on the first
    day, each pack that an edit brings, takes or changes in price or by a unit of its share, and
    each thing that somebody changed in the shop by hand."""
    needed = _needed_for(home, journals, first, day)
    made = idle = changing = 0
    for entry, moved in _moves(journals):
        if not entry["method"] and entry["path"] in PEOPLE:
            needed += moved.seen if entry["path"] in BY_HAND else 0
        elif not entry["method"]:
            made += moved.seen
        elif entry["asks_change"]:
            changing += 1
            made += moved.seen
            idle += 0 if moved.stood else 1
    return Calls(needed, made, idle, changing)


def _needed_for(home: Path, journals: Journals, first: Book, day: date) -> int:
    states = {code: _wanted({code: product}, journals, day) for code, product in first.items()}
    needed = sum(len(state) for state in states.values())
    for code, product in register.changes(home, first):
        after = _wanted({code: product}, journals, day)
        needed += _differences(states[code], after)
        states[code] = after
    return needed


def _wanted(book: Book, journals: Journals, day: date) -> Visible:
    prices = _of(journals, checker.expected(book, day)[0])
    due = checker.shares(book, list(prices))
    return {key: (price, round(due[key])) for key, price in prices.items() if due[key] >= 1}


def _differences(before: Visible, after: Visible) -> int:
    """A pack that comes or goes is one change; price and stock of one that stays are one each."""
    both = before.keys() & after.keys()
    moved = sum((before[k][0] != after[k][0]) + (before[k][1] != after[k][1]) for k in both)
    return len(before.keys() ^ after.keys()) + moved


@dataclass(frozen=True, slots=True)
class Moved:
    """``seen``: changes that a buyer sees; ``stood``: anything at all changed."""

    seen: int
    stood: bool


def _moves(journals: Journals) -> Iterator[tuple[Mapping[str, Any], Moved]]:
    for channel, journal in journals.items():
        standing: defaultdict[tuple[str, str], Mapping[str, Any] | None] = defaultdict(lambda: None)
        for entry in journal:
            yield entry, _moved(channel, entry, standing)


def _moved(channel: str, entry: Mapping[str, Any], standing: dict[tuple[str, str], Any]) -> Moved:
    seen, stood = 0, False
    for item in entry["effect"]:
        key = (str(entry["shop_id"]), str(item["item_id"]))
        before = standing.get(key)
        seen += _differences(_visible(channel, key[0], before), _visible(channel, key[0], item))
        stood = stood or before != item
        standing[key] = item
    return Moved(seen, stood)


def _visible(channel: str, shop: str, item: Mapping[str, Any] | None) -> Visible:
    if item is None or not checker.on_sale(item):
        return {}
    packs: Sequence[Any] = item["packs"]
    return {(channel, shop, sku): (price, stock or 0) for sku, price, stock in packs}
