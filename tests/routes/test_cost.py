"""What every route says that it will take, before anything is trained."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tiny_models import WIDTH, Tiny, make_context, rows_for
from transferkit import estimate, options, routes, tasks
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.networks.speed import Speed
from transferkit.routes import Cost, Plan
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.training import checkpoints, loop
from transferkit.training.workload import BASE_BYTES, Workload

SPEED = Speed(forward=0.5, both=2.0)
WORKLOAD = Workload(SPEED, train=600, validation=150, longest=12)
READING = 0.5 * 750
EPOCH = 2.0 * 600 + 0.5 * 150


def plan_of(name: str, **given: Any) -> Plan:
    return routes.resolve(RouteConfig(name=name, options=given))


def cost_of(context: Context, name: str, workload: Workload = WORKLOAD, **given: Any) -> Cost:
    return plan_of(name, **given).cost(context, workload)


def context_for(task: str, tiny: Tiny, folder: Path, family: str = "bert") -> Context:
    """60 rows to train on and 15 to validate on, and a model of three layers."""
    rows = rows_for(task)
    return make_context(tiny(family), folder, rows, task=tasks.get(task).bound(rows))


@pytest.fixture
def context(tiny: Tiny, tmp_path: Path) -> Context:
    return context_for("text-classification", tiny, tmp_path)


@pytest.mark.parametrize("name", options.names())
@pytest.mark.parametrize("task", ["text-classification", "token-classification", "question-answering", "summarization"])
def test_every_route_answers(name: str, task: str, tiny: Tiny, tmp_path: Path) -> None:
    family = "llama" if tasks.get(task).shape is Shape.TEXT else "bert"
    given = {"model": "another"} if name == "pretrained" else {}
    cost = cost_of(context_for(task, tiny, tmp_path, family), name, replace(WORKLOAD, longest_answer=4), **given)
    assert 0 <= cost.shortest <= cost.longest and 0 <= cost.again <= 1
    assert cost.answering >= 0 and cost.memory >= BASE_BYTES and cost.disk > 0


def test_epochs_of_forward_and_backward_until_patience_is_at_an_end(context: Context) -> None:
    """Batches of 4 are so many steps that no head is fitted first."""
    cost = cost_of(context, "full", epochs=8, patience=2, batch_size=4)
    assert (cost.shortest, cost.longest) == (3 * EPOCH, 8 * EPOCH)
    unwatched = replace(WORKLOAD, validation=0)
    assert cost_of(context, "full", unwatched, epochs=8, patience=2, batch_size=4).shortest == 8 * 2.0 * 600
    chosen = cost_of(context, "full").settings
    assert chosen["epochs"] == 10 and chosen["learning_rate"] == pytest.approx(2e-4 * 4.54**0.6)


def test_the_layers_below_are_read_once(context: Context) -> None:
    """One of three layers learns."""
    cost = cost_of(context, "top_layers", epochs=6, batch_size=4, layers=1)
    assert cost.longest == pytest.approx(READING + 6 * (2.0 * 600 / 3 + 0.5 * 150))
    full = cost_of(context, "full", epochs=6, batch_size=4)
    assert cost.memory < full.memory
    assert cost.disk == pytest.approx(full.disk / 3 + 4 * 750 * WIDTH, abs=2)


def test_few_steps_fit_a_head_first(context: Context) -> None:
    """One epoch of 60 rows is two steps, too few for three labels: the training rows are read once more."""
    spent = cost_of(context, "full", epochs=1).longest - EPOCH
    assert 0.5 * 600 < spent < 50 * 0.5 * 600 and cost_of(context, "full", epochs=60).longest == 60 * EPOCH


def test_a_low_rank_update_keeps_few_moments(context: Context) -> None:
    full, lora = cost_of(context, "full"), cost_of(context, "lora")
    saved = 0.97 * 3 * 4 * context.backbone.parameters
    assert lora.memory == pytest.approx(full.memory - saved, abs=2)
    assert lora.disk < full.disk / 5


def test_features_are_read_once_and_kept(context: Context) -> None:
    cost = cost_of(context, "feature_transfer")
    assert (cost.shortest, cost.longest, cost.again) == (READING, 1.5 * READING, 0.3)
    assert cost.disk == 4 * context.backbone.parameters + 4 * 75 * 5 * WIDTH  # rows, depths and first tokens


def test_examples_make_prompts_longer(tiny: Tiny, tmp_path: Path) -> None:
    context = context_for("summarization", tiny, tmp_path, "llama")
    cost = cost_of(context, "feature_transfer", examples=3)
    assert (cost.longest, cost.answering) == (0.0, 4 * SPEED.forward)
    assert cost_of(context, "zero_shot").answering == SPEED.forward
    assert cost_of(context, "lora").settings["epochs"] == 2


def test_the_baseline_reads_no_model(context: Context) -> None:
    cost = cost_of(context, "baseline")
    assert cost.answering == 0 and cost.memory == BASE_BYTES
    assert cost.shortest == cost.longest == pytest.approx(5e-5 * 60 * 3)


def test_what_is_doubtful_is_said(context: Context) -> None:
    student, pairs = cost_of(context, "static", epochs=2), cost_of(context, "contrastive", epochs=2)
    assert "depends on its student" in student.note and "number of pairs" in pairs.note
    assert student.longest == pairs.longest == READING + 2 * EPOCH and student.shortest == 0.2 * READING
    assert (student.again, pairs.again) == (0.0, 1.0)


def test_states_that_a_student_learns_from_are_on_disk(context: Context) -> None:
    plain = cost_of(context, "fewer_layers", hidden_weight=0).disk
    assert cost_of(context, "fewer_layers", hidden_weight=1).disk - plain == 4 * 600 * 3 * WIDTH
    assert cost_of(context, "fewer_layers", hidden_weight=0, attention_weight=1).disk - plain == 4 * 600 * 3 * 12


def bytes_in(folder: Path, *endings: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix in endings)


@pytest.mark.parametrize(
    ("name", "given"),
    [("full", {}), ("top_layers", {}), ("feature_transfer", {}), ("contrastive", {}), ("fewer_layers", {})],
)
def test_a_training_takes_the_disk_that_was_said(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, given: dict[str, Any]
) -> None:
    """The most that stood there at once, with a checkpoint after every step; tokenizers and small files apart."""
    context = context_for("text-classification", tiny, tmp_path)
    if name == "fewer_layers":
        plan_of("full", epochs=1).run(context).predictor.save(tmp_path / "full")
        given = {"teachers": (str(tmp_path / "full"),)}
    most, kinds = [0], (".safetensors", ".pt")
    drop: Callable[[Path, int], None] = checkpoints.drop_others

    def noted(folder: Path, step: int) -> None:
        most.append(bytes_in(folder, *kinds))
        drop(folder, step)

    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    monkeypatch.setattr(checkpoints, "drop_others", noted)
    epochs = {} if name == "feature_transfer" else {"epochs": 2}
    plan = plan_of(name, **given, **epochs)
    tokens = sum(text.count(" ") + 3 for text in context.train["text"])
    validation = sum(text.count(" ") + 3 for text in context.validation["text"])
    said = plan.cost(context, Workload(SPEED, tokens, validation, 12)).disk
    before = bytes_in(context.cache.folder, ".npy", ".bin", ".f32", ".npz")
    plan.run(context).predictor.save(tmp_path / "model")
    left = bytes_in(context.folder, *kinds) + bytes_in(tmp_path / "model", *kinds)
    cached = sum(path.stat().st_size for path in context.cache.folder.rglob("*") if path.is_file()) - before
    taken = max(max(most), left) + cached
    assert taken / 1.5 <= said <= 4 * taken


# A run


def prepared(folds: int, seeds: int, validation: int) -> Any:
    rows = Rows({"text": ["a"] * validation, "label": ["b"] * validation}, np.arange(validation))
    return SimpleNamespace(
        splits=SimpleNamespace(folds=folds, validation=rows), config=SimpleNamespace(seeds=seeds, folds=folds)
    )


@pytest.mark.parametrize(
    ("folds", "seeds", "validation", "trainings", "chosen_by"),
    [(0, 1, 5, 1.5, 150), (0, 2, 5, 3.0, 150), (0, 2, 0, 2.0, 150), (5, 2, 5, 9.0, 750)],
)
def test_a_run_trains_and_judges_as_often_as_it_has_seeds_and_parts(
    folds: int, seeds: int, validation: int, trainings: float, chosen_by: int
) -> None:
    """Of a route of which nothing is known but its cost."""
    cost = Cost(10.0, 40.0, answering=0.5, memory=7, disk=9, again=0.5, settings={"rate": 0.0123}, note="hm")
    plan = Plan("mine", "no_such_kind", "no_such_route", plan_of("full", epochs=3).options)
    found = estimate._of_route(prepared(folds, seeds, validation), plan, cost, estimate.Measured(WORKLOAD, 100))
    judging = seeds * (0.5 * (chosen_by + 2 * 100) + 6)
    assert found.low == pytest.approx(0.75 * (trainings * 10 + judging))
    assert found.high == pytest.approx(1.5 * (trainings * 40 + judging))
    assert (found.bytes, found.disk, found.note) == (7, 9, "hm")
    assert found.options == {"rate": "0.012", "epochs": 3}
