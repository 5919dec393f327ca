"""Connect a shop: try its login, read who it is and what it allows, propose its categories."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.contract import Account, Connector, Credentials, ShopFacts
from connectors.guard import Refused
from models import categories, pairing, shops
from models.shop import Shop
from models.text import slug
from worker import adopting, mapping
from worker.env import Env
from worker.saying import say


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


@dataclass(frozen=True, slots=True)
class Connected:
    key: str
    facts: ShopFacts
    mapped: int
    unmapped: tuple[str, ...]
    adopted: int = 0
    waiting: int = 0
    """Packs of the shop that are ours, and those that a person has to judge."""
    not_adopted: tuple[str, ...] = ()
    """Items that are surely ours and could not be marked as such, in sentences."""


def connect(env: Env, new: NewShop) -> Connected:
    """Add (or reconnect) a shop. Raises BadAccount, or a ChannelError that says what is wrong."""
    if new.channel not in env.connectors:
        known = ", ".join(sorted(env.connectors))
        raise BadAccount(
            say("không có kênh '%(found)s'; đang có: %(known)s", found=new.channel, known=known)
        )
    check_address(env, new.base_url)
    shop = _shop(env, new)
    account = env.account(shop, check_fields(env, new))
    connector = env.connector(new.channel, account)
    if needs_tokens(connector, env):
        account = replace(account, credentials=connector.refresh())
        connector = env.connector(new.channel, account)
    shop_id = _store(env, shop, account, connector)
    facts = connector.check()
    _only_once(env, shop_id, shop, facts)
    with env.db.transaction() as session:
        shops.checked(
            session, shop_id, facts.settings, facts.consent_expires_at, env.now(), facts.account_id
        )
        if shop.checked_at is None:
            shops.set_enabled(session, shop_id, on=True)
    account = replace(account, settings=facts.settings)
    connected = _map(env, new.channel, account, env.connector(new.channel, account), facts)
    with env.db.transaction() as session:
        stored = session.get_one(Shop, shop_id)
    adopting.survey(env, stored)
    problems = adopting.adopt_sure(env, stored)
    with env.db.transaction() as session:
        verdicts = [row.verdict for row in pairing.of_shop(session, shop_id)]
    return replace(
        connected,
        adopted=verdicts.count("adopted"),
        waiting=verdicts.count("doubtful"),
        not_adopted=tuple(problems),
    )


def check_address(env: Env, base_url: str) -> None:
    """An address that a person gave: a public name that leads to a private host is refused when
    it is asked."""
    try:
        if "://" in base_url:
            env.guard.and_named(base_url).check(base_url)
    except Refused as error:
        raise BadAccount(say("địa chỉ '%(url)s': %(error)s", url=base_url, error=error)) from None


def _shop(env: Env, new: NewShop) -> Shop:
    """The shop of that name, as it will stand; a new one stays off until its check said yes."""
    key = slug(new.name)[:63]
    default = env.connectors[new.channel].capabilities.default_base_url
    base_url = (new.base_url or default).rstrip("/")
    with env.db.transaction() as session:
        shop = shops.by_key(session, key)
    if shop is None:
        token = secrets.token_urlsafe(18)
        shop = Shop(
            key=key, name=new.name, channel=new.channel, base_url=base_url, public_token=token,
            enabled=False,
        )  # fmt: skip
    elif shop.channel != new.channel:
        said = say(
            "gian hàng '%(shop)s' đã có trên kênh %(channel)s: hãy đặt tên khác",
            shop=key, channel=shop.channel,
        )  # fmt: skip
        raise BadAccount(said)
    shop.name, shop.producer_id, shop.base_url = new.name, new.producer_id, base_url
    return shop


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


def _store(env: Env, shop: Shop, account: Account, connector: Connector) -> int:
    """Write the shop before its check, so that a fresh token pair is never lost."""
    with env.db.transaction() as session:
        stored = session.merge(shop)
        session.flush()
        shop_id = stored.id or 0
        shops.writing_secrets(session)
        secret = env.encrypt(account.credentials)
        shops.store_credential(session, shop_id, secret, connector.token_expires_at())
        return shop_id


def _only_once(env: Env, shop_id: int, shop: Shop, facts: ShopFacts) -> None:
    """One account is one shop here, or two names would divide and sell the same stock twice."""
    with env.db.transaction() as session:
        twin = shops.by_remote(session, shop.channel, facts.account_id, shop.base_url)
        if twin is None or twin.key == shop.key:
            return
        if shop.checked_at is None:
            shops.forget(session, shop_id)
    raise BadAccount(say("tài khoản này đã kết nối với tên '%(shop)s'", shop=twin.key))


def _map(
    env: Env, channel: str, account: Account, connector: Connector, facts: ShopFacts
) -> Connected:
    """Propose categories for goods that have none yet in this market."""
    market = (channel, account.base_url)
    with env.db.transaction() as session:
        known = categories.mapped(session, market)
    starter = connector.capabilities.starter
    wanted = [row for row in starter if (row.kind, row.words) not in known]
    proposals = mapping.propose(connector.categories(), wanted) if wanted else []
    leaves = sorted({p.category_id for p in proposals})
    attributes = connector.attributes(leaves) if leaves else {}
    rows = [
        categories.MapRow(
            p.kind, p.words, p.category_id,
            tuple(mapping.default_attributes(attributes.get(p.category_id, ()))), p.name,
        )
        for p in proposals
    ]  # fmt: skip
    with env.db.transaction() as session:
        categories.add(session, market, rows)
        known = categories.mapped(session, market)
    unmapped = sorted({row.kind for row in starter} - {kind for kind, _words in known})
    return Connected(account.shop_key, facts, len(rows), tuple(unmapped))
