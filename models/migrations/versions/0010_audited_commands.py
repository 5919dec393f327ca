"""what is done on the command line is in the audit too

Revision: 0010, after 0009.
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAME = "ck_audit_via_known"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "audit", type_="check")
    op.create_check_constraint(op.f(NAME), "audit", "via IN ('web', 'api', 'cli')")


def downgrade() -> None:
    op.execute("DELETE FROM audit WHERE via = 'cli'")
    op.drop_constraint(op.f(NAME), "audit", type_="check")
    op.create_check_constraint(op.f(NAME), "audit", "via IN ('web', 'api')")
