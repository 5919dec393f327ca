"""API tokens: made once, found by their hash, revoked, and remembered when they were used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.operator import ApiToken

USED_EVERY = timedelta(minutes=1)
"""``used_at`` is this coarse: a program that asks often writes seldom."""


def make(
    session: Session, name: str, token_hash: str, scopes: Sequence[str], made_by: str,
    now: datetime, expires_at: datetime | None,
) -> ApiToken | None:  # fmt: skip
    """A new token; None when the name is taken (by a revoked one too: the audit names it)."""
    row = session.execute(
        text("""INSERT INTO api_token (name, token_hash, scopes, made_by, made_at, expires_at)
            VALUES (:name, :hash, CAST(:scopes AS jsonb), :by, :now, :expires)
            ON CONFLICT (name) DO NOTHING RETURNING id"""),
        {
            "name": name,
            "hash": token_hash,
            "scopes": orjson.dumps(list(scopes)).decode(),
            "by": made_by,
            "now": now,
            "expires": expires_at,
        },
    ).first()
    return session.get(ApiToken, row[0]) if row else None


def by_hash(session: Session, token_hash: str, now: datetime) -> ApiToken | None:
    """The token of this hash, while it may be used; that it was used is written down."""
    query = select(ApiToken).where(
        ApiToken.token_hash == token_hash,
        col(ApiToken.revoked_at).is_(None),
        col(ApiToken.expires_at).is_(None) | (col(ApiToken.expires_at) > now),
    )
    found = session.exec(query).first()
    if found is not None and (found.used_at is None or found.used_at <= now - USED_EVERY):
        _used(session, found.id, now)
    return found


def _used(session: Session, token_id: int | None, now: datetime) -> None:
    """Of requests at once one writes; the others do not wait for it."""
    session.execute(
        text("""UPDATE api_token SET used_at = :now WHERE id = (SELECT id FROM api_token
            WHERE id = :id AND (used_at IS NULL OR used_at <= :before) FOR UPDATE SKIP LOCKED)"""),
        {"id": token_id, "now": now, "before": now - USED_EVERY},
    )


def listed(session: Session) -> list[ApiToken]:
    """Every token, revoked ones too, by name."""
    return list(session.exec(select(ApiToken).order_by(col(ApiToken.name))).all())


def revoke(session: Session, name: str, now: datetime) -> bool:
    """From now on it opens nothing; False when no token of that name is in use."""
    row = session.execute(
        text("""UPDATE api_token SET revoked_at = :now WHERE name = :name AND revoked_at IS NULL
            RETURNING id"""),
        {"name": name, "now": now},
    ).first()
    return row is not None
