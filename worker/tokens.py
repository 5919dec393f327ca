"""A shop's secrets: opened for a connector, and refreshed once by one worker at a time.

The refresh token is spent by the first call that reaches the channel, so: one lock a shop (a
session-level advisory lock, no transaction stays open across the call), the intent (hash of the
token) committed *before* the call, and a compare-and-swap of the new pair after it. After an
unclear answer the same token is tried once more, and only a refusal pauses the shop.
(design: "Tokens"; shopee.md 1.4, trap 4)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from sqlalchemy import text

from connectors.contract import Account, Connector, Credentials
from connectors.errors import AuthExpired, AuthRefused, ChannelError
from models import shops
from models.shop import Shop
from worker.env import Env

EARLY = timedelta(minutes=20)
"""A token that lapses within this is refreshed before it is used."""

_log = structlog.get_logger(__name__)

_LOCK_SPACE = 7_205_002

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """A shop's account with its secrets, and the version they stood at."""

    account: Account
    version: int
    expires_at: datetime | None


def open_account(env: Env, shop: Shop) -> Opened:
    """The account with decrypted secrets. Raises AuthRefused when none are stored."""
    with env.db.transaction() as session:
        stored = shops.credential(session, shop.id or 0)
    if stored is None:
        raise AuthRefused(f"gian hàng {shop.key} chưa có thông tin đăng nhập")
    account = env.account(shop, Credentials(env.decrypt(stored.secret)))
    return Opened(account, stored.version, stored.expires_at)


def lapses_soon(opened: Opened, now: datetime) -> bool:
    return opened.expires_at is not None and opened.expires_at - now < EARLY


def fresh_account(env: Env, shop: Shop) -> Opened:
    """The account with a login that will last for a while. Raises what :func:`refresh` does."""
    opened = open_account(env, shop)
    if lapses_soon(opened, env.now()):
        opened = refresh(env, shop, opened.version)
    return opened


def ask(env: Env, shop: Shop, call: Callable[[Connector], T]) -> T:
    """``call`` with a login that will last for a while; a token that the channel ended early is
    traded once, and the call repeated. Raises what :func:`refresh` and the call do."""
    opened = fresh_account(env, shop)
    try:
        return call(env.connector(shop.channel, opened.account))
    except AuthExpired:
        opened = refresh(env, shop, opened.version)
        return call(env.connector(shop.channel, opened.account))


def keep_fresh(env: Env) -> None:
    """Refresh every shop's login before it lapses, also of shops that owe nothing: a refresh
    token that nobody uses for a month is lost, and the shop with it.

    A shop that cannot be refreshed now holds up no other; it is asked again next time, and one
    whose login is refused is paused with what its owner has to do.
    """
    with env.db.transaction() as session:
        open_shops = [s for s in shops.all_shops(session) if s.enabled and not s.paused_reason]
    for shop in open_shops:
        try:
            fresh_account(env, shop)
        except ChannelError as error:
            _log.warning("login not refreshed", shop=shop.key, error=error.message)


def refresh(env: Env, shop: Shop, seen_version: int) -> Opened:
    """Trade the refresh token, unless somebody did since ``seen_version``.

    Raises AuthRefused (the shop is paused, with what its owner has to do), Unavailable or
    Ambiguous (asked again later with the same token).
    """
    with _single_flight(env, shop.id or 0):
        opened = open_account(env, shop)
        if opened.version != seen_version:
            return opened
        intent = fingerprint(opened.account.credentials)
        with env.db.transaction() as session:
            shops.intend_refresh(session, shop.id or 0, opened.version, intent)
        try:
            fresh = env.connector(shop.channel, opened.account).refresh()
        except AuthRefused as error:
            pause(env, shop, error)
            raise
        return _swap(env, shop, opened, fresh)


def fingerprint(credentials: Credentials) -> str:
    """A hash that names the token to be spent without showing it."""
    spent = credentials.get("refresh_token") or credentials.get("code") or ""
    return hashlib.sha256(spent.encode()).hexdigest()


def _swap(env: Env, shop: Shop, opened: Opened, fresh: Credentials) -> Opened:
    """Store the new pair where the old one still stands; else what stands there now."""
    account = env.account(shop, fresh)
    expires_at = env.connector(shop.channel, account).token_expires_at()
    with env.db.transaction() as session:
        shops.writing_secrets(session)
        swapped = shops.swap_credential(
            session, shop.id or 0, opened.version, env.encrypt(fresh), expires_at
        )
    return Opened(account, opened.version + 1, expires_at) if swapped else open_account(env, shop)


def pause(env: Env, shop: Shop, error: AuthRefused) -> None:
    """Only a person can reconnect the shop: stop it, and say how."""
    with env.db.transaction() as session:
        shops.pause(
            session,
            shop.id or 0,
            f"Sàn không nhận đăng nhập nữa ({error.message}). Chủ gian hàng cấp quyền lại, rồi "
            f"chạy: ocop-sync accounts add {shop.channel} --name {shop.key} --again "
            "--credentials FILE",
        )


@contextmanager
def _single_flight(env: Env, shop_id: int) -> Iterator[None]:
    """One refresh a shop at a time, over all workers; the lock dies with its connection."""
    with env.db.engine.connect() as raw:
        connection = raw.execution_options(isolation_level="AUTOCOMMIT")
        key = {"space": _LOCK_SPACE, "shop": shop_id}
        connection.execute(text("SELECT pg_advisory_lock(:space, :shop)"), key)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:space, :shop)"), key)
