"""Which path is answered by what (3.0). Product codes go out with their module's prefix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox.shopee import (
    amounts,
    browse,
    consent,
    items,
    media,
    reading,
    shelf,
    shops,
    variations,
)
from sandbox.shopee.call import Call
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import World

PREFIX = "/api/v2/"

Handler = Callable[[World, Switches, Call], Any]

SHOP: dict[tuple[str, str], Handler] = {
    ("POST", "product/add_item"): items.add_item,
    ("POST", "product/update_item"): items.update_item,
    ("POST", "product/delete_item"): items.delete_item,
    ("POST", "product/update_price"): amounts.update_price,
    ("POST", "product/update_stock"): amounts.update_stock,
    ("POST", "product/unlist_item"): shelf.unlist_item,
    ("POST", "product/init_tier_variation"): variations.init_tier_variation,
    ("POST", "product/add_model"): variations.add_model,
    ("POST", "product/update_tier_variation"): variations.update_tier_variation,
    ("POST", "product/update_model"): variations.update_model,
    ("POST", "product/delete_model"): variations.delete_model,
    ("GET", "product/get_item_list"): reading.get_item_list,
    ("GET", "product/search_item"): reading.search_item,
    ("GET", "product/get_item_base_info"): reading.get_item_base_info,
    ("GET", "product/get_model_list"): reading.get_model_list,
    ("GET", "product/get_item_violation_info"): reading.get_item_violation_info,
    ("GET", "product/get_item_promotion"): reading.get_item_promotion,
    ("GET", "product/get_category"): lambda _w, s, c: browse.get_category(s, c),
    ("GET", "product/get_attribute_tree"): lambda _w, s, c: browse.get_attribute_tree(s, c),
    ("GET", "product/get_brand_list"): lambda _w, s, c: browse.get_brand_list(s, c),
    ("GET", "product/category_recommend"): lambda _w, s, c: browse.category_recommend(s, c),
    ("GET", "product/get_item_limit"): lambda _w, s, c: browse.get_item_limit(s, c),
    ("GET", "logistics/get_channel_list"): lambda w, _s, c: shops.get_channel_list(w, c),
    ("GET", "shop/get_warehouse_detail"): lambda w, _s, c: shops.get_warehouse_detail(w, c),
}
"""Shop APIs whose data comes wrapped in ``response`` (None: the bare envelope)."""

SHOP_FLAT: dict[tuple[str, str], Callable[[World, Call], dict[str, Any]]] = {
    ("GET", "shop/get_shop_info"): shops.get_shop_info,
}

EITHER: dict[tuple[str, str], Callable[[World, Call], dict[str, Any]]] = {
    ("POST", "media_space/upload_image"): media.upload_image,
}

PUBLIC: dict[tuple[str, str], Callable[[World, Switches, Call, int], dict[str, Any]]] = {
    ("POST", "auth/token/get"): consent.token_get,
    ("POST", "auth/access_token/get"): consent.access_token_get,
    ("GET", "public/get_shops_by_partner"): lambda w, _s, c, p: shops.get_shops_by_partner(w, c, p),
}
"""Public APIs; their data is at top level."""

WAREHOUSES = ("GET", "shop/get_warehouse_detail")

CONSENT = ("GET", "shop/auth_partner")

KNOWN = frozenset({*SHOP, *SHOP_FLAT, *EITHER, *PUBLIC, CONSENT})

WRITES = frozenset({
    "product/add_item", "product/update_item", "product/delete_item", "product/update_price",
    "product/update_stock", "product/unlist_item", "product/init_tier_variation",
    "product/add_model", "product/update_tier_variation", "product/update_model",
    "product/delete_model",
})  # fmt: skip
"""Calls that ask for a change of what a shop shows, whatever comes of it."""
