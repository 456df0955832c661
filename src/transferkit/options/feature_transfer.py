"""Options of the frozen encoder with a new head."""

from pydantic import Field, field_validator

from transferkit.config import Integer, Strict
from transferkit.sources.sentence import require_known

KIND = "feature_transfer"


class Options(Strict):
    """The head needs no settings: it is chosen by cross-validation. Where texts are to be written there is no head:
    a frozen decoder is shown the nearest training examples."""

    pooling: str | None = Field(
        None, description="mean, cls, max, lasttoken ... instead of the backbone's own way of pooling tokens"
    )

    examples: Integer = Field(
        4, ge=1, le=1_000, description="texts: training examples shown in a prompt, as many as fit"
    )
    encoder: str = Field("all-MiniLM-L6-v2", description="texts: the frozen encoder that finds the nearest ones")

    @field_validator("pooling")
    @classmethod
    def _is_known(cls, pooling: str | None) -> str | None:
        return require_known(pooling)
