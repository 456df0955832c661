"""Options of fine-tuning every weight."""

from typing import ClassVar

from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """Lower layers learn more slowly (`layer_decay`), because they hold the most general knowledge."""

    usual_layer_decay: ClassVar[float] = 0.9
