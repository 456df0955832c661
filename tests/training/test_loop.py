"""The one loop: reproducible, indifferent to accumulation, resumable, and honest about memory."""

import math
import os
import re
import signal
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from torch import nn
from transformers import trainer, trainer_utils

from jobs import KilledError, Recorder, classifier, differing, examples_of, make_job, weights_of, with_states
from tiny_models import Tiny
from transferkit import adapters, progress
from transferkit import options as schemas
from transferkit.displays.terminal import Terminal
from transferkit.encoding.batching import LengthBatches
from transferkit.encoding.examples import Examples
from transferkit.errors import ConfigError, ResourceError
from transferkit.networks.inference import outputs
from transferkit.networks.vocabulary import SeenEmbedding
from transferkit.options.full import Options
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.training import checkpoints, loop
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import Trained, Training, train
from transferkit.training.losses import Schedule, Step
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.options import TrainingOptions
from transferkit.training.rates import parameter_groups, unfreeze


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


def test_steps_note_down_nothing(bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `torch.manual_seed` does, which keeps where it was called from."""
    noted: list[int] = []
    stack = traceback.format_stack
    monkeypatch.setattr(traceback, "format_stack", lambda *given: (noted.append(1), stack(*given))[1])
    counts = []
    for epochs in (1.0, 3.0):
        train(make_job(bert, tmp_path / str(epochs), epochs=epochs))
        counts.append(len(noted))
        noted.clear()
    assert counts[0] == counts[1]


def test_training_changes_and_learns(bert: Backbone, tmp_path: Path) -> None:
    job = make_job(bert, tmp_path / "job", epochs=8.0, learning_rate=5e-3)
    before = weights_of(job)
    trained = train(job)
    unchanged = set(before) - set(differing(before, weights_of(job)))
    assert unchanged <= {name for name in before if "position_ids" in name or "token_type_ids" in name}
    losses = [entry["loss"] for entry in trained.history]
    assert len(losses) == 8 and losses[-1] < 0.6 * losses[0]
    assert trained.trained_parameters == sum(p.numel() for p in job.learner.model.parameters())
    assert trained.notes == ()


@pytest.mark.parametrize(("count", "accumulation"), [(24, 2), (27, 8), (29, 3), (30, 4), (27, 20)])
def test_accumulation_changes_nothing(calm: Backbone, tmp_path: Path, accumulation: int, count: int) -> None:
    whole = make_job(calm, tmp_path / "whole", count=count)
    trained = train(whole)
    pieces = make_job(calm, tmp_path / "pieces", count=count, accumulation=accumulation)
    again = train(pieces)
    # Attention does not depend on the bias of its keys: its gradient is rounding, which Adam makes a step of.
    different = differing(weights_of(whole), weights_of(pieces), 2e-5)
    assert [name for name in different if not name.endswith("key.bias")] == []
    assert [e["loss"] for e in again.history] == pytest.approx([e["loss"] for e in trained.history], abs=1e-5)


@pytest.mark.parametrize(("count", "accumulation"), [(24, 1), (27, 4), (29, 3), (30, 4), (26, 50)])
def test_an_optimizer_step_gets_one_whole_batch(
    bert: Backbone, tmp_path: Path, updates: list[int], count: int, accumulation: int
) -> None:
    seen: dict[int, list[int]] = {}

    class Watching(Recorder):
        def __call__(self, step: Any) -> Any:
            seen.setdefault(len(updates), []).extend(int(i) for i in step.batch["row"])
            return super().__call__(step)

    job = make_job(bert, tmp_path, losses=[Weighted(Watching(), ONCE)], count=count, accumulation=accumulation)
    train(job)
    expected = []
    batches = LengthBatches(job.source.lengths, 8, 0)
    for epoch in range(2):
        batches.set_epoch(epoch)
        expected += list(batches)
    assert list(seen.values()) == expected and len(updates) == len(expected)


def make_kind(kind: str, backbone: Backbone, folder: Path, recorder: Recorder) -> Training:
    """One training of every kind that resuming could get wrong."""
    model, losses, source, how = classifier(backbone), [Weighted(recorder, ONCE)], examples_of(backbone), {}
    options: dict[str, dict[str, Any]] = {
        "unfreezing": {"gradual_unfreezing": True, "epochs": 4.0},
        "accumulated": {"accumulation": 2},
        "validated": {
            "validate": lambda model: {"calibrated_log_loss": float(outputs(model, source).std())},
            "patience": 1,
        },
        "decay": {"layer_decay": 0.5, "warmup": 0.5},
    }
    how = options.get(kind, {})
    if kind == "projection":
        source = with_states(source, "teacher_hidden_1", 8)
        losses.append(Weighted(HiddenStates({2: 1}, 32, 8), Schedule(1.0, 0.5)))
    if kind in adapters.names():
        adapter = adapters.get(kind)
        settings = schemas.get(kind).Options(**({"dropout": 0.1} if kind == "lora" else {}))
        model = adapter.adapt(model, settings).model
    if kind == "full":
        seen = torch.from_numpy(np.union1d(source.encoded.ids.distinct(), source.encoded.pad_id).astype(np.int64))
        model.set_input_embeddings(SeenEmbedding(model.get_input_embeddings(), seen))
    if kind == "top_layers":
        source = with_states(source, "activations", 32)
    return make_job(backbone, folder, model, losses, source=source, **how)


KINDS = ["projection", "lora", "top_layers", "full", "unfreezing", "accumulated", "validated", "decay"]


@pytest.mark.parametrize(
    ("kind", "dies_at"), [*((kind, 4) for kind in KINDS), ("full", 2), ("full", 3), ("validated", 2), ("validated", 3)]
)
def test_a_killed_training_ends_as_an_undisturbed_one(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, dies_at: int
) -> None:
    everything = Recorder()
    undisturbed = make_kind(kind, bert, tmp_path / "undisturbed", everything)
    whole = train(undisturbed)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    with pytest.raises(KilledError):
        train(make_kind(kind, bert, tmp_path / "killed", Recorder(dies_at)))
    torch.manual_seed(99)
    rest = Recorder()
    resumed = make_kind(kind, bert, tmp_path / "killed", rest)
    trained = train(resumed)
    # It went on where it was: in the middle of an epoch, and with the batches that were left.
    assert 0 < len(rest.seen) < len(everything.seen) and rest.seen == everything.seen[-len(rest.seen) :]
    assert differing(weights_of(undisturbed), weights_of(resumed)) == []
    assert curve(trained, ("eval_calibrated_log_loss", "epoch")) == curve(whole, ("eval_calibrated_log_loss", "epoch"))
    # The training loss of the epoch that was interrupted is that of its later steps.
    cut = dies_at // (len(everything.seen) // len(whole.history))
    assert curve(trained, ("loss",))[cut + 1 :] == curve(whole, ("loss",))[cut + 1 :]


@dataclass
class Pressing:
    """Rows during whose batch number `at` somebody presses Ctrl-C."""

    source: Examples
    at: int
    given: int = 0

    @property
    def lengths(self) -> Any:
        return self.source.lengths

    def batch(self, positions: Sequence[int]) -> dict[str, torch.Tensor]:
        self.given += 1
        if self.given == self.at:
            os.kill(os.getpid(), signal.SIGINT)
        return self.source.batch(positions)


def test_ctrl_c_saves_what_was_done(bert: Backbone, tmp_path: Path) -> None:
    undisturbed = make_job(bert, tmp_path / "undisturbed")
    train(undisturbed)
    outside = signal.signal(signal.SIGINT, signal.default_int_handler)

    source = Pressing(examples_of(bert), at=2)
    with pytest.raises(KeyboardInterrupt):
        train(make_job(bert, tmp_path / "stopped", source=source))
    assert signal.signal(signal.SIGINT, outside) is signal.default_int_handler
    resumed = make_job(bert, tmp_path / "stopped", losses=[Weighted(recorder := Recorder(), ONCE)])
    train(resumed)
    assert 0 < len(recorder.seen) < 6
    assert differing(weights_of(undisturbed), weights_of(resumed)) == []


def curve(trained: Trained, names: tuple[str, ...]) -> list[dict[str, float]]:
    return [{name: value for name, value in entry.items() if name in names} for entry in trained.history]


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0, 0.0], [1.0, 2.0, 0.5, 3.0, 4.0]])
def test_a_kill_right_after_an_epoch_forgets_nothing(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: list[float]
) -> None:
    """The first epoch may be the best, and its validation counts for patience."""
    make = partial(make_job, bert, epochs=float(len(values)), patience=2)
    undisturbed = make(tmp_path / "undisturbed", validate=scripted(values)[1])
    whole = train(undisturbed)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    with pytest.raises(KilledError):
        dying = [Weighted(Recorder(3), ONCE)]
        train(make(tmp_path / "killed", losses=dying, validate=scripted(values)[1]))
    resumed = make(tmp_path / "killed", validate=scripted(values[1:])[1])
    trained = train(resumed)
    assert curve(trained, ("eval_calibrated_log_loss", "epoch")) == curve(whole, ("eval_calibrated_log_loss", "epoch"))
    assert differing(weights_of(undisturbed), weights_of(resumed)) == []


def test_a_training_killed_twice_counts_all_its_seconds(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr(loop.time, "monotonic", lambda: float(next(clock)))
    monkeypatch.setattr(loop.time, "perf_counter", lambda: 0.0)
    for dies_at in (2, 2):
        with pytest.raises(KilledError):
            train(make_job(bert, tmp_path / "job", losses=[Weighted(Recorder(dies_at), ONCE)]))
        path = max((tmp_path / "job").glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
        latest = checkpoints.seconds_before(path)
    first = train(make_job(bert, tmp_path / "job"))
    # Each part is at least two checks of the clock long, ten seconds apart.
    assert latest >= 60 and first.seconds == latest


@pytest.mark.parametrize("damage", ["no state", "empty state", "cut state"])
def test_a_checkpoint_cut_off_by_a_kill_is_passed_over(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    undisturbed = make_job(bert, tmp_path / "undisturbed")
    train(undisturbed)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    with pytest.raises(KilledError):
        train(make_job(bert, tmp_path / "killed", losses=[Weighted(Recorder(3), ONCE)]))
    (complete,) = (tmp_path / "killed").glob("checkpoint-*")
    partial = complete.with_name("checkpoint-5")
    partial.mkdir()
    (partial / "learned.safetensors").write_bytes(b"half")
    if damage != "no state":
        text = (complete / "trainer_state.json").read_text()
        (partial / "trainer_state.json").write_text("" if damage == "empty state" else text[: len(text) // 2])
    resumed = make_job(bert, tmp_path / "killed")
    train(resumed)
    assert differing(weights_of(undisturbed), weights_of(resumed)) == []


@pytest.mark.parametrize("dies_at", [1, 3])
def test_a_training_that_is_continued_or_short_of_memory_begins_once(
    calm: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: int
) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    begun: list[str] = []

    def job_of(name: str, *losses: Weighted, accumulation: int = 1) -> Training:
        model = classifier(calm)

        def begin() -> None:
            begun.append(name)
            with torch.no_grad():
                model.get_parameter("classifier.weight").fill_(0.5)

        how = {"accumulation": accumulation, "begin": begin}
        return make_job(calm, tmp_path / name, model=model, losses=losses, **how)

    undisturbed = job_of("undisturbed")
    train(undisturbed)
    begun.clear()
    with pytest.raises(KilledError):
        train(job_of("killed", Weighted(Recorder(dies_at), ONCE)))
    continued = job_of("killed")
    train(continued)
    assert begun == ["killed"]
    assert differing(weights_of(undisturbed), weights_of(continued)) == []
    halves = job_of("halves", accumulation=2)
    train(halves)
    begun.clear()
    short = job_of("short", Weighted(Recorder(dies_at, RuntimeError("out of memory")), ONCE))
    train(short)
    assert begun == ["short"]
    assert differing(weights_of(halves), weights_of(short)) == []


def test_memory_that_does_not_suffice_to_begin_is_an_error(bert: Backbone, tmp_path: Path) -> None:
    begun: list[int] = []

    def begin() -> None:
        begun.append(1)
        raise torch.OutOfMemoryError("no")

    with pytest.raises(torch.OutOfMemoryError):
        train(make_job(bert, tmp_path / "job", begin=begin))
    assert len(begun) == 1


def test_disk_use_is_bounded_while_training(bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    most: list[int] = []

    def validate(_model: nn.Module) -> Mapping[str, float]:
        most.append(len(list(tmp_path.glob("job/checkpoint-*"))))
        return {"calibrated_log_loss": 1.0 / len(most)}

    train(make_job(bert, tmp_path / "job", epochs=5.0, validate=validate))
    assert max(most) == 1


# The best weights


def scripted(values: list[float], name: str = "calibrated_log_loss") -> tuple[list[dict[str, torch.Tensor]], Any]:
    """A validation that answers `values` one by one, and the weights it was shown."""
    shown: list[dict[str, torch.Tensor]] = []

    def validate(model: nn.Module) -> Mapping[str, float]:
        shown.append({key: value.clone() for key, value in model.state_dict().items()})
        return {name: values[len(shown) - 1]}

    return shown, validate


@pytest.mark.parametrize("unfreezing", [False, True])
def test_the_best_epoch_is_kept_and_patience_ends(bert: Backbone, tmp_path: Path, unfreezing: bool) -> None:
    shown, validate = scripted([3.0, 1.0, 2.0, 2.0, 0.0])
    job = make_job(bert, tmp_path / "job", epochs=5.0, validate=validate, patience=2, gradual_unfreezing=unfreezing)
    trained = train(job)
    assert [entry["eval_calibrated_log_loss"] for entry in trained.history] == [3.0, 1.0, 2.0, 2.0]
    assert differing(job.learner.model.state_dict(), shown[1]) == []
    assert differing(job.learner.model.state_dict(), shown[3])


def test_higher_is_better_for_accuracy(bert: Backbone, tmp_path: Path) -> None:
    shown, validate = scripted([0.3, 0.9, 0.5], "accuracy")
    job = make_job(bert, tmp_path / "job", epochs=3.0, validate=validate, stop_on="accuracy")
    train(job)
    assert differing(job.learner.model.state_dict(), shown[1]) == []


def test_without_validation_the_last_weights_are_kept(bert: Backbone, tmp_path: Path) -> None:
    assert train(make_job(bert, tmp_path / "job")).history[-1]["epoch"] == 2


def test_a_missing_metric_is_an_error(bert: Backbone, tmp_path: Path) -> None:
    _, validate = scripted([1.0])
    with pytest.raises(ConfigError, match=r"stop_on='f1' .* expected calibrated_log_loss"):
        train(make_job(bert, tmp_path / "job", validate=validate, stop_on="f1"))


# Memory


@pytest.mark.parametrize("error", [RuntimeError("CUDA out of memory"), torch.OutOfMemoryError("no")])
@pytest.mark.parametrize("unfreezing", [False, True])
def test_out_of_memory_splits_the_batch_and_says_so(
    calm: Backbone, tmp_path: Path, error: Exception, unfreezing: bool
) -> None:
    plain = make_job(calm, tmp_path / "plain", accumulation=2, gradual_unfreezing=unfreezing)
    train(plain)
    recorder = Recorder(dies_at=4, error=error)
    losses = [Weighted(recorder, ONCE)]
    job = make_job(calm, tmp_path / "job", losses=losses, gradual_unfreezing=unfreezing)
    trained = train(job)
    assert trained.notes == ("out of memory: batches of 8 are processed in 2 pieces",)
    assert {len(rows) for rows in recorder.seen[4:]} == {4}
    assert differing(weights_of(plain), weights_of(job)) == []


def test_memory_that_does_not_suffice_for_one_row_is_an_error(bert: Backbone, tmp_path: Path) -> None:
    class Never(Recorder):
        def __call__(self, step: Any) -> Any:
            raise RuntimeError("out of memory")

    with pytest.raises(ResourceError, match=r"one row \(\d+ tokens\); lower --max-length"):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(Never(), ONCE)]))


@pytest.mark.parametrize("error", [RuntimeError("CPU: can't allocate memory"), torch.OutOfMemoryError("no")])
def test_memory_for_validation_has_nothing_to_do_with_the_training_batch(
    bert: Backbone, tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches of validation are divided down to a row of 9 tokens and more, which are too many."""
    examples, sizes = examples_of(bert), list[int]()
    forward = type(bert.encoder()).forward

    def short_of_memory(self: Any, input_ids: torch.Tensor, *args: Any, **given: Any) -> Any:
        if not torch.is_grad_enabled():
            sizes.append(len(input_ids))
            if input_ids.shape[1] > 8:
                raise error
        return forward(self, input_ids, *args, **given)

    monkeypatch.setattr(type(bert.encoder()), "forward", short_of_memory)
    recorder = Recorder()
    losses = [Weighted(recorder, ONCE)]
    job = make_job(bert, tmp_path / "job", losses=losses, validate=lambda model: {"x": outputs(model, examples).mean()})
    with pytest.raises(ResourceError, match=r"a single text of \d+ tokens; lower --max-length to fewer than"):
        train(job)
    assert {len(rows) for rows in recorder.seen} == {8} and sizes[0] == 24 and sizes[-1] == 1


@pytest.mark.parametrize("place", ["keep_best", "save"])
def test_memory_for_saving_has_nothing_to_do_with_the_training_batch(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def short_of_memory(*_: Any) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(checkpoints, place, short_of_memory)
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    _, validate = scripted([1.0, 2.0, 3.0])
    recorder = Recorder()
    with pytest.raises(RuntimeError, match="out of memory"):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(recorder, ONCE)], validate=validate))
    assert {len(rows) for rows in recorder.seen} == {8}


@dataclass
class Diverging(Recorder):
    """A loss of nothing, but in one step (from 0 on)."""

    step: int = 0
    other: Callable[[torch.Tensor], torch.Tensor] = torch.sqrt

    def __call__(self, step: Step) -> torch.Tensor:
        nothing = super().__call__(step)
        return self.other(nothing.abs()) if len(self.seen) == self.step + 1 else nothing


@pytest.mark.parametrize("step", [0, 5])
def test_a_training_that_diverges_is_an_error(bert: Backbone, tmp_path: Path, step: int) -> None:
    """`Trainer` puts an average in the place of a loss that is no number, and goes on with weights that are none."""
    loss = Diverging(step=step, other=lambda nothing: nothing + math.nan)
    words = rf"diverged, losses in step {step + 1} are not finite; lower learning_rate \(here 0.001\)"
    with pytest.raises(ConfigError, match=words):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(loss, ONCE)]))
    assert len(loss.seen) == step + 1


def test_a_last_step_that_diverges_is_an_error(bert: Backbone, tmp_path: Path) -> None:
    """The root of 0 is a number, its slope is none."""
    loss = Diverging(step=5)
    with pytest.raises(ConfigError, match="diverged, weights after the last step are not finite"):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(loss, ONCE)]))
    assert len(loss.seen) == 6


def test_other_errors_are_not_taken_for_memory(bert: Backbone, tmp_path: Path) -> None:
    recorder = Recorder(dies_at=1, error=RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(recorder, ONCE)]))


def test_the_progress_bar_goes_away_with_the_training(
    bert: Backbone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="transferkit")
    console = Console(force_terminal=True, file=(tmp_path / "screen").open("w"))
    monkeypatch.setattr(progress, "_display", Terminal(console))
    with pytest.raises(KilledError):
        train(make_job(bert, tmp_path / "job", losses=[Weighted(Recorder(2), ONCE)]))
    assert not console._live_stack
    train(make_job(bert, tmp_path / "job"))
    assert not console._live_stack


# Which weights learn, and how fast


def test_layer_decay(bert: Backbone) -> None:
    learner = Learner(classifier(bert), [])
    groups = parameter_groups(learner, 1.0, TrainingOptions(layer_decay=0.5, weight_decay=0.1), {})
    rates = {id(p): (group["lr"], group["weight_decay"]) for group in groups for p in group["params"]}
    named = dict(learner.model.named_parameters())
    assert len(rates) == len(named) and sum(len(group["params"]) for group in groups) == len(named)

    def of(name: str) -> tuple[float, float]:
        return rates[id(named[name])]

    assert of("classifier.weight") == (1.0, 0.1) and of("classifier.bias") == (1.0, 0.0)
    assert of("bert.encoder.layer.2.output.dense.weight") == (0.5, 0.1)
    assert of("bert.encoder.layer.0.output.LayerNorm.weight") == (0.125, 0.0)
    assert of("bert.embeddings.word_embeddings.weight") == (0.0625, 0.1)


def test_what_is_left_open_follows_the_form_of_the_answers() -> None:
    found = {shape: Options().settled(shape) for shape in Shape}
    assert {shape.name: options.layer_decay for shape, options in found.items() if options.layer_decay != 0.9} == {
        "TAGS": 1.0,
        "SPAN": 1.0,
    }
    batches = {shape.name: options.batch_size for shape, options in found.items() if options.batch_size != 32}
    assert batches == {"LABELS": 16, "TEXT": 8, "SPAN": 16}
    asked = Options(layer_decay=0.5, batch_size=32)
    assert all(asked.settled(shape) == asked for shape in Shape)
    assert TrainingOptions().settled(Shape.LABEL).layer_decay == 1.0


def test_without_layer_decay_there_is_one_rate(bert: Backbone) -> None:
    groups = parameter_groups(Learner(classifier(bert), []), 0.3, TrainingOptions(), {})
    assert [(group["lr"], group["weight_decay"]) for group in groups] == [(0.3, 0.01), (0.3, 0.0)]


def test_a_rate_of_their_own_for_some_weights(bert: Backbone) -> None:
    learner = Learner(classifier(bert), [])
    groups = parameter_groups(learner, 1.0, TrainingOptions(layer_decay=0.5), {"classifier.weight": 0.2})
    rates = {id(p): group["lr"] for group in groups for p in group["params"]}
    assert rates[id(learner.model.classifier.weight)] == 0.2 and rates[id(learner.model.classifier.bias)] == 1.0


def test_gradual_unfreezing_goes_from_the_top(bert: Backbone) -> None:
    learner = Learner(classifier(bert), [])
    counts = []
    for learner.progress in (0.0, 0.1, 0.2, 0.3, 0.4):
        unfreeze(learner)
        names = {name for name, p in learner.model.named_parameters() if p.requires_grad}
        assert {"classifier.weight", "bert.pooler.dense.weight"} <= names
        layers = {i for i in range(3) if f"bert.encoder.layer.{i}.output.dense.weight" in names}
        counts.append((layers, "bert.embeddings.word_embeddings.weight" in names))
    assert counts == [(set(), False), ({2}, False), ({1, 2}, False), ({0, 1, 2}, False), ({0, 1, 2}, True)]


def test_gradual_unfreezing_leaves_alone_what_the_adapter_froze(bert: Backbone) -> None:
    adapter = adapters.get("lora")
    adapted = adapter.adapt(classifier(bert), schemas.get("lora").Options())
    learner = Learner(adapted.model, [])
    learns = {name for name, p in adapted.model.named_parameters() if p.requires_grad}
    learner.progress = 0.9
    unfreeze(learner)
    assert {name for name, p in adapted.model.named_parameters() if p.requires_grad} == learns


NAMES_OF_THE_TRAINER = [name for name in vars(checkpoints) if re.fullmatch("[A-Z]+(_[A-Z]+)*_(NAME|DIR)", name)]


@pytest.mark.parametrize("name", NAMES_OF_THE_TRAINER)
def test_files_are_called_as_the_trainer_calls_them(name: str) -> None:
    assert getattr(checkpoints, name) == (vars(trainer) | vars(trainer_utils))[name]
