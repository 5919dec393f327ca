"""Tiki's refusals by what they must be to us: it has no codes, the status decides (reference 2)
and the words tell the field (3.3, 3.7, 3.8)."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.conformance.rig import Refusal
from connectors.errors import (
    AuthExpired,
    AuthRefused,
    ChannelError,
    NotFound,
    ProtocolError,
    RateLimited,
    Rejected,
    Unavailable,
)

_STATUSES: tuple[tuple[type[ChannelError], int, str], ...] = (
    (AuthExpired, 401, "token is expired"),
    (AuthExpired, 401, "token missing, expired, or not linked to a seller"),
    (AuthRefused, 401, "token is not linked to any seller"),
    (AuthRefused, 403, "insufficient scope"),
    (NotFound, 404, "product not found"),
    (ProtocolError, 405, "method not allowed"),
    (ProtocolError, 406, "not acceptable"),
    (RateLimited, 429, "API rate limit exceeded"),
    (Unavailable, 500, "internal error"),
    (Unavailable, 503, "try again"),
    (Rejected, 400, "something else"),
    (Rejected, 409, "something else"),
)

_WORDS: tuple[tuple[str, str], ...] = (
    ("sku", "Product code MICHU-500G is not unique"),
    ("sku", "Mã seller product không duy nhất"),
    ("sku", "SKU already exists"),
    ("sku", "Original SKU has been used"),
    ("sku", "Mã SKU đã được sử dụng"),
    ("gtin", "The min code field is required"),
    ("price", "variants should have price > 0"),
    ("images", "Image does not match product name"),
    ("papers", "Giấy chứng nhận ATTP đã hết hạn"),
    ("gtin", "variants => min_code is required"),
    ("shop", "inventory_type must be one of dropship"),
    ("shop", "warehouse 3 is not active"),
    ("stock", "quantity must be an integer >= 0"),
    ("category", "category_id must be a primary category"),
    ("variants", "variants don't match with option_attributes => variants option2 missing"),
    ("attributes", "attributes => origin is required"),
    ("description", "description is required"),
    ("title", "name must have 3 to 255 characters"),
    ("variants", "sku is required"),
)


def refusals() -> Iterator[Refusal]:
    for kind, status, words in _STATUSES:
        yield Refusal(status, {"errors": [words]}, kind)
    tenth = "Price is not valid because less than ten percent listing price"
    yield Refusal(422, {"errors": [tenth]}, Rejected, "price", says="từ 10% giá niêm yết")
    for field, words in _WORDS:
        yield Refusal(422, {"errors": [words]}, Rejected, field)
