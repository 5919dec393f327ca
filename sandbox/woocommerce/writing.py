"""Making, changing and deleting products and packs ("Create, find, update, take down",
"Variable products")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sandbox.woocommerce import media
from sandbox.woocommerce.call import Call
from sandbox.woocommerce.checks import check_types, decimal, free_sku, stripped
from sandbox.woocommerce.refusals import Refused, no_product
from sandbox.woocommerce.switches import Switches
from sandbox.woocommerce.world import UNCATEGORIZED, Product, World

KEPT = ("name", "weight", "dimensions")


class Writer:
    """Writes to one site; ``home`` is its address."""

    def __init__(self, world: World, switches: Switches, call: Call, home: str) -> None:
        self._world = world
        self._switches = switches
        self._call = call
        self._home = home
        self._site = call.of_site().folder

    # --- products ---------------------------------------------------------------------------

    def create(self, body: Mapping[str, Any]) -> Product:
        check_types(body)
        product = self._blank(str(body.get("type", "simple")))
        product.status = str(body.get("status", "publish"))
        self._apply(product, body, None)
        self._world.add(product)
        self._changed(product)
        return product

    def update(self, product_id: int, body: Mapping[str, Any]) -> Product:
        product = self.living(product_id)
        check_types(body)
        draft = deepcopy(product)
        if "type" in body and body["type"] != product.kind:
            self._retyped(draft, str(body["type"]))
        self._apply(draft, body, None)
        if "status" in body:
            held = body["status"] == "publish" and not self._switches.may_publish
            draft.status = "pending" if held else str(body["status"])
        if product.kind == "variable" and draft.kind != "variable":
            for pack in self._world.packs(product):
                self._world.remove(pack)
        self._kept(draft)
        return draft

    def _retyped(self, product: Product, kind: str) -> None:
        """To variable: SKU, stock and an old price stay; to simple: the packs go for good."""
        if kind == "variable":
            product.old_price, product.regular_price = product.price, ""
            product.sale_price = ""
        product.kind = kind

    def delete(self, product_id: int, *, force: bool) -> dict[str, Any]:
        """The answer of a move to the trash shows the status from before it."""
        product = self.living(product_id)
        before = self._shown_before(product)
        packs = self._world.packs(product)
        if force:
            for gone in (product, *packs):
                self._world.remove(gone)
        else:
            for gone in (product, *packs):
                self._trash(gone)
        self._call.changed.append(product)
        if force:
            product.status = "deleted"
        return before

    def _shown_before(self, product: Product) -> dict[str, Any]:
        return {"id": product.product_id, "status": product.status, "sku": product.sku}

    def _trash(self, product: Product) -> None:
        product.status, product.modified = "trash", self._call.now
        self._world.touch(product)

    def living(self, product_id: int) -> Product:
        """A product by id, in the trash too. A pack is none: it has its parent's path."""
        product = self._world.products.get(product_id)
        if product is None or product.site != self._site:
            raise no_product()
        if product.kind == "variation":
            words = "Invalid product ID."
            raise Refused(404, "woocommerce_rest_invalid_product_id", words)
        return product

    # --- packs ------------------------------------------------------------------------------

    def parent(self, product_id: int) -> Product:
        product = self._world.products.get(product_id)
        if product is None or product.site != self._site or product.kind == "variation":
            words = "Invalid parent product."
            raise Refused(404, "woocommerce_rest_product_variation_invalid_parent", words)
        return product

    def create_pack(self, parent: Product, body: Mapping[str, Any]) -> Product:
        check_types(body, pack=True)
        pack = self._blank("variation")
        pack.parent_id = parent.product_id
        pack.status = str(body.get("status", "publish"))
        self._apply(pack, body, parent)
        self._world.add(pack)
        self._changed(parent)
        return pack

    def pack(self, parent: Product, pack_id: int) -> Product:
        pack = self._world.products.get(pack_id)
        if pack is None or pack.parent_id != parent.product_id:
            words = "Invalid ID."
            raise Refused(404, "woocommerce_rest_product_variation_invalid_id", words)
        return pack

    def update_pack(self, parent: Product, pack_id: int, body: Mapping[str, Any]) -> Product:
        pack = self.pack(parent, pack_id)
        check_types(body, pack=True)
        draft = deepcopy(pack)
        self._apply(draft, body, parent)
        if "status" in body:
            draft.status = str(body["status"])
        draft.modified = self._call.now
        self._world.add(draft)
        self._changed(parent)
        return draft

    def delete_pack(self, parent: Product, pack_id: int, *, force: bool) -> dict[str, Any]:
        pack = self.pack(parent, pack_id)
        before = self._shown_before(pack)
        if force:
            self._world.remove(pack)
        else:
            self._trash(pack)
        self._changed(parent)
        return before

    # --- fields -----------------------------------------------------------------------------

    def _blank(self, kind: str) -> Product:
        now = self._call.now
        return Product(self._world.next_id(), self._site, kind, "publish", "", now, now)

    def _apply(self, product: Product, body: Mapping[str, Any], parent: Product | None) -> None:
        """Each field that is there; the product itself is only changed when all can be."""
        if "sku" in body:
            free_sku(self._world, self._switches, product, body["sku"], parent)
            product.sku = body["sku"]
        if "regular_price" in body and product.kind != "variable":
            product.regular_price = decimal(body["regular_price"])
        if "sale_price" in body and product.kind != "variable":
            product.sale_price = _lower(decimal(body["sale_price"]), product.regular_price)
        self._stock(product, body)
        for name in KEPT:
            if name in body:
                product.fields[name] = body[name]
        for name in ("description", "short_description"):
            if name in body:
                product.fields[name] = stripped(body[name])
        self._lists(product, body)

    def _stock(self, product: Product, body: Mapping[str, Any]) -> None:
        """A quantity is only kept where it is counted; null counts as nothing left."""
        if not self._switches.stock_managed:
            return
        if "manage_stock" in body:
            product.manage_stock = body["manage_stock"] in (True, "true", 1)
            if not product.manage_stock:
                product.stock = None
            elif product.stock is None:
                product.stock = 0
        if "stock_quantity" in body and product.manage_stock:
            product.stock = int(body["stock_quantity"] or 0)
        product.backorders = body.get("backorders", product.backorders)
        product.stock_status = body.get("stock_status", product.stock_status)

    def _lists(self, product: Product, body: Mapping[str, Any]) -> None:
        kept = product.fields
        if "categories" in body:
            kept["categories"] = self._categories(body["categories"])
        elif "categories" not in kept and product.kind != "variation":
            kept["categories"] = self._categories([])
        if "attributes" in body:
            rows = [a for a in body["attributes"] if isinstance(a, dict)]
            kept["attributes"] = [{"id": 0, **_attribute(a)} for a in rows]
        if "images" in body:
            library = media.Library(self._world, self._switches, self._home)
            kept["images"] = library.taken(body["images"], down=self._call.pictures_down)
        for row in body.get("meta_data", ()):
            rows = [m for m in kept.get("meta_data", []) if m["key"] != row.get("key")]
            kept["meta_data"] = [*rows, {"key": row.get("key"), "value": row.get("value")}]

    def _categories(self, rows: Any) -> list[dict[str, Any]]:
        """An unknown id is silently the default category."""
        known = {c["id"]: c for c in self._world.categories[self._site]}
        ids = [int(r["id"]) for r in rows if isinstance(r, dict) and str(r.get("id", "")).isdigit()]
        found = [known[i] for i in ids if i in known] or [known[UNCATEGORIZED]]
        return [{k: c[k] for k in ("id", "name", "slug")} for c in found]

    def _kept(self, product: Product) -> None:
        self._world.add(product)
        self._changed(product)

    def _changed(self, product: Product) -> None:
        """A pack's change moves its parent's date too."""
        product.modified = self._call.now
        self._world.touch(product)
        self._call.changed.append(product)


def _attribute(row: Mapping[str, Any]) -> dict[str, Any]:
    """A list of options is kept as one text with bars; a pack's option is cleaned of tags,
    backslashes and escaped bytes (both from the public source, not measured)."""
    kept = dict(row)
    if isinstance(kept.get("options"), list):
        joined = " | ".join(str(option) for option in kept["options"])
        kept["options"] = [part.strip() for part in joined.split("|") if part.strip()]
    if isinstance(kept.get("option"), str):
        text = re.sub(r"<[^>]*>|%[0-9a-fA-F]{2}", "", kept["option"].replace("\\", ""))
        kept["option"] = " ".join(text.split())
    return kept


def _lower(sale: str, regular: str) -> str:
    """A sale price above the regular one is dropped without a word."""
    if not sale or not regular or float(sale) >= float(regular):
        return ""
    return sale
