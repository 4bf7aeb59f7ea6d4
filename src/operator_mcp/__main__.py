"""`python -m operator_mcp` is `operator-mcp`."""

from operator_mcp.cli import main

main()
