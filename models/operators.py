"""Operators, their sessions and failed logins, and the audit: every question about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session, col, select

from models.operator import Audit, Operator


def any_operator(session: Session) -> bool:
    """Whether anybody can log in."""
    return bool(
        session.execute(
            text("SELECT EXISTS (SELECT 1 FROM operator WHERE disabled_at IS NULL)")
        ).scalar_one()
    )


def listed(session: Session) -> list[Operator]:
    """Every operator, by name."""
    return list(session.exec(select(Operator).order_by(col(Operator.name))).all())


def by_name(session: Session, name: str) -> Operator | None:
    """An operator who may log in."""
    query = select(Operator).where(Operator.name == name, col(Operator.disabled_at).is_(None))
    return session.exec(query).first()


def add(session: Session, name: str, password_hash: str, role: str, now: datetime) -> bool:
    """A new operator; False when the name is taken (of a disabled one too)."""
    row = session.execute(
        text("""INSERT INTO operator (name, password_hash, role, made_at)
            VALUES (:name, :hash, :role, :now) ON CONFLICT (name) DO NOTHING RETURNING id"""),
        {"name": name, "hash": password_hash, "role": role, "now": now},
    ).first()
    return row is not None


def change(
    session: Session, operator_id: int, now: datetime, *, role: str | None = None,
    password_hash: str | None = None, disabled: bool | None = None,
) -> None:  # fmt: skip
    """What is given changes; every login of this operator ends with it."""
    session.execute(
        text("""UPDATE operator SET role = coalesce(CAST(:role AS text), role),
            password_hash = coalesce(CAST(:hash AS text), password_hash),
            disabled_at = CASE WHEN CAST(:disabled AS boolean) IS NULL THEN disabled_at
                WHEN :disabled THEN CAST(:now AS timestamptz) END
            WHERE id = :id"""),
        {"id": operator_id, "role": role, "hash": password_hash, "disabled": disabled, "now": now},
    )
    session.execute(text("DELETE FROM web_session WHERE operator_id = :id"), {"id": operator_id})


def admins_left(session: Session, without: int) -> int:
    """Admins who can log in, this one left out."""
    return int(
        session.execute(
            text("""SELECT count(*) FROM operator
                WHERE role = 'admin' AND disabled_at IS NULL AND id <> :id"""),
            {"id": without},
        ).scalar_one()
    )


# --- sessions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedIn:
    operator_id: int
    name: str
    role: str
    expires_at: datetime


def open_session(
    session: Session, token_hash: str, operator_id: int, now: datetime, until: datetime
) -> None:
    """A login; those that have ended are cleared away on the way."""
    session.execute(text("DELETE FROM web_session WHERE expires_at < :now"), {"now": now})
    session.execute(
        text("""INSERT INTO web_session (token_hash, operator_id, made_at, expires_at)
            VALUES (:hash, :operator, :now, :until)"""),
        {"hash": token_hash, "operator": operator_id, "now": now, "until": until},
    )


def logged_in(session: Session, token_hash: str, now: datetime) -> LoggedIn | None:
    """Whose login a token is, while it lasts."""
    row = session.execute(
        text("""SELECT o.id, o.name, o.role, w.expires_at FROM web_session w
            JOIN operator o ON o.id = w.operator_id AND o.disabled_at IS NULL
            WHERE w.token_hash = :hash AND w.expires_at > :now"""),
        {"hash": token_hash, "now": now},
    ).first()
    return LoggedIn(*row) if row else None


def prolong(session: Session, token_hash: str, until: datetime) -> None:
    """A login that is used lasts longer."""
    session.execute(
        text("UPDATE web_session SET expires_at = :until WHERE token_hash = :hash"),
        {"hash": token_hash, "until": until},
    )


def end_session(session: Session, token_hash: str) -> None:
    session.execute(text("DELETE FROM web_session WHERE token_hash = :hash"), {"hash": token_hash})


# --- failed logins ----------------------------------------------------------------------------


def failures(session: Session, name: str, address: str, since: datetime) -> tuple[int, int]:
    """Failed logins since a moment: (of this name, from this address)."""
    row = session.execute(
        text("""SELECT
            (SELECT count(*) FROM login_failure WHERE name = :name AND at > :since),
            (SELECT count(*) FROM login_failure WHERE address = :address AND at > :since)"""),
        {"name": name, "address": address, "since": since},
    ).one()
    return int(row[0]), int(row[1])


def failed(session: Session, name: str, address: str, now: datetime, keep_since: datetime) -> None:
    """Another one; those from before ``keep_since`` are forgotten."""
    session.execute(text("DELETE FROM login_failure WHERE at < :since"), {"since": keep_since})
    session.execute(
        text("INSERT INTO login_failure (name, address, at) VALUES (:name, :address, :now)"),
        {"name": name[:200], "address": address[:200], "now": now},
    )


def forgive(session: Session, name: str) -> None:
    """Who logged in has no failures any more."""
    session.execute(text("DELETE FROM login_failure WHERE name = :name"), {"name": name})


# --- audit ------------------------------------------------------------------------------------


def note(
    session: Session, who: str, via: str, action: str, subject: str,
    detail: Mapping[str, Any], request_id: str, now: datetime,
) -> None:  # fmt: skip
    """Who did what, in the transaction that does it."""
    session.execute(
        text("""INSERT INTO audit (at, who, via, action, subject, detail, request_id)
            VALUES (:now, :who, :via, :action, :subject, CAST(:detail AS jsonb), :request)"""),
        {
            "now": now,
            "who": who,
            "via": via,
            "action": action,
            "subject": subject,
            "detail": orjson.dumps(dict(detail), default=str).decode(),
            "request": request_id,
        },
    )


def audited(session: Session, most: int, before_id: int | None = None) -> list[Audit]:
    """The last lines of the audit, newest first; ``before_id``: older than that one."""
    query = select(Audit)
    if before_id is not None:
        query = query.where(col(Audit.id) < before_id)
    return list(session.exec(query.order_by(col(Audit.id).desc()).limit(most)).all())
