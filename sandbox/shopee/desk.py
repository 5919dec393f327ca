"""What people do on the channel: the review desk, and sellers by hand in Seller Centre.

Every deed is journalled like a call, with no method, so that whoever reads only the
journal still knows what each shop shows.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from sandbox.shopee.items import to_review
from sandbox.shopee.refusals import Refused, no_item
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Item, Model, Shop, World


class Violation(BaseModel):
    """Why an item is banned (3.17); ``suggestion`` is what the seller should do."""

    model_config = ConfigDict(extra="forbid")

    violation_type: str = "Prohibited Listing"
    violation_reason: str = "License Reason"
    suggestion: str = "Upload license"


class Deed(BaseModel):
    """One deed on an item (``item_id``) or a shop. ``model_id`` 0 is the item itself."""

    model_config = ConfigDict(extra="forbid")

    shop_id: int
    deed: str
    item_id: int = 0
    model_id: int = 0
    price: int | None = None
    stock: int | None = None
    units: int = 1
    reserved: int = 0
    locks: list[str] = ["price", "stock", "unlist", "delete", "name", "image", "category"]
    violation: Violation = Violation()


def decide_due(world: World, now: float, bans: Mapping[str, Violation]) -> list[Item]:
    """The review desk's decisions that are due; ``bans`` holds words that it bans by title."""
    decided = []
    for item_id in sorted(world.reviewing):
        item = world.items[item_id]
        if item.review_ends is None or item.review_ends > now:
            continue
        title = str(item.fields.get("item_name", "")).lower()
        violation = next((v for words, v in bans.items() if words.lower() in title), None)
        if violation:
            _ban(item, violation, now)
        else:
            item.status, item.review_ends, item.violation = "NORMAL", None, None
        decided.append(item)
    for item in decided:
        world.touch_item(item)
    return decided


def carry_out(world: World, switches: Switches, deed: Deed, now: float) -> list[Item]:
    """Do one deed; returns the items that changed. Raises Refused for an unknown one."""
    shop = world.shops.get(deed.shop_id)
    if shop is None:
        raise Refused("error_shop", "shopid invalid")
    if deed.deed in _SHOP_DEEDS:
        _SHOP_DEEDS[deed.deed](shop, now)
        world.touch_shop(shop)
        return []
    item = world.of_shop(shop.shop_id).get(deed.item_id)
    if item is None:
        raise no_item()
    if deed.deed not in _ITEM_DEEDS:
        known = ", ".join(sorted([*_SHOP_DEEDS, *_ITEM_DEEDS]))
        raise Refused("error_param", f"unknown deed '{deed.deed}': one of {known}")
    _ITEM_DEEDS[deed.deed](item, deed, switches, now)
    world.touch_item(item)
    return [item]


# --- the shop ---------------------------------------------------------------------------------


def _vacation(shop: Shop, now: float) -> None:
    shop.vacation = True


def _back(shop: Shop, now: float) -> None:
    shop.vacation = False


def _penalise(shop: Shop, now: float) -> None:
    shop.penalty = True


def _ban_shop(shop: Shop, now: float) -> None:
    shop.status = "BANNED"


def _expire_token(shop: Shop, now: float) -> None:
    for token in shop.tokens:
        token.ends = now


def _expire_refresh(shop: Shop, now: float) -> None:
    shop.refresh_ends = now


def _revoke(shop: Shop, now: float) -> None:
    shop.linked = False


_SHOP_DEEDS = {
    "vacation": _vacation,
    "back_from_vacation": _back,
    "penalise": _penalise,
    "ban_shop": _ban_shop,
    "expire_token": _expire_token,
    "expire_refresh_token": _expire_refresh,
    "revoke": _revoke,
}


# --- an item ----------------------------------------------------------------------------------


def _target(item: Item, deed: Deed) -> Item | Model:
    model = item.model(deed.model_id) if deed.model_id else None
    if item.models and model is None:
        raise Refused("error_param", f"item {item.item_id} has models: name one")
    return model or item


def _edit(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    target = _target(item, deed)
    target.price = target.price if deed.price is None else deed.price
    target.stock = target.stock if deed.stock is None else deed.stock


def _sell(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    """An order lowers the seller's stock at once (4.4)."""
    target = _target(item, deed)
    if item.status != "NORMAL" or target.stock < deed.units:
        raise Refused("error_param", "the item can't be bought")
    target.stock -= deed.units


def _give_back(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    """A cancelled order gives the units back (4.4)."""
    _target(item, deed).stock += deed.units


def _promote(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.locks = list(deed.locks)
    _target(item, deed).reserved = deed.reserved


def _end_promotion(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.locks, item.reserved = [], 0
    for model in item.models:
        model.reserved = 0


def _unlist(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.status, item.updated = "UNLIST", now


def _relist(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.status, item.updated = "NORMAL", now


def _delete(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.status, item.updated, item.review_ends = "SELLER_DELETE", now, None


def _review(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    to_review(item, switches, now)
    item.updated = now


def _approve(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    item.status, item.updated, item.review_ends, item.violation = "NORMAL", now, None, None


def _ban(item: Item, violation: Violation, now: float) -> None:
    item.status, item.updated, item.review_ends = "BANNED", now, None
    item.violation = {
        **violation.model_dump(),
        "fix_deadline_time": int(now) + 7 * 86400,
        "update_time": int(now),
    }


def _ban_item(item: Item, deed: Deed, switches: Switches, now: float) -> None:
    _ban(item, deed.violation, now)


_ITEM_DEEDS = {
    "edit": _edit,
    "sell": _sell,
    "give_back": _give_back,
    "promote": _promote,
    "end_promotion": _end_promotion,
    "unlist": _unlist,
    "relist": _relist,
    "delete": _delete,
    "review": _review,
    "approve": _approve,
    "ban": _ban_item,
}
