"""A new head starts as the best one for the backbone as it is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    LlamaConfig,
    LlamaForSequenceClassification,
    RobertaConfig,
    RobertaForSequenceClassification,
)

from transferkit import tasks
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.examples import Examples
from transferkit.encoding.ragged import ragged
from transferkit.networks.inference import outputs
from transferkit.networks.scaling import last_map
from transferkit.training import classifier, probing
from transferkit.training.classifier import Recipe
from transferkit.training.learner import ONCE, Weighted
from transferkit.training.losses import Schedule, Step
from transferkit.training.losses.hard_labels import HardLabels
from transferkit.training.losses.label_sets import LabelSets
from transferkit.training.losses.squared_error import SquaredError
from transferkit.training.options import TrainingOptions
from transferkit.training.probing import probe

SIZES: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 40,
    "pad_token_id": 0,
    "initializer_range": 0.3,
}
MODELS: dict[str, Callable[[int], Any]] = {
    "bert": lambda labels: BertForSequenceClassification(BertConfig(**SIZES, num_labels=labels)),
    "distilbert": lambda labels: DistilBertForSequenceClassification(
        DistilBertConfig(dim=32, n_layers=2, n_heads=2, hidden_dim=32, vocab_size=40, num_labels=labels)
    ),
    "lora": lambda labels: get_peft_model(
        BertForSequenceClassification(BertConfig(**SIZES, num_labels=labels)), LoraConfig(task_type="SEQ_CLS", r=2)
    ),
    "roberta": lambda labels: RobertaForSequenceClassification(RobertaConfig(**SIZES, num_labels=labels)),
    "llama, without a bias": lambda labels: LlamaForSequenceClassification(LlamaConfig(**SIZES, num_labels=labels)),
}


def examples(
    labels: npt.NDArray[Any] | None = None, rows: int = 300, kinds: int = 3, in_turn: bool = False
) -> Examples:
    """Texts of random tokens of several lengths; unless given, a label is the part of the vocabulary they are from."""
    drawn = np.random.default_rng(0)
    lengths = drawn.integers(3, 9, rows)
    parts = np.arange(rows) % kinds if in_turn else drawn.integers(0, kinds, rows)
    size = 36 // kinds
    ids = ragged(4 + size * part + drawn.integers(0, size, length) for part, length in zip(parts, lengths, strict=True))
    labels = parts if labels is None else labels
    return Examples(Encoded(ids, None, 0, False, lengths), labels)


def only(loss: Any) -> list[Weighted]:
    return [Weighted(loss, ONCE)]


def probed(model: nn.Module, source: Examples, loss: Any, labels: int) -> nn.Module:
    probe(model, source, np.arange(len(source)), only(loss), labels)
    return model


def mean_loss(model: nn.Module, source: Examples, loss: Any) -> float:
    logits = torch.from_numpy(outputs(model, source))
    return float(loss(Step(logits, torch.ones(len(source)), {"labels": torch.from_numpy(source.labels)})))


@pytest.mark.parametrize("family", MODELS)
def test_the_head_fits_what_the_backbone_gives_which_stays_as_it_was(family: str) -> None:
    torch.manual_seed(0)
    model, source = MODELS[family](3).eval(), examples()
    own = {id(weight) for weight in last_map(model, 3).parameters()}
    others = {name: weight.clone() for name, weight in model.named_parameters() if id(weight) not in own}
    probed(model, source, HardLabels(), 3)
    right = (outputs(model, source).argmax(axis=1) == source.labels).mean()
    assert mean_loss(model, source, HardLabels()) < 0.8 * np.log(3)
    assert right > 0.6
    assert all(torch.equal(model.get_parameter(name), weight) for name, weight in others.items())


def test_labels_without_any_signal_get_their_log_odds() -> None:
    torch.manual_seed(0)
    drawn = np.random.default_rng(1)
    source = examples((drawn.random((300, 4)) < [0.02, 0.1, 0.5, 0.9]).astype(np.float32))
    model = MODELS["bert"](4).eval()
    probed(model, source, LabelSets(), 4)
    shares = source.labels.mean(axis=0)
    found = 1 / (1 + np.exp(-outputs(model, source)))
    assert np.abs(found.mean(axis=0) - shares).max() < 0.01
    assert np.abs(found - shares).max() < 0.1


def test_rows_that_come_in_turn_are_learned_like_others() -> None:
    torch.manual_seed(0)
    source = examples(kinds=5, in_turn=True)
    assert mean_loss(probed(MODELS["bert"](5).eval(), source, HardLabels(), 5), source, HardLabels()) < 1.2


@pytest.mark.parametrize("family", ["bert", "llama, without a bias"])
def test_a_backbone_that_tells_nothing_apart_keeps_its_head(monkeypatch: pytest.MonkeyPatch, family: str) -> None:
    noise = np.random.default_rng(0).standard_normal((300, 32))
    monkeypatch.setattr(probing, "_given", lambda *_: (1 + 0.05 * noise).astype(np.float32))
    model, source = MODELS[family](3).eval(), examples()
    before = last_map(model, 3).weight.detach().clone()
    assert not probe(model, source, np.arange(300), only(HardLabels()), 3)
    assert torch.equal(last_map(model, 3).weight, before)


def test_few_rows_move_the_head_little() -> None:
    torch.manual_seed(0)
    source = examples(rows=9)
    logits = outputs(probed(MODELS["bert"](3).eval(), source, HardLabels(), 3), source)
    assert (logits.argmax(axis=1) == source.labels).mean() > 0.5
    assert np.abs(logits - logits.mean(axis=0)).max() < 2


def test_rows_that_are_drawn_more_often_weigh_more() -> None:
    torch.manual_seed(0)
    source = examples(np.where(np.arange(300) < 30, 1, 0))
    model = MODELS["bert"](2).eval()
    often = np.concatenate([np.arange(300), np.tile(np.arange(30), 8)])
    probe(model, source, often, only(HardLabels()), 2)
    found = torch.from_numpy(outputs(model, source)).softmax(dim=1)[often, 1]
    assert abs(float(found.mean()) - 0.5) < 0.01


def test_a_head_with_a_number_is_fitted_too() -> None:
    torch.manual_seed(0)
    source = examples()
    numbers = replace(source, labels=np.array([len(ids) - 5.5 for ids in source.encoded.ids], dtype=np.float32))
    model = MODELS["bert"](1).eval()
    assert mean_loss(probed(model, numbers, SquaredError("labels"), 1), numbers, SquaredError("labels")) < 0.9 * float(
        numbers.labels.var()
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


@pytest.mark.parametrize("several", [False, True])
def test_of_many_rows_some_are_read_and_one_of_every_label(monkeypatch: pytest.MonkeyPatch, several: bool) -> None:
    monkeypatch.setattr(probing, "MOST_ROWS", 20)
    labels = np.zeros(300, dtype=np.int64)
    labels[[17, 170, 290]] = 1, 2, 3
    given = np.eye(4, dtype=np.float32)[labels] if several else labels
    read = probing._some(np.arange(300), given, np.random.default_rng(0))
    assert len(read) == len(set(read)) == 20
    assert {17, 170, 290} <= set(read)


@pytest.mark.parametrize("several", [False, True])
def test_a_label_that_no_other_row_has_is_not_held_back(several: bool) -> None:
    labels = np.array([0, 1, 0, 1, 2, 2])
    given = np.eye(3, dtype=np.float32)[labels] if several else labels
    held_back = np.array([True, True, False, False, True, True])
    assert probing._of_lacking_labels(given, held_back).tolist() == [False] * 4 + [True] * 2
    assert not probing._of_lacking_labels(np.linspace(0, 1, 6, dtype=np.float32), held_back).any()


@pytest.mark.parametrize(("epochs", "probed"), [(1, True), (20, False)])
def test_a_new_head_is_fitted_where_there_are_few_steps_for_every_label(
    epochs: float, probed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began: list[int] = []
    monkeypatch.setattr(classifier, "probe", lambda *given: began.append(given[-2]) or True)
    drawn = np.random.default_rng(1)
    source = examples((drawn.random((300, 4)) < 0.2).astype(np.float32))
    task = replace(tasks.get("multi-label-classification"), labels=("a", "b", "c", "d"))
    model = MODELS["bert"](4).eval()
    recipe = Recipe(TrainingOptions(), epochs, 1e-3, 0, tmp_path, "trial", new_head=True)
    before = last_map(model, 4).bias.detach().clone()
    classifier._begin(model, only(LabelSets()), source, np.arange(300), task, recipe)
    moved = last_map(model, 4).bias.detach() - before
    assert bool(began) == probed
    shares = torch.from_numpy(source.labels).mean(dim=0)
    assert torch.allclose(moved, torch.zeros(4) if probed else torch.log(shares / (1 - shares)), atol=0.05)


def test_a_loss_that_counts_for_nothing_yet_fits_no_head(tmp_path: Path) -> None:
    source, task = examples(), replace(tasks.get("text-classification"), labels=("a", "b", "c"))
    later = [Weighted(HardLabels(), Schedule(0.0, 1.0))]
    model = MODELS["bert"](3).eval()
    before = last_map(model, 3).weight.detach().clone()
    recipe = Recipe(TrainingOptions(), 1, 1e-3, 0, tmp_path, "trial", new_head=True)
    classifier._begin(model, later, source, np.arange(300), task, recipe)
    assert torch.equal(last_map(model, 3).weight, before)
