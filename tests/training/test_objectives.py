"""What an output shape means for training, against figures worked out by hand."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from transferkit import answerers, metrics, tasks
from transferkit.networks.adjustment import Adjustment
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.training import objectives
from transferkit.training.losses import Schedule, Step
from transferkit.training.options import TrainingOptions

T = 2.0


def step(logits: torch.Tensor, **batch: torch.Tensor) -> Step:
    return Step(logits, torch.ones(len(logits), 1), batch)


@pytest.mark.parametrize("name", answerers.names())
def test_logits_are_predictions_taken_back(name: str) -> None:
    answerer = answerers.of(Shape[name.upper()])
    logits = np.random.default_rng(0).normal(size=(5, 1 if name == "value" else 3)).astype(np.float32)
    again = answerer.predictions(answerer.logits(answerer.predictions(logits)))
    assert np.allclose(again, answerer.predictions(logits), atol=1e-5)


def test_adjustments_compose_and_invert() -> None:
    logits = np.array([[1.0, 2.0]], dtype=np.float32)
    first, second = Adjustment(2.0, 1.0), Adjustment(0.5, np.array([1.0, -1.0]))
    assert second.after(first).of(logits).tolist() == second.of(first.of(logits)).tolist()
    assert np.allclose(first.inverse().of(first.of(logits)), logits) and np.allclose(
        first.undone(first.of(logits)), logits
    )


def test_sets_of_labels_by_hand() -> None:
    task = tasks.get("multi-label-classification")
    rows = Rows({"text": ["a", "b", "c"], "labels": [["x", "y"], [], None]}, np.arange(1, 4))
    task = task.bound(rows)
    kind = objectives.of(task.shape)
    targets = kind.targets(rows, task)
    assert task.labels == ("x", "y") and targets[:2].tolist() == [[1, 1], [0, 0]] and np.isnan(targets[2]).all()
    assert kind.known(targets).tolist() == [True, True, False]
    logits = torch.tensor([[1.0, -2.0], [0.5, 0.0], [3.0, 3.0]])
    hard = kind.hard_loss(targets, TrainingOptions(), 2)(step(logits, labels=torch.from_numpy(targets)))
    by_hand = F.binary_cross_entropy_with_logits(logits[:2], torch.tensor([[1.0, 1.0], [0.0, 0.0]]), reduction="sum")
    assert hard.item() == pytest.approx(by_hand.item() / 6)
    teacher = torch.tensor([[0.0, 1.0], [2.0, -1.0], [0.3, 0.3]])
    soft = kind.soft_loss(Schedule(T, T))(step(logits, teacher_logits=teacher))
    p, q = torch.sigmoid(teacher / T), torch.sigmoid(logits / T)
    divergence = p * (p / q).log() + (1 - p) * ((1 - p) / (1 - q)).log()
    assert soft.item() == pytest.approx(divergence.mean().item() * T**2, rel=1e-5)


def test_thresholds_move_to_zero() -> None:
    kind = objectives.of(Shape.LABELS)
    logits = np.array([[4.0, -1.0], [3.0, -2.0], [2.5, -3.0], [1.0, -4.0], [0.0, -5.0], [-1.0, -6.0]], dtype=np.float32)
    targets = np.array([[1, 1], [1, 1], [1, 1], [0, 0], [0, 0], [0, 0]], dtype=np.float32)
    moved = kind.adjusted(logits, targets).of(logits)
    assert ((moved >= 0) == (targets > 0)).all()
    found = kind.adjusted(logits, targets)
    assert np.allclose(found.shift / found.scale, [-1.75, 3.5])


def test_thresholds_have_the_best_micro_f1_of_all() -> None:
    """Tried against every combination of thresholds."""
    random = np.random.default_rng(0)
    targets = (random.random((7, 3)) < [0.6, 0.3, 0.1]).astype(np.float32)
    scores = (targets + random.normal(size=targets.shape)).round(1).astype(np.float32)

    def micro_f1(thresholds: Sequence[float]) -> float:
        given = scores >= np.asarray(thresholds)
        return float(2 * (given * targets).sum() / (given.sum() + targets.sum()))

    kind = objectives.of(Shape.LABELS)
    every = product(*([*column, 99.0] for column in scores.T))
    assert kind.quality(scores, targets) == pytest.approx(max(map(micro_f1, every)))
    found = kind.adjusted(scores, targets)
    assert micro_f1(-found.shift / found.scale) == pytest.approx(kind.quality(scores, targets))


def test_a_label_that_validation_never_has_is_given_above_all_that_was_seen() -> None:
    kind = objectives.of(Shape.LABELS)
    scores = np.array([[2.0, -1.0], [1.0, -3.0]], dtype=np.float32)
    moved = kind.adjusted(scores, np.array([[1, 0], [0, 0]], dtype=np.float32))
    assert (moved.of(scores) >= 0).tolist() == [[True, False], [False, False]]
    assert moved.of(np.array([[0.0, -0.5]], dtype=np.float32))[0, 1] > 0


def test_several_labels_of_noise_have_their_base_rates() -> None:
    random = np.random.default_rng(0)
    kind, rates = objectives.of(Shape.LABELS), np.array([0.42, 0.38])
    targets = (random.random((2, 4000, 2)) < rates).astype(np.float32)
    scores = (0.3 * random.standard_normal((2, 4000, 2))).astype(np.float32)
    fitted = kind.adjusted(scores[0], targets[0])
    found = answerers.of(Shape.LABELS).predictions(fitted.of(scores[1]), fitted.prior)
    blind = metrics.compute("log_loss", np.tile(rates, (4000, 1)), targets[1])
    assert metrics.compute("log_loss", found, targets[1]) == pytest.approx(blind, abs=0.004)
    assert metrics.compute("calibration_error", found, targets[1]) < 0.03
    assert (found[:, :2] >= found[:, 2:]).mean() > 0.99, "where nothing can be told, giving all has the best micro F1"


def test_probabilities_of_several_labels_and_their_threshold() -> None:
    random = np.random.default_rng(1)
    kind = objectives.of(Shape.LABELS)
    true = np.array([[-2.0, 0.5]]) + random.standard_normal((2, 20_000, 2))
    targets = (random.random(true.shape) < 1 / (1 + np.exp(-true))).astype(np.float32)
    given = (true * 3 - np.array([5.0, -2.0])).astype(np.float32)  # as a model may score: another scale, other places
    fitted = kind.adjusted(given[0], targets[0])
    found = answerers.of(Shape.LABELS).predictions(fitted.of(given[1]), fitted.prior)
    best = metrics.compute("log_loss", 1 / (1 + np.exp(-true[1])), targets[1])
    assert metrics.compute("log_loss", found, targets[1]) < best + 0.01
    micro_f1 = metrics.compute("micro_f1", found, targets[1])
    assert found[0, 2] == pytest.approx(micro_f1 / 2, abs=0.03), "Lipton et al. 2014"
    assert np.allclose(answerers.of(Shape.LABELS).logits(found), fitted.of(given[1]), atol=1e-3)


def test_a_label_that_always_holds_is_sure() -> None:
    kind = objectives.of(Shape.LABELS)
    scores = np.random.default_rng(0).standard_normal((50, 2)).astype(np.float32)
    targets = np.column_stack([np.ones(50), scores[:, 1] > 0.5]).astype(np.float32)
    fitted = kind.adjusted(scores, targets)
    found = answerers.of(Shape.LABELS).predictions(fitted.of(scores), fitted.prior)
    assert (found[:, 0] >= 50 / 52).all() and (found[:, 0] >= found[:, 2]).all()


def test_numbers_are_standardised_and_come_back() -> None:
    task = tasks.get("text-regression")
    rows = Rows({"text": ["a", "b", "c"], "value": [10.0, 30.0, None]}, np.arange(1, 4))
    kind = objectives.of(task.shape)
    targets = kind.targets(rows, task)
    learned, back = kind.in_training(targets)
    assert learned[:2].tolist() == [-1.0, 1.0] and np.isnan(learned[2])
    assert back.of(np.array([[1.0]], dtype=np.float32)).tolist() == [[30.0]]
    logits = torch.tensor([[0.0], [1.0], [5.0]])
    loss = kind.hard_loss(learned, TrainingOptions(), 1)(step(logits, labels=torch.from_numpy(learned)))
    assert loss.item() == pytest.approx((1 + 0) / 3)
    assert kind.quality(np.array([[-1.0], [1.0]]), np.array([10.0, 30.0], dtype=np.float32)) == pytest.approx(1.0)


def test_thresholds_have_no_say_in_the_rows_that_they_are_compared_on() -> None:
    """Micro F1 of scores that say little: flattered on the rows that the thresholds are from, not when cross-fitted."""
    random = np.random.default_rng(0)
    kind, found = objectives.of(Shape.LABELS), []
    for seed in range(60):
        truth = (random.random((2, 60, 30)) < 0.1).astype(np.float32)
        scores = (truth + 2.0 * random.standard_normal(truth.shape)).astype(np.float32)
        fitted = kind.adjusted(scores[0], truth[0])
        flattered = answerers.of(Shape.LABELS).predictions(fitted.of(scores[0]), fitted.prior)
        fresh = answerers.of(Shape.LABELS).predictions(fitted.of(scores[1]), fitted.prior)
        fair = objectives.cross_fitted(Shape.LABELS, flattered, truth[0], seed)
        pairs = ((flattered, truth[0]), (fair, truth[0]), (fresh, truth[1]))
        found.append([metrics.compute("micro_f1", outputs, given) for outputs, given in pairs])
    flattering, crossed, true = np.mean(found, axis=0)
    assert flattering > true + 0.05 and abs(crossed - true) < 0.02
