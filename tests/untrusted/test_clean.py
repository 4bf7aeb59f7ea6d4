"""One string from a trace: cut, stripped, redacted."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from operator_mcp.untrusted import LIMIT, clean
from operator_mcp.untrusted.marks import hide_marks, mark, show_marks, sign

SECRETS = {
    "openai": "sk-proj-9aXw2LmXw94TbRkVn3sYpDe8uJc",
    "openai long": "sk-aXw2LmXw94TbRkVn3sYpT3BlbkFJDe8uJcaXw2LmXw94Tb",
    "anthropic": "sk-ant-api03-aXw2LmXw94TbRkVn3sYpDe8uJc-_aXw2LmXw94TbRkVn3sYpDe8uJc-AA",
    "openrouter": "sk-or-v1-0b1f4c5a9d8e7f6a5b4c3d2e1f0a9b8c",
    "github": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "github fine": "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789ABCDEFGHIJ",
    "gitlab": "glpat-Zx81kQm2vT7pLw93sYb4",
    "google": "AIzaSyA1b2C3d4E5f6G7h8I9j0KlMnOpQrStUvW",
    "slack": "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "slack hook": "https://hooks.slack.com/services/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",
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "stripe": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "sendgrid": "SG.aXw2LmXw94TbRkVn3sYpDe.8uJcaXw2LmXw94TbRkVn3sYpDe8uJcaXw2LmXw94TbR",
    "hugging face": "hf_aXw2LmXw94TbRkVn3sYpDe8uJcaXw2LmXw",
    "telegram": "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1",
    "npm": "npm_aXw2LmXw94TbRkVn3sYpDe8uJcaXw2LmXw94",
    "opaque": "Zk3uQ9vLx0RtYb7WmN2pHs5JdC8gFa1EoKi6",
}
ASSIGNED = {
    "postgresql://writer:{}@db.internal:5432/orders": "Harbor7Quill",
    "redis://:{}@cache:6379/0": "c4cheP4ss",
    "Server=tcp:db;User ID=sa;Password={};Encrypt=true": "S3cure!Pa$$",
    "AccountName=x;AccountKey={}": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq==",
    "Authorization: Bearer {}": "vt9.QmFzaWxpc2s3.kP2xw81hTzLq",
    "{{'authorization': 'Basic {}'}}": "dXNlcjpwYXNzd29yZA==",
    "got 401 with Bearer {} from the vault": "abc123def456",
    'body was {{"api_key": "{}"}}': "plain-key-value",
    'body was {{\\"password\\": \\"{}\\"}}': "quoted in quotes",
    "input_value={{'client_secret': '{}', 'page': 3}}": "tulip-morning",
    "GET /v1/items?access_token={}&page=2": "0af93kd02lfk",
    "https://maps.example/x?key={}": "k9ZQ13mmQ0",
    "retrying with password={}": "hunter2",
    "DB_PASSWORD: {}": "correcthorse",
    "tool --token {} --verbose": "qwertz12345",
    "curl -u admin:{} https://x": "letmein",
    "Cookie: {}": "session=9f8e7d; csrftoken=12ab",
    "X-Api-Key: {}": "7f3e9a1b2c",
    "upload_token={}": "upl_5d0c2b7e91f3",
    "https://blob.example/c?sv=2024&sig={}": "aG9sYW11bmRv%2Fxy",
    "PGPASSWORD={} psql": "hunter2xyz",
    "DB_PASS={}": "hunter2xyz",
    "password '{}' was rejected": "hunter2xyz",
    "the password is {}": "hunter2xyz",
    "api key '{}' is invalid": "hunter2xyz",
}
IDENTIFIERS = [
    "exec_20261124_111015_nkpb4ey6",
    "exec_20261124_110936_y28pwd95",
    "exec_1795518615848_a8853e14",
    "run_20261124_111015_fa5knqwq",
    "0b1f4c5a-9d8e-7f6a-5b4c-3d2e1f0a9b8c",
    "9fceb02d0ae598e95dc970b74767f19372d61af8",
    "01JD9X8Q3ZK4M5N6P7R8S9T0VW",
    "archive-clerk.store_ledger",
    "release-captain-651 re-registered with new instance ce4f893e86ab",
    "operator_mcp.investigation.origin.CandidateRankingProperties2026Report",
]
PROSE = [
    "Invalid token: '}' at line 3",
    "unexpected token = in JSON at position 12",
    "max_tokens=4096, prompt_tokens: 86324",
    "maximum context length is 128000 tokens. However, your messages resulted in 86324 tokens.",
    "environment variable LAYOUT_SECRET_NAME is not set",
    "KeyError: 'password'",
    "password: field required",
    "Incorrect API key provided",
    "the session token expired",
    "Basic authentication is not supported",
    "cache key=orders",
    "the secretary: Maria Muster",
    "[Errno 2] No such file or directory: '/etc/press/house-style.yaml'",
]
ODD = [
    " ",
    "\n",
    "=",
    '"',
    "'",
    ": ",
    ":",
    "; ",
    "/",
    "@",
    "[",
    "]",
    "{",
    "*",
    "token",
    "key=",
    "Cookie: ",
    "Bearer ",
    "\u200b",
]


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
@pytest.mark.parametrize(
    "around", ["{}", "key {} has expired", '"{}"', "x=({})", "a,{},b", "https://h.example/p/{}?q=1"]
)
def test_a_credential_of_a_known_shape_does_not_survive_wherever_it_stands(secret: str, around: str) -> None:
    cleaned = clean(around.format(secret))
    assert secret not in cleaned
    assert "[redacted" in cleaned


@pytest.mark.parametrize(("around", "secret"), ASSIGNED.items(), ids=ASSIGNED.keys())
def test_a_value_assigned_to_a_credentials_name_does_not_survive_and_its_name_does(around: str, secret: str) -> None:
    cleaned = clean("before " + around.format(secret) + " after")
    assert secret not in cleaned
    assert cleaned.startswith("before ")
    assert "after" in cleaned or "Cookie" in around


def test_a_private_key_is_taken_out_to_its_end_even_where_the_end_is_missing() -> None:
    body = "MIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aozN3tihPmUZE"
    whole = f"read -----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY----- then failed"
    assert clean(whole) == "read [redacted: private key] then failed"
    assert body not in clean(f"read -----BEGIN OPENSSH PRIVATE KEY-----\n{body}")


@pytest.mark.parametrize("text", IDENTIFIERS)
@pytest.mark.parametrize("around", ["{}", "execution {} failed", '"id": "{}"', "https://h.example/{}/logs"])
def test_identifiers_survive(text: str, around: str) -> None:
    assert clean(around.format(text)) == around.format(text)


@pytest.mark.parametrize("text", IDENTIFIERS[:4])
@pytest.mark.parametrize("around", ["key={}", "token={}", '"token": "{}"', "api_key: {}"])
def test_the_control_planes_ids_survive_even_under_a_credentials_name(text: str, around: str) -> None:
    assert clean(around.format(text)) == around.format(text)


@pytest.mark.parametrize("text", PROSE)
def test_prose_about_credentials_survives(text: str) -> None:
    assert clean(text) == text


def test_what_cannot_be_seen_is_gone_and_what_can_be_seen_is_untouched() -> None:
    hostile = (
        "a\u202eb\u200bc\x1b[31md\x1b]8;;http://evil\x07e\x00f\ufeffg\U000e0041h\x9b2Ji\rj\r\nk\tl\u2028m\x07n\ud800"
    )
    assert clean(hostile) == "abcdefghi\nj\nk\tl\nmn\ufffd"
    assert clean("余额不足 Größe naïve 🙂") == "余额不足 Größe naïve 🙂"


def test_a_credential_with_invisible_characters_inside_is_still_seen() -> None:
    assert "7HfQz2LmXw94TbRk" not in clean("sk-proj-\u200b7HfQz2LmXw94TbRk\u200bVn3sYpDe8uJc").replace("\u200b", "")


def test_a_cut_says_how_much_is_left_and_stays_within_the_limit() -> None:
    cleaned = clean("word " * 1000, 100)
    assert len(cleaned) <= 100
    kept, left = cleaned.split(" [cut: ")
    assert left == f"{5000 - len(kept)} more characters]"
    assert clean("x" * 100, 100) == "x" * 100


def test_a_credential_across_the_cut_leaves_nothing_behind() -> None:
    secret = SECRETS["github"]
    for offset in range(0, len(secret) + 40, 3):
        cleaned = clean("a " * 100 + "." * (80 - offset) + " " + secret + " tail" * 50, 300)
        assert "16C7" not in cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        # A mark names its kind, and the name is no key: what stands behind it stays.
        (SECRETS["github"] + " = input_value={{'page': 3}}", "[redacted: github token] = input_value={{'page': 3}}"),
        (SECRETS["slack"] + ": postgresql", "[redacted: slack token]: postgresql"),
        # A value that goes on beside a mark is a credential to its end.
        ("Cookie: a=https://u:Harbor7Quill@h/; d=9f8e7d", "Cookie: [redacted]"),
        ("password='[redacted: model key] hunter2'", "password='[redacted]'"),
        # A value that is a mark, with or without its scheme, stays what it is.
        ("password='[redacted: model key]'", "password='[redacted: model key]'"),
        ("{'authorization': 'Basic dXNlcjpwYXNzd29yZA=='}", "{'authorization': 'Basic [redacted]'}"),
        ("Authorization: Bearer [redacted]", "Authorization: Bearer [redacted]"),
        # What is no credential may hold one.
        ("{'error_token': 'refused password=hunter2'}", "{'error_token': 'refused password=[redacted]'}"),
        ("bad credential: password=correcthorse was refused", "bad credential: password=[redacted] was refused"),
        ("curl -u a:letmein -x p -u b:opensesame", "curl -u a:[redacted] -x p -u b:[redacted]"),
    ],
)
def test_marks_are_neither_read_as_text_nor_a_shelter(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


def test_a_mark_is_hidden_as_one_character_and_shown_as_it_was() -> None:
    assert hide_marks(f"a{mark('model key')}b{mark()}[redacted") == f"a{sign('model key')}b{sign()}[redacted"
    assert show_marks(f"{sign('model key')}{sign()}") == "[redacted: model key][redacted]"


def test_what_a_redaction_lays_bare_is_redacted_too() -> None:
    run_on = SECRETS["sendgrid"] + "postgresql://writer:Harbor7Quill@db.internal/orders"
    assert clean(run_on) == "[redacted: sendgrid api key]postgresql://writer:[redacted]@db.internal/orders"


def test_what_a_cut_makes_a_credential_is_redacted_too() -> None:
    run = SECRETS["opaque"] * 4
    assert clean(run) == run
    for limit in range(60, len(run)):
        cleaned = clean(run, limit)
        assert SECRETS["opaque"][:32] not in cleaned
        assert clean(cleaned, limit) == cleaned


def test_a_cut_leaves_no_broken_mark() -> None:
    for limit in range(30, 120):
        cleaned = clean(f"see {SECRETS['github']} " * 9, limit)
        kept, _, _ = cleaned.partition(" [cut")
        assert kept.count("[") == kept.count("]")
        assert clean(cleaned, limit) == cleaned


def test_the_notice_of_a_cut_is_not_taken_for_the_value_of_what_it_cut() -> None:
    for length in range(30, 60):
        cleaned = clean("Cookie: theme=\n" + "a quiet page " * 9, length)
        assert cleaned.endswith("more characters]")
        assert clean(cleaned, length) == cleaned


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text)
    assert clean(once) == once


@given(
    st.lists(
        st.sampled_from(
            [*SECRETS.values(), *ASSIGNED, *ASSIGNED.values(), *PROSE, *IDENTIFIERS, *ODD, mark(), mark("github token")]
        ),
        max_size=30,
    ),
    st.sampled_from([" ", ""]),
    st.sampled_from([LIMIT, 60, 200]),
)
@example(parts=[SECRETS["github"], "=", "input_value={{'client_secret': '{}', 'page': 3}}"], between=" ", limit=LIMIT)
@example(parts=[SECRETS["github"], "=", "postgresql://writer:{}@db.internal:5432/orders"], between=" ", limit=LIMIT)
@example(parts=["curl -u a:curl -u b:curl -u c:", "letmein"], between="", limit=LIMIT)
@example(parts=["Cookie: ", "a=\n", "word " * 20], between="", limit=60)
def test_cleaning_twice_changes_nothing_more_among_credentials(parts: list[str], between: str, limit: int) -> None:
    once = clean(between.join(parts), limit)
    assert clean(once, limit) == once
    assert len(once) <= limit


@given(st.text(alphabet=st.characters(), max_size=200), st.integers(min_value=30, max_value=80))
def test_the_limit_holds_for_any_text(text: str, limit: int) -> None:
    assert len(clean(text, limit)) <= limit


@pytest.mark.parametrize(
    "text",
    [
        "eyJ" * 82_000,
        "-----BEGIN PRIVATE KEY" * 11_000,
        "password: " * 25_000,
        "password:" * 27_000,
        "password: 'token: " * 12_000,
        "cookie: a=" * 25_000,
        "http://a:" * 27_000,
        "curl -u " * 30_000,
        "\x1b]" * 125_000,
        "sk-a-" * 50_000,
        '{"execution_id": "exec_20261124_111015_nkpb4ey6", "token_count": 12, "error": null} ' * 3_000,
    ],
    ids=["jwt", "pem", "keyed", "nested", "quoted", "cookie", "url", "curl", "osc", "dashes", "json"],
)
def test_a_long_text_made_to_be_slow_is_cleaned_in_linear_time(text: str) -> None:
    clean("warm")
    began = time.process_time()
    clean(text, 1_000_000)
    assert time.process_time() - began < 2
