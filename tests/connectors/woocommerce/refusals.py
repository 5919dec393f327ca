"""WooCommerce's error envelopes by what they must be to us (its page: "Error envelope", "Errors"),
of a whole call and of one row of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.conformance.rig import Refusal
from connectors.errors import (
    AuthRefused,
    ChannelError,
    NotFound,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)

ITEM = "the product's id"
"""In a body: the id of the product that the call is about."""

_INVALID = "rest_invalid_param"

_ROWS: tuple[tuple[type[ChannelError], str, int, str, Mapping[str, Any]], ...] = (
    (Rejected, "sku", 400, "product_invalid_sku", {"resource_id": 7}),
    (Rejected, "sku", 400, "woocommerce_rest_product_not_created", {}),
    (NotFound, "", 400, "woocommerce_rest_product_invalid_id", {}),
    (NotFound, "", 404, "woocommerce_rest_invalid_product_id", {}),
    (NotFound, "", 400, "woocommerce_rest_product_variation_invalid_id", {}),
    (NotFound, "", 404, "woocommerce_rest_product_variation_invalid_parent", {}),
    (NotFound, "", 404, "a_plugins_own", {}),
    (Rejected, "images", 400, "woocommerce_product_image_upload_error", {}),
    (Rejected, "images", 400, "woocommerce_product_invalid_image_id", {}),
    (Rejected, "images", 400, "woocommerce_variation_image_upload_error", {}),
    (Rejected, "images", 400, "woocommerce_variation_invalid_image_id", {}),
    (Unavailable, "", 500, "db_update_error", {}),
    (Rejected, "", 400, "a_plugins_own", {}),
    (Rejected, "price", 400, _INVALID, {"params": {"regular_price": "is not of type string."}}),
    (Rejected, "stock", 400, _INVALID, {"params": {"stock_quantity": "is not of type integer."}}),
    (Rejected, "title", 400, _INVALID, {"params": {"name": "is not of type string."}}),
    (Rejected, "description", 400, _INVALID, {"params": {"description": "x"}}),
    (Rejected, "description", 400, _INVALID, {"params": {"short_description": "x"}}),
    (Rejected, "sku", 400, _INVALID, {"params": {"sku": "x"}}),
    (Rejected, "images", 400, _INVALID, {"params": {"images[0][src]": "x"}}),
    (Rejected, "category", 400, _INVALID, {"params": {"categories": "x"}}),
    (Rejected, "variants", 400, _INVALID, {"params": {"attributes": "x"}}),
    (Rejected, "weight", 400, _INVALID, {"params": {"weight": "x"}}),
    (Rejected, "weight", 400, _INVALID, {"params": {"dimensions": "x"}}),
)

_CALLS: tuple[tuple[type[ChannelError], int, str, str], ...] = (
    (Unavailable, 404, "rest_no_route", "No route was found matching the URL and method."),
    (ProtocolError, 400, "rest_invalid_json", "Invalid JSON body passed."),
    (AuthRefused, 401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources."),
    (AuthRefused, 401, "woocommerce_rest_authentication_error", "Consumer key is invalid."),
    (AuthRefused, 403, "woocommerce_rest_cannot_edit", "Sorry, you are not allowed to edit."),
    (Unavailable, 401, "woocommerce_rest_authentication_error", "Invalid timestamp."),
    (Unavailable, 401, "woocommerce_rest_authentication_error", "Invalid nonce - nonce used."),
    (Unavailable, 500, "internal_server_error", "There has been a critical error."),
    (RateLimited, 429, "too_many_requests", "Too many requests."),
)


def refusals() -> Iterator[Refusal]:
    for kind, field, status, code, data in _ROWS:
        row = {"id": ITEM, "error": _envelope(status, code, "Words.", data)}
        yield Refusal(200, {"update": [row]}, kind, field)
    for kind, status, code, words in _CALLS:
        yield Refusal(status, _envelope(status, code, words, {}), kind)


def _envelope(status: int, code: str, words: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": code, "message": words, "data": {"status": status, **data}}
