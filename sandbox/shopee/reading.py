"""Reading items back: lists, search, details, models, violations, promotions (3.13-3.17)."""

from __future__ import annotations

from typing import Any

from sandbox.shopee.call import Call
from sandbox.shopee.refusals import Refused, missing, no_item
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import DELETED, DELETED_SHOWN_S, STATUSES, Item, Model, World

MAX_OFFSET = 5000
"""Beyond this get_item_list refuses (3.13)."""


def _readable(item: Item, now: float) -> bool:
    return item.status not in DELETED or now - item.updated <= DELETED_SHOWN_S


def _statuses(call: Call, *, required: bool) -> set[str]:
    given = call.query.get("item_status", [])
    if not given:
        if required:
            raise missing("item_status")
        return set(STATUSES - DELETED)
    if not set(given) <= STATUSES:
        raise Refused("error_param_item_status", "Invalid item_status.")
    return set(given)


def get_item_list(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    offset = call.query_int("offset", 0, 10**9)
    size = call.query_int("page_size", 1, 100)
    wanted = _statuses(call, required=True)
    start = call.query_int("update_time_from", 0, 2**40) if call.first("update_time_from") else 0
    end = call.query_int("update_time_to", 0, 2**40) if call.first("update_time_to") else 2**40
    if end <= start:
        raise Refused("error_update_time_range", "update_time_to must be later.")
    if offset > MAX_OFFSET:
        raise Refused("error_param", "get items offset over limit, please use the next field")
    found = sorted(
        (
            i
            for i in world.of_shop(call.of_shop().shop_id).values()
            if i.status in wanted
            and _readable(i, call.now)
            and call.now - i.created >= switches.search_lag_s
            and start <= int(i.updated) <= end
        ),
        key=lambda i: i.item_id,
    )
    cut = found[offset : offset + size]
    more = offset + size < len(found)
    rows = [
        {
            "item_id": i.item_id,
            "item_status": i.status,
            "update_time": int(i.updated),
            "tag": {"kit": False},
        }
        for i in cut
    ]
    answer: dict[str, Any] = {
        "total_count": len(found),
        "has_next_page": more,
        "next_offset": offset + size if more else 0,
    }
    if rows or switches.empty_list == "empty":
        answer["item"] = rows
    elif switches.empty_list == "null":
        answer["item"] = None
    return answer


def search_item(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """A keyword search: what it finds need not be equal (trap 21). ``offset`` is a text."""
    size = call.query_int("page_size", 1, 100)
    sku, name = call.first("item_sku"), call.first("item_name")
    if not sku and not name and not call.first("attribute_status"):
        raise Refused("error_param", "request must set one of [item_name,attribute_status]")
    wanted = _statuses(call, required=False)
    start = int((call.first("offset") or "n0").removeprefix("n") or 0)
    word = (sku or name or "").lower()
    found = sorted(
        i.item_id
        for i in world.of_shop(call.of_shop().shop_id).values()
        if i.status in wanted
        and call.now - i.created >= switches.search_lag_s
        and _holds(i, word, by_sku=bool(sku), models=switches.search_models)
    )
    more = start + size < len(found)
    return {
        "item_id_list": found[start : start + size],
        "total_count": len(found),
        "next_offset": f"n{start + size}" if more else "",
    }


def _holds(item: Item, word: str, *, by_sku: bool, models: bool) -> bool:
    if by_sku:
        skus = [item.sku, *(m.sku for m in item.models if models)]
        return any(word in sku.lower() for sku in skus)
    return word in str(item.fields.get("item_name", "")).lower()


def get_item_base_info(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Unknown ids are left out; none found at all is an error (3.15)."""
    ids = call.query_ids("item_id_list", 50)
    found = _visible(world, switches, call, ids)
    if not found or (switches.unknown_ids == "all_refused" and len(found) < len(set(ids))):
        raise no_item()
    return {"item_list": [_base_info(i, switches) for i in found]}


def _visible(world: World, switches: Switches, call: Call, ids: list[int]) -> list[Item]:
    mine = world.of_shop(call.of_shop().shop_id)
    known = [mine[i] for i in ids if i in mine]
    return [
        i for i in known if _readable(i, call.now) and call.now - i.created >= switches.hidden_s
    ]


def _base_info(item: Item, switches: Switches) -> dict[str, Any]:
    fields = item.fields
    ids = fields["image"]["image_id_list"]
    shown: dict[str, Any] = {
        "item_id": item.item_id,
        "category_id": fields["category_id"],
        "item_name": fields["item_name"],
        "description": fields["description"],
        "item_sku": item.sku,
        "create_time": int(item.created),
        "update_time": int(item.updated),
        "attribute_list": fields.get("attribute_list", []),
        "image": {
            "image_id_list": ids,
            "image_url_list": [f"https://cf.shopee.vn/file/{i}" for i in ids],
            "image_ratio": "1:1",
        },
        "weight": str(fields["weight"]),
        "dimension": fields["dimension"],
        "logistic_info": fields["logistic_info"],
        "pre_order": fields.get("pre_order", {"is_pre_order": False}),
        "condition": fields.get("condition", "NEW"),
        "item_status": item.status,
        "deboost": "false",
        "has_model": bool(item.models),
        "has_promotion": False,
        "brand": fields["brand"],
        "item_dangerous": 0,
        "gtin_code": fields.get("gtin_code", ""),
        "description_type": "normal",
        "stock_info_v2": _stock_info(item.stock, item.reserved, item.location_id),
        "tag": {"kit": False},
    }
    if not item.models:
        shown["price_info"] = [_price_info(item.price, switches)]
    return shown


def _price_info(price: int, switches: Switches) -> dict[str, Any]:
    value = float(price) if switches.float_prices else price
    return {"currency": "VND", "original_price": value, "current_price": value}


def _stock_info(stock: int, reserved: int, location: str) -> dict[str, Any]:
    return {
        "summary_info": {"total_reserved_stock": reserved, "total_available_stock": stock},
        "seller_stock": [{"location_id": location, "stock": stock, "if_saleable": True}],
        "shopee_stock": [{"location_id": "", "stock": "0"}],
        "advance_stock": {"sellable_advance_stock": 0, "in_transit_advance_stock": 0},
    }


def get_model_list(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    (item_id, *_rest) = call.query_ids("item_id", 1)
    visible = _visible(world, switches, call, [item_id])
    if not visible:
        raise no_item()
    item = visible[0]
    return {
        "tier_variation": [
            {"name": t["name"], "option_list": [{"option": o} for o in t["options"]]}
            for t in item.tiers
        ],
        "standardise_tier_variation": [
            {
                "variation_id": 0,
                "variation_group_id": 0,
                "variation_name": t["name"],
                "variation_option_list": [
                    {"variation_option_id": 0, "variation_option_name": o} for o in t["options"]
                ],
            }
            for t in item.tiers
        ],
        "model": [_model(m, item, switches) for m in item.models],
    }


def _model(model: Model, item: Item, switches: Switches) -> dict[str, Any]:
    return {
        "model_id": model.model_id,
        "tier_index": model.tier_index,
        "model_sku": model.sku,
        "model_status": "MODEL_NORMAL",
        "price_info": [_price_info(model.price, switches)],
        "stock_info_v2": _stock_info(model.stock, model.reserved, item.location_id),
        "promotion_id": 0,
        "has_promotion": False,
        "pre_order": {"is_pre_order": False, "days_to_ship": 2},
        "gtin_code": model.gtin,
        "weight": str(model.weight if model.weight is not None else item.fields["weight"]),
        "dimension": model.dimension or item.fields["dimension"],
    }


def get_item_violation_info(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Failures of one item are inside the list (3.17)."""
    ids = call.query_ids("item_id_list", 50)
    mine = world.of_shop(call.of_shop().shop_id)
    return {"item_list": [_violation(i, mine.get(i)) for i in ids]}


def _violation(item_id: int, item: Item | None) -> dict[str, Any]:
    if item is None:
        return {
            "item_id": item_id,
            "fail_error": "error_item_not_found",
            "fail_message": "Product is not found.",
        }
    return {
        "item_id": item_id,
        "item_name": item.fields["item_name"],
        "item_status": item.status,
        "deboost": False,
        "item_status_details": [item.violation] if item.violation else [],
        "deboost_details": [],
        "fail_error": "",
        "fail_message": None,
    }


def get_item_promotion(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    ids = call.query_ids("item_id_list", 50)
    mine = world.of_shop(call.of_shop().shop_id)
    return {
        "success_list": [
            {"item_id": i, "promotion": _promotion(mine[i])} for i in ids if i in mine
        ],
        "failure_list": [
            {"item_id": i, "failed_reason": "Product is not found."} for i in ids if i not in mine
        ],
    }


def _promotion(item: Item) -> list[dict[str, Any]]:
    if not item.locks:
        return []
    held = sum(m.reserved for m in item.models) if item.models else item.reserved
    return [
        {
            "promotion_type": "Product Promotions",
            "promotion_id": item.item_id * 10,
            "model_id": 0,
            "promotion_staging": "ongoing",
            "promotion_stock_info_v2": {"summary_info": {"total_reserved_stock": held}},
        }
    ]
