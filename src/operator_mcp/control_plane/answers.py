"""One HTTP answer of the control plane: read it, or say in a typed error what was wrong with it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue
from pydantic_core import from_json

from operator_mcp.errors import (
    ControlPlaneError,
    MissingResource,
    MissingRoute,
    Unauthorized,
    UnexpectedAnswer,
)
from operator_mcp.untrusted import clean

MAX_DEPTH = 100
EXCERPT = 240
TOO_DEEP = "[nested too deep]"
VAST = re.compile(rb"\d[eE]\+?\d{3}")
"""A number that may be past what a float holds: JSON has no word for what it would become."""


@dataclass(frozen=True)
class Answer:
    """What came back to one question: `asked` is method and path, `host` the control plane without credentials."""

    host: str
    asked: str
    status: int
    content: bytes
    media_type: str = ""
    location: str = ""

    def json(self) -> JsonValue:
        """Give the body parsed.

        Raises:
            UnexpectedAnswer: the body is empty, cut, or no JSON. AgentField 0.1.80 answers 200 with an *empty* body
                where it cannot encode a stored result (seen live).
        """
        try:
            return parse(self.content)
        except ValueError:
            what, then = self._unparsable()
            raise UnexpectedAnswer(what, then, host=self.host, asked=self.asked) from None

    def _unparsable(self) -> tuple[str, str]:
        said = f"{self.host} answered {self.status} to {self.asked}"
        if not self.content.strip():
            return f"{said} with an empty body", "It could not encode what it has stored; ask for one execution of it."
        kind = f" ({self.media_type})" if self.media_type else ""
        return (
            f"{said} with {len(self.content)} bytes that are not JSON{kind}",
            "Check that the URL is the control plane's and that nothing in between rewrites its answers.",
        )


@dataclass(frozen=True)
class Complaint:
    """The error a body states: its code word, and all of its words in one line."""

    word: str = ""
    text: str = ""


def parse(content: bytes) -> JsonValue:
    """Parse a JSON body into values that can be encoded again.

    Lone surrogates, which a stored payload may hold as escapes, become U+FFFD; what is nested deeper than
    `MAX_DEPTH` where the fast parser gives up becomes a mark, and a number that no float holds becomes None.

    Raises:
        ValueError: it is no JSON, or deeper than the parser can go.
    """
    try:
        if VAST.search(content):
            raise ValueError("a number may overflow")
        parsed: JsonValue = from_json(content, allow_inf_nan=False)
    except ValueError:
        try:
            parsed = _mended(json.loads(content.decode("utf-8", "replace")), 0)
        except RecursionError:
            raise ValueError("nested too deep to be read") from None
    return parsed


def _mended(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, float) and not -1e308 <= value <= 1e308:
        return None
    if isinstance(value, (list, dict)) and depth >= MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, list):
        return [_mended(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(_mended(key, depth)): _mended(item, depth + 1) for key, item in value.items()}
    return value


def complaint(body: object) -> Complaint:
    """Read the error of any of the five body shapes of AgentField 0.1.80.

    `error` is a text (plain, UI, execute), a code word with `details` (memory), the word `endpoint_not_found` with a
    `message` (unknown route), or an object with `code` and `message` (agentic).
    """
    if not isinstance(body, Mapping):
        return Complaint()
    error = body.get("error")
    source: Mapping[object, object] = error if isinstance(error, Mapping) else body
    word = source.get("code") if isinstance(error, Mapping) else error
    parts = [word, source.get("message"), source.get("details")]
    words = [part for part in parts if isinstance(part, str) and part]
    return Complaint(word=words[0] if words else "", text=clean(": ".join(dict.fromkeys(words)), EXCERPT))


def read(answer: Answer) -> JsonValue:
    """Give the parsed body of a successful answer; None for 204.

    Raises:
        Unauthorized, MissingRoute, MissingResource, UnexpectedAnswer: see `refused`.
    """
    if answer.status == 204:
        return None
    if 200 <= answer.status < 300:
        return answer.json()
    raise refused(answer)


def refused(answer: Answer) -> ControlPlaneError:
    """Give the typed error for an answer that is no success."""
    try:
        body = parse(answer.content)
    except ValueError:
        body = None
    said = complaint(body)
    error, then = _kind(answer, said)
    what = f"{answer.host} answered {answer.status} to {answer.asked}" + (f": {said.text}" if said.text else "")
    return error(what, then, host=answer.host, asked=answer.asked)


def _kind(answer: Answer, said: Complaint) -> tuple[type[ControlPlaneError], str]:
    if answer.status == 401:
        return Unauthorized, "Set OPERATOR_CONTROL_PLANE_KEY (or AGENTFIELD_API_KEY) to a key this control plane takes."
    if answer.status == 403:
        return Unauthorized, "The key is not allowed to do this; ask whoever runs the control plane."
    if answer.status == 404 and said.word and said.word != "endpoint_not_found":
        return MissingResource, "Check the id; old runs are cleaned up by the control plane's retention."
    if answer.status == 404:
        return MissingRoute, "Its UI routes are off, it is older than this route, or the URL is not a control plane's."
    if 300 <= answer.status < 400:
        return UnexpectedAnswer, f"It redirects{answer.location}; set control_plane_url to the address it is served at."
    if answer.status in (502, 503, 504):
        return UnexpectedAnswer, "It is overloaded or restarting; try again in a minute."
    if answer.status >= 500:
        return UnexpectedAnswer, "Look into the control plane's own log."
    return UnexpectedAnswer, "The control plane may be of another version; operator-mcp was built against 0.1.80."
