"""Schema changes, run by `operator_mcp.ledger.migrate`; nobody runs alembic by hand."""
