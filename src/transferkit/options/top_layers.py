"""Options of fine-tuning the upper layers."""

from pydantic import Field

from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """What lies below the trained layers is computed once and kept in the cache."""

    layers: int | None = Field(None, ge=1, description="trained layers, from the top; default: half of them")
