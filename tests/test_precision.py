"""In which precision a pretrained model multiplies: what is lower, what is not, who decides, and who is told."""

import json
import pickle
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import transferkit
from calling import Call
from jobs import KilledError, Recorder, classifier, differing, examples_of, make_job, weights_of
from tiny_models import Tiny, make_context, some_rows
from transferkit import TransferClassifier, adapters, precision_choice, predictors, routes, sources
from transferkit import options as schemas
from transferkit.arrays import Floats
from transferkit.cache.features import vectors
from transferkit.cache.spaces import Cache
from transferkit.config import RouteConfig, parse
from transferkit.errors import ConfigError, ResourceError
from transferkit.networks import multiplying
from transferkit.networks.inference import outputs
from transferkit.networks.replica import runnable, still
from transferkit.predictors.transformer import Transformer
from transferkit.sources import precision
from transferkit.sources.backbone import Backbone
from transferkit.training import loop
from transferkit.training.learner import ONCE, Learner, Weighted
from transferkit.training.loop import train
from transferkit.training.losses.hard_labels import HardLabels

FRESH = some_rows(40, seed=9)


@pytest.fixture
def half(tiny: Tiny) -> Backbone:
    """A tiny BERT that is run in bf16."""
    return replace(tiny("bert"), precision="bf16")


@contextmanager
def multiplied(model: nn.Module) -> Iterator[dict[str, set[torch.dtype]]]:
    """What the linear layers of `model` answer in, by name, and the losses' logits as `logits`."""
    seen: dict[str, set[torch.dtype]] = {}

    def note(name: str, output: Any) -> None:
        seen.setdefault(name, set()).add(output.dtype)

    handles = [
        module.register_forward_hook(lambda _module, _args, output, name=name: note(name, output))
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | nn.LayerNorm)
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def test_products_are_lower_and_nothing_else(half: Backbone) -> None:
    model = classifier(half)
    learner = Learner(model, [Weighted(HardLabels(), ONCE)])
    batch = examples_of(half).batch(range(8))
    with multiplied(model) as seen:
        loss = learner(batch)
    loss.backward()
    layers = {name: found for name, found in seen.items() if ".layer." in name and "LayerNorm" not in name}
    assert layers and set.union(*layers.values()) == {torch.bfloat16}
    assert set.union(*(found for name, found in seen.items() if "LayerNorm" in name)) == {torch.float32}
    assert seen["classifier"] == {torch.float32} == {loss.dtype}
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert {weight.grad.dtype for weight in model.parameters() if weight.grad is not None} == {torch.float32}


def test_weights_are_cast_once_for_all_batches_of_a_reading(half: Backbone, monkeypatch: pytest.MonkeyPatch) -> None:
    model, casts = classifier(half), list[torch.Size]()
    true_to = Tensor.to

    def counted(self: Tensor, *given: Any, **named: Any) -> Tensor:
        if given[:1] == (torch.bfloat16,):
            casts.append(self.shape)
        return true_to(self, *given, **named)

    monkeypatch.setattr(Tensor, "to", counted)
    outputs(model, examples_of(half, 200))
    body: Any = model
    products = [module for module in body.bert.modules() if isinstance(module, nn.Linear)]
    assert len(casts) == 2 * len(products)


def test_no_product_is_of_a_view_in_which_it_would_be_one_per_row(half: Backbone) -> None:
    model, views = classifier(half), list[tuple[int, ...]]()

    def note(_module: nn.Module, args: tuple[Tensor, ...]) -> None:
        if args[0].ndim == 3 and not args[0].is_contiguous():
            views.append(tuple(args[0].shape))

    products = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [module.register_forward_pre_hook(note) for module in products]
    outputs(model, examples_of(half, 100))  # so many that the last layer finishes the first token alone
    for handle in handles:
        handle.remove()
    assert views == []


def test_a_saved_model_keeps_its_cast_weights_until_they_change(half: Backbone, tmp_path: Path) -> None:
    predictor = routes.resolve(RouteConfig(name="full", options={"epochs": 1})).run(make_context(half, tmp_path))
    predictor.predictor.save(tmp_path / "saved")
    model: Any = predictors.load(tmp_path / "saved")
    assert isinstance(model, Transformer)
    inner = model.model.bert.encoder.layer[0].intermediate.dense
    first, second = (runnable(model.model).bert.encoder.layer[0].intermediate.dense.weight for _ in range(2))
    assert first is second and first.dtype is torch.bfloat16 and inner.weight.dtype is torch.float32
    with torch.no_grad():
        inner.weight.mul_(2)
    third = runnable(model.model).bert.encoder.layer[0].intermediate.dense.weight
    assert torch.equal(third, inner.weight.bfloat16())


def test_what_does_not_learn_is_cast_once_and_is_itself_again_afterwards(half: Backbone) -> None:
    model: Any = classifier(half)
    learning = [name for name, _ in model.named_parameters() if ".layer.1." in name or "classifier" in name]
    before = dict(model.named_parameters())
    with pytest.raises(KeyboardInterrupt), still(model, learning):
        below, above = (model.bert.encoder.layer[i].intermediate.dense.weight.dtype for i in (0, 1))
        assert (below, above, model.classifier.weight.dtype) == (torch.bfloat16, torch.float32, torch.float32)
        raise KeyboardInterrupt
    assert all(weight is before[name] for name, weight in model.named_parameters())


def learned(backbone: Backbone, folder: Path, variant: str, *losses: Recorder) -> dict[str, Tensor]:
    adapted = adapters.get(variant).adapt(classifier(backbone), schemas.get(variant).Options())
    job = make_job(backbone, folder, model=adapted.model, losses=[Weighted(loss, ONCE) for loss in losses])
    train(job)
    return weights_of(job)


@pytest.mark.parametrize("variant", ["full", "lora"])
def test_a_killed_training_ends_with_the_same_bits(
    half: Backbone, tmp_path: Path, variant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = learned(half, tmp_path / "whole", variant, everything := Recorder())
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    for dies_at in range(1, len(everything.seen)):
        with pytest.raises(KilledError):
            learned(half, tmp_path / f"{dies_at}", variant, Recorder(dies_at))
        assert differing(whole, learned(half, tmp_path / f"{dies_at}", variant, Recorder())) == []


def test_answers_differ_by_little(tiny: Tiny, tmp_path: Path) -> None:
    plan = routes.resolve(RouteConfig(name="full", options={"epochs": 4, "learning_rate": 3e-3, "batch_size": 8}))
    plan.run(make_context(tiny("bert"), tmp_path)).predictor.save(tmp_path / "saved")
    full, lower = (predictors.load(tmp_path / "saved", precision=name) for name in (None, "bf16"))
    ours, theirs = (np.asarray(model.predict(FRESH).outputs) for model in (full, lower))
    assert 0 < np.abs(ours - theirs).max() < 0.05
    changed = ours.argmax(axis=1) != theirs.argmax(axis=1)
    best, second = np.sort(ours, axis=1)[:, :-3:-1].T
    assert (best - second)[changed].max(initial=0.0) < 0.05


def test_states_of_another_precision_are_not_taken_from_the_cache(tiny: Tiny, tmp_path: Path) -> None:
    found: list[tuple[Floats, bool]] = []
    for name in ("fp32", "bf16", "fp32"):
        backbone, cache = replace(tiny("bert"), precision=name), Cache(tmp_path)
        states = vectors(backbone.encoder(), examples_of(backbone), "mean", cache, backbone.cache_key)
        found.append((states, cache.recalled_seconds > 0))
    assert [recalled for _, recalled in found] == [False, False, True]
    assert np.array_equal(found[0][0], found[2][0]) and not np.array_equal(found[0][0], found[1][0])
    assert np.allclose(found[0][0], found[1][0], atol=0.1)


def test_a_trial_decides_unless_the_model_is_small(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    small = tiny("bert")
    wide = replace(small, width=384)
    monkeypatch.setattr(multiplying, "gain", lambda *_: 4.0)
    assert precision_choice.of_one(wide, "auto").precision == "bf16"
    assert precision_choice.of_one(small, "auto").precision == "fp32"
    monkeypatch.setattr(multiplying, "gain", lambda *_: 0.4)
    assert precision_choice.of_one(wide, "auto").precision == "fp32"
    assert precision_choice.of_one(wide, "bf16").precision == "bf16"


def test_the_trial_is_of_products_of_the_models_shapes(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = set[tuple[torch.Size, torch.Size, torch.dtype]]()
    true_linear = multiplying.F.linear

    def noted(states: Tensor, weight: Tensor) -> Tensor:
        shapes.add((states.shape, weight.shape, states.dtype))
        return true_linear(states, weight)

    monkeypatch.setattr(multiplying.F, "linear", noted)
    assert multiplying.gain(tiny("bert"), torch.bfloat16) > 0
    assert shapes == {(torch.Size([512, 32]), torch.Size([64, 32]), dtype) for dtype in (torch.float32, torch.bfloat16)}


def test_the_trial_counts_no_waiting(tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that is busy with something else while bf16 is tried: it was found 10 times slower."""
    true_linear = multiplying.F.linear

    def kept_waiting(states: Tensor, weight: Tensor) -> Tensor:
        time.sleep(0.05 if states.dtype is torch.bfloat16 else 0.0)
        return true_linear(states, weight)

    monkeypatch.setattr(multiplying.F, "linear", kept_waiting)
    spent = iter(range(1, 1_000))
    monkeypatch.setattr(time, "process_time", lambda: next(spent) / 1_000)
    assert multiplying.gain(tiny("bert"), torch.bfloat16) == pytest.approx(1.0)


def test_a_run_says_and_keeps_its_precision(
    tiny_model: Path, small_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    asked = ["fit", small_file, "--model", tiny_model, "--routes", "full,static", "--set", "full.epochs=1"]
    asked += ["--set", "static.epochs=1", "--output-dir", tmp_path / "run", "--cache-dir", tmp_path / "cache"]
    monkeypatch.setattr(precision_choice, "_found", lambda _models: "bf16")
    true_run = routes.Plan.run

    def stopped(plan: Any, context: Any) -> Any:
        if plan.variant == "static":
            raise ResourceError("no room")
        return true_run(plan, context)

    with monkeypatch.context() as patch:
        patch.setattr(routes.Plan, "run", stopped)
        assert call(*asked).code != 0
    # Another machine, on which a trial would say otherwise.
    monkeypatch.setattr(precision_choice, "_found", lambda _models: "fp32")
    assert "precision: bf16 then, fp32 now" in call(*asked, "--resume", "--precision", "fp32").error
    assert call("fit", "--resume", "--output-dir", tmp_path / "run").code == 0
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert run["manifest"]["precision"] == "bf16"
    facts = {name: json.loads((tmp_path / "run/models" / name / "transferkit.json").read_text()) for name in MODELS}
    assert {name: each.get("precision") for name, each in facts.items()} == {**MODELS}
    card = (tmp_path / "run" / "models" / "full" / "README.md").read_text()
    assert "measured in bf16" in card
    model = transferkit.load(tmp_path / "run", "full")
    assert precision.of(model.predictor.model) == "bf16"  # type: ignore[attr-defined]
    other = transferkit.load(tmp_path / "run", "full", precision="fp32")
    again = pickle.loads(pickle.dumps(other))
    assert {precision.of(each.predictor.model) for each in (other, again)} == {"fp32"}
    refused = call("predict", tmp_path / "run", small_file, "--route", "static", "--precision", "bf16").error
    assert refused == "error: precision bf16: a model of the kind static has fp32 alone; leave it out"


MODELS = {"baseline": None, "full": "bf16", "static": None}


def test_a_run_of_an_earlier_version_goes_on_in_fp32(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("data: {path: x.csv}\nmodel: tiny\n")
    monkeypatch.setattr(precision_choice, "_found", lambda _models: "bf16")
    config, _ = precision_choice.settled(parse({"data": {"path": "x.csv"}, "output_dir": str(tmp_path)}), [])
    assert config.precision == "fp32"
    # A description of the user's own, of a run that has not begun.
    (tmp_path / "config.yaml").write_text("data: {path: x.csv}\nprecision: auto\n")
    config, _ = precision_choice.settled(parse({"data": {"path": "x.csv"}, "output_dir": str(tmp_path)}), [])
    assert config.precision == "bf16"


def test_what_cannot_be_is_one_sentence(
    tiny_model: Path, small_file: Path, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["fit", small_file, "--model", tiny_model, "--output-dir", tmp_path / "run"]
    monkeypatch.setattr(sources, "load", lambda *_, **__: pytest.fail("a model was loaded"))
    no_gpu = "precision fp16: needs a GPU, and there is none; take bf16, fp32 or auto"
    assert call(*asked, "--precision", "fp16").error == f"error: {no_gpu}"
    assert "precision: input should be" in call(*asked, "--precision", "int8").error
    monkeypatch.undo()
    monkeypatch.setattr(sources, "load", lambda *_, **__: pytest.fail("a model was loaded"))
    with pytest.raises(ConfigError, match=re.escape(no_gpu)):
        TransferClassifier(model=str(tiny_model), precision="fp16").fit(["a good film", "a bad film"] * 5, [1, 0] * 5)
    with pytest.raises(ConfigError, match="precision: "):
        TransferClassifier(model=str(tiny_model), precision="half").fit(["a good film", "a bad film"] * 5, [1, 0] * 5)


def test_an_estimator_takes_it(tiny_model: Path, tmp_path: Path) -> None:
    rows = some_rows(60)
    made = TransferClassifier(model=str(tiny_model), route="full", precision="bf16", cache_dir=tmp_path, offline=True)
    made.fit(list(rows["text"]), list(rows["label"]))
    assert precision.of(made.predictor_.model) == "bf16"
