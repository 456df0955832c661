"""Whatever a route draws, a run that was killed and goes on ends with the same bits as one that was not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from tiny_models import Tiny, make_context, some_rows
from transferkit import options, routes, tasks
from transferkit.cache import asking
from transferkit.config import GenerationConfig, RouteConfig
from transferkit.context import Context
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.training import loop


class KilledError(Exception):
    """Stands for a kill."""


@dataclass(frozen=True)
class Source:
    """A route with something that it draws; `changes` are those of its context."""

    route: str
    options: Mapping[str, Any] = field(default_factory=dict)
    task: str = "text-classification"
    changes: Mapping[str, Any] = field(default_factory=dict)


_LONG = {"windows": True, "max_length": 10}
_SAMPLED = {"generation": GenerationConfig(do_sample=True, max_new_tokens=4)}
_WRITES = {"batch_size": 8, "layers": 1, "hidden_weight": 0.5}
SOURCES = {
    "batches, dropout": Source("full"),
    "rows drawn again": Source("full", {"resampling": "oversample"}),
    "pieces of batches": Source("full", {"accumulation": 3}),
    "windows": Source("full", changes=_LONG),
    "dropout of updates": Source("lora", {"dropout": 0.3}),
    "dropout above a cached prefix": Source("top_layers"),
    "pairs": Source("contrastive", {"batch_size": 8}),
    "words left out, altered copies": Source("static", {"augment": 1, "width": 16, "word_dropout": 0.5}),
    "states of altered copies": Source(
        "fewer_layers", {"augment": 1, "layers": 1, "attention_weight": 1.0, "relation_weight": 1.0}
    ),
    "a new head": Source("pretrained", {"model": "SMALL", "hidden_weight": 1.0}),
    "answers of the student": Source("fewer_layers", {**_WRITES, "on_policy": 0.5}, "summarization"),
    "all answers of the student": Source(
        "fewer_layers", {**_WRITES, "on_policy": 1.0, "hidden_weight": 0, "accumulation": 2}, "summarization"
    ),
    "answers of the teacher": Source("fewer_layers", {**_WRITES, "answers": "teacher"}, "summarization", _SAMPLED),
    "spans": Source("full", {}, "question-answering"),
    "tags": Source("fewer_layers", {"layers": 1, "augment": 1}, "token-classification"),
}


def rows_for(task: str) -> Rows:
    rows = some_rows(45, pairs=task == "question-answering")
    if task == "summarization":
        return Rows({"text": rows["text"], "summary": [" ".join(t.split()[:2]) for t in rows["text"]]}, rows.numbers)
    if task == "question-answering":
        given = [[(context.split(" ")[1], len(context.split(" ")[0]) + 1)] for context in rows["text_pair"]]
        return Rows({**rows.columns, "answers": given}, rows.numbers)
    if task == "token-classification":
        both = zip(rows["label"], rows["text"], strict=True)
        tags = [[f"B-{label}", *["O"] * text.count(" ")] for label, text in both]
        return Rows({**rows.columns, "tags": tags}, rows.numbers)
    return rows


@pytest.fixture(scope="module")
def contexts(tiny: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Context]:
    """A context of a task, with a teacher of four layers that has been trained a little."""
    known: dict[str, Path] = {}

    def make(task: str, folder: Path) -> Context:
        backbone: Backbone = tiny("llama" if task == "summarization" else "bert", layers=3)
        rows = rows_for(task)
        context = make_context(backbone, folder, rows, task=tasks.get(task).bound(rows))
        if task == "summarization":
            context = replace(context, max_length=40, generation=GenerationConfig(max_new_tokens=4))
        if task not in known:
            known[task] = tmp_path_factory.mktemp("teacher") / "full"
            plan = routes.resolve(RouteConfig(name="full", options={"epochs": 1}))
            plan.run(replace(context, folder=known[task].parent / "work")).predictor.save(known[task])
        return replace(context, teachers={"full": known[task]})

    return make


def test_rows_of_which_the_student_draws_the_answers_keep_their_weights(
    contexts: Callable[[str, Path], Context], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[tuple[Any, Any]] = []
    redraw = asking.OnPolicy.redraw

    def noted(self: Any, batch: Any) -> Any:
        drawn = redraw(self, batch)
        given.append((batch["weights"], drawn["weights"]))
        return drawn

    monkeypatch.setattr(asking.OnPolicy, "redraw", noted)
    context = contexts("summarization", tmp_path)
    own = [float(1 + i % 5) for i in range(len(context.train))]
    context = replace(context, train=Rows({**context.train.columns, "weight": own}, context.train.numbers))
    options = {**_WRITES, "on_policy": 1.0, "hidden_weight": 0, "epochs": 1}
    routes.resolve(RouteConfig(name="fewer_layers", options=options)).run(context)
    assert given and all(torch.equal(before, after) for before, after in given)
    seen = torch.cat([before for before, _ in given]).numpy()
    assert np.allclose(sorted(seen), sorted(np.array(own) / np.mean(own)))


@pytest.fixture
def killed_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Let the optimizer's step of that number raise, once; a list that grows at every step."""
    step = torch.optim.AdamW.step

    def at(number: int) -> list[int]:
        made: list[int] = []

        def counted(self: Any, *given: Any, **named: Any) -> Any:
            made.append(len(made))
            if len(made) == number:
                raise KilledError
            return step(self, *given, **named)

        monkeypatch.setattr(torch.optim.AdamW, "step", counted)
        return made

    return at


def bits(context: Context, plan: routes.Plan, folder: Path) -> dict[str, Any]:
    """Every number that the route leaves."""
    plan.run(context).predictor.save(folder)
    files = sorted(folder.rglob("*.safetensors"))
    assert files
    return {f"{path.name} {name}": value for path in files for name, value in load_file(path).items()}


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_drawn_is_drawn_again(
    contexts: Callable[[str, Path], Context],
    killed_at: Callable[[int], list[int]],
    monkeypatch: pytest.MonkeyPatch,
    tiny: Tiny,
    tmp_path: Path,
    name: str,
) -> None:
    source = SOURCES[name]
    small = str(tiny("bert", layers=2).folder)
    given = {key: small if value == "SMALL" else value for key, value in source.options.items()}
    plan = routes.resolve(RouteConfig(name=source.route, options={"batch_size": 16, "epochs": 2, **given}))

    def context(folder: str) -> Context:
        return replace(contexts(source.task, tmp_path / folder), **source.changes)

    steps = killed_at(-1)
    whole = bits(context("whole"), plan, tmp_path / "a")
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    for number in (2, max(1, len(steps) // 2)):  # the second time on the way that was left
        killed_at(number)
        torch.manual_seed(number)
        with pytest.raises(KilledError):
            plan.run(context("killed"))
    rest = killed_at(-1)
    torch.manual_seed(99)
    again = bits(context("killed"), plan, tmp_path / "b")
    assert 0 < len(rest) < len(steps)
    assert whole.keys() == again.keys()
    assert [key for key in whole if not np.array_equal(whole[key], again[key])] == []


def test_the_sources_are_of_all_forms_and_routes_that_train() -> None:
    trained = {name for name in options.names() if "epochs" in options.get(name).Options.model_fields}
    assert {source.route for source in SOURCES.values()} == trained
    shapes = {tasks.get(source.task).shape for source in SOURCES.values()}
    assert shapes >= {Shape.LABEL, Shape.TAGS, Shape.SPAN, Shape.TEXT}
