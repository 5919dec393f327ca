"""consents that were begun, and what the console looks listings and events up by

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_request",
        sa.Column("state_hash", sa.Text(), nullable=False),
        sa.Column("browser_hash", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_consent_request")),
    )
    op.create_index("ix_listing_recent", "listing", ["state_since", "id"])
    op.create_index("ix_listing_state", "listing", ["shop_id", "state", "product_id"])
    op.create_index(
        "ix_listing_facet_error", "listing_facet", ["listing_id"],
        postgresql_where=sa.text("error IS NOT NULL"),
    )
    op.create_index(
        "ix_event_request", "event", ["request_id"], postgresql_where=sa.text("request_id <> ''")
    )


def downgrade() -> None:
    op.drop_index("ix_event_request", "event")
    op.drop_index("ix_listing_facet_error", "listing_facet")
    op.drop_index("ix_listing_state", "listing")
    op.drop_index("ix_listing_recent", "listing")
    op.drop_table("consent_request")
