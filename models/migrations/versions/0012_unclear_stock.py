"""what was sent of a pack's stock and had no answer yet is kept until a reading says what stands

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = ("sent_least", "sent_most", "sent_rev")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("listing_variant", sa.Column(name, sa.BigInteger(), nullable=True))
    # What an older version has in the air, or never had an answer to.
    op.execute("""UPDATE listing_variant v SET sent_rev = v.stock_rev,
        sent_least = (f.wanted->>v.sku)::bigint, sent_most = (f.wanted->>v.sku)::bigint
        FROM listing_facet f JOIN listing l ON l.id = f.listing_id
        WHERE f.listing_id = v.listing_id AND f.facet = 'stock' AND f.acked_digest IS NULL
          AND f.attempts > 0 AND l.remote_id IS NOT NULL AND f.wanted->>v.sku IS NOT NULL""")


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("listing_variant", name)
