"""What else the server offers to read: resources, the changes of memory told to subscribers, and prompts."""

from operator_mcp.library.audience import Audience
from operator_mcp.library.catalogue import add_catalogue
from operator_mcp.library.memories import add_memory_resources
from operator_mcp.library.prompts import add_prompts
from operator_mcp.library.resources import add_resources
from operator_mcp.library.upkeep import kept_up

__all__ = ["Audience", "add_catalogue", "add_memory_resources", "add_prompts", "add_resources", "kept_up"]
