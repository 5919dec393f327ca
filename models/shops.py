"""Shops as the worker reads and marks them: credentials, breaker, cursors, uploaded pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.shop import Shop, ShopCredential


@dataclass(frozen=True, slots=True)
class StoredCredential:
    """Encrypted secrets with what compare-and-swap needs."""

    secret: bytes
    version: int
    expires_at: datetime | None
    refresh_intent: str | None
    refresh_tries: int


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """A shop's encrypted secrets, for whoever looks after the keys."""

    shop_id: int
    shop_key: str
    secret: bytes


def by_key(session: Session, key: str) -> Shop | None:
    """The shop of that key."""
    return session.exec(select(Shop).where(col(Shop.key) == key)).first()


def by_remote(session: Session, channel: str, remote_key: str, base_url: str) -> Shop | None:
    """The shop that is connected to this account of the channel."""
    return session.exec(
        select(Shop).where(
            Shop.channel == channel, Shop.remote_key == remote_key, Shop.base_url == base_url
        )
    ).first()


def all_shops(session: Session) -> list[Shop]:
    """Every shop, by key."""
    return list(session.exec(select(Shop).order_by(col(Shop.key))).all())


def credential(session: Session, shop_id: int) -> StoredCredential | None:
    """The shop's stored secrets, None when it has none."""
    row = session.get(ShopCredential, shop_id)
    if row is None:
        return None
    return StoredCredential(
        row.secret, row.version, row.expires_at, row.refresh_intent, row.refresh_tries
    )


def credentials(session: Session) -> list[KeptSecret]:
    """All stored secrets, by shop."""
    rows = session.execute(
        text("""SELECT c.shop_id, s.key, c.secret FROM shop_credential c
            JOIN shop s ON s.id = c.shop_id ORDER BY s.key""")
    )
    return [KeptSecret(row[0], row[1], bytes(row[2])) for row in rows]


_SECRETS_LOCK = 7_205_003
"""Any fixed number: writers of secrets share it, a rotation of the keys has it alone."""


def writing_secrets(session: Session) -> None:
    """To be called before secrets are encrypted for this transaction: a rotation of the master
    keys comes before it or after its commit, never between."""
    session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _SECRETS_LOCK})


def rotating_secrets(session: Session) -> None:
    """Wait for those who write secrets, and let none begin before this transaction's end."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SECRETS_LOCK})


def renew_secret(session: Session, shop_id: int, secret: bytes) -> None:
    """The same secrets under another key: for those who hold them nothing has changed."""
    session.execute(
        text("UPDATE shop_credential SET secret = :secret WHERE shop_id = :shop"),
        {"shop": shop_id, "secret": secret},
    )


def store_credential(
    session: Session, shop_id: int, secret: bytes, expires_at: datetime | None
) -> None:
    """Set a shop's secrets, whatever stood there (a person connected it)."""
    session.execute(
        text("""INSERT INTO shop_credential (shop_id, secret, version, expires_at, refresh_tries)
            VALUES (:shop, :secret, 1, :expires, 0)
            ON CONFLICT (shop_id) DO UPDATE SET secret = excluded.secret,
                version = shop_credential.version + 1, expires_at = excluded.expires_at,
                refresh_intent = NULL, refresh_tries = 0"""),
        {"shop": shop_id, "secret": secret, "expires": expires_at},
    )


def intend_refresh(session: Session, shop_id: int, version: int, intent: str) -> int | None:
    """Commit that this token is about to be spent; returns how often it was tried, with this
    time, or None when the stored version is another."""
    row = session.execute(
        text("""UPDATE shop_credential SET
                refresh_tries = CASE WHEN refresh_intent = :intent THEN refresh_tries + 1
                    ELSE 1 END,
                refresh_intent = :intent
            WHERE shop_id = :shop AND version = :version RETURNING refresh_tries"""),
        {"shop": shop_id, "version": version, "intent": intent},
    ).first()
    return int(row[0]) if row else None


def swap_credential(
    session: Session, shop_id: int, version: int, secret: bytes, expires_at: datetime | None
) -> bool:
    """Replace the secrets only where ``version`` still stands (compare and swap)."""
    row = session.execute(
        text("""UPDATE shop_credential SET secret = :secret, version = version + 1,
                expires_at = :expires, refresh_intent = NULL, refresh_tries = 0
            WHERE shop_id = :shop AND version = :version RETURNING version"""),
        {"shop": shop_id, "version": version, "secret": secret, "expires": expires_at},
    ).first()
    return row is not None


def pause(session: Session, shop_id: int, reason: str) -> None:
    """Stop a shop until a person reconnects it; ``reason`` tells them how (Vietnamese)."""
    session.execute(
        text("UPDATE shop SET paused_reason = :reason WHERE id = :shop"),
        {"shop": shop_id, "reason": reason},
    )


def trip(session: Session, shop_id: int, until: datetime, reason: str) -> None:
    """Open the breaker: no calls before ``until``."""
    session.execute(
        text("""UPDATE shop SET breaker_until = :until, breaker_trips = breaker_trips + 1,
            breaker_reason = :reason WHERE id = :shop"""),
        {"shop": shop_id, "until": until, "reason": reason},
    )


def close_breaker(session: Session, shop_id: int) -> None:
    """The shop answers again."""
    session.execute(
        text("""UPDATE shop SET breaker_until = NULL, breaker_trips = 0, breaker_reason = ''
            WHERE id = :shop AND (breaker_trips <> 0 OR breaker_until IS NOT NULL)"""),
        {"shop": shop_id},
    )


def set_refused_in_row(session: Session, shop_id: int, count: int) -> None:
    """How many of the shop's calls were refused since the last one that was taken."""
    session.execute(
        text("UPDATE shop SET refused_in_row = :count WHERE id = :shop"),
        {"shop": shop_id, "count": count},
    )


def forget(session: Session, shop_id: int) -> None:
    """Drop a shop that never worked: nothing hangs on it yet."""
    session.execute(text("DELETE FROM shop_credential WHERE shop_id = :s"), {"s": shop_id})
    session.execute(text("DELETE FROM shop WHERE id = :s"), {"s": shop_id})


def set_enabled(session: Session, shop_id: int, *, on: bool) -> None:
    """Switch a shop's sync on or off; what it shows stays as it is."""
    session.execute(
        text("UPDATE shop SET enabled = :on WHERE id = :shop"), {"on": on, "shop": shop_id}
    )


def uploaded(session: Session, shop_id: int, digests: Sequence[str]) -> dict[str, str]:
    """The channel's ids of pictures by sha256, those that the shop already has."""
    rows = session.execute(
        text("SELECT sha256, remote_id FROM remote_asset WHERE shop_id = :s AND sha256 = ANY(:d)"),
        {"s": shop_id, "d": list(digests)},
    )
    return {row[0]: row[1] for row in rows}


def keep_uploads(session: Session, shop_id: int, ids: Mapping[str, str], now: datetime) -> None:
    """Remember the ids that a channel gave to pictures (sha256 → id)."""
    rows = [{"sha256": digest, "remote_id": remote} for digest, remote in ids.items()]
    if rows:
        session.execute(
            text("""INSERT INTO remote_asset (shop_id, sha256, remote_id, uploaded_at)
                SELECT :shop, r.sha256, r.remote_id, :now
                FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(sha256 text, remote_id text)
                ON CONFLICT (shop_id, sha256) DO UPDATE SET remote_id = excluded.remote_id,
                    uploaded_at = excluded.uploaded_at"""),
            {"shop": shop_id, "rows": orjson.dumps(rows).decode(), "now": now},
        )


def drop_uploads(session: Session, shop_id: int, digests: Sequence[str]) -> None:
    """The channel no longer knows these pictures: upload them again."""
    session.execute(
        text("DELETE FROM remote_asset WHERE shop_id = :s AND sha256 = ANY(:d)"),
        {"s": shop_id, "d": list(digests)},
    )


def picture_types(session: Session, digests: Sequence[str]) -> dict[str, str]:
    """The content types of stored pictures, by sha256."""
    rows = session.execute(
        text("SELECT sha256, content_type FROM asset WHERE sha256 = ANY(:d)"), {"d": list(digests)}
    )
    return {row[0]: row[1] for row in rows}


def cursor(session: Session, name: str) -> str | None:
    """A reading position."""
    row = session.execute(text("SELECT value FROM cursor WHERE name = :n"), {"n": name}).first()
    return str(row[0]) if row else None


def set_cursor(session: Session, name: str, value: str, now: datetime) -> None:
    """Move a reading position."""
    session.execute(
        text("""INSERT INTO cursor (name, value, updated_at) VALUES (:n, :v, :now)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value,
                updated_at = excluded.updated_at"""),
        {"n": name, "v": value, "now": now},
    )


def checked(
    session: Session, shop_id: int, settings: Mapping[str, Any], consent: datetime | None,
    now: datetime, remote_key: str,
) -> None:  # fmt: skip
    """A check went well: keep what the shop says of itself, lift a pause and the breaker."""
    session.execute(
        text("""UPDATE shop SET settings = CAST(:settings AS jsonb), paused_reason = '',
            remote_key = :remote_key, consent_expires_at = :consent, checked_at = :now,
            breaker_until = NULL, breaker_trips = 0, breaker_reason = '' WHERE id = :shop"""),
        {
            "shop": shop_id,
            "settings": orjson.dumps(dict(settings)).decode(),
            "consent": consent,
            "now": now,
            "remote_key": remote_key,
        },
    )
