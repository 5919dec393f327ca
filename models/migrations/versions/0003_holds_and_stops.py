"""holds with items, stops, guards: what a hold is about, who said stop, what no plan has judged

Revision: 0003, after 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_RULES = ("price", "stock", "packing", "lapse", "permit", "template", "papers")
_HOLDS = (
    "mass_take_down", "mass_absence", "price_jump", "ratio", "all_refused", "two_items",
    "repeated_loss", "repeated_drift",
)  # fmt: skip


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _rule_kinds(values: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_rule_kind_known"), "rule", type_="check")
    op.create_check_constraint("kind_known", "rule", _one_of("kind", values))


def upgrade() -> None:
    _rule_kinds((*_RULES, "guard"))
    op.add_column(
        "shop", sa.Column("refused_in_row", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "product", sa.Column("unplanned_since", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_product_unplanned", "product", ["id"],
        postgresql_where=sa.text("unplanned_since IS NOT NULL"),
    )  # fmt: skip
    _holds()
    _stops()


def _holds() -> None:
    op.create_check_constraint("kind_known", "hold", _one_of("kind", _HOLDS))
    op.create_check_constraint(
        "decided_once", "hold", "(status = 'open') = (decided_at IS NULL)"
    )
    op.create_check_constraint(
        "decided_by_whom", "hold", "status NOT IN ('approved', 'rejected') OR decided_by <> ''"
    )
    op.create_table(
        "hold_item",
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=True),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"]),
        sa.PrimaryKeyConstraint("hold_id", "key"),
    )
    op.create_index(
        "uq_hold_item_live", "hold_item", ["kind", "key"], unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )  # fmt: skip
    # An open hold keeps its subject; an absence did not say which products it was about, so the
    # next full walk asks anew.
    op.execute("UPDATE hold SET status = 'solved', decided_at = now()"
               " WHERE status = 'open' AND kind = 'mass_absence'")  # fmt: skip
    op.execute("INSERT INTO hold_item (hold_id, kind, key, change, shop_id, product_id, detail)"
               " SELECT id, kind, key, '', shop_id, product_id, detail FROM hold"
               " WHERE status = 'open'")  # fmt: skip


def _stops() -> None:
    op.create_table(
        "stop",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.CheckConstraint("stopped_by <> ''", name="stopped_by_whom"),
        sa.CheckConstraint("(started_at IS NULL) = (started_by = '')", name="started_by_whom"),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_stop_standing", "stop", ["shop_id"], unique=True, postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("started_at IS NULL"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("stop")
    op.drop_table("hold_item")
    for name in ("decided_by_whom", "decided_once", "kind_known"):
        op.drop_constraint(op.f(f"ck_hold_{name}"), "hold", type_="check")
    op.drop_index("ix_product_unplanned", table_name="product")
    op.drop_column("product", "unplanned_since")
    op.drop_column("shop", "refused_in_row")
    op.execute("DELETE FROM rule WHERE kind = 'guard'")
    _rule_kinds(_RULES)
