"""Training a Transformers classifier on some examples: what fine-tuning and distillation share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from transferkit.data.rows import Rows
from transferkit.tasks import Task
from transferkit.training.encoding import encode
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.learner import Learner, Weighted
from transferkit.training.loop import Trained, Training, train
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.options import TrainingOptions
from transferkit.training.resampling import oversampled
from transferkit.training.validation import class_weights, validator


@dataclass(frozen=True)
class Recipe:
    """The settings of one training after defaults are filled in."""

    options: TrainingOptions
    epochs: float
    learning_rate: float
    seed: int
    folder: Path
    title: str
    rates: Mapping[str, float] = field(default_factory=dict)


def label_numbers(rows: Rows, task: Task) -> npt.NDArray[np.int64]:
    """Indices into the task's labels, (rows,); -100 for rows without a label."""
    known = rows.columns.get(task.target, [None] * len(rows))
    numbers = [UNLABELLED if value is None else task.encode_target(value, task.labels) for value in known]
    return np.asarray(numbers, dtype=np.int64)


def labelled_examples(rows: Rows, task: Task, tokenizer: object, max_length: int, prompt: str) -> Examples:
    """`rows` encoded, with label indices."""
    return Examples(encode(rows, tokenizer, max_length, prompt), label_numbers(rows, task))


def hard_labels(options: TrainingOptions, examples: Examples, classes: int) -> HardLabels:
    """Cross-entropy with the weights and smoothing that `options` ask for."""
    weights = None
    if options.class_weights == "balanced":
        weights = torch.from_numpy(class_weights(examples.labels, classes))
    return HardLabels(weights, options.label_smoothing)


def train_classifier(
    model: nn.Module, losses: Sequence[Weighted], learn: Examples, check: Examples, task: Task, recipe: Recipe
) -> Trained:
    """Train `model` in place on `learn`, keeping the best weights on `check`."""
    return train(
        Training(
            learner=Learner(model, losses),
            source=oversampled(learn, recipe.seed) if recipe.options.resampling == "oversample" else learn,
            options=recipe.options,
            epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            folder=recipe.folder,
            seed=recipe.seed,
            validate=validator(task.metrics, check),
            title=recipe.title,
            rates=recipe.rates,
        )
    )
