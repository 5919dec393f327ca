"""unlist_item: off the shelf and on again (3.11, 3.17)."""

from __future__ import annotations

from typing import Any

from sandbox.shopee.call import Call, rows, whole
from sandbox.shopee.items import changed, to_review
from sandbox.shopee.refusals import Refused, mistyped
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import DELETED, Item, World


def unlist_item(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """``unlist: false`` relists. Partial success, reasons in free text."""
    successes, failures = [], []
    for row in rows(call.json(), "item_list", 1, 50):
        item_id, unlist = whole(row, "item_id"), row.get("unlist")
        if not isinstance(unlist, bool):
            raise mistyped("unlist")
        reason = _switch(world, switches, call, item_id, unlist)
        if reason:
            failures.append({"item_id": item_id, "failed_reason": reason})
        else:
            successes.append({"item_id": item_id, "unlist": unlist})
    lists = {"success_list": successes, "failure_list": failures}
    if not successes:
        raise Refused("error_unlist_item_all_failed", "Unlist item all failed.", response=lists)
    return lists


def _switch(world: World, switches: Switches, call: Call, item_id: int, unlist: bool) -> str:
    """Do it; "" or why not."""
    item = world.of_shop(call.of_shop().shop_id).get(item_id)
    reason = _refusal(item, unlist)
    if reason or item is None:
        return reason
    if unlist != (item.status == "UNLIST"):
        item.status = "UNLIST" if unlist else "NORMAL"
        if not unlist and switches.review_s is not None:
            to_review(item, switches, call.now)
        item.updated = call.now
        changed(world, call, item)
    return ""


def _refusal(item: Item | None, unlist: bool) -> str:
    if item is None:
        return "Product is not found."
    if item.status in DELETED:
        return "Item is deleted."
    if item.status in ("REVIEWING", "BANNED"):
        return "Can't unlist item when item is reviewing or banned"
    if unlist and "unlist" in item.locks:
        return "Can't unlist item when item is under promotion"
    if not unlist and item.shopee_unlisted:
        return "Can't set the unlisted item to normal before its launch"
    return ""
