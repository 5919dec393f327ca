"""Products: lists, one, by SKU; price, stock and switch; the seller's code (3.7, 3.8)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sandbox.tiki import catalogue, checks
from sandbox.tiki.call import Call, is_whole, whole
from sandbox.tiki.paging import paged
from sandbox.tiki.refusals import bad, taken, unknown, unprocessable
from sandbox.tiki.switches import Switches
from sandbox.tiki.times import local, parsed
from sandbox.tiki.world import Product, World

FIRST_PRODUCT = 270000001
MAX_BATCH = 50

# --- reading ----------------------------------------------------------------------------------


def product_list(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """The last changed first."""
    found = _visible(world, call)
    query = call.query
    if "active" in query:
        found = [p for p in found if str(int(p.active)) == query["active"]]
    if "category_id" in query:
        found = [p for p in found if str(p.category_id) == query["category_id"]]
    if "name" in query:
        found = [p for p in found if query["name"].lower() in p.name.lower()]
    for name in ("created", "updated"):
        for end in ("from", "to"):
            text = query.get(f"{name}_{end}_date")
            if text is not None:
                bound = parsed(f"{name}_{end}_date", text)
                found = [p for p in found if _within(getattr(p, name), bound, end)]
    found.sort(key=lambda p: (-p.updated, p.product_id))
    page = paged(call, found, switches)
    wide = "inventory" in query.get("include", "")
    page["data"] = [shown(p, switches, listed=True, stock=wide) for p in page["data"]]
    return page


def _within(moment: float, bound: float, end: str) -> bool:
    return moment >= bound if end == "from" else int(moment) <= bound


def one(world: World, switches: Switches, call: Call, product_id: str) -> dict[str, Any]:
    for product in _visible(world, call):
        if str(product.product_id) == product_id:
            wide = not switches.inventory_asked or "inventory" in call.query.get("include", "")
            return shown(product, switches, listed=False, stock=wide)
    raise unknown("Product")


def find_by(world: World, switches: Switches, call: Call) -> Any:
    """By the seller's own code; in one of three shapes (3.8)."""
    if not call.path.startswith(f"{switches.find_version}/"):
        raise unknown("Path")
    sku = call.query.get("original_sku")
    if not sku:
        raise bad("original_sku is required")
    found = [
        shown(p, switches, listed=True)
        for p in _visible(world, call)
        if p.original_sku == sku or (switches.find_loose and p.original_sku.startswith(sku))
    ]
    if not found and switches.find_none == "404":
        raise unknown("Product")
    if switches.find_shape == "object":
        return found[0] if found else {}
    return {"data": found} if switches.find_shape == "data" else found


def hidden(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    found = [p for p in _visible(world, call) if p.hidden]
    page = paged(call, found, switches)
    page["data"] = [shown(p, switches, listed=True) for p in page["data"]]
    return page


def _visible(world: World, call: Call) -> list[Product]:
    mine = world.products_of(call.of_seller().sid)
    return [p for p in mine if p.visible_from <= call.now]


def shown(
    product: Product, switches: Switches, *, listed: bool, stock: bool = False
) -> dict[str, Any]:
    """As an answer shows it; addresses of pictures are Tiki's own (5)."""
    active: Any = int(product.active)
    pictures = [product.fields.get("image", ""), *product.fields.get("images", [])]
    row: dict[str, Any] = {
        switches.id_name: product.product_id,
        "sku": product.sku,
        "original_sku": product.original_sku,
        "name": product.name,
        "master_id": product.master_id,
        "master_sku": f"M{product.sku}",
        "super_id": 0,
        "super_sku": "",
        "active": str(active) if listed and switches.active_text else active,
        "is_hidden": bool(product.hidden),
        "type": "simple",
        "entity_type": "seller_simple",
        "price": _money(product.price, switches),
        "market_price": _money(product.market_price, switches),
        "created_at": local(product.created),
        "updated_at": local(product.updated),
        "thumbnail": _rehosted(pictures[0]),
        "attributes": product.fields.get("attributes", {}),
        "categories": [
            {
                "id": product.category_id,
                "name": catalogue.CATEGORIES[product.category_id]["name"],
                "url_key": "",
                "is_primary": True,
            }
        ],
    }
    if product.hidden:
        row["hidden_reason"] = product.hidden
    if not listed:
        row["images"] = [{"url": _rehosted(p)} for p in pictures]
        row["description"] = product.fields.get("description", "")
    if stock:
        row["inventory"] = {
            "inventory_type": product.inventory_type,
            "fulfillment_type": "dropship",
            "quantity": product.available,
            "quantity_available": product.available,
            "quantity_reserved": product.reserved,
            f"quantity_{switches.sellable}": product.available - product.reserved,
        }
    return row


def _money(amount: int, switches: Switches) -> int | float:
    return float(amount) if switches.decimal_money else amount


def _rehosted(address: str) -> str:
    mark = hashlib.sha256(address.encode()).hexdigest()[:24]
    return f"https://salt.tikicdn.com/ts/product/{mark}.jpg"


# --- writing ----------------------------------------------------------------------------------


def update_sku(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """PUT updateSku: ``active`` 1/0 (3.7)."""
    body = call.json()
    product = named(world, call, body)
    if "active" in body and body["active"] not in (0, 1):
        raise unprocessable("active must be 0 or 1")
    active = bool(body["active"]) if "active" in body else None
    _update(world, switches, call, product, body, active)
    return {"state": "approved"}


def update_skus(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """PUT updateSkus: ``status`` 1/2 instead (3.7). The whole batch is refused for one bad row."""
    rows = call.json().get("data")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_BATCH:
        raise unprocessable(f"data must have 1 to {MAX_BATCH} items")
    todo = []
    for row in rows:
        if not isinstance(row, dict) or "active" in row:
            raise unprocessable("data => status is used instead of active")
        if row.get("status", 1) not in (1, 2):
            raise unprocessable("data => status must be 1 or 2")
        product = named(world, call, row)
        active = row["status"] == 1 if "status" in row else None
        _checked(switches, call, product, row)
        todo.append((product, row, active))
    for product, row, active in todo:
        _update(world, switches, call, product, row, active)
    return {"state": "approved"}


def _checked(switches: Switches, call: Call, product: Product, body: Mapping[str, Any]) -> None:
    """Raises Refused before anything is changed."""
    if not call.of_seller().can_update_product:
        raise unprocessable("Seller can not update product")
    problems = []
    if "price" in body:
        problems += checks.price_problems(body["price"], product.market_price, switches)
    quantities = body.get("warehouse_quantities")
    if quantities is not None:
        named_ = checks.listed(body.get("seller_warehouse"))
        if not isinstance(quantities, list) or not quantities:
            raise unprocessable("warehouse_quantities must be an array")
        for row in quantities:
            if not isinstance(row, dict) or set(row) != {"warehouse_id", "qty_available"}:
                raise unprocessable(
                    "warehouse_quantities => warehouse_id and qty_available are required"
                )
            problems += checks.quantity_problems(
                row["warehouse_id"], row["qty_available"], named_, call.of_seller()
            )
    if problems:
        raise unprocessable(*problems)


def _update(
    world: World,
    switches: Switches,
    call: Call,
    product: Product,
    body: Mapping[str, Any],
    active: bool | None,
) -> None:
    _checked(switches, call, product, body)
    if active and product.hidden:
        raise unprocessable(f"Product is hidden by Tiki: {product.hidden}")
    if "price" in body:
        product.price = body["price"]
        if product.market_price and product.price > product.market_price:
            product.market_price = product.price
    if "warehouse_quantities" in body and product.inventory_type != "instock":
        given = {str(r["warehouse_id"]): r["qty_available"] for r in body["warehouse_quantities"]}
        kept = {} if switches.left_out_is_zero else product.stock
        product.stock = {**dict.fromkeys(product.stock, 0), **kept, **given}
    if active is not None:
        product.active = active
    product.updated = call.now
    world.touch(product)
    call.changed.append(product)


def update_original_sku(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """POST updateOriginalSku: an endpoint of its own (trap 16)."""
    if not call.path.startswith(f"{switches.sku_version}/"):
        raise unknown("Path")
    body = call.json()
    product = named(world, call, {"product_id": whole(body, "product_id")})
    sku = body.get("original_sku")
    if not isinstance(sku, str) or not sku.strip():
        raise unprocessable("original_sku is required")
    if sku != product.original_sku and world.sku_taken(product.sid, sku):
        raise unprocessable(taken(sku, switches))
    product.original_sku, product.updated = sku, call.now
    world.touch(product)
    call.changed.append(product)
    return {"state": "approved"}


def named(world: World, call: Call, body: Mapping[str, Any]) -> Product:
    """The product that a body names, by ``product_id`` or ``original_sku`` (3.7)."""
    if "product_id" in body:
        if not is_whole(body["product_id"]):
            raise unprocessable("product_id must be an integer")
        found = [p for p in _visible(world, call) if p.product_id == body["product_id"]]
    elif body.get("original_sku"):
        found = [p for p in _visible(world, call) if p.original_sku == body["original_sku"]]
    else:
        raise unprocessable("product_id or original_sku is required")
    if not found:
        raise unknown("Product")
    return found[0]


def apply_content(world: World, product: Product, body: Mapping[str, Any], now: float) -> None:
    """Approved content; the name belongs to the master and is not among it (3.1, 3.7)."""
    for name in ("attributes", "image", "images", "description"):
        if name in body:
            product.fields[name] = body[name]
    if "market_price" in body:
        product.market_price = body["market_price"]
    product.updated = now
    world.touch(product)
