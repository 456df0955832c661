"""Teaching a generative model to write answers: what fine-tuning and distillation of TEXT share."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from transferkit.encoding.examples import Examples
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import inputs_of
from transferkit.networks.replica import runnable
from transferkit.training.classifier import Recipe
from transferkit.training.learner import Learner, Weighted
from transferkit.training.loop import Batch, BatchSource, Trained, Training, Validate, train
from transferkit.training.validation import COMPLETION_LOSS


def train_writer(
    model: nn.Module,
    losses: Sequence[Weighted],
    learn: BatchSource,
    check: Examples,
    recipe: Recipe,
    redraw: Callable[[Batch], Batch] = lambda batch: batch,
) -> Trained:
    """Train `model`, an `AnswersOnly`, in place on `learn`, keeping the best weights on `check`; `redraw` as in
    `Training`."""
    return train(
        Training(
            learner=Learner(model, losses),
            source=learn,
            options=recipe.options,
            stop_on=recipe.options.stop_on or recipe.stop_on or COMPLETION_LOSS,
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            folder=recipe.folder,
            seed=recipe.seed,
            validate=completion_validator(check),
            title=recipe.title,
            shown=COMPLETION_LOSS,
            redraw=redraw,
        )
    )


def completion_validator(examples: Examples) -> Validate | None:
    """A function giving `completion_loss`, the mean negative log-likelihood of an answer token, in nats."""
    if not len(examples):
        return None

    def validate(model: nn.Module) -> Mapping[str, float]:
        device, model = device_of(model), runnable(model)

        def forward(batch: dict[str, Tensor]) -> list[Any]:
            logits, labels = model(**inputs_of(batch, device)).float(), batch["labels"].to(device)
            there = labels >= 0
            losses = torch.zeros(labels.shape, device=device)
            losses[there] = F.cross_entropy(logits, labels[there], reduction="none")
            return list(torch.stack([losses.sum(dim=1), there.sum(dim=1).float()], dim=1).cpu().numpy())

        found = dict(batches(model, examples, range(len(examples)), forward))
        total, tokens = np.sum(list(found.values()), axis=0)
        return {COMPLETION_LOSS: float(total / tokens)}

    return validate
