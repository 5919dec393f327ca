"""Authorization: the seller's consent page, the code exchange, the single-use refresh (1.4)."""

from __future__ import annotations

import html
import secrets
from typing import Any
from urllib.parse import urlencode

from sandbox.shopee.call import Call, text, whole
from sandbox.shopee.refusals import Refused
from sandbox.shopee.switches import Switches
from sandbox.shopee.world import Shop, Token, World

Flat = dict[str, Any]


def give_consent(world: World, switches: Switches, shop: Shop, now: float) -> str:
    """The seller agrees: a new one-time code. Tokens that exist go on working."""
    shop.linked = True
    shop.consent_at, shop.consent_ends = now, now + switches.consent_life_s
    shop.code, shop.code_ends = secrets.token_hex(8), now + switches.code_life_s
    world.touch_shop(shop)
    return shop.code


def token_get(world: World, switches: Switches, call: Call, partner: int) -> Flat:
    """POST auth/token/get: a code becomes the first pair, once."""
    body = call.json()
    _same_partner(body, partner)
    code = text(body, "code")
    shop = world.shops.get(whole(body, "shop_id"))
    if shop is None or shop.partner_id != partner:
        raise Refused("invalid_shop_id", "Invalid shop_id.", kind="auth")
    if not code or code != shop.code or call.now >= shop.code_ends:
        raise Refused("invalid_code", "Invalid code", kind="auth")
    shop.code = ""
    return _new_pair(world, switches, shop, call.now)


def access_token_get(world: World, switches: Switches, call: Call, partner: int) -> Flat:
    """POST auth/access_token/get: the refresh token is spent and a new pair given."""
    body = call.json()
    _same_partner(body, partner)
    given = text(body, "refresh_token")
    shop = world.shops.get(whole(body, "shop_id"))
    if shop is None or shop.partner_id != partner or not given:
        raise Refused("error_shop_refresh_token", "Wrong refresh_token or shop_id.", kind="auth")
    if not shop.linked or call.now >= shop.consent_ends:
        raise Refused("shop_access_expired", "The authorization has expired.", kind="auth")
    if given == shop.spent_refresh and switches.spent_refresh_answers:
        return _pair(shop, call.now)
    if given != shop.refresh_token:
        raise Refused("error_auth", "Invalid refresh_token.", kind="auth")
    if call.now >= shop.refresh_ends:
        raise Refused("refresh_token_expired", "The refresh_token has expired.", kind="auth")
    shop.spent_refresh = given
    pair = _new_pair(world, switches, shop, call.now)
    return {"partner_id": partner, "shop_id": shop.shop_id, **pair}


def _new_pair(world: World, switches: Switches, shop: Shop, now: float) -> Flat:
    grace = now + switches.old_token_grace_s
    old = [Token(t.value, min(t.ends, grace)) for t in shop.tokens[:1]]
    shop.tokens = [Token(secrets.token_hex(16), now + switches.token_life_s), *old]
    shop.refresh_token = secrets.token_hex(16)
    shop.refresh_ends = now + switches.refresh_life_s
    world.touch_shop(shop)
    return _pair(shop, now)


def _pair(shop: Shop, now: float) -> Flat:
    return {
        "access_token": shop.tokens[0].value,
        "refresh_token": shop.refresh_token,
        "expire_in": max(0, int(shop.tokens[0].ends - now)),
    }


def _same_partner(body: dict[str, Any], partner: int) -> None:
    if whole(body, "partner_id") != partner:
        raise Refused("invalid_partner_id", "Invalid partner_id.", kind="auth")


def consent_page(world: World, call: Call, partner: int) -> str:
    """The page on which a seller chooses the shop to connect (HTML)."""
    redirect = call.first("redirect") or ""
    if not redirect.startswith(("http://", "https://")):
        raise Refused("error_param", "redirect is wrong.", kind="gateway")
    lines = []
    for shop in world.shops.values():
        if shop.partner_id == partner:
            target = "/_sandbox/consent?" + urlencode(
                {"shop_id": shop.shop_id, "redirect": redirect}
            )
            lines.append(f'<li><a href="{html.escape(target)}">{html.escape(shop.name)}</a></li>')
    return (
        '<!doctype html><meta charset="utf-8"><title>Shopee (mô phỏng)</title>'
        f"<h1>Cho phép ứng dụng quản lý gian hàng nào?</h1><ul>{''.join(lines)}</ul>"
    )
