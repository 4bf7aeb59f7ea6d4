"""The closed schema in which a model answers."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from operator_mcp.diagnosis.taxonomy import TAXONOMY


def _of_the_taxonomy(name: str) -> str:
    if name not in TAXONOMY:
        raise ValueError(f"{name[:60]!r} is not a cause class")
    return name


CauseName = Annotated[str, AfterValidator(_of_the_taxonomy), Field(json_schema_extra={"enum": list(TAXONOMY)})]
Sentence = Annotated[str, Field(min_length=1, max_length=1_500)]
Quote = Annotated[str, Field(max_length=500)]


class Verdict(BaseModel):
    """Why the execution failed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    root_cause: CauseName
    confidence: Annotated[float, Field(ge=0, le=1, strict=False)]
    summary: Sentence
    suggested_fix: Sentence
    code_level: bool
    quotes: Annotated[tuple[Quote, ...], Field(max_length=8, strict=False)]
    open_points: Annotated[tuple[Quote, ...], Field(max_length=5, strict=False)]
