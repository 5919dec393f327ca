"""room to update: the rows that every push writes several times keep free space on their page

A third of each page is left free, so that a new version of a row finds room beside the old one,
and dead versions are cleared long before a fifth of the table is dead (PostgreSQL's default).

Revision: 0005, after 0004.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TABLES = ("listing", "listing_facet", "listing_variant")
_STORAGE = {
    "fillfactor": "65",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
}


def upgrade() -> None:
    values = ", ".join(f"{name} = {value}" for name, value in _STORAGE.items())
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} SET ({values})")


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} RESET ({', '.join(_STORAGE)})")
