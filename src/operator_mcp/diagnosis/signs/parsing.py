"""Values whose shape the receiver does not accept: validators, parsers and conversions.

Sources: pydantic 2, jsonschema, json, float/int/datetime/uuid/decimal/enum of Python, Go's encoding/json, Jackson, zod,
JavaScript's JSON.parse, serde, protobuf, YAML, the AgentField agent's own door (422, 0.1.80).
"""

from operator_mcp.diagnosis.sign import Sign

VALUE = r"(?P<value>'[^'\n]{0,200}'|\"[^\"\n]{0,200}\")"

SIGNS = (
    Sign(
        "schema_mismatch",
        0.84,
        r"Missing required (?:field|argument|parameter|property)s?:? ['\"]?(?P<field>[\w.]{1,60})|"
        r"\b(?:is )?not valid JSON\b|(?:field|key|property|column) ['\"`](?P<key>[\w.-]{1,60})['\"`] (?:is "
        r")?(?:missing|absent|not (?:present|found|in))",
    ),
    Sign("schema_mismatch", 0.96, r"^\S{1,60} is not a valid (?P<enum>[A-Z]\w{2,60})$", ignore_case=False),
    Sign(
        "bad_input",
        0.98,
        r"(?P<rule>Value error, [^\n\[]{3,200}|String should match pattern [^\n]{3,200}|"
        r"Input should be [^\n\[]{3,200}|String should have at (?:least|most) [^\n\[]{3,60}) \[type=(?:value_error|"
        r"string_pattern_mismatch|literal_error|enum|greater_than(?:_equal)?|less_than(?:_equal)?|string_too_(?:short|"
        r"long)|date_(?:future|past)), input_value=",
    ),
    Sign("schema_mismatch", 0.9, r"Invalid schema for (?:response_format|function)[^\n]{0,120}"),
    Sign(
        "config", 0.98, r"\b\d{1,4} validation errors? for (?P<model>\w*(?:Settings|Config(?:uration)?|Environment))\b"
    ),
    Sign(
        "schema_mismatch",
        0.97,
        r"\b\d{1,4} validation errors? for (?P<model>[\w\[\].]{1,80})(?:[\s\S]{0,2000}\[type=[^\]\n]{1,400}\])?",
    ),
    Sign(
        "schema_mismatch",
        0.96,
        r"\"detail\": ?\"Missing required field: (?P<field>[\w.]{1,60})|"
        r"'(?P<property>[\w.-]{1,60})' is a required property|Field required|Input should be [^\n\[]{3,80}|"
        r"Extra inputs are not permitted|Additional properties are not allowed[^\n]{0,80}|"
        r"[^\n]{1,80} is not of type '(?:string|number|integer|object|array|boolean|null)'|Failed validating",
    ),
    Sign(
        "schema_mismatch",
        0.96,
        rf"could not convert string to float: {VALUE}|invalid literal for int\(\) with base \d+: "
        rf"{VALUE.replace('value', 'number')}|time data {VALUE.replace('value', 'time')} does not match "
        rf"format[^\n]{{0,40}}|Invalid isoformat string: {VALUE.replace('value', 'iso')}|"
        rf"unconverted data remains[^\n]{{0,40}}|badly formed hexadecimal UUID string|"
        rf"<class 'decimal\.(?:ConversionSyntax|InvalidOperation)'>|Unknown string format: [^\n]{{1,60}}|"
        rf"day is out of range for month",
    ),
    Sign(
        "schema_mismatch",
        0.96,
        r"Expecting (?:value|property name enclosed in double quotes|',' delimiter|':' delimiter)[^\n]{0,50}|"
        r"Extra data: line \d+[^\n]{0,40}|Unterminated string starting at[^\n]{0,40}|Invalid (?:control character|"
        r"\\?escape)[^\n]{0,40} line \d+|JSONDecodeError|Invalid JSON|Unexpected (?:token|end of JSON|"
        r"non-whitespace)[^\n]{0,60}JSON[^\n]{0,30}|Unexpected end of JSON input|"
        r"invalid character '[^\n]{1,6}' looking for[^\n]{0,60}|"
        r"cannot unmarshal \S{1,40}(?: \S{1,60}){0,2} into Go[^\n]{1,120}|"
        r"Cannot deserialize value of type[^\n]{1,120}|MismatchedInputException|UnrecognizedPropertyException|"
        r"could not parse (?:LLM |model )?(?:output|response|answer)[^\n]{0,60}|expected value at line \d+ column \d+|"
        r"missing field `(?P<serde>\w{1,60})`|invalid type: [^\n]{1,60}, expected [^\n]{1,60}|Error parsing message|"
        r"not well-formed \(invalid token\)|(?:mapping values are not allowed|while (?:scanning|parsing) an? (?:flow|"
        r"block|simple key|quoted|plain|node|anchor|alias|tag|directive))[^\n]{0,60}|no element found: line \d+|"
        r"attempting to decode JSON with unexpected mimetype",
    ),
    Sign(
        "schema_mismatch",
        0.94,
        r"'[\w-]{2,20}' codec can't decode byte[^\n]{0,80}|value too long for type[^\n]{0,60}|"
        r"invalid input syntax for type[^\n]{0,80}|null value in column \"(?P<column>\w{1,60})\"[^\n]{0,80}|"
        r"NOT NULL constraint failed: (?P<constraint>[\w.]{1,80})|Exceeded maximum retries \(\d+\) for (?:output|"
        r"result) validation|invalid_type[^\n]{0,60}received|Expected (?:string|number|object|array|boolean|date|null|"
        r"undefined|integer|bigint), received \w+|[Uu]nknown field name|[Uu]nknown (?:field|variant|"
        r"property) [`'\"]\w{1,60}[`'\"]|unexpected (?:field|property|key) ['\"](?P<unexpected>\w{1,60})['\"]",
    ),
    Sign(
        "schema_mismatch",
        0.88,
        r"\bexpected\b[^\n]{1,60}\b(?:but )?(?:got|received|found)\b (?:an? )?(?:'?(?:str|int|float|list|dict|object|"
        r"array|string|number|boolean|NoneType|null|html|text/html)\b)[^\n]{0,40}|(?:field|key|property|"
        r"column) ['\"`](?P<key>[\w.-]{1,60})['\"`] (?:is )?(?:missing|absent|not (?:present|found|"
        r"in))[^\n]{0,60}\b(?:response|result|answer|payload|reply|body|output)\b|(?:response|result|answer|payload|"
        r"reply|body) (?:has no|lacks|is missing|without) (?:field |key |property )?['\"`]?(?P<lacks>[\w.-]{1,60})",
    ),
    Sign(
        "schema_mismatch",
        0.8,
        r"(?:ungültiges|kein gültiges) JSON|JSON (?:invalide|non valide|inválido)|JSON (?:解析|格式)(?:失败|错误)|"
        r"字段[^\n]{0,20}(?:类型|格式)(?:不符|错误|不匹配)|(?:フィールド|項目)[^\n]{0,20}(?:型|形式)が(?:不正|違)|JSON(?:の)?解析(?:エラー|に失敗)",
    ),
)
