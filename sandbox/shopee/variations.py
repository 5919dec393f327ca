"""Variations: init, add, rename and reorder, remove (3.16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.shopee import catalogue
from sandbox.shopee.call import Call, rows, text, whole
from sandbox.shopee.checks import MAX_SKU, check_gtin, price_of, ratio_holds, stock_of
from sandbox.shopee.items import changed, editable
from sandbox.shopee.refusals import Refused, mistyped
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Item, Model, World

MAX_MODELS = 50
MAX_LEVELS = 2


def init_tier_variation(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """Make or change the structure: new ids, the old ones die (trap 11)."""
    body = call.json()
    item = editable(world, call, body)
    if call.now - item.created < switches.init_after_s:
        raise Refused(switches.init_early_code, "The item is still being processed.")
    if "price" in item.locks:
        raise Refused("error_in_item_promotion_nomodel_to_models", "Item is under promotion.")
    tiers = _tiers(body, switches)
    wanted = rows(body, "model", 1, MAX_MODELS)
    if not tiers:
        return _back_to_none(world, switches, call, item, wanted)
    models = [_model(world, switches, call, row, tiers) for row in wanted]
    _no_twins(models)
    _no_holes(tiers, models)
    _check_ratio(models)
    item.tiers, item.models = tiers, models
    item.stock = sum(m.stock for m in models)
    item.updated = call.now
    changed(world, call, item)
    return {**_shown_tiers(item), "item_id": item.item_id, "model": [_shown(m) for m in models]}


def _back_to_none(
    world: World, switches: Switches, call: Call, item: Item, wanted: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    if len(wanted) != 1 or wanted[0].get("tier_index"):
        raise Refused("error_param", "One model with an empty tier_index is required.")
    item.price = price_of(wanted[0], switches)
    item.stock, item.location_id = stock_of(wanted[0], call.of_shop().warehouses, switches)
    item.tiers, item.models, item.updated = [], [], call.now
    changed(world, call, item)
    return {"item_id": item.item_id, "tier_variation": [], "model": []}


def add_model(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    body = call.json()
    item = editable(world, call, body)
    if not item.tiers:
        raise Refused(
            "error_param",
            "Item without tier_variation. Please use init_tier_variation api to add models.",
        )
    wanted = rows(body, "model_list", 1, MAX_MODELS)
    fresh = [_model(world, switches, call, row, item.tiers) for row in wanted]
    if len(item.models) + len(fresh) > MAX_MODELS:
        raise Refused("error_model_count_over_limit", "Too many models.")
    _no_twins([*item.models, *fresh])
    _check_ratio([*item.models, *fresh])
    item.models = [*item.models, *fresh]
    item.updated = call.now
    changed(world, call, item)
    return {"model": [_shown(m) for m in fresh]}


def update_tier_variation(world: World, switches: Switches, call: Call) -> None:
    """Same number of levels; a model that model_list leaves out is deleted."""
    body = call.json()
    item = editable(world, call, body)
    tiers = _tiers(body, switches)
    if not item.tiers or len(tiers) != len(item.tiers):
        raise Refused("error_tier_index", "The number of levels can't change here.")
    models = _rebound(item, body, tiers)
    if not models:
        raise Refused("error_busi_cannot_delete_all_model", "Can't delete all models.")
    _no_twins(models)
    item.tiers, item.models, item.updated = tiers, models, call.now
    changed(world, call, item)


def _rebound(
    item: Item, body: Mapping[str, Any], tiers: Sequence[Mapping[str, Any]]
) -> list[Model]:
    """The models that stay, on their new options."""
    if body.get("model_list") is None:
        return [m for m in item.models if _fits(m.tier_index, tiers)]
    bound: list[Model] = []
    for row in rows(body, "model_list", 0, MAX_MODELS):
        model = item.model(whole(row, "model_id"))
        if model is None:
            raise Refused("error_wrong_modelid", "Wrong model_id.")
        if any(m.model_id == model.model_id for m in bound):
            raise Refused("error_duplicate_modelid", "Duplicate model_id.")
        index = _index(row, tiers)
        bound.append(Model(**{**_fields(model), "tier_index": index}))
    return bound


def _fields(model: Model) -> dict[str, Any]:
    return {name: getattr(model, name) for name in Model.__slots__}


def update_model(world: World, switches: Switches, call: Call) -> None:
    """SKU, GTIN, weight; never price or stock."""
    body = call.json()
    item = editable(world, call, body)
    wanted = rows(body, "model", 1, MAX_MODELS)
    for row in wanted:
        model = item.model(whole(row, "model_id"))
        if model is None:
            raise Refused("error_param", "Model_id and item_id not match.")
        model.sku = _sku(row)
        if row.get("weight") is not None:
            model.weight = float(row["weight"])
        if row.get("gtin_code") is not None:
            check_gtin(text(row, "gtin_code"))
            model.gtin = text(row, "gtin_code")
    item.updated = call.now
    changed(world, call, item)


def delete_model(world: World, switches: Switches, call: Call) -> None:
    body = call.json()
    item = editable(world, call, body)
    model = item.model(whole(body, "model_id"))
    if model is None:
        raise Refused("error_param", "Model_id and item_id not match.")
    if len(item.models) == 1:
        raise Refused("error_busi_cannot_delete_all_model", "Can't delete all models.")
    item.models = [m for m in item.models if m is not model]
    item.updated = call.now
    changed(world, call, item)


# --- reading a request ------------------------------------------------------------------------


def _tiers(body: Mapping[str, Any], switches: Switches) -> list[dict[str, Any]]:
    """The structure as we keep it: name and options of each level."""
    if body.get("standardise_tier_variation") is None and body.get("tier_variation") is not None:
        raise Refused("error_param", "tier_variation is deprecated.")
    levels = rows(body, "standardise_tier_variation", 0, MAX_LEVELS)
    tiers = []
    for level in levels:
        whole(level, "variation_id")
        name = text(level, "variation_name")
        options = rows(level, "variation_option_list", 1, switches.options_per_tier)
        names = [_option_name(option) for option in options]
        _length(name, "tier_variation_name_length_limit", "variation name")
        if len({n.lower() for n in names}) != len(names):
            raise Refused("error_param", "Duplicate option name.")
        tiers.append({"name": name, "options": names})
    return tiers


def _option_name(option: Mapping[str, Any]) -> str:
    whole(option, "variation_option_id")
    name = text(option, "variation_option_name")
    _length(name, "tier_variation_option_length_limit", "option name")
    return name


def _length(words: str, limit: str, what: str) -> None:
    bounds = catalogue.LIMITS[limit]
    if not bounds["min_limit"] <= len(words) <= bounds["max_limit"]:
        raise Refused("error_param", f"The length of the {what} is out of range.")


def _model(
    world: World,
    switches: Switches,
    call: Call,
    row: Mapping[str, Any],
    tiers: Sequence[Mapping[str, Any]],
) -> Model:
    index = _index(row, tiers)
    price = price_of(row, switches)
    stock, _location = stock_of(row, call.of_shop().warehouses, switches)
    check_gtin(text(row, "gtin_code"))
    weight = row.get("weight")
    if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
        raise mistyped("weight")
    return Model(
        model_id=world.next_id("model", 43_464_493_000),
        tier_index=index,
        sku=_sku(row),
        price=price,
        stock=stock,
        weight=weight,
        dimension=row.get("dimension"),
        gtin=text(row, "gtin_code"),
    )


def _sku(row: Mapping[str, Any]) -> str:
    sku = text(row, "model_sku")
    if len(sku) > MAX_SKU:
        raise Refused("error_param", "model_sku is too long.")
    return sku


def _index(row: Mapping[str, Any], tiers: Sequence[Mapping[str, Any]]) -> list[int]:
    index = row.get("tier_index")
    if not isinstance(index, list) or not all(type(i) is int for i in index):
        raise mistyped("tier_index")
    if not _fits(index, tiers):
        raise Refused("error_model_tier_index_bound", "tier_index is out of bound.")
    return index


def _fits(index: Sequence[int], tiers: Sequence[Mapping[str, Any]]) -> bool:
    return len(index) == len(tiers) and all(
        0 <= i < len(tier["options"]) for i, tier in zip(index, tiers, strict=True)
    )


def _no_twins(models: Sequence[Model]) -> None:
    if len({tuple(m.tier_index) for m in models}) != len(models):
        raise Refused("error_model_duplicate_tier_variation_index", "Duplicate tier_index.")


def _no_holes(tiers: Sequence[Mapping[str, Any]], models: Sequence[Model]) -> None:
    """Every option is used, from 0 on (trap 11)."""
    for level, tier in enumerate(tiers):
        if {m.tier_index[level] for m in models} != set(range(len(tier["options"]))):
            raise Refused("error_tier_index", "tier_index must start at 0 without holes.")


def _check_ratio(models: Sequence[Model]) -> None:
    if not ratio_holds([m.price for m in models]):
        raise Refused("error_param", "The price spread between variations is too large.")


def _shown(model: Model) -> dict[str, Any]:
    return {
        "tier_index": model.tier_index,
        "model_id": model.model_id,
        "model_sku": model.sku,
        "price_info": [{"original_price": model.price}],
        "seller_stock": [{"stock": model.stock}],
    }


def _shown_tiers(item: Item) -> dict[str, Any]:
    return {
        "tier_variation": [
            {"name": t["name"], "option_list": [{"option": o} for o in t["options"]]}
            for t in item.tiers
        ]
    }
