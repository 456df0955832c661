"""The head against scikit-learn's ridge, both ways of solving it, the choice, and its temperature."""

import tracemalloc
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import StratifiedKFold

from transferkit.arrays import softmax
from transferkit.errors import ArtifactError
from transferkit.networks.head import Head, prepared
from transferkit.training import ridge
from transferkit.training.calibration import best_scale
from transferkit.training.folds import folds as folds_of
from transferkit.training.ridge_head import STRENGTHS, candidates, fit_head, fitting_bytes
from transferkit.training.shapes import label

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def probabilities_of(head: Head, features: Floats) -> Floats:
    return softmax(head.logits(features))


def data(rows: int = 90, depths: int = 3, width: int = 8, noise: float = 1.0) -> tuple[Floats, Ints]:
    """Features in which only the middle depth tells the three labels apart."""
    random = np.random.default_rng(0)
    labels = np.arange(rows) % 3
    features = random.standard_normal((rows, depths, width)) + 5
    features[:, depths // 2] = np.eye(3, width)[labels] * 4 + noise * random.standard_normal((rows, width))
    return features.astype(np.float32), labels


def reference(columns: Floats, labels: Ints, strength: float) -> Ridge:
    return Ridge(alpha=strength).fit(columns.astype(np.float64), np.eye(labels.max() + 1)[labels])


@pytest.mark.parametrize(("rows", "width"), [(90, 8), (15, 40)])
@pytest.mark.parametrize("strength", STRENGTHS)
def test_both_ways_of_solving_are_the_ridge_of_scikit_learn(rows: int, width: int, strength: float) -> None:
    features, labels = data(rows, 1, width)
    targets = np.eye(3, dtype=np.float32)[labels]
    expected = reference(features[:, 0], labels, strength)
    weights, bias = ridge.solve(features[:, 0], targets, [strength])[strength]
    primal, shift = ridge.Sums.of(features[:, 0], targets).solve([strength])[strength]
    assert np.allclose(weights, expected.coef_.T, atol=2e-4) and np.allclose(bias, expected.intercept_, atol=2e-4)
    assert np.allclose(primal, weights, atol=1e-3) and np.allclose(shift, bias, atol=2e-3)


@pytest.mark.parametrize(("rows", "width"), [(90, 8), (24, 40)])
def test_scores_of_cross_validation_are_those_of_models_that_have_not_seen_the_row(rows: int, width: int) -> None:
    features, labels = data(rows, 1, width)
    targets = np.eye(3, dtype=np.float32)[labels]
    folds = folds_of(labels, 0)
    assert sorted(np.concatenate(folds).tolist()) == list(range(rows)) and len(folds) == 5
    columns = features[:, 0]
    found = ridge.out_of_fold(columns, targets, folds, ridge.sums_of_folds(columns, targets, folds), STRENGTHS)
    for train, test in StratifiedKFold(5, shuffle=True, random_state=0).split(labels, labels):
        for strength in STRENGTHS:
            expected = reference(features[train, 0], labels[train], strength).predict(features[test, 0])
            assert np.allclose(found[strength][test], expected, atol=2e-3)


def test_rows_in_no_fold_train_every_regression() -> None:
    features, labels = data(91, 1, 8)
    labels[90] = 3
    targets = np.eye(4, dtype=np.float32)[labels]
    folds, columns = folds_of(labels, 0), features[:, 0]
    assert 90 not in np.concatenate(folds)
    found = ridge.out_of_fold(columns, targets, folds, ridge.sums_of_folds(columns, targets, folds), (0.7,))[0.7]
    for fold in folds:
        rest = np.setdiff1d(np.arange(91), fold)
        expected = Ridge(alpha=0.7).fit(columns[rest].astype(np.float64), targets[rest]).predict(columns[fold])
        assert np.allclose(found[fold], expected, atol=2e-3)
    whole = ridge.total(ridge.sums_of_folds(columns, targets, folds) or []).solve((0.7,))[0.7][0]
    assert np.allclose(whole, ridge.Sums.of(columns, targets).solve((0.7,))[0.7][0], atol=1e-4)


def test_a_label_with_a_single_row_does_not_change_choice_and_temperature() -> None:
    features, labels = data(90, noise=2.0)
    head, choice = fit_head(features, labels, label, 0)
    more = np.concatenate([features, features[:1] + 3])
    other, chosen = fit_head(more, np.append(labels, 3), label, 0)
    assert chosen.depths == choice.depths and chosen.quality == pytest.approx(choice.quality, abs=0.05)
    sure, less = (probabilities_of(each, features[:, [1]]).max(axis=1).mean() for each in (head, other))
    assert sure == pytest.approx(less, abs=0.05)


def test_what_no_row_could_show_is_promised_by_half() -> None:
    """A row per label: nothing can be held out, and scores of the rows that trained are worth nothing."""
    features = np.random.default_rng(0).standard_normal((8, 2, 16)).astype(np.float32)
    head, choice = fit_head(features, np.arange(8), label, 0)
    assert choice.quality == 1 / 8
    sure = probabilities_of(head, features[:, list(choice.depths)]).max(axis=1).mean()
    assert sure == pytest.approx((1 + 1 / 8) / 2, abs=0.02)


def test_sums_over_a_part_of_the_columns_are_a_part_of_the_sums() -> None:
    features, labels = data(90, 3, 8)
    targets = np.eye(3, dtype=np.float32)[labels]
    columns = prepared(features, features.mean(axis=0))
    whole = ridge.Sums.of(columns[:40], targets[:40]) + ridge.Sums.of(columns[40:], targets[40:])
    weights, bias = whole.part(slice(8, 16)).solve((1.0,))[1.0]
    alone, shift = ridge.solve(columns[:, 8:16], targets, (1.0,))[1.0]
    assert np.allclose(weights, alone, atol=1e-4) and np.allclose(bias, shift, atol=1e-4)


def test_the_head_is_the_ridge_of_what_was_chosen() -> None:
    features, labels = data()
    head, choice = fit_head(features, labels, label, 0)
    assert choice.depths == (1,) and choice.strength in STRENGTHS and choice.quality > 0.9
    columns = prepared(features[:, [1]], features.mean(axis=0)[[1]])
    assert np.allclose(np.linalg.norm(columns, axis=1), 1, atol=1e-5)
    plain = reference(columns, labels, choice.strength)
    ratio = head.weights / plain.coef_.T
    assert np.allclose(ratio, ratio[0, 0], rtol=1e-2) and ratio[0, 0] > 1
    assert np.allclose(head.bias / plain.intercept_, ratio[0, 0], rtol=1e-2)
    assert head.parameters == 8 + 24 + 3


def test_the_temperature_helps_on_rows_not_seen() -> None:
    features, labels = data(300, noise=2.5)
    head, choice = fit_head(features[:200], labels[:200], label, 0)
    rest, truth = features[200:][:, list(choice.depths)], labels[200:]
    columns = prepared(features[:200][:, list(choice.depths)], head.center)
    plain = reference(columns, labels[:200], choice.strength)
    uncalibrated = softmax(plain.predict(prepared(rest, head.center)).astype(np.float32))

    def loss(probabilities: Floats) -> float:
        return float(-np.log(probabilities[np.arange(len(truth)), truth]).mean())

    assert loss(probabilities_of(head, rest)) < 0.9 * loss(uncalibrated)


def test_the_scale_is_the_best_one() -> None:
    # Two rows of three are right by a margin of 1, each with 0.9 after smoothing by 1/5: the best probability is 19/30.
    logits = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    assert best_scale(logits, np.array([0, 0, 0])) == pytest.approx(np.log(19 / 11), rel=1e-3)
    # Always right: as sure as that many rows allow. Always wrong: the end of the range.
    assert best_scale(logits, np.array([0, 0, 1])) == pytest.approx(np.log(9), rel=1e-3)
    many = np.repeat([0, 0, 1], 300)
    assert best_scale(np.repeat(logits, 300, axis=0), many) == pytest.approx(np.log(2 * 902 - 1), rel=1e-3)
    assert best_scale(logits, np.array([1, 1, 0])) < 0.05


def test_candidates() -> None:
    assert candidates(4, 32) == [(0,), (1,), (2,), (3,), (0, 1, 2, 3)]
    assert candidates(13, 1024)[-1] == (0, 4, 8, 12) and len(candidates(13, 1024)) == 14
    assert candidates(1, 32) == [(0,)]
    assert candidates(3, 8192) == [(0,), (1,), (2,)]


@pytest.mark.parametrize("rows", [2, 3, 4, 7])
@pytest.mark.parametrize("width", [1, 2, 16])
@pytest.mark.filterwarnings("ignore:The least populated class")
def test_a_row_or_two_per_label(rows: int, width: int) -> None:
    features = np.random.default_rng(0).standard_normal((rows, 2, width)).astype(np.float32)
    for labels in (np.arange(rows), np.minimum(np.arange(rows), 1)):
        head, _ = fit_head(features, labels, label, 0)
        probabilities = probabilities_of(head, np.concatenate([features[:, [0]]] * head.center.shape[0], axis=1))
        assert np.isfinite(probabilities).all() and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_rows_that_are_all_alike() -> None:
    head, _ = fit_head(np.ones((8, 2, 4), dtype=np.float32), np.arange(8) % 2, label, 0)
    probabilities = probabilities_of(head, np.ones((3, head.center.shape[0], 4), dtype=np.float32))
    assert np.allclose(probabilities, 0.5, atol=1e-3)


@pytest.mark.parametrize(
    ("rows", "depths", "width", "labels"), [(30_000, 7, 32, 3), (3000, 7, 128, 60), (400, 4, 300, 20)]
)
def test_what_fitting_takes_is_known_before(
    monkeypatch: pytest.MonkeyPatch, rows: int, depths: int, width: int, labels: int
) -> None:
    monkeypatch.setattr(ridge, "BLOCK_BYTES", 2**20)
    features = np.random.default_rng(0).standard_normal((rows, depths, width)).astype(np.float32)
    tracemalloc.start()
    fit_head(features, np.arange(rows) % labels, label, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak / 1.5 <= fitting_bytes(rows, depths, width, labels) <= 3 * peak


@dataclass
class Counted:
    """Features that count what is handed out at once, and at all."""

    values: Floats
    most: int = 0
    total: int = 0

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, depths, width = self.values.shape
        return rows, depths, width

    def read(self, rows: Ints, depths: Sequence[int]) -> Floats:
        found = self.values[np.ix_(rows, np.asarray(depths))]
        self.most, self.total = max(self.most, found.nbytes), self.total + found.nbytes
        return found


@pytest.mark.parametrize(("rows", "width"), [(4000, 16), (60, 700)])
def test_blocks_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch, rows: int, width: int) -> None:
    features, labels = data(rows, 4, width, noise=2.5)
    whole, chosen = fit_head(features, labels, label, 0)
    monkeypatch.setattr(ridge, "BLOCK_BYTES", 20_000)
    parts, same = fit_head(features, labels, label, 0)
    assert (same.depths, same.strength) == (chosen.depths, chosen.strength)
    assert same.quality == pytest.approx(chosen.quality, abs=1e-6)
    picked = features[:, list(chosen.depths)]
    assert np.allclose(parts.logits(picked), whole.logits(picked), atol=2e-5)


def test_no_more_than_a_block_is_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """41 MB of features, of which a block may have 64 KB; sums, targets and scores need under two more."""
    monkeypatch.setattr(ridge, "BLOCK_BYTES", 2**16)
    features, labels = data(20_000, 8, 64)
    counted = Counted(features)
    tracemalloc.start()
    fit_head(counted, labels, label, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counted.most <= 2**16 and features.nbytes == 40_960_000
    assert peak < 12e6
    # The mean and the sums once over all, then every candidate's held out rows, and the rows of the best.
    assert counted.total <= 5 * features.nbytes


def test_saving(tmp_path: Path) -> None:
    features, labels = data()
    head, choice = fit_head(features, labels, label, 0)
    head.save(tmp_path / "head.safetensors")
    depths, width = head.center.shape
    again = Head.load(tmp_path / "head.safetensors", depths, width, len(head.bias))
    chosen = features[:, list(choice.depths)]
    assert np.array_equal(probabilities_of(again, chosen), probabilities_of(head, chosen))
    with pytest.raises(ArtifactError, match="expected center as F32 of"):
        Head.load(tmp_path / "head.safetensors", depths + 1, width, len(head.bias))
