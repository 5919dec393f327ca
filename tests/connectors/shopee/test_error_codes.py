"""The table of codes: prefixes, misspellings, texts that decide, and a hint for every refusal."""

from __future__ import annotations

import pytest

from connectors.errors import AuthExpired, AuthRefused, NotFound, RateLimited, Rejected, Unavailable
from connectors.shopee.client import error_for
from connectors.shopee.error_codes import KNOWN, Meaning, code_of_reason, look_up, strip_prefix


@pytest.mark.parametrize(("wire", "bare"), [
    ("product.error_param", "error_param"), ("common.error_auth", "error_auth"),
    ("error_auth", "error_auth"), ("error.param", "error.param"), ("", ""),
    ("warehouse.error_not_in_whitelist", "error_not_in_whitelist"),
])  # fmt: skip
def test_prefixes(wire: str, bare: str) -> None:
    assert strip_prefix(wire) == bare


@pytest.mark.parametrize(("code", "message", "kind"), [
    ("invalid_acceess_token", "", AuthExpired),
    ("error_auth", "Invalid access_token, please have a check.", AuthExpired),
    ("error_auth", "Invalid refresh_token.", AuthRefused),
    ("error_auth", "Invalid partner_id.", AuthRefused),
    ("error_auth", "Total stock must be more than reserved stock.", Rejected),
    ("error_auth", "System error, try later", Unavailable),
    ("error_param", "Timestamp is expired.", Unavailable),
    ("error_param", "There is no access_token in query.", AuthExpired),
    ("error_param", "Image not exist.", Rejected),
    ("error_param", "Wrong model_id.", NotFound),
    ("error_limit", "", RateLimited),
    ("error_rate_limit", "", RateLimited),
    ("error_inner", "", Unavailable),
    ("error_item_not_found", "", NotFound),
    ("error_price_exceed_min_limitt", "", Rejected),
    ("error category", "", Rejected),
    ("error_in_item_promotion_name_lock", "", Rejected),
    ("error_nobody_has_seen", "", Rejected),
])  # fmt: skip
def test_what_a_code_becomes(code: str, message: str, kind: type) -> None:
    assert type(error_for(code, message)) is kind


def test_every_refusal_has_a_hint_in_vietnamese() -> None:
    for code, known in KNOWN.items():
        if known.meaning in (Meaning.NO, Meaning.REFUSED):
            assert known.hint.endswith((".", ")", ".)")), code
            assert any(ord(char) > 127 for char in known.hint), code
    assert look_up("whatever", "").hint


@pytest.mark.parametrize(("reason", "code"), [
    ("Stock should be larger than 125 (reserve stock number)", "reserved_stock"),
    ("Can't unlist item when item is under promotion", "error_item_in_promotion"),
    ("Wrong model_id.", "error_wrong_modelid"),
    ("product.error_unlist_in_promotion", "error_unlist_in_promotion"),
    ("Something else", ""),
])  # fmt: skip
def test_free_text_reasons(reason: str, code: str) -> None:
    assert code_of_reason(reason) == code
