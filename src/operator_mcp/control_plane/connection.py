"""Asking the control plane over HTTP: key, deadline, byte cap, repeats. No knowledge of any route."""

import logging
import ssl
from collections.abc import Mapping

import anyio
import httpx2
import stamina
from pydantic import JsonValue

from operator_mcp.control_plane.address import Address, headers, target
from operator_mcp.control_plane.answers import Answer
from operator_mcp.control_plane.faults import WORTH_REPEATING, Busy, Cut, fault, late, too_large

ATTEMPTS = 3
BUSY = frozenset({502, 503, 504})

logging.getLogger("stamina").addHandler(logging.NullHandler())  # a repeat is no news for a terminal


class Connection:
    """One control plane's HTTP side. `requests` counts what was sent, repeats included."""

    def __init__(
        self,
        url: str,
        key: str | None,
        *,
        deadline_s: float,
        max_bytes: int,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Prepare to ask the control plane at `url`; nothing is sent yet.

        Raises:
            SettingsError: the URL or the key cannot be used.
        """
        address = Address.of(url)
        self.host = address.host
        self.requests = 0
        self._deadline_s = deadline_s
        self._max_bytes = max_bytes
        self._key = (key or "").strip().encode("utf-8", "replace")
        self._client = httpx2.AsyncClient(
            base_url=address.url,
            headers=headers(key),
            timeout=None,  # the deadline spans repeats and the whole body, see `ask`
            follow_redirects=False,  # a redirect must not carry the key elsewhere
            trust_env=not address.loopback,  # a proxy cannot reach this machine's loopback
            verify=True if address.tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),  # loading authorities costs 80 ms
            transport=transport,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        body: JsonValue = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Send one question and give the answer, whatever its status.

        A repeatable (idempotent, reading) question is sent up to three times while the connection fails or the
        answer is 502, 503 or 504, with growing pauses, all within one deadline.

        Raises:
            Unreachable: no connection, or no whole answer before the deadline.
            TooLarge: the body passed the byte cap.
            UnexpectedAnswer: the body broke off, or cannot be decompressed.
        """
        asked = f"{method} {path}"
        request = self._client.build_request(method, path, params=params, json=body, headers=headers)

        async def once() -> Answer:
            answer = await self._send(request, asked)
            if answer.status in BUSY:
                raise Busy(answer)
            return answer

        repeating = stamina.AsyncRetryingCaller(
            attempts=ATTEMPTS if repeatable else 1, timeout=None, wait_initial=0.1, wait_max=1.0, wait_jitter=0.1
        )
        try:
            with anyio.fail_after(self._deadline_s):
                return await repeating(WORTH_REPEATING, once)
        except Busy as busy:
            return busy.answer
        except TimeoutError:
            raise late(self.host, asked, self._deadline_s) from None
        except (Cut, httpx2.RequestError) as e:
            raise fault(e, self.host, asked) from e

    async def _send(self, request: httpx2.Request, asked: str) -> Answer:
        self.requests += 1
        response = await self._client.send(request, stream=True)
        try:
            content = await self._body(response, asked)
        finally:
            with anyio.CancelScope(shield=True):
                await response.aclose()
        if self._key and response.status_code >= 300:
            content = content.replace(self._key, b"[the key]")  # a refusal is quoted in errors, and may quote the key
        return Answer(
            host=self.host,
            asked=asked,
            status=response.status_code,
            content=content,
            media_type=response.headers.get("content-type", "").partition(";")[0].strip()[:60],
            location=target(response.headers.get("location", "")),
        )

    async def _body(self, response: httpx2.Response, asked: str) -> bytes:
        received = bytearray()
        try:
            async for chunk in response.aiter_bytes():
                received += chunk
                if len(received) > self._max_bytes:
                    raise too_large(self.host, asked, self._max_bytes)
        except (httpx2.NetworkError, httpx2.RemoteProtocolError) as e:
            raise Cut(len(received)) from e
        return bytes(received)
