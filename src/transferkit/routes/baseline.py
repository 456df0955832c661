"""No transfer at all: TF-IDF and a linear model, for tags a dictionary, for spans the question's words looked up in
the context. What does not beat it has transferred nothing."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from transferkit import metrics
from transferkit.config import Strict
from transferkit.data import content
from transferkit.data.rows import Rows
from transferkit.errors import DataError
from transferkit.options.baseline import Options
from transferkit.predictors import Floats, span_matcher
from transferkit.predictors.bag_of_words import BagOfWords, vectorizer, vectors
from transferkit.predictors.plain_copy import PlainCopy
from transferkit.predictors.tag_dictionary import counted
from transferkit.routes import Context, Outcome
from transferkit.tasks import Shape
from transferkit.training import shapes, unproven
from transferkit.training.folds import Ints, folds
from transferkit.training.shapes import ShapeKind, span

_TRIED = 1000
_LENGTHS = (0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3)  # of first words, in usual answers
_TOO_LONG = 100  # a text of so many usual answers is none
_USUAL = (0.1, 0.3, 1.0, 3.0)
# A machine per label is trained for every strength and fold.
_STRENGTHS = {Shape.LABEL: _USUAL, Shape.LABELS: (0.3, 1.0), Shape.VALUE: _USUAL}


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    return None


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Fit on all labelled rows; C and what scores are worth come from cross-validation on them."""
    assert isinstance(options, Options)
    began = time.perf_counter()
    rows, shape = context.labelled, context.task.shape
    if shape is Shape.TAGS:
        return _dictionary(context, began)
    if shape is Shape.SPAN:
        return _matcher(context, began)
    if shape is Shape.TEXT:
        return _copied(context, began)
    kind = shapes.of(shape)
    targets = kind.targets(rows, context.task)
    columns = [name for name in ("text", "text_pair") if name in rows]
    vectorizers = tuple(_fitted(rows, name) for name in columns)
    inputs = vectors(vectorizers, rows)
    strengths = options.strengths or _STRENGTHS[shape]
    parts = folds(targets, context.seed, content.groups(rows, context.task)) or folds(targets, context.seed)
    evident = np.sort(np.concatenate(parts)) if parts else np.arange(len(targets))
    held_out = {c: _out_of_fold(inputs, targets, kind, _machine(shape, c, context.seed), parts) for c in strengths}
    chosen = max(strengths, key=lambda c: kind.quality(held_out[c][evident], targets[evident]))
    machine = _machine(shape, chosen, context.seed).fit(inputs, _taught(kind, targets))
    weights, bias = _linear(machine)
    worth = kind.from_scores if parts else partial(unproven.adjustment, kind)
    adjustment = worth(held_out[chosen][evident], targets[evident])
    predictor = BagOfWords(
        vectorizers,
        np.ascontiguousarray(weights * adjustment.scale, dtype=np.float32),
        np.asarray(bias * adjustment.scale + adjustment.shift, dtype=np.float32),
        context.task.labels,
        shape,
    )
    what = "ridge regression" if shape is Shape.VALUE else "linear support vector machine"
    return Outcome(
        predictor=predictor,
        method=f"TF-IDF of words and word pairs, {what}",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={"strengths": strengths, "C": chosen},
        learned_all=True,
    )


def _dictionary(context: Context, began: float) -> Outcome:
    """The tags that every word has in the labelled rows."""
    task, rows = context.task, context.labelled
    numbers = {tag: i for i, tag in enumerate(task.labels)}
    tags = [[numbers[tag] for tag in given] for given in task.references(rows)]
    predictor = counted(rows["text"], tags, task.labels)
    return Outcome(
        predictor=predictor,
        method="the most frequent tag of every word",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={},
        learned_all=True,
    )


def _copied(context: Context, began: float) -> Outcome:
    """The first words of the text, all of it or the most frequent answer: what does best on the labelled rows."""
    task, rows = context.task, context.labelled
    answers = [given[0] for given in task.references(rows)]
    usual = int(np.median([len(text.split()) for text in answers]))
    frequent = Counter(answers).most_common(1)[0][0]
    sample = rows.take(np.random.default_rng(context.seed).permutation(len(rows))[:_TRIED])
    whole = max(len(text.split()) for text in sample["text"]) <= _TOO_LONG * usual
    candidates = [
        *([PlainCopy()] if whole else []),
        *map(PlainCopy, sorted({max(1, round(share * usual)) for share in _LENGTHS})),
        PlainCopy(None, frequent),
    ]
    sign = 1 if metrics.get(task.main_metric).HIGHER_IS_BETTER else -1
    truth = task.references(sample)

    def quality(each: PlainCopy) -> float:
        return sign * metrics.compute(task.main_metric, task.decode(each.predict(sample).outputs, ()), truth)

    chosen = max(candidates, key=quality)
    return Outcome(
        predictor=chosen,
        method=chosen.said,
        trained_parameters=0,
        seconds=time.perf_counter() - began,
        settings={"words": chosen.words},
        learned_all=True,
    )


def _matcher(context: Context, began: float) -> Outcome:
    """What the kind of answer asked for is worth, and when there is none, is chosen on labelled rows."""
    task, rows = context.task, context.labelled
    tried = rows.take(np.random.default_rng(context.seed).permutation(len(rows))[:_TRIED])
    truth = task.references(tried)

    def quality(bonus: float) -> float:
        found = span_matcher.counted(contexts, bonus).predict(tried).outputs
        return metrics.compute(task.main_metric, task.decode(found, task.labels), truth)

    contexts = list(dict.fromkeys(rows["text_pair"]))
    bonus = max(span_matcher.BONUSES, key=quality)
    predictor = span_matcher.counted(contexts, bonus)
    if not all(task.references(rows)):
        threshold = span.fitted_threshold(task, predictor.spans(tried), tried)
        predictor = replace(predictor, threshold=0.0 if threshold is None else threshold)
    return Outcome(
        predictor=predictor,
        method="words of the question looked up in the context",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={"bonus": bonus, "threshold": predictor.threshold},
        learned_all=True,
    )


def _fitted(rows: Rows, column: str) -> TfidfVectorizer:
    try:
        return vectorizer().fit(rows[column])
    except ValueError:
        raise DataError(
            f"baseline: expected words in the column {column!r}, found nothing but signs in {len(rows)} rows; "
            "name another column"
        ) from None


def _machine(shape: Shape, strength: float, seed: int) -> Any:
    if shape is Shape.VALUE:
        return Ridge(alpha=1 / strength, solver="sparse_cg", random_state=seed)
    one = LinearSVC(C=strength, random_state=seed)
    return OneVsRestClassifier(one) if shape is Shape.LABELS else one


def _taught(kind: ShapeKind, targets: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Targets as scikit-learn takes them."""
    if targets.dtype == np.int64:
        return targets
    regressed = kind.regressed(targets)
    return regressed[:, 0] if targets.ndim == 1 else regressed.astype(np.int64)


def _out_of_fold(
    inputs: csr_matrix, targets: npt.NDArray[Any], kind: ShapeKind, machine: Any, folds: Sequence[Ints]
) -> Floats:
    """Scores of every row of `folds`, (rows, labels), from a machine that has not seen it; without folds, its own."""
    taught = _taught(kind, targets)
    if not folds:
        weights, bias = _linear(machine.fit(inputs, taught))
        return np.asarray(inputs @ weights + bias, dtype=np.float32)
    held = np.zeros(kind.regressed(targets).shape, dtype=np.float32)
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(targets)), fold)
        weights, bias = _linear(machine.fit(inputs[rest], taught[rest]))
        held[fold] = inputs[fold] @ weights + bias
    return held


def _linear(machine: Any) -> tuple[Floats, Floats]:
    """Weights (terms, labels) and bias (labels,) of a fitted machine."""
    if isinstance(machine, OneVsRestClassifier):
        parts = [_of_label(each, machine.n_features_in_) for each in machine.estimators_]
        return np.stack([weights for weights, _ in parts], axis=1), np.array([bias for _, bias in parts])
    weights, bias = np.atleast_2d(machine.coef_).T, np.atleast_1d(machine.intercept_)
    return _two_sided(weights, bias) if isinstance(machine, LinearSVC) else (weights, bias)


def _of_label(machine: Any, terms: int) -> tuple[npt.NDArray[Any], float]:
    """A label that no row of a fold has, or every one, gets a constant score."""
    if hasattr(machine, "coef_"):
        return machine.coef_[0], float(machine.intercept_[0])
    return np.zeros(terms), float(machine.y_[0]) * 2 - 1


def _two_sided(weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
    """Two labels have one score; make it two."""
    if weights.shape[1] > 1:
        return weights, bias
    return np.hstack([-weights, weights]), np.concatenate([-bias, bias])
