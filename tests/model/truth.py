"""The second opinion: what each shop should show, worked out from the registry as it was last
read, the office's decisions and the day. Nothing of the program is used here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.model.registry import Entry, Registry
from tests.model.world import ACCOUNTS

RATIO = 5
"""Dearest over cheapest pack of one item (Shopee refuses more)."""

Shown = Mapping[str, int]
"""Price in đồng of each pack on sale, by SKU."""


def local(moment: datetime) -> date:
    """The day in Vietnam, which has no summer time."""
    return (moment + timedelta(hours=7)).date()


@dataclass
class Truth:
    """``said``: the registry's last word on each product; ``gone``: those that it took back."""

    said: dict[str, Entry] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    markup: dict[str, int] = field(default_factory=dict)
    """Percent, by shop."""
    buffer: int = 0
    off: set[str] = field(default_factory=set)
    """Shops that a person switched off."""
    kept_out: set[tuple[str, str]] = field(default_factory=set)
    """(shop, product) that the office does not let in."""
    held: bool = False
    """So many products vanished at once that nobody believed it."""

    def read(self, book: Registry) -> set[str]:
        """The registry was read; returns the SKUs whose stock it stated anew."""
        stated = set()
        for code, entry in book.entries.items():
            before = {entry.sku(p): p.stock for p in self.said[code].packs} if code in self.said \
                else {}  # fmt: skip
            stated |= {entry.sku(p) for p in entry.packs if before.get(entry.sku(p)) != p.stock}
            self.said[code] = entry
            self.gone.discard(code)
        self.gone |= book.buried & set(self.said)
        if book.full:
            self._judge_absence(set(book.entries))
        return stated

    def _judge_absence(self, seen: set[str]) -> None:
        """More than a tenth at once, and more than one, is an accident until a person says so; an
        empty register is one too."""
        there = set(self.said) - self.gone
        missing = there - seen
        many = len(missing) > max(1, len(there) * 0.1)
        self.held = many or bool(missing and not seen)
        if not self.held:
            self.gone |= missing

    def certified(self, code: str, day: date) -> bool:
        """Whether the programme lets the product be sold at all."""
        entry = self.said.get(code)
        return (
            entry is not None and code not in self.gone
            and entry.status == "valid" and entry.expires >= day
        )  # fmt: skip

    def sold_in(self, entry: Entry, shop: str) -> bool:
        owner = ACCOUNTS[shop][1]
        return owner is None or owner == entry.producer

    def price(self, base: int, shop: str) -> int:
        return -(-base * (100 + self.markup.get(shop, 0)) // 100)

    def wanted(self, shop: str, code: str, day: date) -> Shown:
        """Packs and prices of a product in a shop; {} when it may not be on sale there."""
        entry = self.said.get(code)
        if entry is None or not self.certified(code, day) or not self.sold_in(entry, shop):
            return {}
        if not entry.pictured or (shop, code) in self.kept_out:
            return {}
        return {entry.sku(p): self.price(p.price, shop) for p in entry.packs if p.price is not None}

    def stock(self, sku: str) -> int | None:
        """The pool of a pack, buffer off."""
        for entry in self.said.values():
            for pack in entry.packs:
                if entry.sku(pack) == sku:
                    return None if pack.stock is None else max(0, pack.stock - self.buffer)
        return None


def too_far_apart(prices: Shown) -> bool:
    return bool(prices) and max(prices.values()) > RATIO * min(prices.values())


def sellers(truth: Truth, sku: str, day: date) -> list[str]:
    """Shops that should have a pack on sale."""
    return [
        shop for shop in ACCOUNTS
        if shop not in truth.off
        and any(sku in truth.wanted(shop, code, day) for code in truth.said)
    ]  # fmt: skip


def grouped(pairs: Sequence[tuple[str, int]]) -> dict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for name, value in pairs:
        found[name].append(value)
    return found
