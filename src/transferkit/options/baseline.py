"""Options of the model without pretraining."""

from pydantic import Field

from transferkit.config import Strict

KIND = "baseline"


class Options(Strict):
    """TF-IDF of words and word pairs with a linear support vector machine."""

    strengths: tuple[float, ...] | None = Field(
        None,
        min_length=1,
        description="values of C that cross-validation chooses from; default: several",
    )
