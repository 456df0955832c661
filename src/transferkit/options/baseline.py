"""Options of the model without pretraining."""

from typing import Annotated, Literal

from pydantic import Field

from transferkit.config import NO_TRUTH, Strict

KIND = "baseline"
Candidate = Literal["words", "pairs", "characters", "words+characters", "pairs+characters"]
Strength = Annotated[float, Field(ge=1e-6, le=1e6), NO_TRUTH]


class Options(Strict):
    """TF-IDF with a linear support vector machine (for numbers ridge regression)."""

    terms: tuple[Candidate, ...] | None = Field(
        None,
        min_length=1,
        max_length=5,
        description="terms that cross-validation chooses from; default: all",
    )
    strengths: tuple[Strength, ...] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="values of C that cross-validation chooses from; default: several",
    )
