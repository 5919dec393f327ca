"""What people do in the shop by hand: its owner in the dashboard, and buyers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.woocommerce.refusals import Refused, no_product
from sandbox.woocommerce.world import Product, World


class Deed(BaseModel):
    """One deed on what has ``sku`` (or ``item_id``), or on the site itself."""

    model_config = ConfigDict(extra="forbid")

    shop_id: str = ""
    deed: str
    sku: str = ""
    item_id: int = 0
    price: str = ""
    units: int = 1
    stock: int = 0
    title: str = ""


def carry_out(world: World, deed: Deed, now: float) -> list[Product]:
    """Do one deed; returns the products (never packs) that changed."""
    if deed.deed in _SITE_DEEDS:
        return _SITE_DEEDS[deed.deed](world, deed)
    thing = _thing(world, deed)
    if deed.deed not in _DEEDS:
        known = ", ".join(sorted([*_SITE_DEEDS, *_DEEDS]))
        raise Refused(400, "deed", f"unknown deed '{deed.deed}': one of {known}")
    owner = world.products[thing.parent_id] if thing.parent_id else thing
    _DEEDS[deed.deed](world, thing, deed)
    for touched in (thing, owner):
        if touched.product_id in world.products:
            touched.modified = now
            world.touch(touched)
    return [owner]


def _thing(world: World, deed: Deed) -> Product:
    found = world.products.get(deed.item_id) if deed.item_id else None
    if deed.sku:
        found = world.by_sku(deed.shop_id, deed.sku)
    if found is None or found.site != deed.shop_id:
        raise no_product()
    return found


def _price(world: World, thing: Product, deed: Deed) -> None:
    thing.regular_price = deed.price


def _sale(world: World, thing: Product, deed: Deed) -> None:
    """A price of a promotion, which buyers pay instead."""
    thing.sale_price = deed.price


def _stock(world: World, thing: Product, deed: Deed) -> None:
    thing.manage_stock, thing.stock = True, deed.stock


def _uncounted(world: World, thing: Product, deed: Deed) -> None:
    thing.manage_stock, thing.stock, thing.stock_status = False, None, "instock"


def _out_of_stock(world: World, thing: Product, deed: Deed) -> None:
    """Sold out by hand, without a count."""
    thing.manage_stock, thing.stock, thing.stock_status = False, None, "outofstock"


def _backorders(world: World, thing: Product, deed: Deed) -> None:
    thing.backorders = "notify"


def _sell(world: World, thing: Product, deed: Deed) -> None:
    """An order lowers the stock by itself, below nothing too."""
    if thing.manage_stock and thing.stock is not None:
        thing.stock -= deed.units


def _status(status: str) -> Callable[[World, Product, Deed], None]:
    def set_status(world: World, thing: Product, deed: Deed) -> None:
        thing.status = status

    return set_status


def _trash(world: World, thing: Product, deed: Deed) -> None:
    for gone in (thing, *world.packs(thing)):
        gone.status = "trash"
        world.touch(gone)


def _delete(world: World, thing: Product, deed: Deed) -> None:
    for gone in (*world.packs(thing), thing):
        world.remove(gone)
        gone.status = "deleted"


def _rename(world: World, thing: Product, deed: Deed) -> None:
    thing.fields["name"] = deed.title


_DEEDS: dict[str, Callable[[World, Product, Deed], None]] = {
    "price": _price,
    "sale": _sale,
    "stock": _stock,
    "uncounted": _uncounted,
    "out_of_stock": _out_of_stock,
    "backorders": _backorders,
    "sell": _sell,
    "off": _status("draft"),
    "on": _status("publish"),
    "hide": _status("private"),
    "trash": _trash,
    "delete": _delete,
    "rename": _rename,
}


def _revoke(world: World, deed: Deed) -> list[Product]:
    _site(world, deed).live = False
    return []


def _read_only(world: World, deed: Deed) -> list[Product]:
    _site(world, deed).write = False
    return []


def _site(world: World, deed: Deed) -> Any:
    world.touched.add(("site", deed.shop_id))
    return world.sites[deed.shop_id]


_SITE_DEEDS = {"revoke": _revoke, "read_only": _read_only}
