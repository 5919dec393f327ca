"""Shopee's request signature. Pure.

HMAC-SHA256 over the concatenation, without separators, of partner id, path, timestamp and, for
calls of a shop, access token and shop id; the key is the literal text of the console, the result
lower-case hex (Shopee reference 1.3). Body and other query parameters are not signed.
"""

from __future__ import annotations

import hashlib
import hmac


def signature(key: str, *parts: str) -> str:
    """``parts`` in the order above; pass two fewer for a public call."""
    return hmac.new(key.encode(), "".join(parts).encode(), hashlib.sha256).hexdigest()


def public_query(partner_id: str, key: str, path: str, timestamp: int) -> list[tuple[str, str]]:
    """The common query parameters of a public call (tokens, picture upload)."""
    stamp = str(timestamp)
    return [
        ("partner_id", partner_id),
        ("timestamp", stamp),
        ("sign", signature(key, partner_id, path, stamp)),
    ]


def shop_query(
    partner_id: str, key: str, path: str, timestamp: int, access_token: str, shop_id: str
) -> list[tuple[str, str]]:
    """The common query parameters of a call in the name of a shop."""
    stamp = str(timestamp)
    return [
        ("partner_id", partner_id),
        ("timestamp", stamp),
        ("sign", signature(key, partner_id, path, stamp, access_token, shop_id)),
        ("access_token", access_token),
        ("shop_id", shop_id),
    ]
