"""Options of fine-tuning every weight."""

from typing import ClassVar

from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """Lower layers learn more slowly (`layer_decay`), since what they hold is the most general."""

    usual_layer_decay: ClassVar[float] = 0.9
