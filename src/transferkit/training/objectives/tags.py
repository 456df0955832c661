"""A tag per word: the first token of every word answers for it.

Targets are (rows, most words), logits (rows, most words, tags), with -100 and NaN where a row has no such word. In
training there is a line per window of a row's words instead of one per row.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from transferkit import metrics
from transferkit.answerers import tags as answers_of
from transferkit.arrays import Floats
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.word_windows import merged
from transferkit.networks.adjustment import Adjustment
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import one_of_several
from transferkit.training.losses import Loss, Schedule
from transferkit.training.losses.hard_tags import HardTags
from transferkit.training.losses.soft_tags import SoftTags
from transferkit.training.options import TrainingOptions

PROBLEM_TYPE = "token_classification"
STOP_ON = "entity_f1"


def targets(rows: Rows, task: Task) -> npt.NDArray[Any]:
    cells = rows.columns.get(task.target, [None] * len(rows))
    numbers = {tag: i for i, tag in enumerate(task.labels)}
    counts = [len(text.split(" ")) for text in rows["text"]]
    out = np.full((len(rows), max(counts, default=1)), UNLABELLED, dtype=np.int64)
    for i, tags in enumerate(cells):
        if tags is not None:
            out[i, : len(tags)] = [numbers[tag] for tag in task.encode_target(tags, task.labels)]
    return out


def known(targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray((targets >= 0).any(axis=1))


def in_training(targets: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], Adjustment]:
    return targets, Adjustment()


def at_start(targets: npt.NDArray[Any]) -> Adjustment:
    return Adjustment()


def regressed(targets: npt.NDArray[Any]) -> Floats:
    """Of all words, (words, tags)."""
    return one_of_several.regressed(targets[targets >= 0])


def quality(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> float:
    """Share of words with the right tag."""
    return one_of_several.quality(*_words(scores, targets), _of_words(scores, targets, weights))


def from_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return one_of_several.tempered(*_words(scores, targets), _of_words(scores, targets, weights))


def from_own_scores(scores: Floats, targets: npt.NDArray[Any], weights: Floats | None = None) -> Adjustment:
    return from_scores(scores, targets, weights)


def validation(task: Task, logits: Floats, examples: Examples) -> dict[str, float]:
    assert examples.rows is not None
    words = merged(logits, examples.encoded)
    answers = task.decode(answers_of.probabilities(words, examples.encoded, task.labels), task.labels)
    truth = task.references(examples.rows)
    return {name: metrics.compute(name, answers, truth) for name in task.metrics}


def hard_loss(targets: npt.NDArray[Any], options: TrainingOptions, labels: int, weights: Floats | None = None) -> Loss:
    of_tags = None
    if options.class_weights == "balanced":
        of_words = None if weights is None else np.broadcast_to(weights[:, None], targets.shape)
        of_tags = torch.from_numpy(one_of_several.balanced(targets, labels, of_words))
    words = (targets >= 0).sum(axis=1)
    return HardTags(of_tags, options.label_smoothing, float(words[words > 0].mean()) if words.any() else 1.0)


def soft_loss(temperature: Schedule) -> Loss:
    return SoftTags(temperature)


def adjusted(logits: Floats, targets: npt.NDArray[Any]) -> Adjustment:
    """The temperature of least log loss over words."""
    return one_of_several.tempered(*_words(logits, targets))


def _words(logits: Floats, targets: npt.NDArray[Any]) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Of the words with a tag, one after the other."""
    there = _there(logits, targets)
    return logits[:, : targets.shape[1]][there], targets[there]


def _of_words(logits: Floats, targets: npt.NDArray[Any], weights: Floats | None) -> Floats | None:
    """The weights of rows, for the same words."""
    return None if weights is None else np.broadcast_to(weights[:, None], targets.shape)[_there(logits, targets)]


def _there(logits: Floats, targets: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    return np.asarray((targets >= 0) & ~np.isnan(logits[:, : targets.shape[1], 0]))
