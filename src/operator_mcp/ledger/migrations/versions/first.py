"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables. Column types are spelt out: a revision must not change when `columns.py` does."""
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("run_id", sa.String(255), nullable=False),
        sa.Column("origin", sa.String(255)),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("reasoner", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("standing", sa.Integer()),
        sa.Column("rejected_proposals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sa.UniqueConstraint("fleet", "run_id", name="uq_cases_fleet_run_id"),
    )
    op.create_table(
        "executions",
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("execution_id", sa.String(255), nullable=False),
        sa.Column("run_id", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "execution_id", name="pk_executions"),
    )
    op.create_table(
        "investigations",
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("run_id", sa.String(255), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text()),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "run_id", name="pk_investigations"),
    )
    op.create_table(
        "memories",
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("reasoner", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("fleet", "fingerprint", name="pk_memories"),
    )
    op.create_index("ix_memories_fleet_last_seen", "memories", ["fleet", "last_seen"])
    op.create_index("ix_memories_fleet_reasoner", "memories", ["fleet", "reasoner"])
    op.create_table(
        "memory_runs",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("run_id", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_memory_runs"),
        sa.UniqueConstraint("fleet", "run_id", name="uq_memory_runs_fleet_run_id"),
    )
    op.create_index("ix_memory_runs_fleet_fingerprint", "memory_runs", ["fleet", "fingerprint"])
    op.create_table(
        "memory_signatures",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("signature", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_memory_signatures"),
        sa.UniqueConstraint("fleet", "signature", name="uq_memory_signatures_fleet_signature"),
    )
    op.create_index("ix_memory_signatures_fleet_fingerprint", "memory_signatures", ["fleet", "fingerprint"])
    op.create_table(
        "mirrors",
        sa.Column("mirror_id", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mirror_id", name="pk_mirrors"),
        sa.UniqueConstraint("fleet", "fingerprint", name="uq_mirrors_fleet_fingerprint"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "bookings",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("once", sa.String(60)),
        sa.Column("booked", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger()),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_bookings_case_id"),
        sa.PrimaryKeyConstraint("booking_id", name="pk_bookings"),
        sa.UniqueConstraint("once", name="uq_bookings_once"),
    )
    op.create_index("ix_bookings_case_id", "bookings", ["case_id"])
    op.create_table(
        "diagnoses",
        sa.Column("diagnosis_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reasoned_case", sa.Integer()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_diagnoses_case_id"),
        sa.PrimaryKeyConstraint("diagnosis_id", name="pk_diagnoses"),
        sa.UniqueConstraint("reasoned_case", name="uq_diagnoses_reasoned_case"),
    )
    op.create_index("ix_diagnoses_case_id", "diagnoses", ["case_id"])
    op.create_table(
        "fixes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fix_id", sa.String(40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("fleet", sa.String(255), nullable=False),
        sa.Column("fingerprint", sa.String(255), nullable=False),
        sa.Column("case_key", sa.Integer()),
        sa.Column("live_key", sa.String(255)),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("repository", sa.Text(), nullable=False),
        sa.Column("base_branch", sa.Text()),
        sa.Column("patch_digest", sa.Text()),
        sa.Column("branch", sa.Text()),
        sa.Column("base", sa.Text()),
        sa.Column("head", sa.Text()),
        sa.Column("tree", sa.Text()),
        sa.Column("diff_digest", sa.Text()),
        sa.Column("diff", sa.Text()),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True)),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.booking_id"], name="fk_fixes_booking_id"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_fixes_case_id"),
        sa.PrimaryKeyConstraint("number", name="pk_fixes"),
        sa.UniqueConstraint("case_key", name="uq_fixes_case_key"),
        sa.UniqueConstraint("fix_id", name="uq_fixes_fix_id"),
        sa.UniqueConstraint("fleet", "live_key", name="uq_fixes_fleet_live_key"),
    )
    op.create_index("ix_fixes_fleet_fingerprint", "fixes", ["fleet", "fingerprint"])
    op.create_index("ix_fixes_state", "fixes", ["state"])
    op.create_table(
        "approvals",
        sa.Column("fix_id", sa.String(40), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("tree", sa.Text(), nullable=False),
        sa.Column("diff_digest", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_by", sa.Text()),
        sa.ForeignKeyConstraint(["fix_id"], ["fixes.fix_id"], name="fk_approvals_fix_id"),
        sa.PrimaryKeyConstraint("fix_id", name="pk_approvals"),
    )
