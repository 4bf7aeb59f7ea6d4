"""What goes wrong between the operator and the control plane, on real sockets."""

import gzip
import socket
from collections.abc import Callable

import pytest

from operator_mcp.control_plane.client import ControlPlane
from operator_mcp.errors import (
    ControlPlaneError,
    MissingResource,
    MissingRoute,
    SettingsError,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
)
from tests.control_plane.scripted import NO_ROUTE, Reply, Scripted, answer, ok, refusal, scripted

KEY = "k-4711-secret"
ONE_NOTE = {"execution_id": "exec_1", "notes": [{"message": "hello", "tags": None}], "total": 1}


async def _failure(
    script: Callable[[str, int], Reply], *, deadline_s: float = 5, max_bytes: int = 10_000, key: str | None = KEY
) -> tuple[ControlPlaneError, Scripted]:
    """Ask for notes and give the error, which must name the host and what was asked, and keep the key to itself."""
    async with scripted(script) as server:
        url = server.url.replace("http://", "http://user:pa55word@")
        async with ControlPlane(url, key, deadline_s=deadline_s, max_bytes=max_bytes) as control_plane:
            with pytest.raises(ControlPlaneError) as caught:
                await control_plane.notes("exec_1")
            assert control_plane.requests == len(server.heads)
    error = caught.value
    assert error.host == server.url
    assert server.url in error.what
    assert "GET /api/v1/executions/exec_1/notes" in error.what
    assert error.next_action
    assert KEY not in f"{error!r}{error}"
    assert "pa55word" not in f"{error!r}{error}"
    return error, server


async def test_a_refused_connection_asks_whether_the_control_plane_runs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with ControlPlane(f"http://127.0.0.1:{port}") as control_plane:
        with pytest.raises(
            Unreachable, match=f"connection refused at http://127.0.0.1:{port} .*Is the control plane running"
        ):
            await control_plane.notes("exec_1")
        assert control_plane.requests == 3


async def test_a_host_name_that_nobody_knows_is_told_as_such() -> None:
    async with ControlPlane("http://nowhere.invalid:8080", deadline_s=10) as control_plane:
        with pytest.raises(Unreachable, match=r"the host name in http://nowhere.invalid:8080 is not known"):
            await control_plane.notes("exec_1")


async def test_plain_http_where_tls_is_expected_is_told_as_such() -> None:
    async with (
        scripted(lambda path, n: Reply(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server,
        ControlPlane(server.url.replace("http:", "https:")) as control_plane,
    ):
        with pytest.raises(Unreachable, match="no TLS connection"):
            await control_plane.notes("exec_1")


async def test_an_answer_that_does_not_come_ends_at_the_deadline_and_is_not_asked_again() -> None:
    error, server = await _failure(lambda path, n: Reply(end="hang"), deadline_s=0.3)
    assert isinstance(error, Unreachable)
    assert "within 0.3 s" in error.what
    assert len(server.heads) == 1


async def test_a_body_that_stalls_halfway_ends_at_the_deadline_too() -> None:
    error, _ = await _failure(lambda path, n: Reply(answer(200, b'{"no', length=50), end="hang"), deadline_s=0.3)
    assert isinstance(error, Unreachable)


async def test_a_connection_that_is_reset_every_time_is_tried_three_times() -> None:
    error, server = await _failure(lambda path, n: Reply(end="reset"))
    assert isinstance(error, Unreachable)
    assert "broke" in error.what
    assert len(server.heads) == 3


async def test_a_body_that_is_cut_off_is_not_taken_for_an_answer() -> None:
    error, server = await _failure(lambda path, n: Reply(answer(200, b'{"notes": []}', length=99)))
    assert isinstance(error, UnexpectedAnswer)
    assert "broke off after 13 bytes" in error.what
    assert len(server.heads) == 3


async def test_a_body_past_the_cap_is_abandoned() -> None:
    error, server = await _failure(lambda path, n: ok({"notes": [], "padding": "x" * 20_000}))
    assert isinstance(error, TooLarge)
    assert "10000 bytes" in error.what
    assert len(server.heads) == 1


async def test_the_cap_counts_what_a_compressed_body_becomes() -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < 10_000
    error, _ = await _failure(lambda path, n: Reply(answer(200, bomb, headers="Content-Encoding: gzip\r\n")))
    assert isinstance(error, TooLarge)


async def test_a_body_that_claims_a_compression_it_does_not_have_is_told() -> None:
    error, _ = await _failure(lambda path, n: Reply(answer(200, b"{}", headers="Content-Encoding: gzip\r\n")))
    assert isinstance(error, UnexpectedAnswer)
    assert "decompressed" in error.what


async def test_a_redirect_is_not_followed_and_names_where_to_without_credentials() -> None:
    there = "Location: https://u:pw@elsewhere.example/api?token=t\r\n"
    error, server = await _failure(lambda path, n: Reply(answer(307, b"", headers=there)))
    assert isinstance(error, UnexpectedAnswer)
    assert "to https://elsewhere.example;" in error.next_action
    assert len(server.heads) == 1


@pytest.mark.parametrize("body", [b"<!doctype html><title>Home</title>", b'{"notes": [', b"", b"   "])
async def test_a_success_that_is_not_json_is_refused(body: bytes) -> None:
    error, _ = await _failure(lambda path, n: Reply(answer(200, body, headers="Content-Type: text/html; q\r\n")))
    assert isinstance(error, UnexpectedAnswer)
    assert ("empty body" if not body.strip() else "not JSON (text/html)") in error.what


@pytest.mark.parametrize("body", [[1, 2], "text", 7, None])
async def test_json_of_another_shape_is_refused(body: object) -> None:
    error, _ = await _failure(lambda path, n: ok(body))
    assert isinstance(error, UnexpectedAnswer)
    assert "another shape" in error.what


SHAPES: dict[str, tuple[int, object, type[ControlPlaneError], str]] = {
    "plain": (404, {"error": "execution not found"}, MissingResource, "execution not found"),
    "ui": (400, {"error": "bad page", "code": 17, "details": {"page": "x"}}, UnexpectedAnswer, "bad page"),
    "execute": (
        400,
        {"error": "agent 'x' not found", "error_category": "internal_error"},
        UnexpectedAnswer,
        "agent 'x'",
    ),
    "agentic": (
        404,
        {"ok": False, "error": {"code": "run_not_found", "message": "no executions"}},
        MissingResource,
        "run_not_found: no executions",
    ),
    "memory": (
        404,
        {"error": "not_found", "code": 404, "details": "memory with key"},
        MissingResource,
        "not_found: memory with key",
    ),
    "route": (404, {"error": "endpoint_not_found", "message": "GET /x does not exist"}, MissingRoute, "does not exist"),
    "no body": (404, b"404 page not found", MissingRoute, "answered 404"),
    "key": (401, {"error": "unauthorized", "message": f"invalid key {KEY}"}, Unauthorized, "unauthorized: invalid key"),
    "permission": (403, {"error": "access_denied"}, Unauthorized, "access_denied"),
    "crash": (500, {"error": "failed to load workflow: disk I/O error"}, UnexpectedAnswer, "disk I/O error"),
    "odd": (418, [], UnexpectedAnswer, "answered 418"),
}


@pytest.mark.parametrize("name", SHAPES)
async def test_each_shape_of_error_body_is_read(name: str) -> None:
    status, body, kind, words = SHAPES[name]
    error, server = await _failure(lambda path, n: refusal(status, body))
    assert type(error) is kind
    assert words in error.what
    assert len(server.heads) == 1


async def test_what_a_refusal_quotes_is_bounded_redacted_and_fit_for_a_terminal() -> None:
    long = "\x1b[31mpostgres://admin:hunter2hunter2@db/x \u202e" + "y" * 5_000
    error, _ = await _failure(lambda path, n: refusal(500, {"error": long}))
    assert len(error.what) < 500
    assert "hunter2" not in error.what
    assert not set("\x1b\u202e") & set(error.what)


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_an_overloaded_control_plane_is_asked_again_and_may_recover(status: int) -> None:
    def script(path: str, n: int) -> Reply:
        return refusal(status, {"error": "busy"}) if n < 3 else ok(ONE_NOTE)

    async with scripted(script) as server, ControlPlane(server.url) as control_plane:
        assert [note.message for note in await control_plane.notes("exec_1")] == ["hello"]
        assert control_plane.requests == 3


async def test_an_overload_that_lasts_is_told_after_three_requests() -> None:
    error, server = await _failure(lambda path, n: refusal(503, b"upstream connect error"))
    assert isinstance(error, UnexpectedAnswer)
    assert "answered 503" in error.what
    assert len(server.heads) == 3


async def test_a_write_is_never_sent_twice() -> None:
    async with scripted(lambda path, n: Reply(end="reset")) as server, ControlPlane(server.url) as control_plane:
        for write in (
            control_plane.memory_set("diagnoses.x", {"n": 1}),
            control_plane.memory_delete("diagnoses.x"),
            control_plane.add_note("exec_1", "seen"),
        ):
            with pytest.raises(Unreachable):
                await write
        assert server.paths == ["/api/v1/memory/set", "/api/v1/memory/delete", "/api/v1/executions/note"]


async def test_every_request_carries_the_key_and_no_origin() -> None:
    async with scripted(lambda path, n: ok(ONE_NOTE)) as server, ControlPlane(server.url, f" {KEY}\n") as control_plane:
        await control_plane.notes("exec_1")
    head = server.heads[0].lower()
    assert f"\r\nx-api-key: {KEY}\r\n" in head
    assert "\r\norigin:" not in head


async def test_a_path_prefix_of_the_url_is_kept() -> None:
    async with scripted(lambda path, n: ok(ONE_NOTE)) as server, ControlPlane(f"{server.url}/fleet/") as control_plane:
        await control_plane.notes("exec_1")
        assert control_plane.host == f"{server.url}/fleet"
    assert server.paths == ["/fleet/api/v1/executions/exec_1/notes"]


@pytest.mark.parametrize(
    "url", ["", "localhost:8080", "ftp://x", "http://", "http://x:notaport", "http://x/?key=hush", "http://[::1"]
)
def test_a_url_that_cannot_be_used_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(SettingsError, match="control_plane_url") as caught:
        ControlPlane(url)
    assert "hush" not in str(caught.value)


def test_a_key_that_no_header_can_carry_is_refused_without_quoting_it() -> None:
    with pytest.raises(SettingsError, match="control_plane_key") as caught:
        ControlPlane("http://localhost:8080", "hush\r\nX-Other: 1")
    assert "hush" not in str(caught.value)


async def test_missing_ui_routes_are_told_apart_from_a_missing_run() -> None:
    async with scripted(lambda path, n: NO_ROUTE) as server, ControlPlane(server.url) as control_plane:
        with pytest.raises(MissingRoute):
            await control_plane.logs("exec_1")
