"""Options of the model without pretraining."""

from typing import Annotated

from pydantic import Field

from transferkit.config import NO_TRUTH, Strict

KIND = "baseline"


class Options(Strict):
    """TF-IDF of words and word pairs with a linear support vector machine."""

    strengths: tuple[Annotated[float, Field(ge=1e-6, le=1e6), NO_TRUTH], ...] | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="values of C that cross-validation chooses from; default: several",
    )
