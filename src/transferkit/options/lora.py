"""Options of low-rank updates."""

from pydantic import Field

from transferkit.config import Integer, Share
from transferkit.training.options import TrainingOptions

KIND = "parameter_transfer"


class Options(TrainingOptions):
    """Every linear layer of the backbone gets a low-rank update; the head is trained in full."""

    rank: Integer = Field(8, ge=1, le=1_024, description="rank of the updates")
    alpha: Integer = Field(16, ge=1, le=65_536, description="scale of the updates, rank-stabilised: alpha / sqrt(rank)")
    dropout: Share = Field(0.0, description="dropout on the input of the updates")
