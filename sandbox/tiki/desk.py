"""What happens without a call: time carries requests on, the desk decides, people meddle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from sandbox.tiki import checks, products, queues
from sandbox.tiki.proposals import FIRST_REQUEST
from sandbox.tiki.refusals import Refused, taken, unprocessable
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import Product, Request, Seller, World

Thing = Product | Request
Due = tuple[str, str, list[Thing]]
"""A seller, what happened, and what it changed."""


class Deed(BaseModel):
    """One deed on a seller (``shop_id``) and, where it is about goods, a ``sku``."""

    model_config = ConfigDict(extra="forbid")

    shop_id: str
    deed: str
    sku: str = ""
    price: int | None = None
    market_price: int | None = None
    stock: int | None = None
    units: int = 1
    reason: str = ""
    name: str = ""
    scope: str = ""


# --- time -------------------------------------------------------------------------------------


def carry_on(world: World, switches: Switches, now: float, rejects: Mapping[str, str]) -> list[Due]:
    """Everything that is due. ``rejects``: the desk's reasons by words of a title."""
    done: list[Due] = []
    for request in list(world.requests.values()):
        if not request.open or request.by_hand:
            continue
        before = request.state
        made = _on(world, switches, request, now, rejects)
        if request.state != before:
            world.touch(request)
            done.append((request.sid, request.state, [request, *made]))
    return done


def _on(
    world: World, switches: Switches, request: Request, now: float, rejects: Mapping[str, str]
) -> list[Product]:
    """One request, as far as its age says (3.4)."""
    age = now - request.created
    if age < switches.queue_s:
        return []
    if age < switches.transform_s:
        _to(request, "processing", now)
        return []
    if not _transformed(world, switches, request, now):
        return []
    if switches.review_s is not None and age >= switches.transform_s + switches.review_s:
        return _decide(world, switches, request, now, rejects)
    _to(request, _stage(switches, age), now)
    return []


def _transformed(world: World, switches: Switches, request: Request, now: float) -> bool:
    """Give it its id, unless a code of it is taken: then it is rejected instead (3.3, trap 1)."""
    if not request.request_id:
        twin = next((s for s in request.skus if world.sku_taken(request.sid, s, request)), "")
        if twin:
            request.reason_form = switches.duplicate_form
            _reject(request, taken(twin, switches), now)
            return False
        request.request_id = str(world.next_id("request", FIRST_REQUEST))
    return True


def _stage(switches: Switches, age: float) -> str:
    """The desks in turn, each a part of the review (3.4)."""
    whole = switches.review_s or 3 * 3600.0
    part = min(0.999, (age - switches.transform_s) / whole) if whole else 0.0
    stages = ["md", "bot", "awaiting_approve"]
    if switches.drafted:
        stages.insert(0, "drafted")
    return stages[int(part * len(stages))]


def _decide(
    world: World, switches: Switches, request: Request, now: float, rejects: Mapping[str, str]
) -> list[Product]:
    title = str(request.body.get("name", "")).lower()
    why = next((reason for words, reason in rejects.items() if words.lower() in title), "")
    if not why and request.kind == "create_product" and switches.documents != "none":
        missing = checks.papers_missing(request.body)
        why = f"Thiếu giấy tờ: {missing}" if missing else ""
    if why:
        request.reason_form = switches.reason_form
        _reject(request, why, now)
        return []
    return approve(world, switches, request, now)


def _to(request: Request, state: str, now: float) -> None:
    if request.state != state:
        request.state, request.updated = state, now


def _reject(request: Request, why: str, now: float) -> None:
    """Final (3.4)."""
    request.state, request.reason, request.updated = "rejected", why, now


def approve(world: World, switches: Switches, request: Request, now: float) -> list[Product]:
    """Each variant becomes a product, off unless it was to be on (3.1, 3.4, trap 2)."""
    request.state, request.updated = "approved", now
    if request.kind == "update_product":
        product = world.products[request.body["product_id"]]
        products.apply_content(world, product, request.body, now)
        request.product_ids = [product.product_id]
        return [product]
    made = [_made(world, switches, request, variant, now) for variant in request.body["variants"]]
    request.product_ids = [p.product_id for p in made]
    return made


def _made(
    world: World, switches: Switches, request: Request, variant: Mapping[str, Any], now: float
) -> Product:
    body = request.body
    unnamed = variant["price"] if switches.omitted_market == "price" else 0
    number = world.next_id("product", products.FIRST_PRODUCT)
    stocks = {str(w["warehouseId"]): w["qtyAvailable"] for w in variant.get("warehouse_stocks", [])}
    images = [i for i in dict.fromkeys(body["images"]) if i != body["image"]]
    kept = {name: body[name] for name in ("description", "attributes", "image")}
    product = Product(
        product_id=number,
        sid=request.sid,
        original_sku=variant["sku"],
        sku=str(1_000_000_000_000 + number),
        name=body["name"],
        category_id=body["category_id"],
        price=variant["price"],
        market_price=variant.get("market_price") or body.get("market_price") or unnamed,
        inventory_type=variant.get("inventory_type") or "dropship",
        created=now,
        updated=now,
        fields={**kept, "images": images},
        stock=stocks,
        active=bool((body.get("meta_data") or {}).get("is_auto_turn_on")),
        master_id=world.next_id("master", 170000001),
        visible_from=now + switches.product_lag_s,
    )
    world.touch(product)
    return product


# --- people -----------------------------------------------------------------------------------


def carry_out(world: World, switches: Switches, deed: Deed, now: float) -> list[Thing]:
    """Do one deed; returns what changed. Raises Refused for an unknown one."""
    seller = world.sellers.get(deed.shop_id)
    if seller is None:
        raise Refused(400, f"no seller '{deed.shop_id}'")
    if deed.deed in _SELLER:
        _SELLER[deed.deed](seller, deed, now)
        world.touch(seller)
        return []
    if deed.deed in ("approve", "reject", "delete_request", "take_up"):
        return _desk(world, switches, deed, now)
    if deed.deed not in _PRODUCT:
        known = ", ".join(sorted([*_SELLER, *_PRODUCT, "approve", "reject", "take_up"]))
        raise Refused(400, f"unknown deed '{deed.deed}': one of {known}")
    product = next((p for p in world.products_of(seller.sid) if p.original_sku == deed.sku), None)
    if product is None:
        raise Refused(400, f"no product '{deed.sku}'")
    before = product.price
    _PRODUCT[deed.deed](product, deed)
    product.updated = now
    world.touch(product)
    if product.price != before:
        queues.price_changed(world, product, before, now)
    return [product]


def _desk(world: World, switches: Switches, deed: Deed, now: float) -> list[Thing]:
    """A person's word on what is under review; of a create or of its content. A code that is
    taken is refused before anybody looks at it."""
    request = next(
        (r for r in world.requests_of(deed.shop_id) if r.open and deed.sku in _about(world, r)),
        None,
    )
    if request is None:
        raise Refused(400, f"nothing under review has the SKU '{deed.sku}'")
    made: list[Product] = []
    if not _transformed(world, switches, request, now):
        world.touch(request)
        return [request]
    if deed.deed == "approve":
        made = approve(world, switches, request, now)
    elif deed.deed == "reject":
        request.reason_form = switches.reason_form
        _reject(request, deed.reason or "Image does not match product name", now)
    elif deed.deed == "delete_request":
        _to(request, "deleted", now)
    else:
        request.state, request.by_hand = "awaiting_approve", True
    world.touch(request)
    return [request, *made]


def _about(world: World, request: Request) -> list[str]:
    if request.kind == "create_product":
        return request.skus
    return [world.products[request.body["product_id"]].original_sku]


def _edit(product: Product, deed: Deed) -> None:
    product.price = product.price if deed.price is None else deed.price
    if deed.market_price is not None:
        product.market_price = deed.market_price
    if deed.stock is not None:
        first = next(iter(product.stock), "0")
        product.stock = {**dict.fromkeys(product.stock, 0), first: deed.stock}


def _on_sale(product: Product, deed: Deed) -> None:
    product.active = True


def _off(product: Product, deed: Deed) -> None:
    product.active = False


def _hide(product: Product, deed: Deed) -> None:
    product.hidden = deed.reason or "Vi phạm quy định đăng bán"


def _unhide(product: Product, deed: Deed) -> None:
    product.hidden = ""


def _delete(product: Product, deed: Deed) -> None:
    product.deleted = True


def _merge(product: Product, deed: Deed) -> None:
    """Under another seller's page: its name, and its pictures, are shown from now on (trap 11)."""
    product.master_id += 5_000_000
    product.name = deed.name or f"{product.name} (gộp)"


def _order(product: Product, deed: Deed) -> None:
    """An order reserves; what is available stays until it is handed over (4.2)."""
    if product.status != "active" or product.available - product.reserved < deed.units:
        raise unprocessable("the product can't be bought")
    product.reserved += deed.units


def _ship(product: Product, deed: Deed) -> None:
    """Handed over: gone from the shelf and from the reserve (4.2)."""
    left = deed.units
    product.reserved = max(0, product.reserved - deed.units)
    for place, units in product.stock.items():
        taken = min(units, left)
        product.stock[place] = units - taken
        left -= taken


def _sell(product: Product, deed: Deed) -> None:
    """Ordered and handed over at once."""
    _order(product, deed)
    _ship(product, deed)


def _cancel_order(product: Product, deed: Deed) -> None:
    product.reserved = max(0, product.reserved - deed.units)


def _seller_off(seller: Seller, deed: Deed, now: float) -> None:
    seller.active = False


def _seller_on(seller: Seller, deed: Deed, now: float) -> None:
    seller.active = True


def _expire(seller: Seller, deed: Deed, now: float) -> None:
    for token in seller.tokens:
        token.ends = now


def _drop_scope(seller: Seller, deed: Deed, now: float) -> None:
    for token in seller.tokens:
        token.scopes = [s for s in token.scopes if s != deed.scope]


def _revoke(seller: Seller, deed: Deed, now: float) -> None:
    """The seller takes its consent back."""
    seller.tokens, seller.refresh = [], {}


def _no_updates(seller: Seller, deed: Deed, now: float) -> None:
    seller.can_update_product = False


_SELLER = {
    "deactivate": _seller_off, "activate": _seller_on, "expire_token": _expire,
    "drop_scope": _drop_scope, "revoke": _revoke, "no_updates": _no_updates,
}  # fmt: skip

_PRODUCT = {
    "edit": _edit, "on": _on_sale, "off": _off, "hide": _hide, "unhide": _unhide,
    "delete": _delete, "merge": _merge, "order": _order, "ship": _ship, "sell": _sell,
    "cancel_order": _cancel_order,
}  # fmt: skip
