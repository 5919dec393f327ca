"""Tokens: client credentials, authorization code, refresh (1)."""

from __future__ import annotations

import base64
import binascii
import hmac
import html
import secrets
from typing import Any
from urllib.parse import unquote, urlencode

from sandbox.tiki.call import Call
from sandbox.tiki.refusals import OAuthRefused
from sandbox.tiki.switches import Switches
from sandbox.tiki.world import App, Seller, Token, World

BASIC, POST = "client_secret_basic", "client_secret_post"
STATE_MIN = 8


def token(world: World, switches: Switches, call: Call) -> dict[str, Any]:
    """POST /sc/oauth2/token."""
    if call.headers.get("content-type", "").split(";")[0] != "application/x-www-form-urlencoded":
        raise OAuthRefused(400, "invalid_request", "The body must be form encoded")
    form = call.form()
    app = _client(world, call, form)
    grants = {
        "client_credentials": _own,
        "authorization_code": _code,
        "refresh_token": _refresh,
    }
    grant = grants.get(form.get("grant_type", ""))
    if grant is None:
        raise OAuthRefused(400, "unsupported_grant_type", "The grant type is not supported")
    return grant(world, switches, call, form, app)


def _client(world: World, call: Call, form: dict[str, str]) -> App:
    """By HTTP Basic or in the body, as the app was registered; the other way is refused (1)."""
    kind, _, pair = call.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(pair, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise OAuthRefused(401, "invalid_client", "Bad authorization header") from None
        method, client_id, secret = BASIC, unquote(client_id), unquote(secret)
    else:
        method = POST
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    app = world.apps.get(client_id)
    good = app is not None and hmac.compare_digest(app.secret.encode(), secret.encode())
    if app is None or not good or app.method != method:
        raise OAuthRefused(401, "invalid_client", "Client authentication failed")
    return app


def _own(
    world: World, switches: Switches, call: Call, form: dict[str, str], app: App
) -> dict[str, Any]:
    """In-house: the app is the seller's. A public one gets a token that speaks for nobody."""
    scopes = form["scope"].split() if form.get("scope") else list(app.scopes)
    if not set(scopes) <= set(app.scopes):
        raise OAuthRefused(400, "invalid_scope", "The scope is not granted to the app")
    seller = world.sellers.get(app.seller) or _nobody(world)
    return _issued(world, switches, seller, app, [s for s in scopes if s != "offline"], call.now)


def _nobody(world: World) -> Seller:
    """Holds the tokens that are linked to no seller (2: 401)."""
    return world.sellers.setdefault("", Seller("", 0, ""))


def _code(
    world: World, switches: Switches, call: Call, form: dict[str, str], app: App
) -> dict[str, Any]:
    for seller in world.sellers.values():
        given = seller.codes.get(form.get("code", ""))
        if given is None:
            continue
        del seller.codes[form["code"]]
        world.touch(seller)
        if given["client_id"] != app.client_id or call.now >= given["ends"]:
            break
        if form.get("redirect_uri") != given["redirect_uri"]:
            raise OAuthRefused(400, "invalid_grant", "The redirect URI does not match")
        return _issued(world, switches, seller, app, given["scopes"], call.now)
    raise OAuthRefused(400, "invalid_grant", "The authorization code is invalid or expired")


def _refresh(
    world: World, switches: Switches, call: Call, form: dict[str, str], app: App
) -> dict[str, Any]:
    given = form.get("refresh_token", "")
    for seller in world.sellers.values():
        grant = seller.refresh.get(given)
        if grant is None or grant[0] not in ("", app.client_id):
            continue
        if not grant[0] and not switches.old_refresh_works:
            break
        if not switches.refresh_rotates:
            return _issued(world, switches, seller, app, grant[1:], call.now, again=given)
        seller.refresh[given] = ["", *grant[1:]]
        return _issued(world, switches, seller, app, grant[1:], call.now)
    raise OAuthRefused(400, "invalid_grant", "The refresh token is invalid, expired or used")


def _issued(
    world: World,
    switches: Switches,
    seller: Seller,
    app: App,
    scopes: list[str],
    now: float,
    again: str = "",
) -> dict[str, Any]:
    """A token; with the scope ``offline`` a refresh token beside it. Older tokens live on."""
    value = secrets.token_urlsafe(24)
    seller.tokens = [t for t in seller.tokens if t.ends > now]
    seller.tokens.append(Token(value, now + switches.token_life_s, app.client_id, list(scopes)))
    answer: dict[str, Any] = {
        "access_token": value,
        "expires_in": int(switches.token_life_s),
        "scope": " ".join(scopes),
        "token_type": "bearer",
    }
    if "offline" in scopes and not again:
        answer["refresh_token"] = secrets.token_urlsafe(24)
        seller.refresh[answer["refresh_token"]] = [app.client_id, *scopes]
    world.touch(seller)
    return answer


def consent_page(world: World, call: Call) -> str:
    """GET /sc/oauth2/auth: the page on which a seller agrees (HTML)."""
    app = world.apps.get(call.query.get("client_id", ""))
    if app is None or app.seller:
        raise OAuthRefused(400, "invalid_client", "The app is unknown, or not a public one")
    if call.query.get("response_type") != "code":
        raise OAuthRefused(400, "unsupported_response_type", "response_type must be code")
    if call.query.get("redirect_uri") not in app.redirects:
        raise OAuthRefused(400, "invalid_request", "redirect_uri is not registered")
    if len(call.query.get("state", "")) < STATE_MIN:
        raise OAuthRefused(400, "invalid_state", "state must be at least 8 characters long")
    links = []
    for seller in world.sellers.values():
        if seller.sid:
            kept = ("client_id", "redirect_uri", "scope", "state")
            query = {n: call.query[n] for n in kept if n in call.query} | {"sid": seller.sid}
            target = html.escape(f"/_sandbox/consent?{urlencode(query)}")
            links.append(f'<li><a href="{target}">{html.escape(seller.name)}</a></li>')
    return (
        '<!doctype html><meta charset="utf-8"><title>Tiki (mô phỏng)</title>'
        f"<h1>Cho phép ứng dụng quản lý gian hàng nào?</h1><ul>{''.join(links)}</ul>"
    )


def give_code(
    world: World,
    switches: Switches,
    seller: Seller,
    app: App,
    redirect: str,
    scope: str,
    now: float,
) -> str:
    """The seller agrees: a one-time code (1)."""
    code = secrets.token_urlsafe(12)
    seller.codes[code] = {
        "client_id": app.client_id,
        "redirect_uri": redirect,
        "scopes": scope.split() or list(app.scopes),
        "ends": now + switches.code_life_s,
    }
    world.touch(seller)
    return code
