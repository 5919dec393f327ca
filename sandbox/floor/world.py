"""What a floor holds: shops with their feeds, and the items that it made of the rows.

Money is đồng, times unix seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

STATES = ("live", "hidden", "review", "rejected", "banned", "deleted")


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of a file that the floor took. ``digest``: of everything that its desk looks at."""

    sku: str
    title: str
    price: int
    stock: int
    on: bool
    link: str
    digest: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that it did not take, and why (Vietnamese, as sellers read it)."""

    line: int
    sku: str
    why: str


@dataclass(slots=True)
class Item:
    """``state`` is one of :data:`STATES`. ``stock`` is the file's figure, ``sold`` what was sold
    since. ``digest`` is of the row that the desk saw last; ``by_hand``: a person's word stands
    until a file is read anew, which says everything."""

    item_id: int
    shop_id: str
    sku: str
    title: str
    price: int
    stock: int
    on: bool
    link: str
    digest: str
    state: str
    sold: int = 0
    reason: str = ""
    review_ends: float | None = None
    verdict: str = ""
    by_hand: str = ""

    @property
    def left(self) -> int:
        return max(0, self.stock - self.sold)

    def shown(self) -> dict[str, Any]:
        """What a buyer sees of it, for the journal."""
        return {
            "item_id": self.item_id,
            "item_sku": self.sku,
            "title": self.title,
            "status": self.state,
            "on_sale": self.state == "live" and self.left > 0,
            "packs": [[self.sku, self.price, self.left]],
        }


@dataclass(slots=True)
class Shop:
    """``url``: the folder where its files lie. ``token``: what its export asks for, "" nothing.
    ``exported_at``: when the export changed last, None before the first file was read."""

    shop_id: str
    url: str
    profile: str
    token: str = ""
    etag: str = ""
    modified: str = ""
    fetched_at: float | None = None
    exported_at: float | None = None
    problem: str = ""


@dataclass(slots=True)
class World:
    """Everything in memory; ``touched`` names what one deed changed, for the store."""

    shops: dict[str, Shop] = field(default_factory=dict)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    touched: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    last_id: int = 500000

    def of_shop(self, shop_id: str) -> list[Item]:
        return [item for (shop, _sku), item in sorted(self.items.items()) if shop == shop_id]

    def next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def keep(self, item: Item) -> None:
        self.last_id = max(self.last_id, item.item_id)
        self.items[item.shop_id, item.sku] = item
        self.touched.add(("item", (item.shop_id, item.sku)))

    def keep_shop(self, shop: Shop) -> None:
        self.shops[shop.shop_id] = shop
        self.touched.add(("shop", (shop.shop_id,)))

    def body_of(self, kind: str, key: tuple[str, ...]) -> Any:
        """What the store keeps of a touched thing."""
        if kind == "item":
            return asdict(self.items[key[0], key[1]])
        return asdict(self.shops[key[0]])
