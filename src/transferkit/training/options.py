"""How a model is trained, whatever it learns from."""

import math
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from transferkit.config import Integer, Number, Share, Strict
from transferkit.shapes import Shape

WRITING_EPOCHS = 2.0
"""Passes over the training rows where texts are to be written."""


def usual_patience(epochs: float) -> int:
    """Half of all epochs, at least 2: with a falling rate, much is gained in the last ones."""
    return max(2, math.ceil(epochs / 2))


class TrainingOptions(Strict):
    """Settings of the training loop (AdamW, linear warm-up and decay); None: chosen from model and data."""

    epochs: Number | None = Field(None, ge=0.001, le=1_000, description="passes over the training rows")
    learning_rate: Number | None = Field(None, ge=1e-12, le=1, description="peak rate, reached after the warm-up")
    batch_size: Integer = Field(32, ge=1, le=65_536, description="rows per optimizer step")
    accumulation: Integer = Field(
        1, ge=1, le=65_536, description="number of pieces of a batch that are computed one after another"
    )
    warmup: Share = Field(0.1, description="share of the steps in which the rate rises")
    weight_decay: Number = Field(0.01, ge=0, le=1, description="of matrices; biases and norms have none")
    max_grad_norm: Number = Field(1.0, ge=1e-6, le=1e6, description="gradients are clipped at this norm")
    layer_decay: Number | None = Field(
        None,
        gt=0,
        le=1,
        description="factor on the rate for each layer below the top (Howard & Ruder 2018); default: 0.9 if the whole "
        "model is trained, except for tags and spans, otherwise 1",
    )
    gradual_unfreezing: bool = Field(
        False, description="train the head first, and one more layer after every tenth of the training"
    )
    label_smoothing: Share = Field(0.0, description="share of the target spread over all labels")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: rare labels weigh as much in the loss as frequent ones"
    )
    resampling: Literal["none", "oversample"] = Field(
        "none", description="oversample: rows of rare labels are repeated until all labels are equally frequent"
    )
    stop_on: str | None = Field(
        None, description="validation metric that chooses the best epoch; default: that of the task"
    )
    patience: Integer | None = Field(
        None, ge=1, le=1_000, description="epochs without improvement before stopping; default: half of all, at least 2"
    )

    usual_layer_decay: ClassVar[float] = 1.0
    small_batches: ClassVar[bool] = True
    """Whether a step has as many rows as suit the form of the answer."""

    def settled(self, shape: Shape) -> Self:
        """With what was left open filled in, as answers of this form want it.

        Tags and spans are read off single tokens, of which lower layers know the most, and there are so many that
        little is forgotten where these learn as fast as others. Contexts and texts to be written are long, so that few
        rows are affordable and small batches full: they give more steps in the same time. Of several labels per text
        most are rare, and more steps find more of them.
        """
        settings: dict[str, Any] = {}
        if self.layer_decay is None:
            settings["layer_decay"] = 1.0 if shape.form.OF_TOKENS else self.usual_layer_decay
        if self.small_batches and shape.form.BATCH_SIZE and "batch_size" not in self.model_fields_set:
            settings["batch_size"] = shape.form.BATCH_SIZE
        return self.model_copy(update=settings)
