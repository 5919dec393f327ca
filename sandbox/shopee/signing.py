"""The signature: HMAC-SHA256 of a plain concatenation, as lower-case hex (1.3)."""

from __future__ import annotations

import hashlib
import hmac


def sign(key: str, base: str) -> str:
    return hmac.new(key.encode(), base.encode(), hashlib.sha256).hexdigest()


def public_base(partner_id: int | str, path: str, timestamp: int | str) -> str:
    return f"{partner_id}{path}{timestamp}"


def shop_base(
    partner_id: int | str, path: str, timestamp: int | str, access_token: str, shop_id: int | str
) -> str:
    return f"{partner_id}{path}{timestamp}{access_token}{shop_id}"
