"""Small trainings to run, interrupt and compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import set_seed

from tiny_models import make_context, some_rows
from transferkit.cache.spaces import Entry, Reader
from transferkit.encoding.examples import Examples
from transferkit.sources.backbone import Backbone
from transferkit.training.classifier import labelled_examples
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import Training
from transferkit.training.losses import Step
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.options import TrainingOptions


def examples_of(backbone: Backbone, count: int = 24) -> Examples:
    """`count` encoded rows, numbered in the batch as `row`."""
    rows = some_rows(count)
    task = make_context(backbone, Path()).task
    made = labelled_examples(rows, task, backbone.tokenizer(), 16, backbone.prompt)
    return replace(made, per_row={"row": np.arange(count, dtype=np.float32)})


def classifier(backbone: Backbone) -> nn.Module:
    set_seed(0)
    return backbone.classifier(("animal", "colour", "tool"))


def make_job(
    backbone: Backbone,
    folder: Path,
    model: nn.Module | None = None,
    losses: Sequence[Weighted] = (),
    count: int = 24,
    **how: Any,
) -> Training:
    """Two epochs on 24 rows, without validation; `how` are options or fields of `Training`."""
    ours = ("validate", "stop_on", "epochs", "learning_rate", "source", "begin")
    fields = {name: how.pop(name) for name in ours if name in how}
    learner = Learner(model or classifier(backbone), [Weighted(HardLabels(), ONCE), *losses])
    usual: dict[str, Any] = {"epochs": 2.0, "learning_rate": 1e-3, "source": examples_of(backbone, count)}
    options = TrainingOptions(**{"batch_size": 8, **how})
    return Training(learner=learner, options=options, folder=folder, seed=0, **{**usual, **fields})


def weights_of(job: Training) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in job.learner.state_dict().items()}


def differing(ours: Mapping[str, Tensor], others: Mapping[str, Tensor], tolerance: float = 0.0) -> list[str]:
    """Names of the weights that differ by more than `tolerance` anywhere."""
    assert ours.keys() == others.keys()
    return [name for name in ours if not torch.allclose(ours[name], others[name], rtol=0, atol=tolerance)]


class KilledError(Exception):
    """Stands for a kill."""


@dataclass
class Recorder:
    """A loss of nothing that writes down which rows it sees, and can be told to die or to run out of memory."""

    dies_at: int = -1
    error: Exception = field(default_factory=KilledError)
    seen: list[list[int]] = field(default_factory=list)
    hidden_depths: Sequence[int] = ()
    attention_depths: Sequence[int] = ()

    def __call__(self, step: Step) -> Tensor:
        if len(self.seen) == self.dies_at:
            self.dies_at = -1
            raise self.error
        self.seen.append([int(i) for i in step.batch["row"].tolist()])
        return step.logits.sum() * 0.0


def with_states(source: Examples, name: str, width: int) -> Examples:
    """`source` with random token states called `name`, as a cache would give them."""
    random = np.random.default_rng(0)
    states = [random.standard_normal((len(ids), width)).astype(np.float32) for ids in source.encoded.ids]
    return replace(source, per_token={name: Reader(tuple(Entry(value, 0, len(value)) for value in states))})
