"""Connect a shop: try its login, read who it is and what it allows, and settle it in."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from connectors.contract import Account, Connector, Credentials, ShopFacts
from connectors.errors import AuthExpired
from connectors.guard import Refused
from models import shops, unread
from models.shop import Shop
from models.text import slug
from worker import planning
from worker.env import Env
from worker.saying import say
from worker.settle_in import Settled, patiently, settle_in_or_say


class BadAccount(ValueError):
    """The account cannot be connected as given (Vietnamese: what was found, what is expected)."""


@dataclass(frozen=True, slots=True)
class NewShop:
    """``producer_id`` None: the province's own shop. Empty ``base_url``: the channel's."""

    channel: str
    name: str
    producer_id: int | None
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    again: str = ""
    """The key of the shop that is connected again; an empty ``base_url`` is then the shop's, and
    so is a name that is its key."""
    keeps_owner: bool = False
    """Nobody said whose the shop is that is connected again: it stays whose it was."""


@dataclass(frozen=True, slots=True)
class Connected:
    key: str
    facts: ShopFacts
    settled: Settled


def connect(env: Env, new: NewShop) -> Connected:
    """Add a shop, or connect one again that the caller names. A shop that worked is left as it was
    until its new login is known to work, and to be of the same account: until then its listings
    belong to the old one. From there on it is connected, and what the channel does not let through
    is left to the schedule. Raises BadAccount, or a ChannelError that says what is wrong."""
    if new.channel not in env.connectors:
        known = ", ".join(sorted(env.connectors))
        raise BadAccount(
            say("không có kênh '%(found)s'; đang có: %(known)s", found=new.channel, known=known)
        )
    shop = as_wanted(env, new)
    account = env.account(shop, check_fields(env, new))
    connector = env.connector(new.channel, account)
    if needs_tokens(connector, env):
        account, connector = _refreshed(env, shop, account, connector)
    elif shop.checked_at is None:
        _store_unchecked(env, shop, account, connector)
    try:
        facts = patiently(env, shop, connector.check)
    except AuthExpired:  # a file does not say until when its access token is good
        account, connector = _refreshed(env, shop, account, connector)
        facts = patiently(env, shop, connector.check)
    _same_account(shop, facts)
    _only_once(env, shop, facts)
    shop_id = _store_checked(env, shop, account, connector, facts)
    planning.plan_refused(env, shop_id)
    with env.db.transaction() as session:
        stored = session.get_one(Shop, shop_id)
    return Connected(stored.key, facts, settle_in_or_say(env, stored))


def _refreshed(
    env: Env, shop: Shop, account: Account, connector: Connector
) -> tuple[Account, Connector]:
    """With a fresh token pair, which a new shop keeps before anything else is asked."""
    account = replace(account, credentials=connector.refresh())
    connector = env.connector(shop.channel, account)
    if shop.checked_at is None:
        _store_unchecked(env, shop, account, connector)
    return account, connector


def check_address(env: Env, base_url: str) -> None:
    """An address that a person gave: a public name that leads to a private host is refused when
    it is asked."""
    try:
        if "://" in base_url:
            env.guard.and_named(base_url).check(base_url)
    except Refused as error:
        raise BadAccount(say("địa chỉ '%(url)s': %(error)s", url=base_url, error=error)) from None


RESERVED = frozenset({"new", "connect", "consent", "consented", "stop-all", "start-all"})
"""Keys that no shop may have: on the web they are pages beside the shops'."""


def key_of(name: str) -> str:
    """The key of a shop of that name. Raises BadAccount for a name without a letter or digit."""
    key = slug(name)[:63]
    if not key:
        raise BadAccount(
            say("tên gian hàng '%(name)s' không có chữ cái (a–z) hay chữ số nào; hãy đặt tên khác",
                name=name)
        )  # fmt: skip
    return key


def as_wanted(env: Env, new: NewShop) -> Shop:
    """The shop as it will stand, not stored yet; a new one stays off until its check said yes.
    Raises BadAccount where there may be no such shop."""
    check_address(env, new.base_url)
    key = new.again or key_of(new.name)
    with env.db.transaction() as session:
        shop = shops.by_key(session, key)
    default = env.connectors[new.channel].capabilities.default_base_url
    if shop is None:
        _refuse_new(new, key)
        shop = Shop(
            key=key, name=new.name, channel=new.channel, base_url=default, enabled=False,
            public_token=secrets.token_urlsafe(18),
        )  # fmt: skip
    else:
        _refuse_known(new, shop)
    base_url = new.base_url or (shop.base_url if new.again else default)
    shop.base_url = _spelt(base_url)
    if not (new.again and new.name in ("", shop.key)):
        shop.name = new.name
    if not (new.again and new.keeps_owner):
        shop.producer_id = new.producer_id
    return shop


def _spelt(url: str) -> str:
    """One spelling of an address: by it a shop that has no account of its own is known."""
    parts = urlsplit(url.strip())
    host = parts.netloc.lower().removesuffix(
        {"http": ":80", "https": ":443"}.get(parts.scheme, " ")
    )
    return parts._replace(netloc=host).geturl().rstrip("/")


def _refuse_new(new: NewShop, key: str) -> None:
    if new.again:
        raise BadAccount(
            say("không có gian hàng '%(shop)s' để kết nối lại; xem danh sách gian hàng", shop=key)
        )
    if key in RESERVED:
        raise BadAccount(
            say("tên '%(shop)s' chương trình đã dùng cho một trang của mình; hãy đặt tên khác",
                shop=key)
        )  # fmt: skip


def _refuse_known(new: NewShop, shop: Shop) -> None:
    """A name that is taken would give a shop, with its listings, to another account. An attempt
    that never came through holds no name."""
    if shop.channel != new.channel:
        said = say(
            "gian hàng '%(shop)s' đã có trên kênh %(channel)s: hãy đặt tên khác",
            shop=shop.key, channel=shop.channel,
        )  # fmt: skip
        raise BadAccount(said)
    if shop.checked_at is not None and not new.again:
        said = say(
            "tên này đã là của gian hàng '%(shop)s' (%(name)s): hãy đặt tên khác. Muốn kết nối lại "
            "chính gian hàng đó thì bấm “Kết nối lại…” ở trang của nó, hoặc thêm --again vào lệnh "
            "accounts add",
            shop=shop.key, name=shop.name,
        )  # fmt: skip
        raise BadAccount(said)


def needs_tokens(connector: Connector, env: Env) -> bool:
    """Whether the access token has to be fetched before anything can be asked."""
    expires = connector.token_expires_at()
    return expires is not None and expires <= env.now()


def check_fields(env: Env, new: NewShop) -> Credentials:
    """The credentials as text. Raises BadAccount naming what is missing or unknown."""
    required, optional = env.connectors[new.channel].capabilities.credential_fields
    given = {name: str(value) for name, value in new.credentials.items() if value is not None}
    missing = sorted(name for name in required if not given.get(name))
    if missing:
        said = say(
            "tệp đăng nhập thiếu: %(missing)s; %(channel)s cần %(required)s và có thể có "
            "%(optional)s",
            missing=", ".join(missing), channel=new.channel,
            required=", ".join(sorted(required)), optional=", ".join(sorted(optional)),
        )  # fmt: skip
        raise BadAccount(said)
    known = required | optional
    return Credentials({name: value for name, value in given.items() if name in known})


@contextmanager
def _alone(env: Env, shop: Shop) -> Iterator[Session]:
    """A transaction that fails where somebody else connected the shop, or its account, since it
    was read (a button that was pressed twice): the login of one is not kept with the account of
    the other. Raises BadAccount."""
    try:
        with env.db.transaction() as session:
            stored = session.get(Shop, shop.id, with_for_update=True) if shop.id else None
            if stored is not None and stored.remote_key != shop.remote_key:
                raise _overtaken(shop)
            yield session
    except IntegrityError:
        raise _overtaken(shop) from None


def _overtaken(shop: Shop) -> BadAccount:
    return BadAccount(
        say("gian hàng '%(shop)s' hoặc tài khoản của nó vừa được kết nối ở một nơi khác; xem lại "
            "danh sách gian hàng, rồi kết nối lại nếu còn cần", shop=shop.key)
    )  # fmt: skip


def _store_unchecked(env: Env, shop: Shop, account: Account, connector: Connector) -> None:
    """A new shop is written before its check, so that a fresh token pair is never lost."""
    with _alone(env, shop) as session:
        shop.id = _store(env, session, shop, account, connector)


def _store_checked(
    env: Env, shop: Shop, account: Account, connector: Connector, facts: ShopFacts
) -> int:
    """The login works: keep it, with what the shop says of itself. A new shop may sell our goods
    already, and creates nothing before it was read through."""
    with _alone(env, shop) as session:
        shop_id = _store(env, session, shop, account, connector)
        shops.checked(
            session, shop_id, facts.settings, facts.consent_expires_at, env.now(),
            facts.account_id or shop.remote_key or "",
        )  # fmt: skip
        if shop.checked_at is None:
            unread.mark(session, shop.key, env.now())
            shops.set_enabled(session, shop_id, on=True)
    return shop_id


def _store(
    env: Env, session: Session, shop: Shop, account: Account, connector: Connector
) -> int:  # fmt: skip
    """Only what a connection says: a switch or a breaker may have moved since the shop was read."""
    stored = session.get(Shop, shop.id) if shop.id else None
    if stored is None:
        stored = session.merge(shop)
    stored.name, stored.base_url = shop.name, shop.base_url
    stored.producer_id = shop.producer_id
    session.flush()
    shops.writing_secrets(session)
    secret = env.encrypt(account.credentials)
    shops.store_credential(session, stored.id or 0, secret, connector.token_expires_at())
    return stored.id or 0


def _same_account(shop: Shop, facts: ShopFacts) -> None:
    """The listings of a shop are those of its account: another's would be taken for them."""
    if not facts.account_id or not shop.remote_key or facts.account_moves:
        return
    if facts.account_id != shop.remote_key:
        said = say(
            "đăng nhập này là của tài khoản %(found)s (%(name)s), còn gian hàng '%(shop)s' là của "
            "tài khoản %(expected)s: dùng đăng nhập của đúng tài khoản đó, hoặc kết nối tài khoản "
            "này với một tên khác",
            found=facts.account_id, name=facts.name, shop=shop.key, expected=shop.remote_key,
        )  # fmt: skip
        raise BadAccount(said)


def _only_once(env: Env, shop: Shop, facts: ShopFacts) -> None:
    """One account is one shop here, or two names would divide and sell the same stock twice."""
    with env.db.transaction() as session:
        twin = shops.by_remote(session, shop.channel, facts.account_id, shop.base_url)
        if twin is None or twin.key == shop.key:
            return
        if shop.checked_at is None:
            shops.forget(session, shop.id or 0)
    raise BadAccount(say("tài khoản này đã kết nối với tên '%(shop)s'", shop=twin.key))
