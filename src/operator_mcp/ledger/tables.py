"""The tables. The unique rows here are what makes the rules true, whoever asks and however often."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint

from operator_mcp.ledger.columns import Dollars, Key, Line, Moment

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

investigations = Table(
    "investigations",
    metadata,
    Column("fleet", Key, primary_key=True),
    Column("run_id", Key, primary_key=True),
    Column("signature", Line, nullable=False),
    Column("finding", Line, nullable=False),
    Column("trace", Line),
    Column("kept_at", Moment, nullable=False),
)

executions = Table(
    "executions",
    metadata,
    Column("fleet", Key, primary_key=True),
    Column("execution_id", Key, primary_key=True),
    Column("run_id", Key, nullable=False),
)
"""Any id of a run leads to the run (rule 1)."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", Integer, primary_key=True),
    Column("fleet", Key, nullable=False),
    Column("run_id", Key, nullable=False),
    Column("origin", Key),
    Column("agent", Line, nullable=False),
    Column("reasoner", Line, nullable=False),
    Column("signature", Line, nullable=False),
    Column("state", String(20), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("standing", Integer),
    Column("rejected_proposals", Integer, nullable=False),
    UniqueConstraint("fleet", "run_id"),
)
"""One case per run (rule 1). `standing` is the diagnosis in force."""

diagnoses = Table(
    "diagnoses",
    metadata,
    Column("diagnosis_id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("fingerprint", Key, nullable=False),
    Column("body", Line, nullable=False),
    Column("actor", Line, nullable=False),
    Column("accepted_at", Moment, nullable=False),
    Column("reasoned_case", Integer, unique=True),
)
"""`reasoned_case` is the case where the verdict is a reasoned one, else null: one of them per case, ever (rule 1)."""

memories = Table(
    "memories",
    metadata,
    Column("fleet", Key, primary_key=True),
    Column("fingerprint", Key, primary_key=True),
    Column("reasoner", Key, nullable=False),
    Column("body", Line, nullable=False),
    Column("count", Integer, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("renewed_at", Moment),
    Index(None, "fleet", "last_seen"),
    Index(None, "fleet", "reasoner"),
)
"""`renewed_at` is when a failure was diagnosed anew because it was back after its fix."""

memory_runs = Table(
    "memory_runs",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fleet", Key, nullable=False),
    Column("run_id", Key, nullable=False),
    Column("fingerprint", Key, nullable=False),
    UniqueConstraint("fleet", "run_id"),
    Index(None, "fleet", "fingerprint"),
)
"""A run is counted once in a fleet's memory (rule 2)."""

memory_signatures = Table(
    "memory_signatures",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fleet", Key, nullable=False),
    Column("signature", Key, nullable=False),
    Column("fingerprint", Key, nullable=False),
    UniqueConstraint("fleet", "signature"),
    Index(None, "fleet", "fingerprint"),
)

mirrors = Table(
    "mirrors",
    metadata,
    Column("mirror_id", Integer, primary_key=True),
    Column("fleet", Key, nullable=False),
    Column("fingerprint", Key, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("why", Line, nullable=False),
    UniqueConstraint("fleet", "fingerprint"),
    sqlite_autoincrement=True,
)
"""The outbox: fingerprints whose copy in the control plane is behind. Ids are never used twice."""

mirror_copies = Table(
    "mirror_copies",
    metadata,
    Column("fleet", Key, primary_key=True),
    Column("fingerprint", Key, primary_key=True),
    Column("digests", Line, nullable=False),
)
"""What we put under a fingerprint's key in the control plane's memory, newest first: anything else is another's."""

memory_changes = Table(
    "memory_changes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fleet", Key, nullable=False),
    Column("fingerprint", Key, nullable=False),
    UniqueConstraint("fleet", "fingerprint"),
    Index(None, "fleet", "number"),
    sqlite_autoincrement=True,
)
"""The newest change of each fingerprint's memory. Numbers only grow."""

bookings = Table(
    "bookings",
    metadata,
    Column("booking_id", Integer, primary_key=True),
    Column("case_id", Integer, ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("purpose", String(40), nullable=False),
    Column("once", String(60), unique=True),
    Column("booked", Dollars, nullable=False),
    Column("settled", Dollars),
    Column("booked_at", Moment, nullable=False),
    Column("settled_at", Moment),
)
"""Money (rule 4). `once` is set where a case may book for a purpose only once, else null."""

fixes = Table(
    "fixes",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("fix_id", String(40), nullable=False, unique=True),
    Column("case_id", Integer, ForeignKey("cases.case_id"), nullable=False),
    Column("fleet", Key, nullable=False),
    Column("fingerprint", Key, nullable=False),
    Column("case_key", Integer, unique=True),
    Column("live_key", Key),
    Column("booking_id", Integer, ForeignKey("bookings.booking_id"), nullable=False),
    Column("state", String(20), nullable=False),
    Column("repository", Line, nullable=False),
    Column("base_branch", Line),
    Column("patch_digest", Line),
    Column("branch", Line),
    Column("base", Line),
    Column("head", Line),
    Column("tree", Line),
    Column("diff_digest", Line),
    Column("diff", Line),
    Column("report", Line, nullable=False),
    Column("detail", Line, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("heartbeat_at", Moment),
    Column("archived", Boolean, nullable=False),
    UniqueConstraint("fleet", "live_key"),
    Index(None, "fleet", "fingerprint"),
    Index(None, "state"),
)
"""One fix per case (`case_key`, null once a human reopened) and one live fix per fingerprint (`live_key`, null once
ended): rule 3. `report` holds the changed files and the checks."""

approvals = Table(
    "approvals",
    metadata,
    Column("fix_id", String(40), ForeignKey("fixes.fix_id"), primary_key=True),
    Column("base", Line, nullable=False),
    Column("tree", Line, nullable=False),
    Column("diff_digest", Line, nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_at", Moment),
    Column("decided_by", Line),
)
"""One question per fix, bound to bytes (rule 5)."""

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", Line, nullable=False),
    Column("action", Line, nullable=False),
    Column("subject", Key, nullable=False, index=True),
    Column("detail", Line, nullable=False),
)
