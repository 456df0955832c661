"""Predictions and references in, metric values with intervals out."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit import metrics
from transferkit.arrays import Ints
from transferkit.errors import ConfigError
from transferkit.evaluation import shares
from transferkit.evaluation.dependence import INDEPENDENT, Dependence, widened
from transferkit.evaluation.results import Interval, ReliabilityBin, Scores
from transferkit.metrics import calibration_error
from transferkit.tagging.tags import spans
from transferkit.tasks import Task

CHUNK_CELLS = 4_000_000
"""Most cells of a (resamples, rows) block held at once: 32 MB."""
_FEW_ROWS = 5
_RESAMPLES = 1000


def score(
    task: Task,
    outputs: Any,
    references: Any,
    *,
    inputs: Any = None,
    resamples: int = _RESAMPLES,
    seed: int = 0,
    dependence: Dependence = INDEPENDENT,
) -> Scores:
    """Every metric of `task` with its bootstrap 95 % interval, and what else its output shape has to show.

    `outputs` and `references` are in the form of that shape (`metrics.Metric`); metrics that compare answers with
    what was asked need `inputs`, a list of texts per row, and are left out without them. Raises `ConfigError` when
    there are no rows.
    """
    if len(references) == 0:
        raise ConfigError("expected at least one labelled row to score, found none")
    outputs, truth = comparable(task, outputs, references)
    names = [name for name in task.metrics if inputs is not None or not metrics.compares_inputs(name)]
    names = [name for name in names if metrics.compares_inputs(name) or metrics.rows_of(name, truth)]
    told = {name: metrics.signature(name, outputs, truth) for name in names}
    return Scores(
        metrics=intervals(names, outputs, truth, resamples, seed, inputs, dependence),
        per_class=_by_name(task, outputs, truth),
        confusion=_confusion(outputs, truth) if task.shape.form.ONE_CLASS else np.zeros((0, 0), dtype=np.int64),
        reliability=_reliability(outputs, truth) if task.shape.form.ONE_CLASS else (),
        signatures={name: words for name, words in told.items() if words},
        rows=len(references),
    )


def comparable(task: Task, outputs: Any, references: Any) -> tuple[Any, Any]:
    """Predictions and references in the form that the metrics of `task` take."""
    if not task.shape.whole:
        return task.decode(outputs, task.labels), references
    return outputs, np.asarray(references)


def intervals(
    names: Sequence[str],
    outputs: Any,
    references: Any,
    resamples: int = _RESAMPLES,
    seed: int = 0,
    inputs: Any = None,
    dependence: Dependence = INDEPENDENT,
) -> dict[str, Interval]:
    """95 % intervals of metrics, from the same resamples for all of them.

    A share of rows (accuracy, exact match) has Wilson's score interval. Anything else has the percentile bootstrap
    over rows (Efron and Tibshirani 1993, chapter 13), widened to hold its own value where the metric is biased under
    resampling: calibration error grows when rows repeat. Where fewer than five rows' worth of such a metric between 0
    and 1 are wrong, or right, resamples show too little of what all rows may be, so it is no narrower there than the
    exact interval of a share (Clopper and Pearson 1934). With `dependence` all are
    as of fewer rows, and groups of rows are drawn whole.
    """
    by_metric: dict[str, Interval] = {}
    against = {name: inputs if metrics.compares_inputs(name) else references for name in names}
    right = {name: metrics.rows_right(name, outputs, against[name]) for name in names}
    weighings = {name: metrics.weighing(name, outputs, against[name]) for name in names if right[name] is None}
    found = resampled([*weighings.values()], len(references), resamples, seed, dependence.groups)
    drawn = dict(zip(weighings, found, strict=True))
    for name in names:
        rows, by_rows = metrics.rows_of(name, against[name]), right[name]
        if by_rows is not None:
            by_metric[name] = _of_share(by_rows.astype(np.float64), dependence)
        else:
            by_metric[name] = _of_resamples(name, *drawn[name], rows, dependence)
    return by_metric


def mean_interval(name: str, answered: Sequence[tuple[Any, Any]], dependence: Dependence = INDEPENDENT) -> Interval:
    """The 95 % interval of the mean of a metric over several predictions, each (outputs, references), for the same
    rows: as of one of them, but that a resample is worth its mean over all."""
    if len(answered) == 1:
        return intervals([name], *answered[0], dependence=dependence)[name]
    references = answered[0][1]
    right = [rows for each in answered if (rows := metrics.rows_right(name, *each)) is not None]
    if right:
        return _of_share(np.mean(right, axis=0), dependence)
    weighings = [metrics.weighing(name, *each) for each in answered]
    drawn = resampled(weighings, len(references), _RESAMPLES, 0, dependence.groups)
    value, values = (np.mean(found, axis=0) for found in zip(*drawn, strict=True))
    return _of_resamples(name, float(value), values, metrics.rows_of(name, references), dependence)


def _of_share(right: npt.NDArray[np.float64], dependence: Dependence) -> Interval:
    """That of the share of `right` rows, which may be partly right, (n,)."""
    share = float(right.mean())
    return Interval(share, *shares.wilson(share, len(right) / dependence.of_mean(right - share)))


def _of_resamples(
    name: str, value: float, values: npt.NDArray[np.float64], rows: int, dependence: Dependence
) -> Interval:
    low, high = np.percentile(values, [2.5, 97.5])
    (least, most), effect = metrics.ends(name), dependence.effect * dependence.of_few
    wide = widened(Interval(value, min(float(low), value), max(float(high), value)), effect)
    interval = Interval(value, max(least, wide.low), min(most, wide.high)) if effect > 1 else wide
    return _near_an_end(interval, rows / effect) if metrics.is_share(name) else interval


def _near_an_end(interval: Interval, rows: float) -> Interval:
    """`interval`, no narrower than the exact interval where few rows' worth are wrong, or right."""
    low, high = shares.exact(min(max(interval.value, 0.0), 1.0), rows)
    if (1 - interval.value) * rows < _FEW_ROWS:
        return Interval(interval.value, min(interval.low, low), 1.0)
    return Interval(interval.value, 0.0, max(interval.high, high)) if interval.value * rows < _FEW_ROWS else interval


def resampled(
    weighings: Sequence[metrics.Weighing], rows: int, resamples: int, seed: int, groups: Ints | None = None
) -> list[tuple[float, npt.NDArray[np.float64]]]:
    """What each of `weighings` makes of all `rows`, and of every resample, the same for all of them; the same seed
    draws the same rows."""
    drawn: list[list[npt.NDArray[np.float64]]] = [[] for _ in weighings]
    for counts in drawn_rows(rows, resamples, np.random.default_rng(seed), groups) if weighings else ():
        with_all = np.vstack([np.ones((1, rows)), counts])
        for parts, weigh in zip(drawn, weighings, strict=True):
            parts.append(weigh(with_all))
    return [(float(parts[0][0]), np.concatenate([part[1:] for part in parts])) for parts in drawn]


def drawn_rows(
    rows: int, count: int, random: np.random.Generator, groups: Ints | None = None
) -> Iterator[npt.NDArray[np.float64]]:
    """How often each row is drawn, in blocks of (some resamples, rows); rows of one of `groups` are drawn together."""
    block, units = max(1, CHUNK_CELLS // rows), rows if groups is None else int(groups.max()) + 1
    for start in range(0, count, block):
        size = min(block, count - start)
        drawn = random.integers(units, size=(size, units)) + np.arange(size)[:, None] * units
        counts = np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units).astype(np.float64)
        yield counts if groups is None else counts[:, groups]


def _by_name(task: Task, outputs: Any, references: Any) -> dict[str, dict[str, float]]:
    form = task.shape.form
    if form.CLASSES:
        return _per_class(task.labels, outputs, references)
    return _per_type(outputs, references) if form.OF_WORDS else {}


def _per_class(
    labels: Sequence[str], outputs: npt.NDArray[Any], references: npt.NDArray[Any]
) -> dict[str, dict[str, float]]:
    counts = metrics.class_counts(np.ones((1, len(references))) @ metrics.class_statistics(outputs, references))
    right, predicted, true = (block[0] for block in counts)
    precision, recall = metrics.ratio(right, predicted), metrics.ratio(right, true)
    f1 = metrics.ratio(2 * right, predicted + true)
    columns = {"precision": precision, "recall": recall, "f1": f1, "support": true}
    return {label: {name: float(column[i]) for name, column in columns.items()} for i, label in enumerate(labels)}


def _per_type(outputs: Any, references: Any) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of the spans of every type."""
    predicted, true = (
        {(i, *span) for i, tags in enumerate(rows) for span in spans(tags)} for rows in (outputs, references)
    )
    kinds = sorted({span[1] for span in predicted | true})
    out = {}
    for kind in kinds:
        ours, theirs = ({span for span in group if span[1] == kind} for group in (predicted, true))
        right = len(ours & theirs)
        out[kind] = {
            "precision": right / max(len(ours), 1),
            "recall": right / max(len(theirs), 1),
            "f1": 2 * right / max(len(ours) + len(theirs), 1),
            "support": float(len(theirs)),
        }
    return out


def _confusion(outputs: npt.NDArray[Any], references: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    classes = outputs.shape[1]
    cells = references * classes + outputs.argmax(axis=1)
    return np.bincount(cells, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def _reliability(outputs: npt.NDArray[Any], references: npt.NDArray[Any]) -> tuple[ReliabilityBin, ...]:
    bins, confidence, right = calibration_error.binned(outputs, references)
    return tuple(
        ReliabilityBin(float(confidence[bins == b].mean()), float(right[bins == b].mean()), int((bins == b).sum()))
        for b in np.unique(bins)
    )
