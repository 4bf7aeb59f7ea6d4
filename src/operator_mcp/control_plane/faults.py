"""What the network does to a question, told as typed errors."""

import ssl
from collections.abc import Iterator
from socket import gaierror

import httpx2

from operator_mcp.control_plane.answers import Answer
from operator_mcp.errors import ControlPlaneError, TooLarge, UnexpectedAnswer, Unreachable


class Busy(Exception):
    """An answer (502, 503, 504) that a repeat may better."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Cut(Exception):
    """A body that broke off after `received` bytes."""

    def __init__(self, received: int) -> None:
        super().__init__(received)
        self.received = received


WORTH_REPEATING = (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError, Busy, Cut)
"""What may pass by itself; the deadline is not among them."""


def late(host: str, asked: str, deadline_s: float) -> Unreachable:
    """Give the error for a question whose deadline passed."""
    return Unreachable(
        f"{host} gave no whole answer to {asked} within {deadline_s:g} s",
        "Check its load and the network between; a run with large payloads can take long.",
        host=host,
        asked=asked,
    )


def too_large(host: str, asked: str, max_bytes: int) -> TooLarge:
    """Give the error for an answer that passed the byte cap."""
    return TooLarge(
        f"the answer of {host} to {asked} passed {max_bytes} bytes and was abandoned",
        "Ask for less: a shorter time, a smaller page, or one execution instead of the run.",
        host=host,
        asked=asked,
    )


def fault(error: Cut | httpx2.RequestError, host: str, asked: str) -> ControlPlaneError:
    """Give the error for a broken connection or body."""
    if isinstance(error, Cut):
        what = f"the answer of {host} to {asked} broke off after {error.received} bytes"
        then = "It or a proxy before it closed the connection; look into its log."
        return UnexpectedAnswer(what, then, host=host, asked=asked)
    if isinstance(error, httpx2.DecodingError):
        what = f"the answer of {host} to {asked} cannot be decompressed"
        return UnexpectedAnswer(what, "Look at the proxy before it.", host=host, asked=asked)
    what, then = _reason(error, host)
    return Unreachable(f"{what} ({asked})", then, host=host, asked=asked)


def _reason(error: httpx2.RequestError, host: str) -> tuple[str, str]:
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return f"connection refused at {host}", "Is the control plane running? Check control_plane_url."
        if isinstance(cause, gaierror):
            return f"the host name in {host} is not known", "Check control_plane_url and the name service."
        if isinstance(cause, ssl.SSLError):
            why = getattr(cause, "verify_message", "") or cause.reason or "the handshake failed"
            return (
                f"no TLS connection to {host}: {why}",
                "Check the scheme in control_plane_url, and the certificate.",
            )
    return (
        f"the connection to {host} broke: {type(error).__name__}",
        "Is it a control plane that listens there, and does it stay up? Look into its log.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk an exception, what caused it, and the members of groups among them."""
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        at = pending.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        yield at
        pending += [e for e in (at.__cause__, at.__context__) if e is not None]
        if isinstance(at, BaseExceptionGroup):
            pending += at.exceptions
