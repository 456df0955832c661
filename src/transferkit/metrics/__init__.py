"""Numbers that judge predictions: one metric per file, the file's name is the metric's name."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Doubles
from transferkit.errors import unknown
from transferkit.tagging.tags import spans

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Weighing = Callable[[Doubles], Doubles]

_NOISE = 1e-12
"""Differences of this share of the largest value are those of rounding."""


class Metric(Protocol):
    """What every file of this folder offers. `SHAPES` are the output shapes that it can judge, by name.

    Predictions and references come in the form that the file of the shape says (`shapes/`).

    `HIGHER_IS_BETTER` is None where neither more nor less of it is better: such a metric describes, and nothing is
    chosen or tested by it. One that takes work for every row says what it counts there in
    `statistics(predictions, references)`, (n, k), and makes its value of sums over rows in `of_sums(sums)`,
    (resamples, k) to (resamples,), so that every row is compared once, however many resamples there are. One that needs
    more than sums has a `weighing(predictions, references)` of its own, to the same end.

    A file with `COMPARES_INPUTS = True` gets the texts that a row was asked with in place of references. One that
    others must know the settings of to compare figures says them in `signature(predictions, references)`. One that
    is of texts and lies between 0 and 1 in every row has `IS_SHARE = True`; one that is the share of right rows says
    which these are in `rows_right(predictions, references)`. One that is of some rows only says in
    `applies(references)` which these are, (n,): it is left out where there are none. `POINT` is what its users
    call a point, by default 0.01, and `LEAST` what no value is below, by default 0. One that does not
    depend on the scale of predictions brings them to a common one in `on_one_scale(predictions)`.
    """

    TITLE: str
    HIGHER_IS_BETTER: bool | None
    SHAPES: tuple[str, ...]

    def resampled(self, predictions: Any, references: Any, counts: Doubles) -> Doubles:
        """The metric under row multiplicities: `counts` is (resamples, n), one row per resample; the answer is
        (resamples,). It makes a bootstrap one matrix product."""


def names() -> list[str]:
    """Every metric there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> Metric:
    """The metric called `name`."""
    if name not in names():
        raise unknown("metric", name, names())
    return cast(Metric, import_module(f"{__name__}.{name}"))


def compares_inputs(name: str) -> bool:
    """Whether the metric called `name` sees what was asked instead of what was right."""
    return bool(getattr(get(name), "COMPARES_INPUTS", False))


def rows_of(name: str, references: Any) -> int:
    """How many of the rows with these `references` the metric called `name` is of."""
    applies = getattr(get(name), "applies", None)
    return int(applies(references).sum()) if applies else len(references)


def rows_right(name: str, predictions: Any, references: Any) -> npt.NDArray[np.bool_] | None:
    """Which rows are right, (n,), where the metric called `name` is their share; None where it is anything else."""
    found = getattr(get(name), "rows_right", None)
    return found(predictions, references) if found else None


def counts_rows(name: str) -> bool:
    """Whether the metric called `name` is the share of right rows."""
    return hasattr(get(name), "rows_right")


def point(name: str) -> float:
    """What is called a point of the metric called `name`: one hundredth, or 1 where it goes from 0 to 100."""
    return float(getattr(get(name), "POINT", 0.01))


def most(name: str) -> float | None:
    """The best value of the metric called `name` of which more is better: 1, or 100; None of others."""
    return 100 * point(name) if get(name).HIGHER_IS_BETTER else None


def is_share(name: str) -> bool:
    """Whether the metric called `name` lies between 0 and 1 in every row."""
    metric = get(name)
    usual = metric.HIGHER_IS_BETTER and metric.SHAPES not in (("VALUE",), ("TEXT",))
    return bool(getattr(metric, "IS_SHARE", usual))


def ends(name: str) -> tuple[float, float]:
    """What the metric called `name` is never below, and never above."""
    best = most(name)
    return float(getattr(get(name), "LEAST", 0.0)), np.inf if best is None else best


def signature(name: str, predictions: Any, references: Any) -> str | None:
    """The settings behind the metric called `name`, in the words of the package that computes it, or what it
    compares; None if it has none to tell."""
    told = getattr(get(name), "signature", None)
    return told(predictions, references) if told else None


def on_one_scale(name: str, predictions: Any) -> Any:
    """`predictions` as another's may be put beside them, where the metric called `name` sees no scale."""
    scaled = getattr(get(name), "on_one_scale", None)
    return scaled(predictions) if scaled else predictions


def weighing(name: str, predictions: Any, references: Any) -> Weighing:
    """From row multiplicities (resamples, n) to the metric called `name` in every resample, (resamples,)."""
    member: Any = get(name)
    if hasattr(member, "weighing"):
        return cast(Weighing, member.weighing(predictions, references))
    if not hasattr(member, "statistics"):
        return lambda counts: np.asarray(member.resampled(predictions, references, counts))
    rows = member.statistics(predictions, references)
    return lambda counts: np.asarray(member.of_sums(counts @ rows))


def compute(name: str, predictions: Any, references: Any, weights: npt.NDArray[Any] | None = None) -> float:
    """The metric called `name` of all rows, each counted as often as `weights` (n,) says, by default once."""
    counts = np.ones(len(references)) if weights is None else np.asarray(weights, dtype=np.float64)
    return float(get(name).resampled(predictions, references, counts[None])[0])


def chosen(predictions: npt.NDArray[Any], references: npt.NDArray[Any]) -> "tuple[csr_matrix, csr_matrix]":
    """Which labels are given and which are true, each (n, C) of 0 and 1."""
    from scipy.sparse import csr_matrix  # which predicting does without

    truth = np.asarray(references)
    if truth.ndim == 2:
        probabilities, threshold = of_labels(predictions, truth)
        return csr_matrix(probabilities >= threshold, dtype=np.float64), csr_matrix(truth, dtype=np.float64)
    rows, classes = predictions.shape
    predicted, true = (
        csr_matrix((np.ones(rows), numbers, np.arange(rows + 1)), shape=(rows, classes))
        for numbers in (predictions.argmax(axis=1), truth)
    )
    return predicted, true


def of_labels(predictions: npt.NDArray[Any], references: npt.NDArray[Any]) -> tuple[Doubles, Doubles]:
    """The probabilities of several labels, (n, C), and those from which on they are given, (n, 1)."""
    outputs, labels = np.asarray(predictions, dtype=np.float64), np.asarray(references).shape[1]
    return outputs[:, :labels], outputs[:, labels:] if outputs.shape[1] > labels else np.full((len(outputs), 1), 0.5)


def class_statistics(predictions: npt.NDArray[Any], references: npt.NDArray[Any]) -> "csr_matrix":
    """Which classes are given rightly, given, and true in every row, (n, 3 C) of 0 and 1."""
    from scipy.sparse import hstack

    predicted, true = chosen(predictions, references)
    return hstack([predicted.multiply(true), predicted, true], format="csr")


def class_counts(sums: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Right predictions, all predictions and true rows of every class, each (resamples, C), from sums over rows of
    their `class_statistics`."""
    right, predicted, true = np.split(np.ascontiguousarray(sums), 3, axis=1)
    return right, predicted, true


def entity_counts(predictions: Any, references: Any) -> Doubles:
    """Entities found rightly, found, and true in every row, (n, 3)."""
    entities = [(set(spans(ours)), set(spans(true))) for ours, true in zip(predictions, references, strict=True)]
    return np.array([[len(ours & true), len(ours), len(true)] for ours, true in entities], dtype=np.float64)


def scored(values: npt.NDArray[Any] | Sequence[float]) -> Doubles:
    """Statistics, (n, 2), of a metric that is the mean of a value per row, (n,)."""
    found = np.asarray(values, dtype=np.float64)
    return np.column_stack([found, np.ones(len(found))])


def mean_of(sums: Doubles) -> Doubles:
    """The mean of what was `scored`, in every resample."""
    return ratio(sums[:, 0], sums[:, 1])


def mean(values: npt.NDArray[Any] | Sequence[float], counts: Doubles) -> Doubles:
    """The mean of a value per row, (n,), in every resample."""
    return mean_of(counts @ scored(values))


def deviations(values: Any, counts: Doubles) -> tuple[Doubles, Doubles]:
    """How far the values of all rows, (n,), are from the mean of a resample, (resamples, n), and their variance in it,
    (resamples,): exactly 0 where all rows drawn have one value."""
    given = np.asarray(values, dtype=np.float64)
    centred = given - given.mean()
    apart = centred[None, :] - mean(centred, counts)[:, None]
    variance = (counts * apart**2).sum(axis=1) / counts.sum(axis=1)
    largest = np.where(counts > 0, np.abs(centred)[None, :], 0.0).max(axis=1)
    return apart, np.where(variance > (_NOISE * largest) ** 2, variance, 0.0)


def correlation(a: Any, b: Any, counts: Doubles) -> Doubles:
    """Pearson correlation of two values per row, each (n,), in every resample; 0 where either does not vary."""
    (of_a, varies_a), (of_b, varies_b) = deviations(a, counts), deviations(b, counts)
    together = (counts * of_a * of_b).sum(axis=1) / counts.sum(axis=1)
    return np.clip(ratio(together, np.sqrt(varies_a * varies_b)), -1, 1)


def ratio(numerator: Doubles, denominator: Doubles) -> Doubles:
    """`numerator / denominator`, and 0 where the denominator is 0 (scikit-learn's `zero_division=0`)."""
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


def over_classes(values: Doubles, predicted: Doubles, true: Doubles) -> Doubles:
    """Mean of `values` (resamples, C) over the classes that are true or predicted somewhere in the resample."""
    present = (predicted + true) > 0
    return np.asarray((values * present).sum(axis=1) / np.maximum(present.sum(axis=1), 1))


def best_of(compare: Callable[[str, str], float], predictions: Sequence[str], references: Any) -> list[float]:
    """Per row the best of `compare(prediction, reference)`; a row without a reference is right if it is empty."""
    return [
        max(compare(text, reference) for reference in row_references or ("",))
        for text, row_references in zip(predictions, references, strict=True)
    ]


def of_rows(some: Sequence[bool]) -> npt.NDArray[np.bool_]:
    """`some`, (n,), or no row where it is every one: what is of all rows another metric says."""
    rows = np.asarray(some, dtype=bool)
    return rows & ~rows.all()


def of_some(values: Sequence[float], some: Sequence[bool]) -> Doubles:
    """Statistics, (n, 2), of a metric that is the mean of a value over `some` rows; others count for nothing."""
    there = np.asarray(some, dtype=np.float64)
    return np.column_stack([np.asarray(values, dtype=np.float64) * there, there])


def corpus_statistics(metric: Any, predictions: Sequence[str], references: Any) -> Doubles:
    """What a corpus metric of sacrebleu (Post 2018) counts in every row, (n, k)."""
    return np.array(metric._extract_corpus_statistics(list(predictions), streams(references)), dtype=np.float64)


def corpus_score(metric: Any, sums: Doubles) -> Doubles:
    """A corpus metric of sacrebleu from sums of what it counts, in every resample."""
    return np.array([metric._compute_score_from_stats(list(line)).score for line in sums])


def of_sacrebleu(metric: Any, references: Any) -> str:
    """Its signature for these references (Post 2018), of which it says how many a row has."""
    some = list({len(texts) or 1: texts for texts in references}.values())
    metric._extract_corpus_statistics([""] * len(some), streams(some))
    return str(metric.get_signature())


def streams(references: Any) -> list[list[str | None]]:
    """References as sacrebleu takes them: the first of every row, the second, ..., None where a row has no more."""
    most = max(1, *(len(texts) for texts in references))
    return [[texts[k] if k < len(texts) else (None if k else "") for texts in references] for k in range(most)]
