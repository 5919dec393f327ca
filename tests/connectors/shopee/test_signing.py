"""The worked vectors of the reference (9.1), and how a refusal of the signature is told."""

from __future__ import annotations

import pytest

from connectors.contract import Credentials
from connectors.errors import AuthRefused
from connectors.shopee.signing import public_query, shop_query
from tests.connectors.shopee.conftest import Rig

VECTOR_KEY = "shopee-example-partner-key-0001"


def test_public_vector() -> None:
    query = dict(public_query("1000001", VECTOR_KEY, "/api/v2/auth/token/get", 1760000000))
    assert query["sign"] == "de242d6b03b3a6d22d7d13548ac59829621b322d7c9115bd4527de5f7c8c73b4"
    assert set(query) == {"partner_id", "timestamp", "sign"}


def test_shop_vector() -> None:
    token = "0123456789abcdef0123456789abcdef"
    query = dict(
        shop_query(
            "1000001", VECTOR_KEY, "/api/v2/product/add_item", 1760000000, token, "200000001"
        )
    )
    assert query["sign"] == "29293a1f1b88dc9b0c95c6817689bd7f7452d4762de512d1bc1b0c80e12ef263"
    assert set(query) == {"partner_id", "timestamp", "sign", "access_token", "shop_id"}


def test_a_wrong_key_is_a_matter_for_a_person(rig: Rig) -> None:
    rig.credentials = Credentials({**rig.credentials, "partner_key": "another-key"})
    with pytest.raises(AuthRefused) as caught:
        rig.shop.check()
    assert caught.value.code == "error_sign"
    assert "another-key" not in str(caught.value)
