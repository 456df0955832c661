"""No transfer at all: TF-IDF and a linear model. What does not beat it has not transferred anything."""

import time
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from pydantic import Field
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

from transferkit.config import Strict
from transferkit.data.rows import Rows
from transferkit.errors import DataError
from transferkit.predictors import Floats
from transferkit.predictors.bag_of_words import BagOfWords, vectorizer, vectors
from transferkit.routes import Context, Outcome
from transferkit.training.calibration import best_scale

NAME = "baseline"


class Options(Strict):
    """TF-IDF of words and word pairs with a linear support vector machine."""

    strengths: tuple[float, ...] = Field(
        (0.1, 0.3, 1.0, 3.0), min_length=1, description="values of C that cross-validation chooses from"
    )


def variants() -> Mapping[str, type[Strict]]:
    return {NAME: Options}


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    return None


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Fit on all labelled rows; C and the scale of the scores come from cross-validation on them."""
    assert isinstance(options, Options)
    began = time.perf_counter()
    rows = context.labelled
    labels = np.asarray(context.task.references(rows), dtype=np.int64)
    columns = [name for name in ("text", "text_pair") if name in rows]
    vectorizers = tuple(_fitted(rows, name) for name in columns)
    inputs = vectors(vectorizers, rows)
    held_out = {strength: _out_of_fold(inputs, labels, strength, context.seed) for strength in options.strengths}
    chosen = max(options.strengths, key=lambda c: (held_out[c].argmax(axis=1) == labels).mean())
    model = _machine(chosen, context.seed).fit(inputs, labels)
    scale = best_scale(held_out[chosen], labels)
    weights, bias = _two_sided(model.coef_.T, model.intercept_)
    predictor = BagOfWords(
        vectorizers,
        np.ascontiguousarray(weights * scale, dtype=np.float32),
        np.asarray(bias * scale, dtype=np.float32),
        context.task.labels,
    )
    return Outcome(
        predictor=predictor,
        method="TF-IDF of words and word pairs, linear support vector machine",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={**options.model_dump(), "C": chosen},
    )


def _fitted(rows: Rows, column: str) -> TfidfVectorizer:
    try:
        return vectorizer().fit(rows[column])
    except ValueError:
        raise DataError(
            f"{NAME}: expected words in the column {column!r}, found nothing but signs in {len(rows)} rows; "
            "name another column"
        ) from None


def _machine(strength: float, seed: int) -> LinearSVC:
    return LinearSVC(C=strength, random_state=seed)


def _out_of_fold(inputs: csr_matrix, labels: npt.NDArray[np.int64], strength: float, seed: int) -> Floats:
    smallest = int(np.bincount(labels)[np.unique(labels)].min())
    machine = _machine(strength, seed)
    if smallest < 2:
        scores = machine.fit(inputs, labels).decision_function(inputs)
    else:
        folds = StratifiedKFold(min(5, smallest), shuffle=True, random_state=seed)
        scores = cross_val_predict(machine, inputs, labels, cv=folds, method="decision_function")
    return _both(scores)


def _both(scores: Floats) -> Floats:
    """Two labels have one score; make it (rows, 2)."""
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores


def _two_sided(weights: Floats, bias: Floats) -> tuple[Floats, Floats]:
    if weights.shape[1] > 1:
        return weights, bias
    return np.hstack([-weights, weights]), np.concatenate([-bias, bias])
