"""WooCommerce's error codes as ours (docs: "Errors"). Pure.

Codes are not a closed list: plugins add their own, so unknown ones fall back on the HTTP status
that every envelope repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.errors import (
    AuthRefused,
    ChannelError,
    NotFound,
    ProtocolError,
    Rejected,
    Unavailable,
)

TOO_LARGE = "woocommerce_rest_request_entity_too_large"
SKU_TAKEN = frozenset({"product_invalid_sku", "woocommerce_rest_product_not_created"})
"""A live product owns the SKU; one in the trash does (or one that is being made just now)."""

_GONE = ("_invalid_id", "_invalid_product_id", "_invalid_parent")
"""Endings of the codes for a product, pack or parent that is not there."""

IMAGES = frozenset({
    "woocommerce_product_image_upload_error",
    "woocommerce_product_invalid_image_id",
    "woocommerce_variation_image_upload_error",
    "woocommerce_variation_invalid_image_id",
})  # fmt: skip
"""Pictures that the shop could not fetch, or that are gone from its library."""

_PARAMS = {
    "name": "title",
    "short_description": "description",
    "regular_price": "price",
    "stock_quantity": "stock",
    "images": "images",
    "categories": "category",
    "attributes": "variants",
    "dimensions": "weight",
}
"""WooCommerce's parameter names in our words, where they differ."""

KEYS_HINT = (
    "Tạo lại khóa trong WooCommerce → Cài đặt → Nâng cao → REST API, quyền Đọc/Ghi (Read/Write), "
    "bằng tài khoản quản trị; địa chỉ cửa hàng phải đúng như trong Cài đặt → Tổng quan của "
    "WordPress."
)
CLOCK = "clock"
NOT_LET_IN = "woocommerce_rest_authentication_error"
"""Keys, signatures, their time, and the right to write: all of them under one code."""
FIREWALL = "firewall"
"""The code of a refusal by what stands before the shop."""
FIREWALL_HINT = (
    "Hệ thống tự thử lại; nếu cứ như vậy, nhờ nhà cung cấp máy chủ cho phép địa chỉ của máy này "
    "gọi /wp-json/wc/v3."
)
IMAGES_HINT = (
    "Cửa hàng tự tải ảnh từ địa chỉ của chúng tôi: đặt PUBLIC_BASE_URL là địa chỉ mà máy chủ của "
    "cửa hàng mở được (WordPress chỉ tải từ cổng 80, 443 và 8080, và không từ địa chỉ nội bộ), và "
    "ảnh là JPG, PNG hoặc WebP. Sản phẩm vẫn bán, chỉ thiếu ảnh; hệ thống tự gửi lại."
)
PERMALINKS = (
    "không thấy API của WooCommerce ở địa chỉ này: bật plugin WooCommerce, và trong WordPress → "
    "Cài đặt → Đường dẫn tĩnh (Permalinks) chọn kiểu khác 'Đơn giản (Plain)'"
)


def error_for(code: str, message: str, data: Mapping[str, Any], status: int) -> ChannelError:
    """Our error for an envelope, of a whole call or of one row of a batch."""
    words = f"WooCommerce: {message or code or f'HTTP {status}'}"
    if code in SKU_TAKEN:
        owner = data.get("resource_id")
        where = f" (sản phẩm {owner})" if owner else ""
        hint = "SKU đã có trong cửa hàng, hoặc nằm trong thùng rác của cửa hàng."
        return Rejected(f"{words}{where}", code=code, field="sku", hint=hint)
    if code.endswith(_GONE) or (status == 404 and code != "rest_no_route"):
        return NotFound(words, code=code)
    if code == "rest_no_route":
        return Unavailable(PERMALINKS, code="no_api")
    if code == "rest_invalid_json":
        return ProtocolError(words, code=code)
    if status in (401, 403):
        return _who(code, message, words)
    if code in IMAGES:
        return pictures_owed(words, code)
    if status >= 500:
        return Unavailable(words, code=code)
    return Rejected(words, code=code, field=_field(data), hint="Sửa dữ liệu rồi gửi lại.")


def pictures_owed(
    words: str = "cửa hàng chưa tải được ảnh của sản phẩm này", code: str = "pictures_owed"
) -> Rejected:
    """Our web server may have been down for a moment, or is set up tomorrow: nothing that we know
    of changes then, so it passes."""
    return Rejected(words, code=code, field="images", hint=IMAGES_HINT, passing=True)


def clock_is_off(skew_s: float | None) -> Unavailable:
    off = "" if skew_s is None else f" (lệch khoảng {abs(skew_s):.0f} giây)"
    words = "cửa hàng không nhận giờ của máy này: chỉnh đồng hồ rồi hệ thống tự chạy"
    return Unavailable(words + off, code=CLOCK)


def _who(code: str, message: str, words: str) -> ChannelError:
    """Keys, permissions and signatures. A clock that is off is no fault of the keys: known here by
    English words, and by the answer's Date where the shop speaks another language (the client)."""
    said = message.lower()
    if "timestamp" in said:
        return clock_is_off(None)
    if "nonce" in said:
        return Unavailable(words, code=code)
    return AuthRefused(f"{words}. {KEYS_HINT}", code=code)


def _field(data: Mapping[str, Any]) -> str:
    """The first field that the answer names, in our words."""
    params = data.get("params")
    if not isinstance(params, dict):
        return ""
    name = next(iter(params), "")
    return _PARAMS.get(str(name).split("[", 1)[0], str(name))
