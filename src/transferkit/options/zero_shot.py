"""Options of the pretrained model as it is."""

from transferkit.config import Strict

KIND = "zero_shot"


class Options(Strict):
    """No settings: the instruction and the way of writing are those of the run."""
