"""which statement of a pack's stock the acknowledged one came from

Revision: 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "listing_variant",
        sa.Column("stock_acked_rev", sa.BigInteger(), server_default="0", nullable=False),
    )
    op.execute("UPDATE listing_variant SET stock_acked_rev = stock_rev")


def downgrade() -> None:
    op.drop_column("listing_variant", "stock_acked_rev")
