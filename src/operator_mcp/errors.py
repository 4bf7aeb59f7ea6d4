"""The one exception tree. Every error says what happened and what to do next.

OperatorError
├── UsageError                bad input from the caller: names the field and the fix
│   ├── SettingsError         a configuration file or variable is wrong
│   └── UnknownId             no run or execution has that id
├── ControlPlaneError         the control plane did not answer as it should
│   ├── Unreachable           no connection, or no answer before the deadline
│   ├── Unauthorized          401 or 403
│   ├── MissingRoute          this server has no such route (not: no such resource)
│   ├── MissingResource       the route exists, the resource does not
│   ├── TooLarge              the answer passed the byte cap
│   └── UnexpectedAnswer      any other status, or a body that is not what was asked for
├── RuleRefusal               a rule of `policy.py` says no
├── LedgerError               the ledger cannot be opened or has moved under us
└── FixingError               a patch, a repository or a suite cannot be used
"""


class OperatorError(Exception):
    """Base of all anticipated errors: `what` happened and the `next_action` for whoever reads it."""

    def __init__(self, what: str, next_action: str) -> None:
        super().__init__(what)
        self.what = what
        self.next_action = next_action

    def __str__(self) -> str:
        """Both halves in one line, fit for a terminal or a tool answer."""
        return f"{self.what}. {self.next_action}" if self.next_action else self.what


class UsageError(OperatorError):
    """The caller's input is wrong; the text names the field and the fix."""


class SettingsError(UsageError):
    """A setting is unknown or has a value that cannot be used."""


class UnknownId(UsageError):
    """Neither a run nor an execution has the given id."""


class ControlPlaneError(OperatorError):
    """The control plane at `host` was asked `asked` and did not answer as it should."""

    def __init__(self, what: str, next_action: str, *, host: str = "", asked: str = "") -> None:
        super().__init__(what, next_action)
        self.host = host
        self.asked = asked


class Unreachable(ControlPlaneError):
    """No connection, or no answer before the deadline."""


class Unauthorized(ControlPlaneError):
    """The control plane refused the key (401), or the operation (403)."""


class MissingRoute(ControlPlaneError):
    """The server has no such route: its UI routes are off, or it is older than the route."""


class MissingResource(ControlPlaneError):
    """The route exists; the run, execution or key asked for does not."""


class TooLarge(ControlPlaneError):
    """The answer passed the byte cap and was abandoned."""


class UnexpectedAnswer(ControlPlaneError):
    """Any other status, or a body that is not what was asked for."""


class RuleRefusal(OperatorError):
    """A rule refuses: which one, why, and what a human can do about it."""

    def __init__(self, rule: int, why: str, human_can: str) -> None:
        super().__init__(why, human_can)
        self.rule = rule
        self.why = why
        self.human_can = human_can


class LedgerError(OperatorError):
    """The ledger cannot be opened, or a row is not in the state the caller saw."""


class FixingError(OperatorError):
    """A patch, a repository or a suite cannot be used as given."""
