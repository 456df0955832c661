"""Options of fine-tuning the upper layers."""

from pydantic import Field

from transferkit.config import Integer
from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """The output of the layers below the trained ones is computed once and cached."""

    layers: Integer | None = Field(
        None, ge=1, le=10_000, description="number of trained layers, from the top; default: half of them"
    )
