"""A new head starts as the best one for the backbone as it is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from transferkit import tasks
from transferkit.training import classifier, probing
from transferkit.training.classifier import Recipe
from transferkit.training.encoding import Encoded
from transferkit.training.examples import Examples
from transferkit.training.inference import outputs
from transferkit.training.learner import ONCE, Weighted
from transferkit.training.losses import Step
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.squared_error import SquaredError
from transferkit.training.options import TrainingOptions
from transferkit.training.probing import probe
from transferkit.training.scaling import last_map

SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 40,
    "pad_token_id": 0,
    "initializer_range": 0.3,
}
MODELS = {
    "bert": lambda labels: BertForSequenceClassification(BertConfig(**SIZES, num_labels=labels)),
    "roberta": lambda labels: RobertaForSequenceClassification(RobertaConfig(**SIZES, num_labels=labels)),
    "llama, without a bias": lambda labels: LlamaForSequenceClassification(LlamaConfig(**SIZES, num_labels=labels)),
}


def examples(labels: npt.NDArray[Any] | None = None, rows: int = 300) -> Examples:
    """Texts of random tokens of several lengths; unless given, a label is the third of the vocabulary they are from."""
    drawn = np.random.default_rng(0)
    lengths = drawn.integers(3, 9, rows)
    thirds = drawn.integers(0, 3, rows)
    ids = tuple(4 + 12 * third + drawn.integers(0, 12, length) for third, length in zip(thirds, lengths, strict=True))
    labels = thirds if labels is None else labels
    return Examples(Encoded(ids, None, 0, False, lengths), labels)


def only(loss: Any) -> list[Weighted]:
    return [Weighted(loss, ONCE)]


def mean_loss(model: nn.Module, source: Examples, loss: Any) -> float:
    logits = torch.from_numpy(outputs(model, source))
    return float(loss(Step(logits, torch.ones(len(source)), {"labels": torch.from_numpy(source.labels)})))


@pytest.mark.parametrize("family", MODELS)
def test_the_head_fits_what_the_backbone_gives_which_stays_as_it_was(family: str) -> None:
    torch.manual_seed(0)
    model, source = MODELS[family](3).eval(), examples()
    own = {id(weight) for weight in last_map(model, 3).parameters()}
    others = {name: weight.clone() for name, weight in model.named_parameters() if id(weight) not in own}
    probe(model, source, only(HardLabels()), 3)
    right = (outputs(model, source).argmax(axis=1) == source.labels).mean()
    assert mean_loss(model, source, HardLabels()) < 0.8 * np.log(3)
    assert right > 0.6
    assert all(torch.equal(model.get_parameter(name), weight) for name, weight in others.items())


def test_labels_without_any_signal_get_their_log_odds() -> None:
    torch.manual_seed(0)
    drawn = np.random.default_rng(1)
    source = examples((drawn.random((300, 4)) < [0.02, 0.1, 0.5, 0.9]).astype(np.float32))
    model = MODELS["bert"](4).eval()
    probe(model, source, only(LabelSets()), 4)
    shares = source.labels.mean(axis=0)
    found = 1 / (1 + np.exp(-outputs(model, source)))
    assert np.abs(found.mean(axis=0) - shares).max() < 0.01
    assert mean_loss(model, source, LabelSets()) < float(
        -(shares * np.log(shares) + (1 - shares) * np.log(1 - shares)).mean()
    )


def test_numbers_get_the_ridge_regression() -> None:
    drawn = torch.Generator().manual_seed(0)
    columns = torch.cat([torch.randn(50, 6, generator=drawn), torch.ones(50, 1)], dim=1)
    targets = columns @ torch.randn(7, generator=drawn) + 3
    for strength in (1e-1, 1e-4):
        rows = probing._Rows(columns, 6, {"labels": targets})
        found = probing._minimum(rows, only(SquaredError("labels")), strength, torch.zeros(1, 7))
        penalty = torch.diag(torch.tensor([strength / 2] * 6 + [0.0]))
        exact = torch.linalg.solve(columns.T @ columns / 50 + penalty, columns.T @ targets / 50)
        assert torch.allclose(found[0], exact, atol=1e-3)


def test_of_many_rows_some_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "MOST_ROWS", 100)
    read: list[int] = []
    found = Examples.batch

    def batch(self: Examples, positions: list[int]) -> dict[str, torch.Tensor]:
        read.extend(positions)
        return found(self, positions)

    monkeypatch.setattr(Examples, "batch", batch)
    torch.manual_seed(0)
    probe(MODELS["bert"](3).eval(), examples(), only(HardLabels()), 3)
    assert 100 <= len(set(read)) <= 101
    assert {0, 299} <= set(read)


@pytest.mark.parametrize(("epochs", "probed"), [(1, True), (20, False)])
def test_a_new_head_is_fitted_where_there_are_few_steps_for_every_label(
    epochs: float, probed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[int] = []
    monkeypatch.setattr(classifier, "probe", lambda _model, _learn, _losses, labels: began.append(labels))
    drawn = np.random.default_rng(1)
    source = examples((drawn.random((300, 4)) < 0.2).astype(np.float32))
    task = replace(tasks.get("multi-label-classification"), labels=("a", "b", "c", "d"))
    model = MODELS["bert"](4).eval()
    recipe = Recipe(TrainingOptions(), epochs, 1e-3, 0, tmp_path, "trial", new_head=True)
    before = last_map(model, 4).bias.detach().clone()
    classifier._begin(model, only(LabelSets()), source, task, recipe)
    moved = last_map(model, 4).bias.detach() - before
    assert bool(began) == probed
    shares = torch.from_numpy(source.labels).mean(dim=0)
    assert torch.allclose(moved, torch.zeros(4) if probed else torch.log(shares / (1 - shares)), atol=0.05)
