"""What the sites hold: keys, products with their packs, categories, pictures.

Prices are texts as the server keeps them, weights and sizes texts in the shop's unit, times unix
seconds. A site is known by its folder, "" being the server's own root.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

UNCATEGORIZED = 15


@dataclass(slots=True)
class Product:
    """A product, or a pack of one (``kind`` variation). ``fields`` holds what is merely kept:
    texts, weight, dimensions, categories, images, attributes, meta_data. ``stock_status`` says
    whether it can be bought while nothing is counted."""

    product_id: int
    site: str
    kind: str
    status: str
    sku: str
    created: float
    modified: float
    parent_id: int = 0
    regular_price: str = ""
    sale_price: str = ""
    old_price: str = ""
    manage_stock: bool = False
    stock: int | None = None
    backorders: str = "no"
    stock_status: str = "instock"
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def price(self) -> str:
        return self.sale_price or self.regular_price


@dataclass(slots=True)
class Site:
    """``write``: the key may change things; ``live``: nobody deleted it."""

    folder: str
    name: str
    key: str
    secret: str
    write: bool = True
    live: bool = True


@dataclass(slots=True)
class World:
    """Everything in memory; ``touched`` names what one call changed, for the store."""

    sites: dict[str, Site] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    categories: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    images: dict[int, dict[str, Any]] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)
    touched: set[tuple[str, str]] = field(default_factory=set)
    removed: set[tuple[str, str]] = field(default_factory=set)

    def next_id(self) -> int:
        """Products, packs and pictures share one row of numbers."""
        number = self.counters.get("post", 101)
        self.counters["post"] = number + 1
        self.touched.add(("counter", "post"))
        return number

    def of_site(self, site: str) -> list[Product]:
        return [p for p in self.products.values() if p.site == site]

    def packs(self, parent: Product) -> list[Product]:
        """Every pack, those in the trash too."""
        return [p for p in self.products.values() if p.parent_id == parent.product_id]

    def add(self, product: Product) -> None:
        self.products[product.product_id] = product
        self.touch(product)

    def touch(self, product: Product) -> None:
        self.touched.add(("product", str(product.product_id)))

    def remove(self, product: Product) -> None:
        del self.products[product.product_id]
        self.touched.discard(("product", str(product.product_id)))
        self.removed.add(("product", str(product.product_id)))

    def by_sku(self, site: str, sku: str) -> Product | None:
        """Who owns a SKU, in the trash too; the database does not mind the case."""
        wanted = sku.casefold()
        owners = (p for p in self.products.values() if p.site == site)
        return next((p for p in owners if p.sku and p.sku.casefold() == wanted), None)

    def shown(self, product: Product) -> dict[str, Any]:
        """What a buyer meets, for the journal."""
        packs = [p for p in self.packs(product) if p.status != "trash"]
        variable = product.kind == "variable"
        rows = packs if variable else [product]
        return {
            "item_id": product.product_id,
            "item_sku": product.sku,
            "title": product.fields.get("name", ""),
            "status": product.status,
            "on_sale": product.status == "publish" and any(_buyable(p) for p in rows),
            "packs": [[p.sku, _number(p.price), p.stock] for p in rows],
        }

    def body_of(self, kind: str, key: str) -> Any:
        """What the store keeps of a touched thing."""
        if kind == "product":
            return asdict(self.products[int(key)])
        if kind == "site":
            return asdict(self.sites[key])
        if kind == "categories":
            return self.categories[key]
        if kind == "image":
            return self.images[int(key)]
        return self.counters[key]


def _buyable(product: Product) -> bool:
    return product.price != "" and product.status == "publish"


def _number(text: str) -> int | float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value == int(value) else value
