"""Options of fine-tuning the upper layers."""

from pydantic import Field

from transferkit.config import Integer
from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """What lies below the trained layers is computed once and kept in the cache."""

    layers: Integer | None = Field(
        None, ge=1, le=10_000, description="trained layers, from the top; default: half of them"
    )
