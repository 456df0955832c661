"""Heads and baselines of rows that count differently: a row of weight 2 is as good as two of them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression, Ridge

from transferkit import tasks
from transferkit.networks.head import prepared
from transferkit.predictors import span_matcher
from transferkit.predictors.tag_dictionary import counted
from transferkit.training import linear, probing, ridge, shapes
from transferkit.training.folds import folds as folds_of
from transferkit.training.learner import ONCE, Weighted
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.racing import Race
from transferkit.training.ridge_head import fit_head
from transferkit.training.shapes import label

Floats = npt.NDArray[np.float32]


def drawn(rows: int, width: int) -> tuple[Floats, npt.NDArray[np.int64], Floats]:
    """Columns, labels that they tell of with errors, and whole weights."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 3, rows)
    columns = np.eye(3, width)[labels] + random.standard_normal((rows, width))
    return columns.astype(np.float32), labels, random.integers(1, 4, rows).astype(np.float32)


def repeated(own: Floats) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(own)), own.astype(np.int64))


@pytest.mark.parametrize(("rows", "width"), [(90, 8), (15, 60)])
@pytest.mark.parametrize("block", [32 * 2**20, 512])
def test_ridge_regressions(rows: int, width: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ridge, "BLOCK_BYTES", block)
    columns, labels, own = drawn(rows, width)
    targets, often = np.eye(3, dtype=np.float32)[labels], repeated(own)
    found = ridge.solve(columns, targets, [0.7], own)[0.7]
    for expected in (
        ridge.solve(columns[often], targets[often], [0.7])[0.7],
        ridge.Sums.over(columns, targets, np.arange(rows), own).solve([0.7])[0.7],
    ):
        assert all(np.allclose(a, b, atol=2e-3) for a, b in zip(found, expected, strict=True))
    theirs = Ridge(alpha=0.7).fit(columns.astype(np.float64), targets, own)
    assert np.allclose(found[0], theirs.coef_.T, atol=2e-4) and np.allclose(found[1], theirs.intercept_, atol=2e-4)


@pytest.mark.parametrize(("rows", "width"), [(90, 8), (24, 60)])
def test_scores_out_of_fold_are_those_of_weighted_rows(rows: int, width: int) -> None:
    columns, labels, own = drawn(rows, width)
    targets, folds = np.eye(3, dtype=np.float32)[labels], folds_of(labels, 0)
    sums = ridge.sums_of_folds(columns, targets, folds, own)
    found = ridge.out_of_fold(columns, targets, folds, sums, (0.7,), own)[0.7]
    for fold in folds:
        rest = np.setdiff1d(np.arange(rows), fold)
        theirs = Ridge(alpha=0.7).fit(columns[rest].astype(np.float64), targets[rest], own[rest])
        assert np.allclose(found[fold], theirs.predict(columns[fold]), atol=2e-3)


@pytest.mark.parametrize("rows", [90, 3])
def test_a_head_on_features(rows: int) -> None:
    """It is the weighted ridge regression on what is centred by the weighted mean."""
    columns, labels, own = drawn(rows, 8)
    labels = np.arange(rows) % 3
    head, choice = fit_head(columns[:, None], labels, label, 0, weights=own)
    center = np.average(columns, axis=0, weights=own)
    assert np.allclose(head.center[0], center, atol=1e-5)
    theirs = Ridge(alpha=choice.strength).fit(prepared(columns[:, None], center[None]), np.eye(3)[labels], own)
    scale = head.weights.ravel() @ theirs.coef_.T.ravel() / (theirs.coef_**2).sum()
    assert np.allclose(head.weights, scale * theirs.coef_.T, atol=2e-3 * scale)


def machine(targets: npt.NDArray[Any], own: Floats | None, inputs: csr_matrix) -> Floats:
    weights, bias = linear.fitted(inputs, targets, 3, 0.5, own)
    return np.asarray(inputs[:50] @ weights + bias)


def test_linear_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "_TOLERANCE", 1e-6)
    columns, labels, own = drawn(120, 6)
    often, inputs = repeated(own), csr_matrix(columns)
    for targets in (labels, np.eye(3, dtype=np.float32)[labels], columns[:, 0] + labels.astype(np.float32)):
        found = machine(targets, own, inputs)
        twice, weights = linear.fitted(inputs[often], targets[often], 3, 0.5)
        assert np.allclose(found, inputs[:50] @ twice + weights, atol=2e-3)
        assert not np.allclose(found, machine(targets, None, inputs), atol=2e-2)


def test_a_race_fits_with_weights() -> None:
    columns, labels, own = drawn(120, 6)
    inputs, folds = csr_matrix(columns), folds_of(labels, 0)
    scores, rows = Race({"a": inputs}, labels, labels, label, 3, folds, (1.0,), own).held_out(("a", 1.0), 1)
    rest = np.setdiff1d(np.arange(120), rows)
    weights, bias = linear.fitted(inputs[rest], labels[rest], 3, 1.0, own[rest])
    assert np.allclose(scores, inputs[rows] @ weights + bias, atol=1e-5)


def test_the_head_that_a_training_starts_from_is_the_weighted_logistic_regression() -> None:
    columns, labels, own = drawn(120, 6)
    batch = {"labels": torch.from_numpy(labels), "weights": torch.from_numpy(own / own.mean())}
    given = torch.cat([torch.from_numpy(columns), torch.ones(120, 1)], dim=1)
    found = probing._minimum(probing._Rows(given, 6, batch), [Weighted(HardLabels(), ONCE)], 1e-2, torch.zeros(3, 7))
    theirs = LogisticRegression(C=1 / (120 * 1e-2), tol=1e-8, max_iter=10_000).fit(columns, labels, own / own.mean())
    often = repeated(own)
    twice = LogisticRegression(C=1 / (len(often) * 1e-2), tol=1e-8, max_iter=10_000).fit(columns[often], labels[often])
    for each in (theirs, twice):
        ours, other = found[:, :6] - found[:1, :6], torch.from_numpy(each.coef_ - each.coef_[:1]).float()
        assert torch.allclose(ours, other, atol=1e-3)


def test_a_dictionary_of_tags() -> None:
    texts = ["Ada sang in Oslo", "the band sang", "Bo ran to Oslo", "we ran"]
    tags = [[1, 0, 0, 2], [0, 0, 0], [1, 0, 0, 1], [0, 0]]
    own = np.array([2, 1, 1, 3], dtype=np.float32)
    found = counted(texts, tags, ("O", "PER", "LOC"), own)
    often = repeated(own).tolist()
    twice = counted([texts[i] for i in often], [tags[i] for i in often], ("O", "PER", "LOC"))
    assert np.allclose(found.unknown, twice.unknown)
    for name, (numbers, shares) in found.tables.items():
        theirs, other = twice.tables[name]
        assert numbers.keys() == theirs.keys()
        assert all(np.allclose(shares[at], other[theirs[key]], atol=1e-6) for key, at in numbers.items())
    plain = counted(texts, tags, ("O", "PER", "LOC"))
    assert not np.allclose(found.unknown, plain.unknown)


def test_kinds_of_answers() -> None:
    questions, answers = ["when was it", "who was it", "when did he"], [["1931"], ["Ana"], ["May"]]
    own = np.array([4, 5, 3], dtype=np.float32)
    found, often = span_matcher.kinds(questions, answers, own), repeated(own)
    twice = span_matcher.kinds([questions[i] for i in often], [answers[i] for i in often])
    assert found.numbers.keys() == twice.numbers.keys() == {"when", "who", "was", "it"}
    assert all(
        np.allclose(found.likelihoods[at], twice.likelihoods[twice.numbers[k]]) for k, at in found.numbers.items()
    )
    assert np.allclose(found.likelihoods[-1], twice.likelihoods[-1])


@pytest.mark.parametrize("shape", ["label", "labels", "value", "span", "tags"])
def test_what_cross_validation_chooses_by_and_what_scores_are_worth(shape: str) -> None:
    random = np.random.default_rng(0)
    scores, own = random.standard_normal((400, 3)).astype(np.float32), random.integers(1, 5, 400).astype(np.float32)
    truth = scores + 1.5 * random.standard_normal((400, 3))
    targets: Any = {
        "label": truth.argmax(axis=1),
        "labels": (truth > 0.5).astype(np.float32),
        "value": truth[:, 0].astype(np.float32),
        "span": (truth > 1).astype(np.float32),
        "tags": truth.argmax(axis=1)[:, None],
    }[shape]
    scores = {"value": scores[:, :1], "tags": scores[:, None]}.get(shape, scores)
    kind, often = shapes.of(tasks.Shape[shape.upper()]), repeated(own)
    # Numbers are standardised, and scores of spans divided by their spread: in that weights have no part.
    tolerance = 0.1 if shape in ("span", "value") else 1e-5
    found = kind.quality(scores, targets, own)
    assert found == pytest.approx(kind.quality(scores[often], targets[often]), rel=tolerance)
    assert found == pytest.approx(kind.quality(scores, targets, 3 * own), rel=1e-5)
    assert found != pytest.approx(kind.quality(scores, targets), rel=1e-4)
    adjustment, twice = kind.from_scores(scores, targets, own), kind.from_scores(scores[often], targets[often])
    if shape not in ("value", "span"):
        assert np.allclose(
            adjustment.of(scores), twice.of(scores[often])[np.searchsorted(often, np.arange(400))], atol=0.02
        )
        assert adjustment.prior == pytest.approx(twice.prior, abs=0.02)
