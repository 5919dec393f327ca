"""Who may use the console: operators and their sessions, API tokens, and who did what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index
from sqlmodel import Field, SQLModel

from models.base import big_column, json_column, one_of, reference, text_column, time_column

VIEWER, OPERATOR, ADMIN = "viewer", "operator", "admin"
ROLES = (VIEWER, OPERATOR, ADMIN)
"""Each may do what the one before may, and more: look; decide and push; shops, rules, people."""

SCOPES = ("read", "push", "decide")
"""What an API token may do: look; push and stop; decide about holds."""


class Operator(SQLModel, table=True):
    """A person of the office. ``password_hash`` is argon2's; ``name`` is what decisions are signed
    with."""

    __tablename__ = "operator"
    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("name = btrim(name) AND name <> ''", name="name_not_blank"),
    )

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    name: str = Field(sa_column=text_column(unique=True))
    password_hash: str = Field(sa_column=text_column())
    role: str = Field(sa_column=text_column())
    made_at: datetime = Field(sa_column=time_column())
    disabled_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class WebSession(SQLModel, table=True):
    """A login. The browser holds the token, we its hash alone."""

    __tablename__ = "web_session"

    token_hash: str = Field(sa_column=text_column(primary_key=True))
    operator_id: int = Field(sa_column=reference("operator.id", index=True))
    made_at: datetime = Field(sa_column=time_column())
    expires_at: datetime = Field(sa_column=time_column())


class LoginFailure(SQLModel, table=True):
    """A login that failed: too many of a name, or of an address, and it has to wait."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_name_at", "name", "at"),
        Index("ix_login_failure_address_at", "address", "at"),
    )

    id: int | None = Field(default=None, sa_column=big_column(Identity(), primary_key=True))
    name: str = Field(sa_column=text_column())
    address: str = Field(sa_column=text_column())
    at: datetime = Field(sa_column=time_column())


class ApiToken(SQLModel, table=True):
    """What a program may do in our name. Only the hash is kept; ``scopes`` are of SCOPES."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, sa_column=big_column(primary_key=True))
    name: str = Field(sa_column=text_column(unique=True))
    token_hash: str = Field(sa_column=text_column(unique=True))
    scopes: list[str] = Field(sa_column=json_column())
    made_by: str = Field(sa_column=text_column())
    made_at: datetime = Field(sa_column=time_column())
    expires_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    revoked_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))
    used_at: datetime | None = Field(default=None, sa_column=time_column(nullable=True))


class ApiAnswer(SQLModel, table=True):
    """What an action was answered, by the idempotency key that it came with: the same key is
    answered the same, and nothing is done twice. ``status`` null: still at it."""

    __tablename__ = "api_answer"

    token_id: int = Field(sa_column=reference("api_token.id", primary_key=True))
    key: str = Field(sa_column=text_column(primary_key=True))
    request_digest: str = Field(sa_column=text_column())
    status: int | None = Field(default=None)
    body: Any = Field(default=None, sa_column=json_column(nullable=True))
    at: datetime = Field(sa_column=time_column())


class Audit(SQLModel, table=True):
    """Who did what: written in the transaction that does it, or just after what commits by itself.
    ``via``: web, api or cli."""

    __tablename__ = "audit"
    __table_args__ = (one_of("via", ("web", "api", "cli")), Index("ix_audit_at", "at"))

    id: int | None = Field(default=None, sa_column=big_column(Identity(), primary_key=True))
    at: datetime = Field(sa_column=time_column())
    who: str = Field(sa_column=text_column())
    via: str = Field(sa_column=text_column())
    action: str = Field(sa_column=text_column())
    subject: str = Field(default="", sa_column=text_column())
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=json_column())
    request_id: str = Field(default="", sa_column=text_column())
