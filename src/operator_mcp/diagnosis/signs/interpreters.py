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
    Sign("code_bug", 0.93, r"You are trying to merge on \w+ and \w+ columns|cannot (?:join|merge|reindex) [^\n]{1,60}"),
    Sign(
        "code_bug",
        0.96,
        rf"{_TYPE} object (?:has no attribute '(?P<attribute>\w{{1,60}})'|is not (?:subscriptable|iterable|"
        r"callable|an iterator|a mapping|reversible)|does not support [\w ]{3,40}|cannot be interpreted "
        rf"as an integer|can't be awaited|is not an (?:async )?iterator)|(?:type object|module) {_TYPE} has "
        rf"no attribute '\w{{1,60}}'|object of type {_TYPE} has no len\(\)|argument of type {_TYPE} is not "
        r"(?:iterable|a container[^\n]{0,20})|object \w+ can't be used in 'await' expression",
    ),
    Sign(
        "code_bug",
        0.96,
        rf"unsupported operand type\(s\) for [^\n:]{{1,20}}: {_TYPE} and {_TYPE}|bad operand type for "
        rf"[^\n]{{1,30}}|'[<>=!]{{1,2}}' not supported between instances of {_TYPE} and {_TYPE}|can only "
        r"concatenate \w+ \(not \"\w+\"\) to \w+|must be \w+, not \w+$|(?:string|list|tuple|byte) indices "
        r"must be integers[^\n]{0,30}|can't multiply sequence by non-int[^\n]{0,20}|unhashable type: "
        rf"{_TYPE}|cannot unpack non-iterable \w+ object|(?:not enough|too many) values to "
        r"unpack[^\n]{0,30}|sequence item \d+: expected \w+ instance, \w+ found|Object of type \w+ is "
        r"not JSON serializable",
    ),
    Sign(
        "code_bug",
        0.96,
        r"(?:list|tuple|string|bytearray|array|deque|pop) (?:assignment )?index out of range|index out of "
        r"range|pop from (?:an )?empty (?:list|deque|set)|pop\(\): dictionary is empty|(?:float |integer "
        r")?(?:division|modulo)(?: or modulo)? by zero|maximum recursion depth exceeded[^\n]{0,40}|"
        r"dictionary changed size during iteration|dictionary keys changed during iteration|(?:max|"
        r"min)\(\)[^\n]{0,20}(?:is|is an) empty(?: sequence)?|math domain error|substring not found|"
        r"\S{1,60} is not in (?:list|tuple|deque)|list\.remove\(x\): x not in list|generator already "
        r"executing|coroutine '[^'\n]{1,80}' was never awaited|cannot reuse already awaited coroutine|This "
        r"event loop is already running|reduce\(\) of empty (?:sequence|iterable)|mean requires at least "
        r"one data point|Sample larger than population",
    ),
    Sign(
        "code_bug",
        0.96,
        r"(?:cannot access |local |free )?(?:local )?variable '(?P<variable>\w{1,60})' (?:referenced "
        r"before assignment|where it is not associated with a value)|name '(?P<name>\w{1,60})' is not "
        r"defined|got an unexpected keyword argument '(?P<keyword>\w{1,60})'|missing \d+ required "
        r"(?:positional|keyword-only) arguments?: [^\n]{1,80}|takes (?:from )?\d+(?: to \d+)? positional "
        r"arguments? but \d+ (?:was|were) given|got multiple values for (?:keyword )?argument|takes no "
        r"(?:keyword )?arguments|Can't instantiate abstract class[^\n]{0,80}|'(?P<undefined>[\w.]{1,60})' "
        r"is undefined|has no attribute '(?P<missing>\w{1,60})'",
    ),
    Sign(
        "code_bug",
        0.96,
        r"Cannot (?:read|set) propert(?:y|ies) (?:'?\w+'? )?of (?:undefined|null)[^\n]{0,40}|(?:undefined|"
        r"null) is not (?:an object|a function|iterable)|\S{1,60} is not a function|^[\w$.]{1,60} is not defined$|"
        r"^[\w$.]{1,60} is not iterable\b|Maximum call stack size exceeded|Assignment to constant variable|"
        r"NullPointerException|NullReferenceException|Object reference not set to an instance|Index \d+ "
        r"out of bounds for length \d+|(?:Array|String)?IndexOutOfBounds(?:Exception)?|"
        r"ClassCastException[^\n]{0,120}|StackOverflowError|ConcurrentModificationException|"
        r"ArithmeticException|NoSuchElementException|undefined method [`'][^\n]{1,60}|undefined local "
        r"variable|nil pointer dereference|index out of range \[\d+\] with length \d+|invalid memory "
        r"address|assignment to entry in nil map|panic: (?!open )[^\n]{1,100}|unwrap\(\)` on (?:a|an) `(?:None|"
        r"Err)`[^\n]{0,60}|attempt to (?:divide by zero|subtract with overflow|index)[^\n]{0,40}|Undefined "
        r"(?:array key|index|variable|property)[^\n]{0,60}|Call to (?:undefined|a member) "
        r"function[^\n]{0,60}",
    ),
    Sign(
        "code_bug",
        0.95,
        r"\b\w{1,60}\(\) (?:\w{1,30} )?argument (?:\d+ )?must be [^\n]{1,80}, not '?\w+'?|expected str, bytes or "
        r"os\.PathLike object, "
        r"not \w+|can't (?:compare|subtract) offset-naive and offset-aware|Cannot destructure property[^\n]{0,60}|"
        r"(?:generator|coroutine) raised Stop\w*Iteration|unsupported format string passed to|format "
        r"requires a mapping|"
        r"not all arguments converted during string formatting|near \"[^\"\n]{1,40}\": syntax error|"
        r"cannot (?:convert|concatenate) '?\w+'? (?:and|object to) '?\w+'?|expected \w+ instance, \w+ found",
    ),
    Sign(
        "code_bug",
        0.95,
        r"index -?\d+ is out of bounds for axis \d+|operands could not be broadcast together|shapes? "
        r"[^\n]{1,60} not aligned|"
        r"Set changed size during iteration|cannot pickle '|can only join an iterable|slice indices must be integers|"
        r"The truth value of an? (?:array|Series|DataFrame)[^\n]{0,60} is ambiguous|can't convert [\w "
        r"]{1,30} to [\w ]{1,20}$|"
        r"slice bounds out of range|Cannot (?:add|assign|call|index|use) [^\n]{0,40}(?:undefined|null|None|nil)\b|"
        r"non-default argument follows|unexpected indent|no such method|wrong number of arguments|a "
        r"coroutine or an awaitable is required|"
        r"super\(\): no arguments",
    ),
    Sign(
        "code_bug",
        0.9,
        r"\bassert(?:ion)? failed\b[^\n]{0,80}|syntax error at or near[^\n]{0,60}|invalid syntax "
        r"\([^\n]{1,80}\)|Reached unreachable|not implemented$|Incorrect number of bindings supplied|no "
        r"such function:",
    ),
)
