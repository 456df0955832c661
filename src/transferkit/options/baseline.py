"""Options of the model without pretraining."""

from typing import Annotated, Literal

from pydantic import Field

from transferkit.config import Strict

KIND = "baseline"
Candidate = Literal["words", "pairs", "characters", "words+characters", "pairs+characters"]
Strength = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class Options(Strict):
    """TF-IDF with a linear support vector machine (for numbers ridge regression)."""

    terms: tuple[Candidate, ...] | None = Field(
        None,
        min_length=1,
        description="terms that cross-validation chooses from; default: all",
    )
    strengths: tuple[Strength, ...] | None = Field(
        None,
        min_length=1,
        description="values of C that cross-validation chooses from; default: several",
    )
