"""Options of the frozen encoder with a new head."""

from pydantic import Field, field_validator

from transferkit.config import Integer, Strict
from transferkit.sources.sentence import require_known

KIND = "feature_transfer"


class Options(Strict):
    """The head needs no settings: cross-validation chooses it. For tasks whose answers are texts there is no head: a
    frozen decoder is shown the nearest training examples."""

    pooling: str | None = Field(
        None, description="how tokens are pooled: mean, cls, max, lasttoken ...; default: the backbone's own pooling"
    )

    examples: Integer = Field(
        4, ge=1, le=1_000, description="for texts: at most so many training examples are shown in a prompt"
    )
    encoder: str = Field(
        "all-MiniLM-L6-v2", description="for texts: the frozen encoder that finds the nearest examples"
    )

    @field_validator("pooling")
    @classmethod
    def _is_known(cls, pooling: str | None) -> str | None:
        return require_known(pooling)
