"""Options of low-rank updates."""

from pydantic import Field

from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """Every linear layer of the backbone gets an update; the head is trained whole."""

    rank: int = Field(8, ge=1, description="rank of the updates")
    alpha: int = Field(16, gt=0, description="their scale, rank-stabilised: alpha / sqrt(rank)")
    dropout: float = Field(0.0, ge=0, lt=1, description="on what goes into the updates")
