"""Connect a shop: try its login, read who it is and what it allows, propose its categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Account, Connector, Credentials, ShopFacts
from models import categories, shops
from models.shop import Shop
from models.text import slug
from worker import mapping
from worker.env import Env


class BadAccount(ValueError):
    """The account cannot be connected as given (Vietnamese: what was found, what is expected)."""


@dataclass(frozen=True, slots=True)
class NewShop:
    """``producer_id`` None: the province's own shop. Empty ``base_url``: the channel's."""

    channel: str
    name: str
    producer_id: int | None
    base_url: str
    credentials: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Connected:
    key: str
    facts: ShopFacts
    mapped: int
    unmapped: tuple[str, ...]


def connect(env: Env, new: NewShop) -> Connected:
    """Add (or reconnect) a shop. Raises BadAccount, or a ChannelError that says what is wrong."""
    if new.channel not in env.connectors:
        raise BadAccount(
            f"không có kênh '{new.channel}'; đang có: {', '.join(sorted(env.connectors))}"
        )
    credentials = check_fields(env, new)
    key = slug(new.name)[:63]
    base_url = (new.base_url or env.connectors[new.channel].capabilities.default_base_url).rstrip(
        "/"
    )
    account = Account(key, base_url, credentials)
    connector = env.connector(new.channel, account)
    if needs_tokens(connector, credentials, env):
        credentials = connector.refresh()
        account = Account(key, base_url, credentials)
        connector = env.connector(new.channel, account)
    stored = _store(env, new, key, base_url, credentials, connector)
    facts = connector.check()
    with env.db.transaction() as session:
        shops.checked(session, stored, facts.settings, facts.consent_expires_at, env.now())
    return _map(env, new.channel, account, connector, facts)


def needs_tokens(connector: Connector, credentials: Mapping[str, str], env: Env) -> bool:
    """Whether the access token has to be traded for before anything can be asked."""
    if credentials.get("access_token"):
        expires = connector.token_expires_at()
        return expires is not None and expires <= env.now()
    return bool(credentials.get("code") or credentials.get("refresh_token"))


def check_fields(env: Env, new: NewShop) -> Credentials:
    """The credentials as text. Raises BadAccount naming what is missing or unknown."""
    required, optional = env.connectors[new.channel].capabilities.credential_fields
    given = {name: str(value) for name, value in new.credentials.items() if value is not None}
    missing = sorted(name for name in required if not given.get(name))
    if missing:
        raise BadAccount(
            f"tệp đăng nhập thiếu: {', '.join(missing)}; {new.channel} cần "
            f"{', '.join(sorted(required))} và có thể có {', '.join(sorted(optional))}"
        )
    known = required | optional
    return Credentials({name: value for name, value in given.items() if name in known})


def _store(
    env: Env, new: NewShop, key: str, base_url: str, credentials: Credentials, connector: Connector
) -> int:
    """Write the shop before its check, so that a fresh token pair is never lost."""
    remote_key = credentials.get("shop_id") or credentials.get("seller_id") or key
    with env.db.transaction() as session:
        shop = shops.by_key(session, key) or Shop(
            key=key, name=new.name, channel=new.channel, remote_key=remote_key, base_url=base_url
        )
        if shop.id is not None and shop.channel != new.channel:
            raise BadAccount(f"gian hàng '{key}' đã có trên kênh {shop.channel}: hãy đặt tên khác")
        twin = shops.by_remote(session, new.channel, remote_key, base_url)
        if twin is not None and twin.key != key:
            raise BadAccount(f"tài khoản này đã kết nối với tên '{twin.key}'")
        shop.name, shop.producer_id = new.name, new.producer_id
        shop.remote_key, shop.base_url = remote_key, base_url
        session.add(shop)
        session.flush()
        shop_id = shop.id or 0
        secret = env.encrypt(credentials)
        shops.store_credential(session, shop_id, secret, connector.token_expires_at())
        return shop_id


def _map(
    env: Env, channel: str, account: Account, connector: Connector, facts: ShopFacts
) -> Connected:
    """Propose categories for goods that have none yet in this market."""
    base_url = account.base_url
    with env.db.transaction() as session:
        known = categories.mapped(session, channel, base_url)
    wanted = [goods for goods in mapping.GOODS if (goods[0], goods[1]) not in known]
    proposals = mapping.propose(connector.categories(), wanted) if wanted else []
    leaves = sorted({p.category_id for p in proposals})
    attributes = connector.attributes(leaves) if leaves else {}
    rows = [
        categories.MapRow(
            p.kind, p.words, p.category_id,
            tuple(mapping.default_attributes(attributes.get(p.category_id, ()))),
        )
        for p in proposals
    ]  # fmt: skip
    with env.db.transaction() as session:
        categories.add(session, channel, base_url, rows)
        known = categories.mapped(session, channel, base_url)
    unmapped = sorted({goods[0] for goods in mapping.GOODS} - {kind for kind, _words in known})
    return Connected(account.shop_key, facts, len(rows), tuple(unmapped))
