"""Codes that the shop or a plugin may answer, and what they mean to us."""

from __future__ import annotations

import pytest

from connectors.errors import AuthRefused, NotFound, ProtocolError, Rejected, Unavailable
from connectors.woocommerce.error_codes import error_for

CASES = [
    ("product_invalid_sku", 400, Rejected, "sku"),
    ("woocommerce_rest_product_not_created", 400, Rejected, "sku"),
    ("woocommerce_rest_product_invalid_id", 400, NotFound, ""),
    ("woocommerce_rest_invalid_product_id", 404, NotFound, ""),
    ("woocommerce_rest_product_variation_invalid_id", 400, NotFound, ""),
    ("woocommerce_rest_product_variation_invalid_parent", 404, NotFound, ""),
    ("something_new", 404, NotFound, ""),
    ("rest_no_route", 404, Unavailable, ""),
    ("rest_invalid_json", 400, ProtocolError, ""),
    ("woocommerce_product_image_upload_error", 400, Rejected, "images"),
    ("woocommerce_product_invalid_image_id", 400, Rejected, "images"),
    ("woocommerce_rest_cannot_create", 403, AuthRefused, ""),
    ("woocommerce_rest_cannot_view", 401, AuthRefused, ""),
    ("internal_server_error", 500, Unavailable, ""),
    ("a_plugins_own", 400, Rejected, ""),
]


@pytest.mark.parametrize(("code", "status", "kind", "field"), CASES)
def test_codes(code: str, status: int, kind: type[Exception], field: str) -> None:
    error = error_for(code, "Words.", {}, status)
    assert type(error) is kind
    assert getattr(error, "field", "") == field
    assert "Words." in error.message or code == "rest_no_route"


@pytest.mark.parametrize(("name", "field"), [
    ("regular_price", "price"), ("images[0][src]", "images"), ("another", "another"),
])  # fmt: skip
def test_the_bad_field_in_our_words(name: str, field: str) -> None:
    error = error_for("rest_invalid_param", "x", {"params": {name: "bad"}}, 400)
    assert isinstance(error, Rejected)
    assert error.field == field


@pytest.mark.parametrize("words", ["Invalid timestamp.", "Invalid nonce - nonce has been used."])
def test_a_signature_out_of_time_does_not_pause_a_shop(words: str) -> None:
    error = error_for("woocommerce_rest_authentication_error", words, {}, 401)
    assert type(error) is Unavailable
