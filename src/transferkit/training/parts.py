"""The parts of a run's cross-validation, and the rows that it evaluates."""

from collections.abc import Sequence
from functools import reduce

import numpy as np

from transferkit.arrays import Ints
from transferkit.data import content
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.folds import folds


def of_seeds(rows: Rows, task: Task, folds_asked: int, seeds: Sequence[int]) -> list[list[Ints]]:
    """For every seed the positions that each part holds out; rows of one text or group are in one part."""
    labelled = task.shape.form.CLASSES
    targets = np.asarray(task.references(rows), dtype=np.int64) if labelled else np.zeros(len(rows))
    groups = content.groups(rows, task)
    return [folds(targets, seed, groups, folds_asked) for seed in seeds]


def evaluated(parts: Sequence[Sequence[Ints]]) -> Ints:
    """Positions that have a part with every seed, sorted.

    Rows of rare labels have none; which rows these are may differ between seeds where rows are in groups.
    """
    none = np.empty(0, dtype=np.int64)
    return reduce(np.intersect1d, [np.sort(np.concatenate([none, *held])) for held in parts])
