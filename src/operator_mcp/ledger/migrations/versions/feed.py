"""Following memory's changes, telling our copies in the control plane from others', and when a memory was renewed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add two tables and a column."""
    op.create_table(
        "memory_changes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_memory_changes"),
        sa.UniqueConstraint("fleet", "fingerprint", name="uq_memory_changes_fleet_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_memory_changes_fleet_number", "memory_changes", ["fleet", "number"])
    op.create_table(
        "mirror_copies",
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "fingerprint", name="pk_mirror_copies"),
    )
    op.add_column("memories", sa.Column("renewed_at", sa.DateTime(timezone=True)))
