"""how often in a row a facet failed is counted for each way of failing

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("listing_facet", sa.Column("failed_as", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("listing_facet", "failed_as")
