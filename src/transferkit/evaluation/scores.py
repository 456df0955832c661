"""Probabilities and references in, metric values with intervals out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import metrics
from transferkit.errors import ConfigError
from transferkit.evaluation.results import Interval, ReliabilityBin, Scores
from transferkit.metrics import calibration_error
from transferkit.tasks import Shape, Task

CHUNK_CELLS = 4_000_000
"""Most cells of a (resamples, rows) block held at once: 32 MB."""


def score(
    task: Task,
    probabilities: npt.NDArray[Any],
    references: npt.NDArray[Any] | Sequence[int],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Scores:
    """Every metric of `task` with its bootstrap 95 % interval, per class and by confidence.

    LABEL: `probabilities` is (rows, labels), `references` (rows,) indices into `task.labels`.
    Raises `ConfigError` for an output shape that cannot be scored, or when there are no rows.
    """
    if task.shape not in _BY_SHAPE:
        raise ConfigError(f"{task.name}: predictions that are {task.shape.value} cannot be scored yet")
    if len(references) == 0:
        raise ConfigError("expected at least one labelled row to score, found none")
    return _BY_SHAPE[task.shape](task, np.asarray(probabilities), np.asarray(references), resamples, seed)


def intervals(
    names: Sequence[str],
    probabilities: npt.NDArray[Any],
    references: npt.NDArray[Any],
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Interval]:
    """Percentile bootstrap over rows (Efron and Tibshirani 1993, chapter 13), the same resamples for every metric.

    An interval is widened to hold its own value where the metric is biased under resampling:
    calibration error grows when rows repeat. Where every row is right, or none, no resample differs: then the
    other end is that of the exact interval of a share (Clopper and Pearson 1934).
    """
    members = {name: metrics.get(name) for name in names}
    drawn: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in names}
    for counts in _resamples(len(references), resamples, np.random.default_rng(seed)):
        for name, metric in members.items():
            drawn[name].append(metric.resampled(probabilities, references, counts))
    found = {}
    for name, metric in members.items():
        value = metric.compute(probabilities, references)
        low, high = np.percentile(np.concatenate(drawn[name]), [2.5, 97.5])
        interval = Interval(value, min(float(low), value), max(float(high), value))
        found[name] = _exact(interval, len(references)) if metric.HIGHER_IS_BETTER else interval
    return found


def _exact(found: Interval, rows: int) -> Interval:
    """`found`, or the exact interval where it has no width because all rows are right, or all wrong."""
    outermost = 0.025 ** (1 / rows)
    if found.low == found.high == 1.0:
        return Interval(1.0, outermost, 1.0)
    return Interval(0.0, 0.0, 1 - outermost) if found.low == found.high == 0.0 else found


def _resamples(rows: int, resamples: int, random: np.random.Generator) -> Iterator[npt.NDArray[np.float64]]:
    """How often each row is drawn, in blocks of (some resamples, rows)."""
    block = max(1, CHUNK_CELLS // rows)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = random.integers(rows, size=(size, rows)) + np.arange(size)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def _label(
    task: Task, probabilities: npt.NDArray[Any], references: npt.NDArray[Any], resamples: int, seed: int
) -> Scores:
    return Scores(
        metrics=intervals(task.metrics, probabilities, references, resamples, seed),
        per_class=_per_class(task.labels, probabilities, references),
        confusion=_confusion(probabilities, references),
        reliability=_reliability(probabilities, references),
    )


def _per_class(
    labels: Sequence[str], probabilities: npt.NDArray[Any], references: npt.NDArray[Any]
) -> dict[str, dict[str, float]]:
    counts = metrics.class_counts(probabilities, references, metrics.once(references))
    right, predicted, true = (block[0] for block in counts)
    precision, recall = metrics.ratio(right, predicted), metrics.ratio(right, true)
    f1 = metrics.ratio(2 * right, predicted + true)
    columns = {"precision": precision, "recall": recall, "f1": f1, "support": true}
    return {label: {name: float(column[i]) for name, column in columns.items()} for i, label in enumerate(labels)}


def _confusion(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    classes = probabilities.shape[1]
    cells = references * classes + probabilities.argmax(axis=1)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def _reliability(probabilities: npt.NDArray[Any], references: npt.NDArray[Any]) -> tuple[ReliabilityBin, ...]:
    bins, confidence, right = calibration_error.binned(probabilities, references)
    return tuple(
        ReliabilityBin(float(confidence[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in np.unique(bins)
    )


_BY_SHAPE: Mapping[Shape, Callable[[Task, npt.NDArray[Any], npt.NDArray[Any], int, int], Scores]] = {
    Shape.LABEL: _label,
}
