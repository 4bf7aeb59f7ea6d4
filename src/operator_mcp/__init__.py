"""An operator for a fleet of AI agents on the AgentField control plane, as an MCP server."""

from importlib.metadata import version

__version__ = version("operator-mcp")
