"""add_item, update_item, delete_item (3.7, 3.8, 3.12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.shopee import catalogue
from sandbox.shopee.call import Call, text, whole
from sandbox.shopee.checks import check_item, price_of, stock_of
from sandbox.shopee.refusals import Refused, no_item, uneditable
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import DELETED, Item, Shop, World

TAKEN = frozenset({
    "item_name", "description", "weight", "category_id", "image", "logistic_info", "dimension",
    "brand", "attribute_list", "condition", "item_sku", "pre_order", "gtin_code",
    "description_type",
})  # fmt: skip
"""What is kept of an item's fields; price, stock and status are kept apart."""

_LOCKS = {
    "item_name": ("name", "error_cannt_edit_name_in_promotion"),
    "description": ("description", "error_cannt_edit_description_in_promotion"),
    "image": ("image", "error_cannt_edit_image_in_promotion"),
    "category_id": ("category", "error_item_in_promotion"),
}


def add_item(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Creates at once, without variations, whatever else the body holds (trap 10)."""
    body = call.json()
    shop = call.of_shop()
    _may_add(world, shop)
    status = body.get("item_status", "NORMAL")
    if status not in ("NORMAL", "UNLIST"):
        raise Refused("error_param", "Invalid item_status.")
    fields = {name: value for name, value in body.items() if name in TAKEN}
    check_item(world, fields)
    _gtin_as_asked(fields, switches)
    price = price_of(body, switches)
    stock, location = stock_of(body, shop.warehouses, switches)
    sku = text(fields, "item_sku")
    if sku and not switches.duplicate_sku and _by_sku(world, shop, sku):
        raise Refused("error_repeated_mtsku", "A similar product has already been uploaded.")
    item = Item(
        item_id=world.next_id("item", 3_000_142_000),
        shop_id=shop.shop_id,
        status=status,
        fields=fields,
        price=price,
        stock=stock,
        location_id=location,
        created=call.now,
        updated=call.now,
    )
    if status == "NORMAL" and switches.review_on_create:
        to_review(item, switches, call.now)
    world.add_item(item)
    changed(world, call, item)
    return _echo(item)


def _gtin_as_asked(fields: Mapping[str, Any], switches: Switches) -> None:
    """Where the rule asks for one, "00" says that there is none, if it may be left out (3.7)."""
    code = text(fields, "gtin_code")
    if (switches.gtin_rule == "Mandatory" and code in ("", "00")) or (
        switches.gtin_rule == "Flexible" and code == ""
    ):
        raise Refused("error_busi", "GTIN is mandatory for the category.")


def _may_add(world: World, shop: Shop) -> None:
    if shop.vacation:
        raise Refused("error_holiday_on_add_item", "The shop is on vacation.")
    if shop.penalty:
        raise Refused("error_seller_under_penalty", "The seller is under penalty.")
    if shop.status != "NORMAL":
        raise Refused("error_busi_invalid_shop_status", "Invalid shop status.")
    living = sum(i.status not in DELETED for i in world.of_shop(shop.shop_id).values())
    if living >= catalogue.LIMITS["item_count_limit"]["max_limit"]:
        raise Refused("error_reach_shop_item_limit", "The shop has reached its item limit.")


def _by_sku(world: World, shop: Shop, sku: str) -> Item | None:
    found = (i for i in world.of_shop(shop.shop_id).values() if i.status not in DELETED)
    return next((i for i in found if i.sku == sku), None)


def _echo(item: Item) -> dict[str, Any]:
    """The reply's echo; price_info is an object here (trap 19)."""
    fields = item.fields
    return {
        "item_id": item.item_id,
        "item_name": fields["item_name"],
        "description": fields["description"],
        "item_status": item.status,
        "category_id": fields["category_id"],
        "weight": fields["weight"],
        "condition": fields.get("condition", "NEW"),
        "price_info": {"current_price": item.price, "original_price": item.price},
        "images": {
            "image_id_list": fields["image"]["image_id_list"],
            "image_url_list": [_url(i) for i in fields["image"]["image_id_list"]],
        },
        "seller_stock": [{"stock": item.stock}],
        "brand": fields["brand"],
        "logistic_info": fields["logistic_info"],
        "dimension": fields["dimension"],
        "pre_order": {"is_pre_order": False, "days_to_ship": 2},
    }


def _url(image_id: str) -> str:
    return f"https://cf.shopee.vn/file/{image_id}"


def update_item(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Only sent fields change; price and stock never do (trap 13)."""
    body = call.json()
    item = editable(world, call, body)
    if call.of_shop().penalty:
        raise Refused("error_seller_under_penalty", "The seller is under penalty.")
    sent = {name: value for name, value in body.items() if name in TAKEN}
    if "logistic_info" in sent and not switches.logistic_update:
        del sent["logistic_info"]
        call.warning = "logistic_info is ignored."
    _not_locked(item, sent)
    fields = {**item.fields, **sent}
    check_item(world, fields)
    status = body.get("item_status", item.status)
    if status != item.status and status not in ("NORMAL", "UNLIST"):
        raise Refused("error_param", "Invalid item_status.")
    if status != item.status and item.status in ("BANNED", "REVIEWING"):
        raise Refused("error_busi_item_status_invalid", "Item status is invalid.")
    item.fields, item.updated = fields, call.now
    was_banned = item.status == "BANNED"
    item.status = status
    if was_banned or (status == "NORMAL" and switches.review_s is not None):
        to_review(item, switches, call.now)
    changed(world, call, item)
    return _echo(item)


def _not_locked(item: Item, sent: Mapping[str, Any]) -> None:
    for name, (lock, code) in _LOCKS.items():
        if lock in item.locks and name in sent and sent[name] != item.fields.get(name):
            raise Refused(code, f"Can't edit {lock} when item is under promotion.")


def delete_item(world: World, switches: Switches, call: Call) -> None:
    """For ever; the id can be read for 90 days more."""
    item = editable(world, call, call.json())
    if call.of_shop().vacation:
        raise Refused("error_holiday_on_del_item", "The shop is on vacation.")
    if "delete" in item.locks:
        raise Refused("error_cannt_delete_in_promotion", "Can't delete item under promotion.")
    if item.status == "REVIEWING":
        raise Refused("error_cannot_delete_item", "Can't delete an item under review.")
    item.status, item.updated, item.review_ends = "SELLER_DELETE", call.now, None
    changed(world, call, item)


# --- shared by all edits ----------------------------------------------------------------------


def editable(world: World, call: Call, body: Mapping[str, Any]) -> Item:
    """The shop's item of ``item_id``, refused when it is unknown or deleted (3.17)."""
    item = world.of_shop(call.of_shop().shop_id).get(whole(body, "item_id"))
    if item is None:
        raise no_item()
    if item.status in DELETED:
        raise uneditable()
    return item


def to_review(item: Item, switches: Switches, now: float) -> None:
    """REVIEWING until the review desk has decided (3.17)."""
    item.status = "REVIEWING"
    item.review_ends = now + (switches.review_s or 0.0)


def changed(world: World, call: Call, item: Item) -> None:
    """Keep the item, and have the journal say what it shows now."""
    world.touch_item(item)
    call.changed.append(item)
