"""Options of learning from pairs."""

from typing import ClassVar, Literal

from pydantic import Field

from transferkit.config import Integer
from transferkit.training.options import TrainingOptions

KIND = "contrastive"


class Options(TrainingOptions):
    """A batch yields a pair for every two of its rows, so it should hold several rows of every label. The loss is on
    pairs only, and no rows are held out."""

    batch_size: Integer = Field(64, ge=2, le=65_536, description="rows per optimizer step")

    # Fields of every other training that mean nothing here: no options, and constant.
    gradual_unfreezing: ClassVar[bool] = False  # type: ignore[misc]
    label_smoothing: ClassVar[float] = 0.0  # type: ignore[misc]
    class_weights: ClassVar[Literal["none"]] = "none"  # type: ignore[misc]
    resampling: ClassVar[Literal["none"]] = "none"  # type: ignore[misc]
    stop_on: ClassVar[None] = None  # type: ignore[misc]
    patience: ClassVar[None] = None  # type: ignore[misc]
