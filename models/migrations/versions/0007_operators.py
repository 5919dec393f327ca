"""operators, their sessions and failed logins, API tokens, and the audit

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _time(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _json(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(none_as_null=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "operator",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _text("name"), _text("password_hash"), _text("role"), _time("made_at"),
        _time("disabled_at", nullable=True),
        sa.CheckConstraint(
            "role IN ('viewer', 'operator', 'admin')", name=op.f("ck_operator_role_known")
        ),
        sa.CheckConstraint(
            "name = btrim(name) AND name <> ''", name=op.f("ck_operator_name_not_blank")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operator")),
        sa.UniqueConstraint("name", name=op.f("uq_operator_name")),
    )  # fmt: skip
    op.create_table(
        "web_session",
        _text("token_hash"),
        sa.Column("operator_id", sa.BigInteger(), nullable=False),
        _time("made_at"), _time("expires_at"),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.id"], name=op.f("fk_web_session_operator_id")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )  # fmt: skip
    op.create_index(op.f("ix_web_session_operator_id"), "web_session", ["operator_id"])
    op.create_table(
        "login_failure",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("name"), _text("address"), _time("at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )  # fmt: skip
    op.create_index("ix_login_failure_name_at", "login_failure", ["name", "at"])
    op.create_index("ix_login_failure_address_at", "login_failure", ["address", "at"])
    op.create_table(
        "api_token",
        sa.Column("id", sa.BigInteger(), nullable=False),
        _text("name"), _text("token_hash"), _json("scopes"), _text("made_by"), _time("made_at"),
        _time("expires_at", nullable=True), _time("revoked_at", nullable=True),
        _time("used_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )  # fmt: skip
    op.create_table(
        "api_answer",
        sa.Column("token_id", sa.BigInteger(), nullable=False),
        _text("key"), _text("request_digest"),
        sa.Column("status", sa.Integer(), nullable=True),
        _json("body", nullable=True), _time("at"),
        sa.ForeignKeyConstraint(
            ["token_id"], ["api_token.id"], name=op.f("fk_api_answer_token_id")
        ),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_api_answer")),
    )  # fmt: skip
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _time("at"), _text("who"), _text("via"), _text("action"), _text("subject"),
        _json("detail"), _text("request_id"),
        sa.CheckConstraint("via IN ('web', 'api')", name=op.f("ck_audit_via_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )  # fmt: skip
    op.create_index("ix_audit_at", "audit", ["at"])


def downgrade() -> None:
    for name in ("audit", "api_answer", "api_token", "login_failure", "web_session", "operator"):
        op.drop_table(name)
