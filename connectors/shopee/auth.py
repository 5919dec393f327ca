"""Consent, code exchange and token refresh (reference 1.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

from connectors.contract import Account, Clock, Credentials
from connectors.errors import AuthRefused, ProtocolError
from connectors.shopee.answers import int_of
from connectors.shopee.client import PREFIX, Client, Reply
from connectors.shopee.signing import public_query

CONSENT_PATH = "shop/auth_partner"


def consent_url(account: Account, clock: Clock, redirect_url: str, state: str) -> str:
    """The classic signed form. It has no place for a state of its own, so that travels in the
    redirect's query."""
    joint = "&" if urlsplit(redirect_url).query else "?"
    target = f"{redirect_url}{joint}{urlencode({'state': state})}" if state else redirect_url
    secrets = account.credentials
    query = public_query(
        secrets["partner_id"],
        secrets["partner_key"],
        PREFIX + CONSENT_PATH,
        int(clock().timestamp()),
    )
    base = account.base_url.rstrip("/")
    return f"{base}{PREFIX}{CONSENT_PATH}?{urlencode([*query, ('redirect', target)])}"


def exchange(
    client: Client, account: Account, clock: Clock, answer: Mapping[str, str]
) -> Credentials:
    """The first pair for a one-time code. Raises AuthRefused, Ambiguous, Unavailable."""
    code = answer.get("code", "")
    shop_id = answer.get("shop_id") or account.credentials.get("shop_id", "")
    if not code or not shop_id:
        raise AuthRefused(
            "Shopee không trả về mã của một gian hàng: hãy đồng ý bằng tài khoản của gian hàng, "
            "không phải tài khoản chính"
        )
    partner_id = account.credentials["partner_id"]
    body = {"code": code, "partner_id": int_of(partner_id), "shop_id": int_of(shop_id)}
    reply = client.token("auth/token/get", body)
    return _credentials(account, clock, reply, shop_id)


def refresh(client: Client, account: Account, clock: Clock) -> Credentials:
    """A new pair for the refresh token, which this spends. A shop that has only a code yet
    trades that."""
    secrets = account.credentials
    if not secrets.get("refresh_token"):
        return exchange(client, account, clock, secrets)
    body = {
        "refresh_token": secrets["refresh_token"],
        "partner_id": int_of(secrets["partner_id"]),
        "shop_id": int_of(secrets["shop_id"]),
    }
    reply = client.token("auth/access_token/get", body)
    return _credentials(account, clock, reply, secrets["shop_id"])


def _credentials(account: Account, clock: Clock, reply: Reply, shop_id: str) -> Credentials:
    access, renewed = reply.body.get("access_token"), reply.body.get("refresh_token")
    if not access or not renewed:
        raise ProtocolError(
            "Shopee trả lời không có token", request_id=reply.request_id, code="no_token"
        )
    lives = int_of(reply.body.get("expire_in"))
    fresh = {
        **account.credentials,
        "shop_id": str(shop_id),
        "access_token": str(access),
        "refresh_token": str(renewed),
        "token_expires_at": str(int(clock().timestamp()) + lives),
    }
    fresh.pop("code", None)
    return Credentials(fresh)


def expires_at(credentials: Mapping[str, str]) -> datetime | None:
    """When the access token lapses; long ago when there is only something to trade for one;
    None when nothing is known about it."""
    if not credentials.get("access_token"):
        return datetime.fromtimestamp(0, UTC)
    text = credentials.get("token_expires_at", "")
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else None
