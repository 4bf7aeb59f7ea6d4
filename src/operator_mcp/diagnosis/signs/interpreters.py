"""What interpreters and run-times say when a program itself is wrong.

Sources: CPython 3.9-3.14 messages as `str(exception)` gives them (without the type, as rows carry them), V8, the JVM,
Go's run-time, Ruby, .NET, Jinja.
"""

from operator_mcp.diagnosis.sign import Sign

_TYPE = r"'[A-Za-z_][\w.]{0,60}'"

SIGNS = (
    Sign(
        "code_bug",
        0.97,
        r"cannot import name '\w{1,60}' from partially initialized module[^\n]{0,200}|"
        r"syntax error near unexpected token[^\n]{0,40}",
    ),
    Sign("code_bug", 0.93, r"You are trying to merge on \w+ and \w+ columns|cannot reindex on an axis[^\n]{0,40}"),
    Sign(
        "code_bug",
        0.96,
        rf"{_TYPE} object (?:has no attribute '(?P<attribute>\w{{1,60}})'|is not (?:subscriptable|iterable|callable|"
        rf"an iterator|a mapping|reversible)|does not support [\w ]{{3,40}}|cannot be interpreted as an integer|"
        rf"can't be awaited|is not an (?:async )?iterator)|(?:type object|"
        rf"module) {_TYPE} has no attribute '\w{{1,60}}'|object of type {_TYPE} has no len\(\)|"
        rf"argument of type {_TYPE} is not (?:iterable|a container[^\n]{{0,20}})|"
        rf"object \w+ can't be used in 'await' expression",
    ),
    Sign(
        "code_bug",
        0.96,
        rf"unsupported operand type\(s\) for [^\n:]{{1,20}}: {_TYPE} and {_TYPE}|bad operand type for [^\n]{{1,30}}|"
        rf"'[<>=!]{{1,2}}' not supported between instances of {_TYPE} and {_TYPE}|"
        rf"can only concatenate \w+ \(not \"\w+\"\) to \w+|must be (?:str|string|int|integer|real number|float|bytes|"
        rf"a bytes-like object|list|dict|tuple|bool), not \w+$|(?:string|list|tuple|"
        rf"byte) indices must be integers[^\n]{{0,30}}|can't multiply sequence by non-int[^\n]{{0,20}}|"
        rf"unhashable type: {_TYPE}|cannot unpack non-iterable \w+ object|(?:not enough|"
        rf"too many) values to unpack[^\n]{{0,30}}|sequence item \d+: expected \w+ instance, \w+ found|"
        rf"Object of type \w+ is not JSON serializable",
    ),
    Sign(
        "code_bug",
        0.96,
        r"(?:list|tuple|string|bytearray|array|deque|pop) (?:assignment )?index out of range|index out of range|"
        r"pop from (?:an )?empty (?:list|deque|set)|pop\(\): dictionary is empty|(?:float |integer )?(?:division|"
        r"modulo)(?: or modulo)? by zero|maximum recursion depth exceeded[^\n]{0,40}|"
        r"dictionary changed size during iteration|dictionary keys changed during iteration|(?:max|"
        r"min)\(\)[^\n]{0,20}(?:is|is an) empty(?: sequence)?|math domain error|^substring not found$|"
        r"^\S{1,60} is not in (?:list|tuple|deque)$|list\.remove\(x\): x not in list|generator already executing|"
        r"cannot reuse already awaited coroutine|This event loop is already running|reduce\(\) of empty (?:sequence|"
        r"iterable)|mean requires at least one data point|Sample larger than population or is negative",
    ),
    Sign(
        "code_bug",
        0.96,
        r"(?:cannot access |local |free )?(?:local )?variable '(?P<variable>\w{1,60})' (?:referenced before "
        r"assignment|where it is not associated with a value)|name '(?P<name>\w{1,60})' is not defined|"
        r"got an unexpected keyword argument '(?P<keyword>\w{1,60})'|missing \d+ required (?:positional|"
        r"keyword-only) arguments?: [^\n]{1,80}|takes (?:from )?\d+(?: to \d+)? positional arguments? but \d+ (?:was|"
        r"were) given|got multiple values for (?:keyword )?argument|takes no (?:keyword )?arguments|"
        r"Can't instantiate abstract class[^\n]{0,80}|^'(?P<undefined>[a-z_][\w.]{0,60})' is undefined$|(?:object|"
        r"module|class) \S{0,60}\s?has no attribute '(?P<missing>\w{1,60})'",
    ),
    Sign(
        "code_bug",
        0.96,
        r"Cannot (?:read|set) propert(?:y|ies) (?:'?\w+'? )?of (?:undefined|null)[^\n]{0,40}|(?:undefined|"
        r"null) is not (?:an object|a function|iterable)|^(?:\w+Error: )?[\w$.()]{1,60} is not a function\b|"
        r"^[\w$.]{1,60} is not defined$|^[\w$.]{1,60} is not iterable\b|Maximum call stack size exceeded|"
        r"Assignment to constant variable|NullPointerException|NullReferenceException|"
        r"Object reference not set to an instance|Index \d+ out of bounds for length \d+|(?:Array|"
        r"String)?IndexOutOfBounds(?:Exception)?|ClassCastException[^\n]{0,120}|StackOverflowError|"
        r"ConcurrentModificationException|ArithmeticException|java\.util\.NoSuchElementException|"
        r"undefined method [`'][^\n]{1,60}|undefined local variable|nil pointer dereference|"
        r"index out of range \[\d+\] with length \d+|invalid memory address|assignment to entry in nil map|"
        r"^panic: runtime error: [^\n]{1,100}|unwrap\(\)` on an? `None`[^\n]{0,60}|attempt to (?:divide by zero|"
        r"subtract with overflow|index)[^\n]{0,40}|Undefined (?:array key|index|variable|property):? [\"$][^\n]{0,60}|"
        r"Call to (?:undefined|a member) function[^\n]{0,60}",
    ),
    Sign(
        "code_bug",
        0.95,
        r"\b\w{1,60}\(\) (?:\w{1,30} )?argument (?:\d+ )?must be [^\n]{1,80}, not '?\w+'?|"
        r"expected str, bytes or os\.PathLike object, not \w+|can't (?:compare|"
        r"subtract) offset-naive and offset-aware|Cannot destructure property[^\n]{0,60}|(?:generator|"
        r"coroutine) raised Stop\w*Iteration|unsupported format string passed to|format requires a mapping|"
        r"not all arguments converted during string formatting|near \"[^\"\n]{1,40}\": syntax error|cannot (?:convert|"
        r"concatenate) '?\w+'? (?:and|object to) '?\w+'?|expected \w+ instance, \w+ found",
    ),
    Sign(
        "code_bug",
        0.95,
        r"index -?\d+ is out of bounds for axis \d+|operands could not be broadcast together|"
        r"shapes? [^\n]{1,60} not aligned|Set changed size during iteration|cannot pickle '|can only join an iterable|"
        r"slice indices must be integers|The truth value of an? (?:array|Series|DataFrame)[^\n]{0,60} is ambiguous|"
        r"can't convert [\w ]{1,30} to [\w ]{1,20}$|slice bounds out of range|non-default argument follows|"
        r"unexpected indent\b(?= ?\(|$)|no such method|wrong number of arguments \(given|"
        r"a coroutine or an awaitable is required|super\(\): no arguments",
    ),
    Sign(
        "code_bug",
        0.9,
        r"\bassert(?:ion)? failed\b[^\n]{0,80}|syntax error at or near[^\n]{0,60}|invalid syntax \([^\n]{1,80}\)|"
        r"Reached unreachable|Incorrect number of bindings supplied|no such function:",
    ),
)
