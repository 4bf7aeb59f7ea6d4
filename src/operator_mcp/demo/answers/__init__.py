"""Answers rendered from rows: one module a family of endpoints. Nothing here knows of HTTP."""

Answer = dict[str, object]
"""A JSON object on its way out."""


def present(**fields: object) -> Answer:
    """Leave out what is None or an empty text, as Go's `omitempty` does."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}
