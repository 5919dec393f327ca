"""the overview finds what waits, lapses and was sent last without looking at every row

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_certificate_expires", "certificate", ["expires_on"])
    op.create_index("ix_listing_written", "listing", ["shop_id", "last_write_at"])
    op.create_index(
        "ix_listing_alarm", "listing", ["shop_id"], postgresql_where=sa.text("alarm IS NOT NULL")
    )
    op.create_index(
        "ix_listing_reason", "listing", [sa.text("(reason->>'code')")],
        postgresql_where=sa.text("reason IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_listing_reason", "listing")
    op.drop_index("ix_listing_alarm", "listing")
    op.drop_index("ix_listing_written", "listing")
    op.drop_index("ix_certificate_expires", "certificate")
