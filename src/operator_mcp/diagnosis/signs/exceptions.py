"""Exception types by the words they are made of: `ReadTimeout`, `NullPointerException`, `AuthenticationError`.

A type is read where it heads a message (`pkg.mod.Type: message`) or ends a traceback. Types that say nothing of the
cause (RuntimeError, ValueError, Exception) give no sign. Sources: the types of Python's standard library and of the
libraries named in the other tables, of the JVM, .NET, Node and Go errors that carry names.
"""

import re
from collections.abc import Iterator
from functools import cache

from operator_mcp.diagnosis.sign import Seen

_TYPE = re.compile(
    r"(?<![\w/'\".])(?:(?:[A-Za-z_][\w$]*\.)*(?P<type>[A-Z]\w*(?:Error|Exception|Timeout|TimedOut|"
    r"Exceeded|Exhausted|Fault|"
    r"Violation|Limit|Interrupt|Expired|Unavailable|Denied|NotFound|Refused))|(?:[a-z_][\w$]*\.)+(?P<named>[A-Z]\w+)|"
    r"^(?P<bare>[A-Z][a-z]+(?:[A-Z][a-z]+)+)(?=: ))"
    r"(?=:|\(|\s*$|[)>\]])",
    re.MULTILINE,
)

_EXACT: dict[str, tuple[str, float]] = {
    "KeyError": ("code_bug", 0.9),
    "NumberFormatException": ("schema_mismatch", 0.92),
    "PermissionError": ("config", 0.88),
    "InvalidOperation": ("schema_mismatch", 0.8),
    "CancelledError": ("human", 0.4),
    "SSLError": ("config", 0.7),
    "SSLCertVerificationError": ("config", 0.93),
    "OperationalError": ("provider_error", 0.4),
    "ProgrammingError": ("code_bug", 0.6),
    "IntegrityError": ("schema_mismatch", 0.6),
    "DataError": ("schema_mismatch", 0.86),
    "ValidationError": ("schema_mismatch", 0.84),
    "ValidationException": ("schema_mismatch", 0.7),
    "NotImplementedError": ("code_bug", 0.8),
    "OverflowError": ("code_bug", 0.8),
    "RangeError": ("code_bug", 0.8),
    "BadZipFile": ("bad_input", 0.86),
    "UnidentifiedImageError": ("bad_input", 0.86),
    "OSError": ("resources", 0.3),
}

_WORDS: tuple[tuple[str, str, float], ...] = (
    (
        r"^(?:Type|Attribute|Index|UnboundLocal|Name|ZeroDivision|Recursion|Assertion|FloatingPoint|"
        r"Undefined|Reference|NoMethod|InvalidState|Indentation|Syntax)Error$|^StopIteration$|"
        r"^StopAsyncIteration$|^UnsupportedOperationException$",
        "code_bug",
        0.92,
    ),
    (r"ContextWindow|ContextLength|ContextLimit|PromptTooLong", "context_overflow", 0.95),
    (
        r"ContentFilter|ContentPolicy|LengthFinishReason|Refusal|SafetyBlock|IncompleteOutput|"
        r"BlockedPrompt|StopCandidate|"
        r"EmptyCompletion",
        "model_output",
        0.95,
    ),
    (
        r"Budget|InsufficientQuota|InsufficientFunds|UsageLimit|Billing|PaymentRequired|MaxTurns|"
        r"SpendLimit|CreditLimit",
        "budget",
        0.95,
    ),
    (r"RateLimit|Throttl|TooManyRequests|ConcurrencyLimit|ResourceExhausted|RequestLimit", "rate_limit", 0.94),
    (
        r"Authentication|Authori[sz]ation|Unauthori[sz]ed|PermissionDenied|Forbidden|(?:Expired|Invalid)Token|"
        r"Credential|"
        r"AccessDenied|Unauthenticated|InvalidApiKey|LoginFailed|RefreshError",
        "auth",
        0.94,
    ),
    (
        r"OutOfMemory|^MemoryError$|DiskFull|TooManyOpenFiles|DeadlockDetected|^LockTimeout|"
        r"LockNotAvailable|TooManyConnections|QueueFull",
        "resources",
        0.95,
    ),
    (r"Timeout|TimedOut|DeadlineExceeded", "timeout", 0.94),
    (
        r"(?:Module|Distribution|Package|Template|Driver)NotFound|^ImportError|FileNotFound|NoSuchFile|"
        r"ClassNotFound|NoClassDefFound|"
        r"ImproperlyConfigured|Config(?:uration)?(?:Error|Exception)|Settings?Error|MissingSetting|"
        r"UndefinedTable|UndefinedColumn|NoSuchModule|NoSuchBucket",
        "config",
        0.93,
    ),
    (
        r"JSONDecode|JsonP(?:arse|rocessing)|JsonSyntax|JsonMapping|Schema(?:Error|Mismatch|Validation)|"
        r"Unmarshal|Deserializ|MismatchedInput|OutputParser|UnicodeDecode|ParserError|ParseError|"
        r"Decode(?:Error|Exception)|ConversionError|ZodError|ContentType(?:Error)?|ResponseParsing|"
        r"DateTimeParse",
        "schema_mismatch",
        0.93,
    ),
    (
        r"ServiceUnavailable|InternalServer|Overloaded|BadGateway|APIConnection|Connect(?:ion)?(?:Error|"
        r"Exception|Refused|Reset|Aborted|Closed)|RemoteProtocol|RemoteDisconnected|ServerDisconnected|"
        r"ClientConnector|EndpointConnection|BrokenPipe|ChunkedEncoding|IncompleteRead|gaierror|"
        r"UnknownHost|NameResolution|ReadError|WriteError|ProxyError|BadStatusLine|ServerError|"
        r"InterfaceError|MaxRetryError",
        "provider_error",
        0.92,
    ),
    (
        r"NullPointer|NullReference|IndexOutOfBounds|ClassCast|StackOverflow|ConcurrentModification|"
        r"Arithmetic|NoSuchMethod|IllegalState|InvalidCast|KeyNotFound",
        "code_bug",
        0.92,
    ),
)


@cache
def meaning(name: str) -> tuple[str, float] | None:
    """Give the class and weight that an exception type's name stands for, or None where it says nothing."""
    if name in _EXACT:
        return _EXACT[name]
    return next(((cause, weight) for words, cause, weight in _WORDS if re.search(words, name)), None)


def types(text: str) -> Iterator[Seen]:
    """Yield what the exception types in a text stand for."""
    for met in _TYPE.finditer(text):
        name = met["type"] or met["named"] or met["bare"]
        if found := meaning(name):
            end = text.find("\n", met.end())
            quote = text[met.start() : met.end() + 200 if end < 0 else min(end, met.end() + 200)].strip()
            yield Seen(*found, quote, met.start(), met.end(), {"exception": name})
