"""Shopee's error codes and texts by what they must be to us (reference 1.4, 2.3, 2.4, 3.7-3.12,
3.16), written down from its page and not from the connector's table."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.conformance.rig import Refusal
from connectors.errors import (
    AuthExpired,
    AuthRefused,
    ChannelError,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)

_CODES: tuple[tuple[type[ChannelError], str, str], ...] = (
    (AuthExpired, "", "invalid_acceess_token invalid_access_token"),
    (AuthRefused, "", """
        error_sign invalid_partner_id partner_shop_no_link shop_no_linked merchant_no_linked
        shop_access_expired merchant_access_expired refresh_token_expired error_shop_refresh_token
        error_merchant_refresh_token invalid_code invalid_shop_id invalid_main_acount_id
        error_param_shop_id_not_found error_shop shop_banned error_kyc_auth
        error_ashop_api_permission error_api_permission error_perm_non_admin
        error_api_call_restricted error_partner_key_expired source_ip_undeclared
        common.error_auth error_permission common.invalid_shop"""),
    (RateLimited, "", """
        error_rate_limit error_limit request_limit_exceeded frequency_limited"""),
    (Unavailable, "", """
        api_suspended error_network error_server error_inner error_system_busy error_data
        error_get_shop_fail"""),
    (NotFound, "", """
        error_item_not_found product.error_item_not_found common.error_not_found
        error_item_not_belong_shop error_nil_shopid_or_itemid error_wrong_modelid
        error_model_invalid_model_id"""),
    (Rejected, "title", """
        error_item_name_empty error_nil_name_new_item error_item_name_is_too_short
        error_title_exceeds_max_length error_name_length_limit error_title_character_forbidden"""),
    (Rejected, "description", "error_desc_length_min_limit error_desc_hash_tag_over_limit"),
    (Rejected, "images", "error_desc_image_no_pass error_image_unavailable error_image_num_min"),
    (Rejected, "price", """
        error_invalid_price error_price_exceed_min_limitt error_price_exceed_max_limitt
        error_price_out_of_range error_update_price_fail error_invalid_price_for_logistic
        error_busi_price_lower_then_wholesale_price error_price_should_be_same_for_wholesales
        error_wholesale_price_less_than_ratio_limit"""),
    (Rejected, "logistics", "error_invalid_logistic_info"),
    (Rejected, "category", """
        error_invalid_category error_incalid_category error_category_is_block
        error_forbidden_category error_busi_cannot_update_field error+category"""),
    (Rejected, "brand", """
        error_brand_forbidden error_invalid_brand error_incalid_brand error_less_required_brand
        error_duplicated_brand error+brand"""),
    (Rejected, "attributes", """
        error_invalid_attribute error_less_required_attribute error_invalid_category_attribute
        error_invalid_attribute_value error_value_name_required error_value_id_must_equal_zero
        error_wrong_attrsnapshot error+attribute"""),
    (Rejected, "gtin", "error_param_validate"),
    (Rejected, "pre_order", """
        error_invalid_days_to_ship error_param_dts_exceeds_max_limit error_category_dts
        error_param_category_not_support_pre_order"""),
    (Rejected, "shop", """
        error_holiday_on_add_item error_holiday_on_del_item error_holiday_mode_change_stock
        error_busi_invalid_shop_status error_busi_invalid_account_status
        error_seller_under_penalty"""),
    (Rejected, "item_sku", "error_repeated_mtsku"),
    (Rejected, "promotion", """
        error_item_in_promotion error_cannt_edit_name_in_promotion
        error_in_item_promotion_name_lock error_cannt_edit_price_in_promotion
        error_in_item_promotion_item_price_lock error_cannot_update_price_in_promotion
        error_slash_price_lock error_cannt_edit_stock_in_promotion
        error_promotion_cantnot_update_stock error_model_update_stock_model_in_promotion
        error_cannt_unlisted_in_promotion error_unlist_in_promotion
        error_in_item_promotion_unlsit_lock error_cannt_delete_in_promotion
        error_in_item_promotion_delete_lock error_in_model_promotion_delete_lock
        error_in_item_promotion_nomodel_to_models"""),
    (Rejected, "review", "error_busi_cannot_delist_reviewing_or_banned_item"),
    (Rejected, "variants", """
        error_edit_item_price_for_item_has_model
        error_model_duplicate_tier_variation_index error_model_tier_index_bound
        error_model_count_over_limit error_busi_cannot_delete_all_model error_tier_index
        error_duplicate_modelid"""),
    (Rejected, "stock", "error_wms_shop_block_upate_stock"),
    (Rejected, "", "error_busi_update_item_failed error_nobody_has_seen"),
)  # fmt: skip
"""A plus sign stands for a blank in the code."""

_SAYING: tuple[tuple[str, str], ...] = (
    ("error_reach_shop_item_limit", "đủ số sản phẩm"),
    ("error_check_luc_fail", "giới hạn số sản phẩm"),
    ("error_item_uneditable", "không sửa được"),
    ("error_busi_item_status_invalid", "không sửa được"),
    ("error_set_normal_unlisted_item", "mở bán lại"),
    ("error_unlist_item_fail", "chưa ẩn được"),
    ("error_unlist_item_all_failed", "chưa ẩn được"),
    ("error_busi_cannot_edit_vsku", "ghép"),
)
"""Refusals of the row that no field is to blame for: what they say to a producer."""

_TEXTS: tuple[tuple[type[ChannelError], str, str, str], ...] = (
    (Unavailable, "", "error_param", "Timestamp is expired."),
    (AuthRefused, "", "error_param", "There is no partner_id in query."),
    (AuthExpired, "", "error_param", "There is no access_token in query."),
    (AuthRefused, "", "error_param", "There is no shop_id in query."),
    (NotFound, "", "error_param", "Wrong model_id."),
    (NotFound, "", "error_param", "Model_id and item_id not match."),
    (Rejected, "images", "error_param", "Image not exist."),
    (Rejected, "weight", "error_param", "Invalid Weight."),
    (Rejected, "dimension", "error_param", "dimension is required"),
    (Rejected, "category", "product.error_param", "Invalid category."),
    (Rejected, "logistics", "error_param", "Invalid logistic info, no channel is on."),
    (Rejected, "stock", "error.param", "stock less than reserved stock"),
    (Rejected, "variants", "error_param", "Item without tier_variation. Please use init_tier..."),
    (Rejected, "stock", "error_param", "Stock should be between 0 and 999999."),
    (Rejected, "title", "error_param", "invalid field ItemName: value must Not Null"),
    (Rejected, "description", "error_param", "invalid field Description: value must Not Null"),
    (Rejected, "", "error_param", "EOF"),
    (Rejected, "logistics", "product.error_busi", "logistic must be free"),
    (Rejected, "gtin", "product.error_busi", "GTIN is mandatory for this category"),
    (Rejected, "", "product.error_busi", "Something else."),
    (AuthExpired, "", "error_auth", "Invalid access_token, please have a check."),
    (AuthExpired, "", "error_auth", "The access token is expired."),
    (AuthRefused, "", "error_auth", "Invalid refresh_token."),
    (AuthRefused, "", "error_auth", "No access_token: the refresh_token is invalid."),
    (AuthRefused, "", "error_auth", "No access token: the refresh token is invalid."),
    (AuthRefused, "", "error_auth", "Your app has no permission to this API."),
    (Unavailable, "", "error_auth", "System error, try later"),
    (Rejected, "stock", "error_auth", "Total stock must be more than reserved stock."),
    (Rejected, "stock", "error_auth", "location_id is needed"),
    (Rejected, "shop", "error_auth", "Shop is in holiday mode"),
)

_STOCK_CODES: tuple[tuple[type[ChannelError], str, str], ...] = (
    (Rejected, "variants", "error_edit_item_stock_for_item_has_model"),
    (Rejected, "stock", "error_busi_update_stock_failed"),
)
"""Of a stock write: some are read anew before they are believed."""

_REASONS: tuple[tuple[type[ChannelError], str, str, str], ...] = (
    (Rejected, "stock", "set_stock", "Stock should be between 1 and 999999."),
    (NotFound, "", "set_price", "Wrong model_id."),
    (NotFound, "", "set_availability", "Item not found"),
    (NotFound, "", "set_availability", "item is deleted"),
    (NotFound, "", "set_availability", "The item does not exist"),
    (Rejected, "promotion", "set_availability", "Can't unlist item when item is under promotion"),
    (Rejected, "review", "set_availability", "Item is under review"),
    (Rejected, "review", "set_availability", "Item is banned"),
    (Rejected, "promotion", "set_availability", "product.error_unlist_in_promotion"),
)
"""Free text in the failure list of a call whose ``error`` is empty (trap 1, 2)."""


ITEM = "the item's id"
"""In a body: the id of the item that the call is about."""


def refusals() -> Iterator[Refusal]:
    for kind, field, codes in _CODES:
        for code in codes.split():
            yield Refusal(200, _body(code.replace("+", " "), "Words of Shopee."), kind, field)
    for code, says in _SAYING:
        yield Refusal(200, _body(code, "Words of Shopee."), Rejected, says=says)
    yield Refusal(200, _body("error_auth", "Invalid code"), AuthRefused, says="trong 10 phút")
    for kind, field, code, words in _TEXTS:
        yield Refusal(200, _body(code, words), kind, field)
    for kind, field, code in _STOCK_CODES:
        yield Refusal(200, _body(code, "Words of Shopee."), kind, field, "set_stock")
    for kind, field, verb, words in _REASONS:
        failed = {"model_id": 0, "item_id": ITEM, "failed_reason": words}
        response = {"success_list": [], "failure_list": [failed]}
        yield Refusal(200, {**_body("", ""), "response": response}, kind, field, verb)
    reserved = "Stock should be larger than 10 (reserve stock number)"
    failed = {"model_id": 0, "failed_reason": reserved}
    body = {**_body("", ""), "response": {"success_list": [], "failure_list": [failed]}}
    yield Refusal(200, body, Rejected, "stock", "set_stock", "giữ cho khuyến mãi")


def _body(code: str, message: str) -> dict[str, object]:
    return {"error": code, "message": message, "warning": "", "request_id": "f" * 32}
