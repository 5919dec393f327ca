"""Consent by the channel's own page: where a person is sent, and the login that they bring back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from connectors.contract import Account, Credentials
from worker.connect import BadAccount, Connected, NewShop, as_wanted, connect
from worker.env import Env
from worker.saying import say


def address(env: Env, new: NewShop, redirect_url: str, state: str) -> str:
    """The channel's page for a shop that is to be. Raises BadAccount for what is missing,
    and for a name that is taken: before the person is sent away."""
    connector = env.connector(new.channel, _account(env, new))
    try:
        return connector.authorization_url(redirect_url, state)
    except KeyError as error:
        said = say("thiếu %(field)s, cần có trước khi sang trang của sàn", field=error.args[0])
        raise BadAccount(said) from None
    except NotImplementedError:
        said = say("kênh này không có trang cấp quyền; điền thông tin đăng nhập")
        raise BadAccount(said) from None


def finish(env: Env, new: NewShop, answer: Mapping[str, str]) -> Connected:
    """Trade what the channel's page handed back, and connect. Raises BadAccount, ChannelError."""
    connector = env.connector(new.channel, _account(env, new))
    login = connector.exchange_code(dict(answer))
    return connect(env, replace(new, credentials={**new.credentials, **login}))


def _account(env: Env, new: NewShop) -> Account:
    shop = as_wanted(env, new)
    return Account("", shop.base_url, Credentials(dict(new.credentials)), {}, None, "")


def packed(new: NewShop) -> dict[str, str]:
    """A shop that is to be, as the vault keeps it."""
    return {
        "channel": new.channel, "name": new.name, "base_url": new.base_url,
        "producer_id": "" if new.producer_id is None else str(new.producer_id),
        "credentials": json.dumps(dict(new.credentials)), "again": new.again,
        "keeps_owner": "1" if new.keeps_owner else "",
    }  # fmt: skip


def unpacked(kept: Mapping[str, str]) -> NewShop:
    """What :func:`packed` was given."""
    owner = kept["producer_id"]
    return NewShop(
        kept["channel"], kept["name"], int(owner) if owner else None, kept["base_url"],
        json.loads(kept["credentials"]), kept.get("again", ""),
        keeps_owner=bool(kept.get("keeps_owner")),
    )  # fmt: skip
