"""update_price, update_stock: one item a call, at most 50 models, partial success (3.9, 3.10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.shopee.call import Call, rows, whole
from sandbox.shopee.checks import price_of, ratio_holds, stock_of
from sandbox.shopee.items import changed
from sandbox.shopee.refusals import Refused, no_item, uneditable
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import DELETED, Item, Model, World

MAX_MODELS = 50
_PRICE_FAIL = "error_update_price_fail"


def update_price(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Models that are not named keep their price (3.9)."""
    body = call.json()
    item = _item(world, call, body, switches, deleted=_PRICE_FAIL)
    wanted = rows(body, "price_list", 1, MAX_MODELS)
    ids = [_model_id(row) for row in wanted]
    if len(set(ids)) != len(ids):
        raise Refused("error_param", "Repeat model_id.")
    if "price" in item.locks:
        raise Refused(
            "error_cannt_edit_price_in_promotion", "Can't edit price when item is under promotion."
        )
    prices = [price_of(row, switches) for row in wanted]
    if item.models and 0 in ids:
        raise _item_has_models(switches, "price")
    targets = [_target(item, i) for i in ids]
    _keep_ratio(item, dict(zip(ids, prices, strict=True)))
    good = [(t, p) for t, p in zip(targets, prices, strict=True) if t is not None]
    failures = [
        {"model_id": i, "failed_reason": "Wrong model_id."}
        for i, target in zip(ids, targets, strict=True)
        if target is None
    ]
    if not good and switches.price_codes == "documented":
        raise Refused("error_param", "Wrong model_id.")
    if not good:
        lists = {"success_list": [], "failure_list": failures}
        response = lists if not item.models else None
        raise Refused(_PRICE_FAIL, "Update price failed.", response=response)
    for target, price in good:
        target.price = price
    changed(world, call, item)
    return {
        "success_list": [
            {**_named(target, switches), "original_price": target.price} for target, _p in good
        ],
        "failure_list": failures,
    }


def _keep_ratio(item: Item, new: Mapping[int, int]) -> None:
    """Also when the sibling that breaks it is not in the request (7)."""
    prices = [new.get(m.model_id, m.price) for m in item.models]
    if not ratio_holds(prices):
        raise Refused(_PRICE_FAIL, "Update price failed.")


def update_stock(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Absolute; models that are not named keep theirs (3.10)."""
    body = call.json()
    item = _item(world, call, body, switches, deleted="error_item_uneditable")
    shop = call.of_shop()
    if shop.vacation:
        raise Refused("error_holiday_mode_change_stock", "The shop is in holiday mode.")
    wanted = rows(body, "stock_list", 1, MAX_MODELS)
    ids = [_model_id(row) for row in wanted]
    if len(set(ids)) != len(ids):
        raise Refused("error_param", "Repeat model_id.")
    if item.models and 0 in ids:
        raise _item_has_models(switches, "stock")
    successes, failures = [], []
    for row, model_id in zip(wanted, ids, strict=True):
        reason = _set_stock(item, model_id, row, shop.warehouses, switches)
        if reason:
            failures.append({"model_id": model_id, "failed_reason": reason})
            continue
        target = _target(item, model_id)
        if target is not None:
            entry = {**_named(target, switches), "stock": target.stock}
            if item.location_id:
                entry["location_id"] = item.location_id
            successes.append(entry)
    lists = {"success_list": successes, "failure_list": failures}
    if not successes:
        raise Refused(
            "error_busi_update_stock_failed",
            "Update stock failed, please check failure_list for detailed reason",
            response=lists,
        )
    changed(world, call, item)
    return lists


def _set_stock(
    item: Item, model_id: int, row: Mapping[str, Any], warehouses: list[str], switches: Switches
) -> str:
    """Sets one stock; "" or the reason why not (free text, never a code)."""
    target = _target(item, model_id)
    if target is None:
        return "Wrong model_id."
    try:
        units, location = stock_of(row, warehouses, switches)
    except Refused as refused:
        if refused.code == "error_auth":
            raise
        return refused.message
    if bool(location) != bool(item.location_id):
        raise Refused("error_param", "different stock structure")
    if units < target.reserved:
        return f"Stock should be larger than {target.reserved} (reserve stock number)"
    target.stock = units
    return ""


def _item(
    world: World, call: Call, body: Mapping[str, Any], switches: Switches, *, deleted: str
) -> Item:
    item = world.of_shop(call.of_shop().shop_id).get(whole(body, "item_id"))
    if item is None:
        raise no_item()
    if item.status in DELETED:
        if switches.price_codes == "observed":
            raise Refused(deleted, "Item is deleted.")
        raise uneditable()
    return item


def _item_has_models(switches: Switches, what: str) -> Refused:
    if switches.price_codes == "observed" and what == "price":
        return Refused(_PRICE_FAIL, "Update price failed.")
    return Refused(
        f"error_edit_item_{what}_for_item_has_model", f"Item has models: edit their {what}."
    )


def _model_id(row: Mapping[str, Any]) -> int:
    """0 or absent for an item without models."""
    return whole(row, "model_id") if row.get("model_id") is not None else 0


def _target(item: Item, model_id: int) -> Item | Model | None:
    if item.models:
        return item.model(model_id)
    return item if model_id == 0 else None


def _named(target: Item | Model, switches: Switches) -> dict[str, Any]:
    """A no-model answer may lack the id (trap 17)."""
    if isinstance(target, Model):
        return {"model_id": target.model_id}
    return {} if switches.bare_no_model else {"model_id": 0}
