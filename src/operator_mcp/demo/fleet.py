"""The embedded fleet's face: the store, the app over it, and serving it on a real port."""

from operator_mcp.demo.app import app
from operator_mcp.demo.serving import serve
from operator_mcp.demo.store import Fleet

__all__ = ["Fleet", "app", "serve"]
