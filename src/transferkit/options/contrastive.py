"""Options of learning from pairs."""

from pydantic import Field

from transferkit.config import Integer
from transferkit.training.options import TrainingOptions

KIND = "contrastive"


class Options(TrainingOptions):
    """A batch gives a pair for every two of its rows, so it should hold several rows of every label."""

    batch_size: Integer = Field(64, ge=2, le=65_536, description="rows per optimizer step")
