"""Products as the server shows them, and ``_fields``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import Product, World

LOCAL = timedelta(hours=7)


def gmt(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%dT%H:%M:%S")


def local(at: float) -> str:
    return gmt(at + LOCAL.total_seconds())


class Shape:
    """Writes things of one site."""

    def __init__(self, world: World, switches: Switches, home: str) -> None:
        self._world = world
        self._switches = switches
        self._home = home

    def product(self, product: Product) -> dict[str, Any]:
        if product.kind == "variation":
            return self.variation(product)
        variable = product.kind == "variable"
        kept = product.fields
        packs = [p for p in self._world.packs(product) if p.status == "publish"]
        return {
            **self._common(product),
            "name": self._text(str(kept.get("name", ""))),
            "slug": f"san-pham-{product.product_id}",
            "permalink": f"{self._home}/product/{product.product_id}/",
            "type": product.kind,
            "regular_price": "" if variable else product.regular_price,
            "price": (self._lowest(packs) or product.old_price) if variable else product.price,
            "short_description": kept.get("short_description", ""),
            "parent_id": 0,
            "categories": kept.get("categories", []),
            "images": [{k: v for k, v in i.items() if k != "from"} for i in kept.get("images", [])],
            "attributes": [self._attribute(a) for a in kept.get("attributes", [])],
            "variations": [self._id(p.product_id) for p in packs],
        }

    def variation(self, pack: Product) -> dict[str, Any]:
        """One without a SKU reads back with its parent's; purchasable whatever the parent is."""
        parent = self._world.products[pack.parent_id]
        options = [
            {**a, "option": self._text(str(a.get("option", "")))}
            for a in pack.fields.get("attributes", [])
        ]
        return {
            **self._common(pack),
            "type": "variation",
            "name": str(parent.fields.get("name", "")),
            "parent_id": pack.parent_id,
            "sku": pack.sku or parent.sku,
            "permalink": f"{self._home}/product/{pack.parent_id}/?v={pack.product_id}",
            "regular_price": pack.regular_price,
            "price": pack.price,
            "attributes": options,
        }

    def _common(self, product: Product) -> dict[str, Any]:
        kept = product.fields
        return {
            "id": self._id(product.product_id),
            "status": product.status,
            "sku": product.sku,
            "sale_price": product.sale_price,
            **self._stock(product),
            "purchasable": product.price != "" and product.status == "publish",
            "description": kept.get("description", ""),
            "weight": kept.get("weight", ""),
            "dimensions": kept.get("dimensions", {"length": "", "width": "", "height": ""}),
            "meta_data": kept.get("meta_data", []),
            "date_created_gmt": gmt(product.created),
            "date_modified": local(product.modified),
            "date_modified_gmt": gmt(product.modified),
        }

    def _stock(self, product: Product) -> dict[str, Any]:
        """A pack that does not count while its parent does shares the parent's count; with
        backorders it can be bought whatever is left (public source, not measured)."""
        parent = self._world.products.get(product.parent_id)
        shared = parent is not None and parent.manage_stock and not product.manage_stock
        counts = parent if shared and parent is not None else product
        quantity = counts.stock if counts.manage_stock else None
        status = counts.stock_status
        if counts.manage_stock:
            none_left = "outofstock" if counts.backorders == "no" else "onbackorder"
            status = "instock" if (counts.stock or 0) > 0 else none_left
        return {
            "manage_stock": "parent" if shared else product.manage_stock,
            "stock_quantity": quantity,
            "stock_status": status,
            "backorders": counts.backorders,
            "backorders_allowed": counts.backorders != "no",
        }

    def _attribute(self, attribute: dict[str, Any]) -> dict[str, Any]:
        shown = [self._text(str(o)) for o in attribute.get("options", [])]
        return {"id": 0, "position": 0, "visible": False, "variation": False, **attribute,
                "options": shown}  # fmt: skip

    def _lowest(self, packs: Sequence[Product]) -> str:
        priced = [p.price for p in packs if p.price]
        return min(priced, key=float, default="")

    def _text(self, text: str) -> str:
        return escape(text, quote=False) if self._switches.entities else text

    def _id(self, number: int) -> Any:
        return str(number) if self._switches.ids_as_text else number


def only(value: Any, names: Sequence[str]) -> Any:
    """``_fields``: names, and names of what lies in an object, after a point."""
    if not names:
        return value
    if isinstance(value, list):
        return [only(row, names) for row in value]
    if not isinstance(value, dict):
        return value
    cut: dict[str, Any] = {}
    for name in names:
        head, _point, rest = name.partition(".")
        if head not in value:
            continue
        part = only(value[head], [rest]) if rest else value[head]
        cut[head] = {**cut[head], **part} if head in cut and isinstance(part, dict) else part
    return cut
