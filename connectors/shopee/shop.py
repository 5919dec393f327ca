"""``check``: who the shop is, what it may do, and the live limits (reference 1.4, 3.5, 3.6, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.contract import ShopFacts
from connectors.errors import AuthExpired, AuthRefused, ChannelError, RateLimited, Unavailable
from connectors.shopee.answers import rows
from connectors.shopee.capabilities import CAPABILITIES
from connectors.shopee.client import Client

_NO_SUCH = ("api_suspended", "http_404")
"""How an outage would not answer: the endpoint is closed, or not there at all."""


def check(client: Client) -> ShopFacts:
    """Raises AuthRefused for a shop of another region, or what the calls raise."""
    reply = client.get("shop/get_shop_info")
    info = reply.response or reply.body
    region = str(info.get("region") or "")
    if region != CAPABILITIES.region:
        raise AuthRefused(
            f"gian hàng thuộc vùng '{region}', chương trình chỉ dùng cho Việt Nam (VN): "
            "kết nối gian hàng Shopee Việt Nam",
            code="region",
            request_id=reply.request_id,
        )
    channels = _channels(client)
    settings = {"logistics": channels, **_warehouse(client), **_limits(client)}
    return ShopFacts(
        name=str(info.get("shop_name") or ""),
        region=region,
        currency="VND",
        settings=settings,
        problems=tuple(_problems(info, channels)),
        consent_expires_at=_moment(info.get("expire_time")),
        clock_skew_s=reply.skew_s,
        account_id=client.shop_id,
    )


def _problems(info: Mapping[str, Any], channels: Sequence[Any]) -> list[str]:
    found = []
    status = str(info.get("status") or "NORMAL")
    if status != "NORMAL":
        found.append(f"Shopee đang để gian hàng ở trạng thái {status}: liên hệ Shopee.")
    if not channels:
        found.append("Chưa bật đơn vị vận chuyển nào: bật trong Seller Centre.")
    return found


def _channels(client: Client) -> list[dict[str, Any]]:
    """Only channels that are enabled and not masked may be named in add_item (3.5), and of those
    only the ones that a parcel fits: their bounds are kept, kilograms and centimetres, null or 0
    being none."""
    response = client.get("logistics/get_channel_list").response
    return [
        {
            "id": int(c["logistics_channel_id"]),
            "weight": c.get("weight_limit") or {},
            "size": c.get("item_max_dimension") or {},
        }
        for c in rows(response, "logistics_channel_list")
        if c.get("enabled") and not c.get("mask_channel_id") and _simple(c)
    ]


def _simple(channel: Mapping[str, Any]) -> bool:
    """Size selection and custom fees need figures that nobody has given us (trap 30)."""
    return channel.get("fee_type") not in ("SIZE_SELECTION", "CUSTOM_PRICE")


def _warehouse(client: Client) -> dict[str, Any]:
    """The location to stock, for the few shops with several warehouses (7). The others are not on
    its list, and need not have the endpoint at all: any clear no is one."""
    try:
        reply = client.get("shop/get_warehouse_detail")
    except (AuthExpired, RateLimited):
        raise
    except Unavailable as error:
        if error.code not in _NO_SUCH:
            raise
        return {}
    except ChannelError:
        return {}
    found = reply.response if isinstance(reply.response, list) else []
    locations = [w.get("location_id") for w in found if isinstance(w, dict)]
    return {"location_id": locations[0]} if locations and locations[0] else {}


def _limits(client: Client) -> dict[str, Any]:
    reply = client.get("product/get_item_limit")
    response = reply.response
    option = response.get("tier_variation_option_length_limit") or {}
    gtin = response.get("gtin_limit") or reply.body.get("gtin_limit") or {}  # drawn at both places
    return {
        "title_length": _pair(response, "item_name_length_limit"),
        "description_length": _pair(response, "item_description_length_limit"),
        "images": _pair(response, "item_image_count_limit"),
        "price_range": _pair(response, "price_limit"),
        "stock_range": _pair(response, "stock_limit"),
        "variant_label_max": option.get("max_limit"),
        "gtin_rule": gtin.get("gtin_validation_rule"),
    }


def _pair(response: Mapping[str, Any], name: str) -> list[int | None]:
    """Both ends, whole numbers; null is not told (7)."""
    limit = response.get(name) or {}
    return [_whole(limit.get("min_limit")), _whole(limit.get("max_limit"))]


def _whole(value: Any) -> int | None:
    return round(value) if isinstance(value, int | float) and value >= 0 else None


def _moment(stamp: Any) -> datetime | None:
    return datetime.fromtimestamp(stamp, UTC) if isinstance(stamp, int) and stamp > 0 else None
