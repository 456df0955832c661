"""How a model is trained, whatever it learns from."""

from typing import Literal

from pydantic import Field

from transferkit.config import Strict


class TrainingOptions(Strict):
    """Settings of the one training loop; None means that the route chooses from model and data.

    `layer_decay` multiplies the learning rate once per layer below the top (Howard & Ruder 2018).
    `gradual_unfreezing` starts with the head and lets one more layer learn per tenth of the training.
    `batch_size` rows make one optimizer step; `accumulation` pieces of it are held in memory one at a time.
    """

    epochs: float | None = Field(None, gt=0)
    learning_rate: float | None = Field(None, gt=0)
    batch_size: int = Field(32, ge=1)
    accumulation: int = Field(1, ge=1)
    warmup: float = Field(0.1, ge=0, lt=1)
    weight_decay: float = Field(0.01, ge=0)
    max_grad_norm: float = Field(1.0, gt=0)
    layer_decay: float = Field(1.0, gt=0, le=1)
    gradual_unfreezing: bool = False
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    class_weights: Literal["none", "balanced"] = "none"
    stop_on: str = Field("calibrated_log_loss", description="validation metric that picks the best epoch")
    patience: int = Field(2, ge=1, description="epochs without improvement before stopping")
