"""more channels: papers, public addresses, what stood in a shop, handles of single facets

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TOKEN = sa.text("replace((gen_random_uuid())::text, '-'::text, ''::text)")
_RULES = ("price", "stock", "packing", "lapse", "permit")
_MORE_RULES = (*_RULES, "template", "papers")


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _rule_kinds(values: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_rule_kind_known"), "rule", type_="check")
    op.create_check_constraint("kind_known", "rule", _one_of("kind", values))


def upgrade() -> None:
    for table in ("asset", "shop"):
        op.add_column(
            table, sa.Column("public_token", sa.Text(), server_default=_TOKEN, nullable=False)
        )
        op.create_unique_constraint(f"uq_{table}_public_token", table, ["public_token"])
    op.alter_column("shop", "remote_key", nullable=True)
    op.add_column("product", sa.Column("place", sa.Text(), server_default="", nullable=False))
    op.alter_column("product", "place", server_default=None)
    op.add_column(
        "listing_facet",
        sa.Column("handle", postgresql.JSONB(none_as_null=True), nullable=True),
    )
    op.add_column("listing_facet", sa.Column("handle_rev", sa.BigInteger(), nullable=True))
    for column in ("name", "decided_by"):
        op.add_column(
            "category_map", sa.Column(column, sa.Text(), server_default="", nullable=False)
        )
        op.alter_column("category_map", column, server_default=None)
    _rule_kinds(_MORE_RULES)
    _papers()
    _found_packs()


def _papers() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("producer_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("asset_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            _one_of(
                "kind", ("food_safety", "self_declaration", "alcohol_licence", "trademark")
            ),
            name="kind_known",
        ),
        sa.CheckConstraint(
            "(product_id IS NULL) <> (producer_id IS NULL)", name="one_holder"
        ),
        sa.CheckConstraint(
            "number = btrim(number) AND number <> ''", name="number_not_blank"
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["asset.id"]),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"]),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
            "kind", "number", "product_id", "producer_id",
            name="uq_paper_kind_number_product_id_producer_id",
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_paper_producer_id", "paper", ["producer_id"])
    op.create_index("ix_paper_product_id", "paper", ["product_id"])


def _found_packs() -> None:
    op.create_table(
        "found_pack",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("remote_variant_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("variant_id", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_one_of("how", ("", "sku", "gtin", "name")), name="how_known"),
        sa.CheckConstraint(
            _one_of("verdict", ("stranger", "doubtful", "sure", "adopted", "declined")),
            name="verdict_known",
        ),
        sa.CheckConstraint(
            "(verdict = 'stranger') = (variant_id IS NULL)", name="stranger_is_nobodys"
        ),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"]),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id", "remote_id", "remote_variant_id"),
    )
    op.create_index("ix_found_pack_variant_id", "found_pack", ["variant_id"])


def downgrade() -> None:
    op.drop_table("found_pack")
    op.drop_table("paper")
    op.execute("DELETE FROM rule WHERE kind IN ('template', 'papers')")
    _rule_kinds(_RULES)
    op.drop_column("category_map", "decided_by")
    op.drop_column("category_map", "name")
    op.drop_column("listing_facet", "handle_rev")
    op.drop_column("listing_facet", "handle")
    op.drop_column("product", "place")
    op.execute("UPDATE shop SET remote_key = key WHERE remote_key IS NULL")
    op.alter_column("shop", "remote_key", nullable=False)
    for table in ("shop", "asset"):
        op.drop_column(table, "public_token")
