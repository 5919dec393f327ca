"""What the channel holds: partners, shops with their tokens, images, items with their models.

Money is đồng, weights kilograms and sizes centimetres as on the wire, times unix seconds.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

DELETED = frozenset({"SELLER_DELETE", "SHOPEE_DELETE"})
STATUSES = frozenset({"NORMAL", "BANNED", "UNLIST", "REVIEWING"}) | DELETED
DELETED_SHOWN_S = 90 * 86400
"""A deleted item can be read for so long (3.12)."""


@dataclass(slots=True)
class Token:
    """An access token and until when it works."""

    value: str
    ends: float


@dataclass(slots=True)
class Shop:
    """``tokens``: the present access token and, for some minutes, the one before it (1.4)."""

    shop_id: int
    partner_id: int
    name: str
    region: str = "VN"
    status: str = "NORMAL"
    linked: bool = True
    consent_at: float = 0.0
    consent_ends: float = 0.0
    code: str = ""
    code_ends: float = 0.0
    tokens: list[Token] = field(default_factory=list)
    refresh_token: str = ""
    refresh_ends: float = 0.0
    spent_refresh: str = ""
    warehouses: list[str] = field(default_factory=list)
    vacation: bool = False
    penalty: bool = False


@dataclass(slots=True)
class Model:
    """One combination of options. ``reserved``: units held for a promotion (4.4)."""

    model_id: int
    tier_index: list[int]
    sku: str
    price: int
    stock: int
    reserved: int = 0
    weight: float | None = None
    dimension: dict[str, Any] | None = None
    gtin: str = ""


@dataclass(slots=True)
class Item:
    """``fields`` holds what add_item and update_item took as it came: description, image,
    attribute_list, logistic_info, brand, dimension, pre_order …"""

    item_id: int
    shop_id: int
    status: str
    fields: dict[str, Any]
    price: int
    stock: int
    created: float
    updated: float
    reserved: int = 0
    tiers: list[dict[str, Any]] = field(default_factory=list)
    models: list[Model] = field(default_factory=list)
    location_id: str = ""
    review_ends: float | None = None
    violation: dict[str, Any] | None = None
    locks: list[str] = field(default_factory=list)
    shopee_unlisted: bool = False

    @property
    def sku(self) -> str:
        return str(self.fields.get("item_sku") or "")

    def model(self, model_id: int) -> Model | None:
        return next((m for m in self.models if m.model_id == model_id), None)

    def shown(self) -> dict[str, Any]:
        """What a buyer sees of it, for the journal: the status and each pack's price and stock."""
        packs = (
            [[m.sku, m.price, m.stock] for m in self.models]
            if self.models
            else [[self.sku, self.price, self.stock]]
        )
        return {
            "item_id": self.item_id,
            "item_sku": self.sku,
            "name": self.fields.get("item_name", ""),
            "title": self.fields.get("item_name", ""),
            "status": self.status,
            "on_sale": self.status == "NORMAL",
            "packs": packs,
        }


def item_from(body: dict[str, Any]) -> Item:
    """An item as the store keeps it."""
    models = [Model(**m) for m in body.pop("models")]
    return Item(**body, models=models)


def shop_from(body: dict[str, Any]) -> Shop:
    tokens = [Token(**t) for t in body.pop("tokens")]
    return Shop(**body, tokens=tokens)


@dataclass(slots=True)
class World:
    """Everything in memory; ``touched`` names what one call changed, for the store."""

    partners: dict[int, str] = field(default_factory=dict)
    shops: dict[int, Shop] = field(default_factory=dict)
    items: dict[int, Item] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    by_shop: dict[int, dict[int, Item]] = field(default_factory=dict)
    reviewing: set[int] = field(default_factory=set)
    touched: set[tuple[str, str]] = field(default_factory=set)

    def next_id(self, name: str, first: int) -> int:
        number = self.counters.get(name, first)
        self.counters[name] = number + 1
        self.touched.add(("counter", name))
        return number

    def add_item(self, item: Item) -> None:
        self.items[item.item_id] = item
        self.by_shop.setdefault(item.shop_id, {})[item.item_id] = item
        if item.review_ends is not None:
            self.reviewing.add(item.item_id)

    def touch_item(self, item: Item) -> None:
        self.touched.add(("item", str(item.item_id)))
        if item.review_ends is not None:
            self.reviewing.add(item.item_id)
        else:
            self.reviewing.discard(item.item_id)

    def touch_shop(self, shop: Shop) -> None:
        self.touched.add(("shop", str(shop.shop_id)))

    def of_shop(self, shop_id: int) -> dict[int, Item]:
        return self.by_shop.setdefault(shop_id, {})

    def body_of(self, kind: str, key: str) -> Any:
        """What the store keeps of a touched thing."""
        if kind == "item":
            return asdict(self.items[int(key)])
        if kind == "shop":
            return asdict(self.shops[int(key)])
        if kind == "image":
            return self.images[key]
        if kind == "partner":
            return self.partners[int(key)]
        return self.counters[key]
