"""Shopee's error codes, what they mean for us, and what a producer can do. Data and one lookup.

Codes stand as they come over the wire, misspellings included; a ``<module>.`` prefix is stripped
before the lookup (reference 2.1, trap 3). ``error_auth`` and ``error_param`` carry many meanings:
their text decides. Free-text reasons of partial failures are classified by their words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum


class Meaning(Enum):
    """Which of our errors a code becomes."""

    EXPIRED = "refresh the token"
    REFUSED = "a person must reconnect"
    RATE = "slow down"
    QUOTA = "wait for the next day"
    TRANSIENT = "unknown whether it happened"
    CLOCK = "our clock is off"
    GONE = "no such item or model"
    NO = "change the data"


@dataclass(frozen=True, slots=True)
class Known:
    """``field`` in our words, ``hint`` for a producer (Vietnamese); ``passing``: what stands in the
    way ends without our doing."""

    meaning: Meaning
    field: str = ""
    hint: str = ""
    passing: bool = False


_RECONNECT = "Kết nối lại gian hàng với Shopee."
_OFFICE = "Báo văn phòng: cần kiểm tra quyền của ứng dụng trên Shopee."

_SHOP: dict[str, Known] = {
    "invalid_acceess_token": Known(Meaning.EXPIRED),
    "invalid_access_token": Known(Meaning.EXPIRED),
    "error_sign": Known(Meaning.REFUSED, hint="Kiểm tra partner_key của ứng dụng."),
    "invalid_partner_id": Known(Meaning.REFUSED, hint="Kiểm tra partner_id của ứng dụng."),
    "partner_shop_no_link": Known(Meaning.REFUSED, hint=_RECONNECT),
    "shop_no_linked": Known(Meaning.REFUSED, hint=_RECONNECT),
    "merchant_no_linked": Known(Meaning.REFUSED, hint=_RECONNECT),
    "shop_access_expired": Known(Meaning.REFUSED, hint=_RECONNECT),
    "merchant_access_expired": Known(Meaning.REFUSED, hint=_RECONNECT),
    "refresh_token_expired": Known(Meaning.REFUSED, hint=_RECONNECT),
    "error_shop_refresh_token": Known(Meaning.REFUSED, hint=_RECONNECT),
    "error_merchant_refresh_token": Known(Meaning.REFUSED, hint=_RECONNECT),
    "invalid_code": Known(Meaning.REFUSED, hint="Mã kết nối chỉ dùng một lần, trong 10 phút."),
    "invalid_shop_id": Known(Meaning.REFUSED, hint="Kiểm tra shop_id."),
    "invalid_main_acount_id": Known(Meaning.REFUSED, hint="Kiểm tra shop_id."),
    "error_param_shop_id_not_found": Known(Meaning.REFUSED, hint="Kiểm tra shop_id."),
    "error_shop": Known(Meaning.REFUSED, hint="Kiểm tra shop_id."),
    "invalid_shop": Known(Meaning.REFUSED, hint="Kiểm tra shop_id."),
    "shop_banned": Known(Meaning.REFUSED, hint="Gian hàng bị Shopee khóa: liên hệ Shopee."),
    "error_kyc_auth": Known(Meaning.REFUSED, hint="Hoàn tất đăng ký người bán trên Shopee."),
    "error_ashop_api_permission": Known(Meaning.REFUSED, hint=_OFFICE),
    "error_api_permission": Known(Meaning.REFUSED, hint=_OFFICE),
    "error_permission": Known(Meaning.REFUSED, hint=_OFFICE),
    "error_perm_non_admin": Known(Meaning.REFUSED, hint=_OFFICE),
    "error_api_call_restricted": Known(Meaning.REFUSED, hint=_OFFICE),
    "error_partner_key_expired": Known(Meaning.REFUSED, hint="Tạo lại partner_key trên Shopee."),
    "source_ip_undeclared": Known(Meaning.REFUSED, hint="Khai báo địa chỉ IP của máy chủ."),
    "api_suspended": Known(Meaning.TRANSIENT),
    "error_rate_limit": Known(Meaning.RATE),
    "request_limit_exceeded": Known(Meaning.RATE),
    "frequency_limited": Known(Meaning.RATE),
    "error_limit": Known(Meaning.QUOTA),
    "error_network": Known(Meaning.TRANSIENT),
    "error_server": Known(Meaning.TRANSIENT),
    "error_inner": Known(Meaning.TRANSIENT),
    "error_system_busy": Known(Meaning.TRANSIENT),
    "error_get_shop_fail": Known(Meaning.TRANSIENT),
    "error_item_not_found": Known(Meaning.GONE),
    "error_not_found": Known(Meaning.GONE),
    "error_item_not_belong_shop": Known(Meaning.GONE),
    "error_nil_shopid_or_itemid": Known(Meaning.GONE),
    "error_data": Known(Meaning.TRANSIENT),
    "error_wrong_modelid": Known(Meaning.GONE, "variants"),
    "error_model_invalid_model_id": Known(Meaning.GONE, "variants"),
}
"""Codes of the gateway, the tokens and the system (reference 1.4, 2.3, 2.4)."""

_PROMOTION = "Sản phẩm đang trong chương trình khuyến mãi: chờ hết hoặc rút khỏi chương trình."
_HOLIDAY = "Gian hàng đang ở chế độ tạm nghỉ: tắt chế độ này trong Seller Centre."

_REFUSALS: tuple[tuple[str, str, str], ...] = (
    (
        "error_item_name_empty error_nil_name_new_item error_item_name_is_too_short "
        "error_title_exceeds_max_length error_name_length_limit",
        "title",
        "Sửa tên sản phẩm cho đúng độ dài Shopee cho phép.",
    ),
    ("error_title_character_forbidden", "title", "Bỏ ký tự đặc biệt trong tên sản phẩm."),
    ("error_desc_length_min_limit", "description", "Viết mô tả dài hơn."),
    ("error_desc_hash_tag_over_limit", "description", "Bớt thẻ # trong mô tả (nhiều nhất 18)."),
    (
        "error_desc_image_no_pass error_image_unavailable error_image_num_min "
        "error_image_size error_image_format",
        "images",
        "Thay ảnh sản phẩm (JPG hoặc PNG, dưới 10 MB).",
    ),
    (
        "error_invalid_price error_price_exceed_min_limitt error_price_exceed_max_limitt "
        "error_price_out_of_range error_update_price_fail "
        "error_busi_price_lower_then_wholesale_price error_price_should_be_same_for_wholesales "
        "error_wholesale_price_less_than_ratio_limit",
        "price",
        "Kiểm tra giá: số nguyên đồng, trong khoảng Shopee cho phép, "
        "quy cách đắt nhất không quá 5 lần rẻ nhất.",
    ),
    ("error_invalid_price_for_logistic", "price", "Giá vượt mức đơn vị vận chuyển nhận."),
    ("error_invalid_logistic_info", "logistics", "Bật đơn vị vận chuyển hợp với cân nặng hàng."),
    (
        "error_invalid_category error_incalid_category error_invalid_category_id error_category "
        "error_busi_cannot_update_field",
        "category",
        "Văn phòng chọn lại ngành hàng trên Shopee.",
    ),
    (
        "error_category_is_block error_forbidden_category",
        "category",
        "Shopee không nhận ngành hàng này: cần giấy phép hoặc bán kênh khác.",
    ),
    (
        "error_brand_forbidden error_invalid_brand error_incalid_brand error_less_required_brand "
        "error_duplicated_brand error_brand",
        "brand",
        "Văn phòng kiểm tra thương hiệu của sản phẩm.",
    ),
    (
        "error_invalid_attribute error_less_required_attribute error_invalid_category_attribute "
        "error_invalid_attribute_value error_value_name_required error_value_id_must_equal_zero "
        "error_wrong_attrsnapshot error_attribute",
        "attributes",
        "Văn phòng điền đủ thuộc tính bắt buộc của ngành hàng.",
    ),
    ("error_param_validate", "gtin", "Kiểm tra mã vạch (GTIN)."),
    (
        "error_invalid_days_to_ship error_param_dts_exceeds_max_limit error_category_dts "
        "error_param_category_not_support_pre_order",
        "pre_order",
        "Văn phòng kiểm tra thời gian chuẩn bị hàng.",
    ),
    ("error_reach_shop_item_limit", "", "Gian hàng đã đủ số sản phẩm Shopee cho phép."),
    (
        "error_holiday_on_add_item error_holiday_on_del_item error_holiday_mode_change_stock",
        "shop",
        _HOLIDAY,
    ),
    (
        "error_busi_invalid_shop_status error_busi_invalid_account_status "
        "error_seller_under_penalty",
        "shop",
        "Gian hàng đang bị Shopee hạn chế: xem thông báo trong Seller Centre.",
    ),
    ("error_check_luc_fail", "", "Shopee giới hạn số sản phẩm đăng: xem Seller Centre."),
    ("error_repeated_mtsku", "item_sku", "Sản phẩm này đã có trên gian hàng."),
    ("error_item_uneditable error_busi_item_status_invalid", "", "Sản phẩm không sửa được nữa."),
    (
        "error_unlist_item_fail error_unlist_item_all_failed",
        "",
        "Shopee chưa ẩn được sản phẩm: xem lý do trong Seller Centre.",
    ),
    ("error_busi_cannot_edit_vsku", "", "Sản phẩm ghép của Shopee: sửa trong Seller Centre."),
    (
        "error_item_in_promotion",
        "promotion",
        _PROMOTION,
    ),
    (
        "error_busi_cannot_delist_reviewing_or_banned_item",
        "review",
        "Shopee đang duyệt hoặc đã khóa sản phẩm: chưa gỡ được, hệ thống sẽ thử lại.",
    ),
    (
        "error_set_normal_unlisted_item",
        "",
        "Sản phẩm do Shopee ẩn: mở bán lại trong Seller Centre.",
    ),
    (
        "error_edit_item_price_for_item_has_model error_edit_item_stock_for_item_has_model "
        "error_model_duplicate_tier_variation_index error_model_tier_index_bound "
        "error_model_count_over_limit error_busi_cannot_delete_all_model error_tier_index "
        "error_duplicate_modelid",
        "variants",
        "Văn phòng kiểm tra các quy cách của sản phẩm.",
    ),
    (
        "error_busi_update_stock_failed reserved_stock",
        "stock",
        "Tồn kho thấp hơn số Shopee đang giữ cho khuyến mãi.",
    ),
    ("stock_range", "stock", "Tồn kho ngoài khoảng Shopee cho phép."),
    ("error_wms_shop_block_upate_stock", "stock", "Kho do Shopee quản lý: sửa tại Shopee."),
)

_PASSING = frozenset(
    {
        "error_item_in_promotion",
        "error_busi_cannot_delist_reviewing_or_banned_item",
        "error_item_uneditable",
        "error_busi_item_status_invalid",
        "error_holiday_on_add_item",
        "error_holiday_on_del_item",
        "error_holiday_mode_change_stock",
        "error_busi_invalid_shop_status",
        "error_busi_invalid_account_status",
        "error_seller_under_penalty",
        "error_busi_update_stock_failed",
        "reserved_stock",
        "stock_range",
        "error_invalid_logistic_info",
    }
)
"""Refusals for a promotion or what it keeps back, a review, a vacation, a penalty, a channel that
was switched off (traps 14, 18, 28, 30): no change of ours ends them. A shop that is full, or may
not list more, needs a person, and its units sell elsewhere meanwhile."""

KNOWN: dict[str, Known] = _SHOP | {
    code: Known(Meaning.NO, field, hint, code in _PASSING)
    for codes, field, hint in _REFUSALS
    for code in codes.split()
}

_OTHER = Known(Meaning.NO, "", "Xem lời Shopee trả lời và báo văn phòng.")

_PARAM: tuple[tuple[str, Known], ...] = (
    ("timestamp", Known(Meaning.CLOCK)),
    ("partner_id", Known(Meaning.REFUSED, hint="Kiểm tra partner_id.")),
    ("no access_token", Known(Meaning.EXPIRED)),
    ("shop_id", Known(Meaning.REFUSED, hint="Kiểm tra shop_id.")),
    ("model_id and item_id not match", Known(Meaning.GONE, "variants")),
    ("wrong model_id", Known(Meaning.GONE, "variants")),
    ("gtin", KNOWN["error_param_validate"]),
    ("image", KNOWN["error_image_unavailable"]),
    ("weight", Known(Meaning.NO, "weight", "Kiểm tra cân nặng của quy cách.")),
    ("dimension", Known(Meaning.NO, "dimension", "Kiểm tra kích thước gói hàng.")),
    ("category", KNOWN["error_invalid_category"]),
    ("logistic", KNOWN["error_invalid_logistic_info"]),
    ("reserved stock", KNOWN["reserved_stock"]),
    ("stock should be", KNOWN["stock_range"]),
    ("itemname", KNOWN["error_item_name_empty"]),
    ("description", KNOWN["error_desc_length_min_limit"]),
    ("tier_variation", KNOWN["error_tier_index"]),
)
"""For ``error_busi`` too."""

_AUTH: tuple[tuple[str, Known], ...] = (
    ("refresh_token", Known(Meaning.REFUSED, hint=_RECONNECT)),
    ("refresh token", Known(Meaning.REFUSED, hint=_RECONNECT)),
    ("access_token", Known(Meaning.EXPIRED)),
    ("access token", Known(Meaning.EXPIRED)),
    ("invalid code", KNOWN["invalid_code"]),
    ("reserved stock", KNOWN["reserved_stock"]),
    ("location", Known(Meaning.NO, "stock", "Gian hàng nhiều kho: kiểm tra kho bán hàng.")),
    ("holiday", KNOWN["error_holiday_mode_change_stock"]),
    ("try later", Known(Meaning.TRANSIENT)),
)


def look_up(code: str, message: str) -> Known:
    """What a code with its message means; an unknown code is a refusal of the row."""
    words = message.lower()
    if code in ("error_param", "error.param", "error_busi"):
        return _by_words(_PARAM, words, _OTHER)
    if code == "error_auth":
        return _by_words(_AUTH, words, Known(Meaning.REFUSED, hint=_RECONNECT))
    known = KNOWN.get(code) or KNOWN.get(code.replace(" ", "_"))
    if known is None and _of_promotion(code):
        return KNOWN["error_item_in_promotion"]
    return known or _OTHER


def is_told(code: str) -> bool:
    """Whether the documentation, or somebody who saw it, names the code."""
    return code in ("error_param", "error.param", "error_busi", "error_auth") or (
        code in KNOWN or code.replace(" ", "_") in KNOWN or _of_promotion(code)
    )


def _of_promotion(code: str) -> bool:
    """Two dozen codes, spelt in as many ways, say that a promotion locks the item."""
    return code.startswith("error_") and ("promotion" in code or "slash_price" in code)


_REASONS: tuple[tuple[str, str], ...] = (
    ("reserve", "reserved_stock"),
    ("stock should be", "stock_range"),
    ("promotion", "error_item_in_promotion"),
    ("review", "error_busi_cannot_delist_reviewing_or_banned_item"),
    ("banned", "error_busi_cannot_delist_reviewing_or_banned_item"),
    ("model_id", "error_wrong_modelid"),
    ("not found", "error_item_not_found"),
    ("deleted", "error_item_not_found"),
    ("not exist", "error_item_not_found"),
)


def code_of_reason(reason: str) -> str:
    """The code that a partial failure's free text amounts to, "" when unknown (trap 2).

    A reason that is itself a code is taken as such.
    """
    bare = strip_prefix(reason.strip())
    if bare in KNOWN or _of_promotion(bare):
        return bare
    words = reason.lower()
    return next((code for mark, code in _REASONS if mark in words), "")


def strip_prefix(code: str) -> str:
    """``product.error_param`` → ``error_param``; the one code that has a dot itself stays."""
    if "." not in code or code == "error.param":
        return code
    module, _, rest = code.partition(".")
    return rest if module.isalpha() and rest else code


def _by_words(table: tuple[tuple[str, Known], ...], words: str, other: Known) -> Known:
    return next((known for mark, known in table if mark in words), other)


def all_codes() -> Iterator[str]:
    """Every code that has an entry, for the documentation and the tests."""
    yield from sorted(KNOWN)
