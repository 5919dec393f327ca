"""Keys: they never lapse, and the shop can hand them over itself (docs: "Login")."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from connectors.contract import Account, Credentials
from connectors.errors import AuthRefused
from connectors.woocommerce import shop
from connectors.woocommerce.client import Client
from connectors.woocommerce.error_codes import KEYS_HINT

APP_NAME = "ocop-sync"
CONSENT = "/wc-auth/v1/authorize"


def consent_url(client: Client, redirect_url: str, state: str) -> str:
    """Where the owner agrees. The keys come by a POST to the callback, the owner by the return
    address; ``user_id`` comes back with both. (Documented, not measured.)"""
    query = {
        "app_name": APP_NAME,
        "scope": "read_write",
        "user_id": state,
        "return_url": redirect_url,
        "callback_url": redirect_url,
    }
    return f"{client.site.home}{CONSENT}?{urlencode(query)}"


def exchange(answer: Mapping[str, str]) -> Credentials:
    """The keys that the shop posted. Raises AuthRefused when there are none."""
    key, secret = answer.get("consumer_key", ""), answer.get("consumer_secret", "")
    if not key or not secret:
        why = "chủ cửa hàng không đồng ý" if answer.get("success") == "0" else "không có khóa"
        raise AuthRefused(f"WooCommerce không gửi khóa API ({why}). {KEYS_HINT}", code="no_keys")
    return Credentials(consumer_key=key, consumer_secret=secret)


def refresh(client: Client, account: Account) -> Credentials:
    """The same keys: only a person makes new ones. Raises AuthRefused when they are refused."""
    shop.still_welcome(client)
    return Credentials(account.credentials)
