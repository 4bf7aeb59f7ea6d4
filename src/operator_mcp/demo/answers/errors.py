"""Error bodies, one shape a family, word for word as AgentField 0.1.80 gives them."""

from operator_mcp.demo.answers import Answer


def plain(error: str, **more: object) -> Answer:
    """Most handlers: a text, or a code word with a message beside it."""
    return {"error": error, **more}


def agentic(code: str, message: str) -> Answer:
    """The agentic routes: an object below `error`."""
    return {"ok": False, "error": {"code": code, "message": message}}


def execute(error: str, category: str = "internal_error") -> Answer:
    """The execute routes."""
    return {"error": error, "error_category": category}


def memory(word: str, code: int, details: str) -> Answer:
    """The memory routes: a code word and the HTTP status again."""
    return {"error": word, "code": code, "details": details}


def no_route(method: str, path: str) -> Answer:
    """Any unknown route; the only 404 that says `endpoint_not_found`."""
    return {
        "error": "endpoint_not_found",
        "message": f"{method} {path} does not exist",
        "suggestions": None,
        "help": {
            "api_search": "GET /api/v1/agentic/discover?q=<keyword> — search all API endpoints",
            "guide": "GET /api/v1/agentic/kb/guide?goal=<description> — goal-oriented learning path (public)",
            "kb": "GET /api/v1/agentic/kb/topics — knowledge base (public, no auth)",
            "live_agents": "GET /api/v1/discovery/capabilities — list running agents and their reasoners/skills",
        },
    }


UNAUTHORIZED: Answer = {
    "error": "unauthorized",
    "message": "invalid or missing API key. "
    "Provide via X-API-Key header, Authorization: Bearer <token>, or ?api_key= query param",
    "help": {
        "agent_discovery": "GET /api/v1/discovery/capabilities (requires auth — lists live agents, reasoners, skills)",
        "api_discovery": "GET /api/v1/agentic/discover (requires auth)",
        "guide": "GET /api/v1/agentic/kb/guide?goal=<your goal> (public)",
        "kb": "GET /api/v1/agentic/kb/topics (public, no auth required)",
    },
}
"""A wrong or missing API key."""
