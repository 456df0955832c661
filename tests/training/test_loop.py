"""The one loop: reproducible, indifferent to accumulation, resumable, and honest about memory."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from jobs import KilledError, Recorder, classifier, differing, examples_of, make_job, weights_of
from rich.console import Console
from torch import nn

from tiny_models import Tiny
from transferkit import adapters, progress
from transferkit.errors import ConfigError
from transferkit.sources.backbone import Backbone
from transferkit.training import loop
from transferkit.training.batching import LengthBatches
from transferkit.training.inference import outputs
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import Trained, Training, parameter_groups, train, unfreeze
from transferkit.training.losses import Schedule
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.options import TrainingOptions


@pytest.fixture
def bert(tiny: Tiny) -> Backbone:
    return tiny("bert")


@pytest.fixture
def calm(tiny: Tiny) -> Backbone:
    """Without dropout, whose draws depend on the form of the batch."""
    return tiny("bert", dropout=0.0)


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that grows at every optimizer step."""
    made: list[int] = []
    step = torch.optim.AdamW.step

    def counted(self: Any, *given: Any, **named: Any) -> Any:
        made.append(len(made))
        return step(self, *given, **named)

    monkeypatch.setattr(torch.optim.AdamW, "step", counted)
    return made


def test_the_same_seed_gives_the_same_weights(bert: Backbone, tmp_path: Path) -> None:
    made = []
    for folder, noise in (("a", 1), ("b", 2)):
        job = make_job(bert, tmp_path / folder)
        torch.manual_seed(noise)
        torch.rand(noise)
        train(job)
        made.append(weights_of(job))
    assert differing(*made) == []


def test_training_changes_and_learns(bert: Backbone, tmp_path: Path) -> None:
    job = make_job(bert, tmp_path / "job", epochs=8.0, learning_rate=3e-3)
    before = weights_of(job)
    trained = train(job)
    unchanged = set(before) - set(differing(before, weights_of(job)))
    assert unchanged <= {name for name in before if "position_ids" in name or "token_type_ids" in name}
    losses = [entry["loss"] for entry in trained.history]
    assert len(losses) == 8 and losses[-1] < 0.6 * losses[0]
    assert trained.trained_parameters == sum(p.numel() for p in job.learner.model.parameters())
    assert trained.notes == () and not job.folder.exists()


@pytest.mark.parametrize("count", [24, 27, 29])
@pytest.mark.parametrize("accumulation", [2, 3, 8, 20])
def test_accumulation_changes_nothing(calm: Backbone, tmp_path: Path, accumulation: int, count: int) -> None:
    whole = make_job(calm, tmp_path / "whole", count=count)
    trained = train(whole)
    pieces = make_job(calm, tmp_path / "pieces", count=count, accumulation=accumulation)
    again = train(pieces)
    assert differing(weights_of(whole), weights_of(pieces), 2e-5) == []
    assert [e["loss"] for e in again.history] == pytest.approx([e["loss"] for e in trained.history], abs=1e-5)


@pytest.mark.parametrize(("count", "accumulation"), [(24, 1), (27, 4), (29, 3), (30, 4), (26, 50)])
def test_an_optimizer_step_gets_one_whole_batch(
    bert: Backbone, tmp_path: Path, updates: list[int], count: int, accumulation: int
) -> None:
    seen: dict[int, list[int]] = {}

    class Watching(Recorder):
        def forward(self, step: Any) -> Any:
            seen.setdefault(len(updates), []).extend(int(i) for i in step.batch["row"])
            return super().forward(step)

    job = make_job(bert, tmp_path, losses=[Weighted(Watching(), ONCE)], count=count, accumulation=accumulation)
    train(job)
    expected = []
    batches = LengthBatches(job.source.lengths, 8, 0)
    for epoch in range(2):
        batches.set_epoch(epoch)
        expected += list(batches)
    assert list(seen.values()) == expected and len(updates) == len(expected)


def interrupted(make: Any, monkeypatch: pytest.MonkeyPatch, dies_at: int) -> tuple[Training, Trained]:
    """Train with a checkpoint after every step, die while the batch number `dies_at` is worked on, and go on anew."""
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    first: Training = make(Recorder(dies_at))
    with pytest.raises(KilledError):
        train(first)
    assert list(first.folder.glob("checkpoint-*"))
    torch.manual_seed(99)
    recorder = Recorder()
    second: Training = make(recorder)
    trained = train(second)
    # Not from the start.
    assert 0 < len(recorder.seen) <= 6 - dies_at + 1
    return second, trained


KINDS = ["plain", "projection", "lora", "top_layers", "full", "unfreezing", "accumulated", "validated"]


@pytest.mark.parametrize("dies_at", [2, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_training_ends_as_an_undisturbed_one(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, dies_at: int
) -> None:
    backbone = tiny("bert")

    def make(folder: Path, recorder: Recorder) -> Training:
        model, losses, how = classifier(backbone), [Weighted(recorder, ONCE)], dict[str, Any]()
        source = examples_of(backbone)
        if kind == "projection":
            states = [torch.randn(len(ids), 8, generator=torch.manual_seed(0)).numpy() for ids in source.encoded.ids]
            source = Examples_with(source, states)
            torch.manual_seed(3)
            losses.append(Weighted(HiddenStates({2: 1}, 32, 8), Schedule(1.0, 0.5)))
        if kind in ("lora", "full", "top_layers"):
            adapter = adapters.get(kind)
            options = adapter.Options(**({"dropout": 0.1} if kind == "lora" else {}))
            model = adapter.adapt(model, options, sorted({int(i) for ids in source.encoded.ids for i in ids})).model
            if kind == "top_layers":
                states = [torch.randn(len(ids), 32, generator=torch.manual_seed(0)).numpy() for ids in source.encoded.ids]
                source = Examples_with(source, states, "activations")
        if kind == "unfreezing":
            how = {"gradual_unfreezing": True}
        if kind == "accumulated":
            how = {"accumulation": 2}
        if kind == "validated":
            how = {"validate": lambda model: {"log_loss": float(outputs(model, examples_of(backbone)).std())}}
        return make_job(backbone, folder, model, losses, source=source, **how)

    undisturbed = make(tmp_path / "undisturbed", Recorder())
    whole = train(undisturbed)
    steps = dies_at * 2 if kind == "accumulated" else dies_at
    monkeypatch.setattr("transferkit.training.loop._Watch.steps", steps, raising=False)
    resumed, trained = interrupted(lambda recorder: make(tmp_path / "killed", recorder), monkeypatch, dies_at)
    assert differing(weights_of(undisturbed), weights_of(resumed)) == []
    strip = [{k: v for k, v in entry.items() if "runtime" not in k} for entry in trained.history]
    assert strip == [{k: v for k, v in entry.items() if "runtime" not in k} for entry in whole.history]
