"""What a shop says of itself: get_shop_info, shops by partner, shipping channels, warehouses."""

from __future__ import annotations

from typing import Any

from sandbox.shopee import catalogue
from sandbox.shopee.call import Call
from sandbox.shopee.refusals import Refused
from sandbox.shopee.world import World


def get_shop_info(world: World, call: Call) -> dict[str, Any]:
    """1.4: at top level, not wrapped."""
    shop = call.of_shop()
    return {
        "shop_name": shop.name,
        "region": shop.region,
        "status": shop.status,
        "auth_time": int(shop.consent_at),
        "expire_time": int(shop.consent_ends),
        "is_cb": False,
        "is_sip": False,
        "merchant_id": None,
        "shop_fulfillment_flag": "Others",
    }


def get_shops_by_partner(world: World, call: Call, partner: int) -> dict[str, Any]:
    """1.4: page_no from 1, top level."""
    size = call.query_int("page_size", 1, 100)
    page = call.query_int("page_no", 1, 10_000)
    mine = [s for s in world.shops.values() if s.partner_id == partner and s.linked]
    cut = mine[(page - 1) * size : page * size]
    return {
        "authed_shop_list": [
            {
                "shop_id": s.shop_id,
                "region": s.region,
                "auth_time": int(s.consent_at),
                "expire_time": int(s.consent_ends),
                "sip_affi_shops": [],
            }
            for s in cut
        ],
        "more": page * size < len(mine),
    }


def get_channel_list(world: World, call: Call) -> dict[str, Any]:
    """3.5"""
    return {"logistics_channel_list": catalogue.LOGISTICS}


def get_warehouse_detail(world: World, call: Call) -> Any:
    """7: only whitelisted shops have several warehouses."""
    shop = call.of_shop()
    if not shop.warehouses:
        raise Refused(
            "warehouse.error_not_in_whitelist", "Shop is not in the whitelist.", kind="gateway"
        )
    return [
        {"warehouse_id": n, "warehouse_name": f"Kho {n}", "location_id": location, "region": "VN"}
        for n, location in enumerate(shop.warehouses, 1)
    ]
