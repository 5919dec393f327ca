"""undo: which run wanted a facet's value, what stood there before, and values that were put back

Revision: 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_RUNS = ("pull", "plan", "push", "reconcile", "certify")
_LIVE = "ended_at IS NULL"


def _run_kinds(values: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_run_kind_known"), "run", type_="check")
    listed = ", ".join(f"'{value}'" for value in values)
    op.create_check_constraint("kind_known", "run", f"kind IN ({listed})")


def upgrade() -> None:
    _run_kinds((*_RUNS, "decision", "undo"))
    op.add_column("listing_facet", sa.Column("run_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "listing_facet",
        sa.Column("replaced", postgresql.JSONB(none_as_null=True), nullable=True),
    )
    op.create_table(
        "override",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('price', 'content')", name=op.f("ck_override_kind_known")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_why = '')", name=op.f("ck_override_ended_why")
        ),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["listing.id"], name=op.f("fk_override_listing_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_override_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
    )
    op.create_index(
        "uq_override_live", "override", ["listing_id", "kind", "key"], unique=True,
        postgresql_where=sa.text(_LIVE),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("override")
    op.drop_column("listing_facet", "replaced")
    op.drop_column("listing_facet", "run_id")
    op.execute("UPDATE run SET kind = 'plan' WHERE kind IN ('decision', 'undo')")
    _run_kinds(_RUNS)
