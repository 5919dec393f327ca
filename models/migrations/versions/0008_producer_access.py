"""producers' links and notices, and products by their traceability code

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _time(name: str, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _producer(table: str) -> list[sa.Column | sa.ForeignKeyConstraint]:
    return [
        sa.Column("producer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f(f"fk_{table}_producer_id")
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "producer_link",
        sa.Column("id", sa.BigInteger(), nullable=False),
        *_producer("producer_link"),
        sa.Column(
            "mark", sa.Text(), nullable=False,
            server_default=sa.text("substr((gen_random_uuid())::text, 1, 8)"),
        ),
        _text("made_by"), _time("made_at"), _time("expires_at"),
        _time("revoked_at", nullable=True), _text("revoked_by"),
        sa.CheckConstraint(
            "expires_at > made_at", name=op.f("ck_producer_link_expiry_after_making")
        ),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by = '')",
            name=op.f("ck_producer_link_revoked_by_whom"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_link")),
    )  # fmt: skip
    op.create_index(op.f("ix_producer_link_producer_id"), "producer_link", ["producer_id"])
    op.create_table(
        "producer_notice",
        *_producer("producer_notice"),
        _text("way"), _text("address"),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("told", postgresql.JSONB(none_as_null=True), nullable=False),
        _time("digest_at", nullable=True), _time("claimed_until", nullable=True),
        _text("problem"), _time("problem_at", nullable=True),
        sa.CheckConstraint(
            "way IN ('email', 'webhook')", name=op.f("ck_producer_notice_way_known")
        ),
        sa.CheckConstraint(
            "(problem_at IS NULL) = (problem = '')",
            name=op.f("ck_producer_notice_problem_dated"),
        ),
        sa.PrimaryKeyConstraint("producer_id", "way", name=op.f("pk_producer_notice")),
    )  # fmt: skip
    op.create_index(
        "ix_product_trace_code", "product", ["trace_code"],
        postgresql_where=sa.text("trace_code <> ''"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_product_trace_code", table_name="product")
    op.drop_table("producer_notice")
    op.drop_table("producer_link")
