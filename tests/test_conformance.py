"""One suite over every member of every family, found by listing its folder: a new file is tested before anybody
wrote a test for it."""

import importlib
import inspect
import pickle
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import numpy as np
import pytest
import torch
from pydantic import ValidationError

import transferkit
from transferkit import (
    adapters,
    answerers,
    executors,
    kinds,
    metrics,
    options,
    predictors,
    routes,
    shapes,
    students,
    tasks,
)
from transferkit.config import RouteConfig, Strict
from transferkit.errors import ConfigError
from transferkit.networks.layers import TOP
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import losses, objectives
from transferkit.training.losses import Schedule, Step
from transferkit.training.options import TrainingOptions
from transferkit.training.student_options import DistillationOptions

ROOT = Path(transferkit.__file__).parent


def members(family: ModuleType) -> list[ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(family.__path__))
    return [importlib.import_module(f"{family.__name__}.{name}") for name in names]


def short(module: Any) -> str:
    return str(getattr(module, "__name__", module)).removeprefix("transferkit.")


def each(family: ModuleType) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("member", members(family), ids=short)


FAMILIES = [
    adapters,
    answerers,
    executors,
    kinds,
    losses,
    metrics,
    objectives,
    options,
    predictors,
    routes,
    shapes,
    students,
    tasks,
]
EVERYONE = [member for family in FAMILIES for member in members(family)]


def defined_in(module: ModuleType, kind: Callable[[Any], bool]) -> list[Any]:
    return [value for value in vars(module).values() if kind(value) and value.__module__ == module.__name__]


def same_signature(member: ModuleType, protocol: type, name: str) -> None:
    """The member's function takes what the protocol's method takes, by the same names and types."""
    same_signature_of(getattr(member, name), getattr(protocol, name))


def same_signature_of(given: Callable[..., Any], asked: Callable[..., Any]) -> None:
    parameters = list(inspect.signature(given).parameters.values())
    assert [p.name for p in parameters] == list(inspect.signature(asked).parameters)[1:], given.__qualname__
    assert all(p.annotation is not inspect.Parameter.empty for p in parameters)


@pytest.mark.parametrize("member", EVERYONE, ids=short)
def test_it_says_what_it_is(member: ModuleType) -> None:
    assert member.__doc__ and member.__doc__[0].isupper() and member.__doc__.strip().endswith((".", ")"))


@pytest.mark.parametrize("member", EVERYONE, ids=short)
def test_its_public_classes_are_documented(member: ModuleType) -> None:
    public = [value for value in defined_in(member, inspect.isclass) if not value.__name__.startswith("_")]
    own = [value.__name__ for value in public if not (value.__doc__ or "").strip()]
    assert own == []


@pytest.mark.parametrize("family", [adapters, metrics, options, students, tasks], ids=short)
def test_the_folder_is_the_register(family: ModuleType) -> None:
    found = [member.__name__.rsplit(".", 1)[1] for member in members(family)]
    assert [name.replace("-", "_") for name in family.names()] == found


# Options


@each(options)
def test_options_have_defaults_and_refuse_what_they_do_not_know(member: ModuleType) -> None:
    schema = member.Options
    assert issubclass(schema, Strict)
    required = {name: "x" for name, field in schema.model_fields.items() if field.is_required()}
    made = schema.model_validate(required)
    assert schema.model_validate(made.model_dump()) == made
    with pytest.raises(ValidationError, match="Extra inputs"):
        schema(no_such_option=1)
    with pytest.raises(ValidationError, match="frozen"):
        made.epochs = 3


@each(options)
def test_options_belong_to_something_that_runs(member: ModuleType) -> None:
    name = member.__name__.rsplit(".", 1)[1]
    assert importlib.import_module(f"{routes.__name__}.{member.KIND}").run
    if name != member.KIND:  # of the routes with several variants, each stands in a family of its own
        assert [name in family.names() for family in (adapters, students)].count(True) == 1


def test_everything_that_can_be_trained_has_options() -> None:
    kinds = {member.KIND for member in members(options)}
    assert kinds == {member.__name__.rsplit(".", 1)[1] for member in members(routes)}
    assert {*adapters.names(), *students.names()} <= set(options.names())


@pytest.mark.parametrize("name", options.names())
def test_a_misspelt_option_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=rf"route {name}: .*epocs: .*its options are"):
        routes.resolve(RouteConfig(name=name, options={"epocs": 3}))


@pytest.mark.parametrize("name", options.names())
def test_impossible_numbers_are_refused(name: str) -> None:
    schema = options.get(name).Options
    bad = {"epochs": 0, "learning_rate": -1, "batch_size": 0, "accumulation": 0, "warmup": 1.5, "patience": 0}
    bad |= {"label_smoothing": 1, "layer_decay": 0, "weight_decay": -1, "class_weights": "some", "augment": -1}
    for option in bad.keys() & schema.model_fields.keys():
        with pytest.raises(ConfigError, match=f"{option}: "):
            routes.resolve(RouteConfig(name=name, options={option: bad[option]}))


# The families


@each(adapters)
def test_an_adapter(member: ModuleType) -> None:
    for name in ("default_rate", "default_epochs", "extent", "adapt"):
        same_signature(member, adapters.Adapter, name)
    assert issubclass(options.get(member.__name__.rsplit(".", 1)[1]).Options, TrainingOptions)
    rates = [member.default_rate(int(size)) for size in (1e6, 22.7e6, 110e6, 1e9)]
    assert all(1e-6 < rate < 1e-2 for rate in rates) and rates == sorted(rates, reverse=True)
    epochs = [member.default_epochs(rows) for rows in (0, 1, 50, 5000, 1_000_000)]
    assert all(1 <= count <= 50 for count in epochs) and epochs == sorted(epochs, reverse=True)


@each(students)
def test_a_student(member: ModuleType) -> None:
    same_signature(member, students.StudentKind, "build")
    assert issubclass(options.get(member.__name__.rsplit(".", 1)[1]).Options, DistillationOptions)


@each(routes)
def test_a_route(member: ModuleType) -> None:
    for name in ("why_not", "cost", "run"):
        same_signature(member, routes.Route, name)


@each(executors)
def test_an_executor(member: ModuleType) -> None:
    same_signature(member, executors.Executor, "run")


# By shape: cells, the labels that they bind, references, some outputs and the answers that these are.
TARGETS: dict[Shape, tuple[Any, ...]] = {
    Shape.LABEL: (["10", "9"], ("9", "10"), [1, 0], [[0.2, 0.8], [0.7, 0.3]], ["10", "9"]),
    Shape.LABELS: (["b", "a,b"], ("a", "b"), [[0, 1], [1, 1]], [[0.2, 0.8], [0.5, 0.3]], [["b"], ["a"]]),
    Shape.VALUE: (["1.5", 2], ("value",), [1.5, 2.0], [[0.5], [1.0]], [0.5, 1.0]),
    Shape.SPAN: (
        [{"text": ["x", "y"], "answer_start": [0, 4]}, "[]"],
        ("start", "end"),
        [["x", "y"], []],
        np.array([("x", 0), ("", 0)], dtype=[("answer", "<U1"), ("start", np.int64)]),
        ["x", ""],
    ),
    Shape.TEXT: (["x", ["y", " z"]], (), [["x"], ["y", "z"]], ["a", ""], ["a", ""]),
    Shape.TAGS: (["O", "I-x"], ("O", "B-x"), [["O"], ["B-x"]], [[[0.2, 0.8]], [[0.7, 0.3]]], [["B-x"], ["O"]]),
}


def offers(member: ModuleType, protocol: type) -> None:
    """The member has every function of the protocol, and every constant in one of its types."""
    for name in (name for name in vars(protocol) if not name.startswith("_")):
        same_signature(member, protocol, name)
    for name, kind in get_type_hints(protocol).items():
        assert isinstance(getattr(member, name), kind), f"{member.__name__}.{name}"


@each(shapes)
def test_a_shape(member: ModuleType) -> None:
    offers(member, shapes.Form)
    shape = Shape[member.__name__.rsplit(".", 1)[1].upper()]
    assert shape.form is member
    assert shape.name.lower() in objectives.names() or shape.form.WRITTEN
    assert shape.name.lower() in answerers.names() or shape.form.WRITTEN


@each(objectives)
def test_an_objective(member: ModuleType) -> None:
    offers(member, objectives.ShapeKind)


@each(answerers)
def test_an_answerer(member: ModuleType) -> None:
    offers(member, answerers.Answerer)


@each(tasks)
def test_a_task(member: ModuleType) -> None:
    task = member.TASK
    assert isinstance(task, Task) and isinstance(task.shape, Shape)
    assert task.inputs and all(each in KINDS for each in (*task.inputs.values(), *task.optional_inputs.values()))
    assert tasks.get(task.name) is task and task.name == member.__name__.rsplit(".", 1)[1].replace("_", "-")
    assert task.main_metric in task.metrics and set(task.metrics) <= set(metrics.names())
    assert metrics.get(task.main_metric).HIGHER_IS_BETTER is not None
    assert task.labels == () and all(task.shape.name in metrics.get(name).SHAPES for name in task.metrics)
    cells, labels, references, outputs, answers = TARGETS[task.shape]
    rows = Rows({"text": ["a", "b", "c"], task.target: [*map(task.read_target, cells), None]}, np.arange(3))
    bound = task.bound(rows)
    assert bound.labels == labels and bound.references(rows.take([0, 1])) == references
    assert bound.decode(np.array(outputs), bound.labels) == answers


# By kind: an empty cell, one value, a duplicate of it and another.
CELLS: dict[str, tuple[Any, ...]] = {"text": (None, "A  cat ,", "a cat ,", "a dog")}
KINDS = [member.KIND for member in members(kinds)]


@each(kinds)
def test_a_kind(member: ModuleType) -> None:
    kind = member.KIND
    for name in ("read", "is_blank", "key", "identity", "signatures", "shown"):
        same_signature_of(getattr(kind, name), getattr(kinds.Kind, name))
    assert kind.name == member.__name__.rsplit(".", 1)[1] and pickle.loads(pickle.dumps(kind)) == kind
    empty, one, again, other = map(kind.read, CELLS[kind.name])
    assert [kind.is_blank(value) for value in (empty, one, again, other)] == [True, False, False, False]
    assert kind.key(one) == kind.key(again) != kind.key(other) and "\x1f" not in kind.key(one)
    assert len({kind.identity(value) for value in (one, again, other)}) == 3
    values = [empty, one, other, again]
    features, counts = kind.signatures(values, [kind.key(value) for value in values])
    assert features.dtype == np.uint32 and counts.dtype == np.int64 and len(counts) == 4 and counts.min() > 0
    signatures = np.split(features, np.cumsum(counts)[:-1])
    assert all(np.array_equal(np.unique(signature), signature) for signature in signatures)
    assert np.array_equal(signatures[1], signatures[3]) and len(features) == counts.sum()
    assert all(isinstance(kind.shown(value), str) for value in values)
    with pytest.raises(ValueError, match=r"expected .* found"):
        kind.read([1, 2])


@each(metrics)
def test_a_metric(member: ModuleType) -> None:
    same_signature(member, metrics.Metric, "resampled")
    assert member.TITLE and member.HIGHER_IS_BETTER in (True, False, None)
    random = np.random.default_rng(0)
    name, counts = member.__name__.rsplit(".", 1)[1], random.multinomial(40, np.ones(40) / 40, size=5).astype(float)
    truth = np.arange(40) % 3
    guesses = {
        "LABEL": (truth, np.eye(3)[truth] * 0.98 + 0.02 / 3, random.dirichlet(np.ones(3), 40)),
        "LABELS": (np.eye(3)[truth], np.eye(3)[truth] * 0.9, random.random((40, 3))),
        "VALUE": (truth.astype(float), truth[:, None] + 0.01, random.random((40, 1))),
        "SPAN": ([["a b"], []] * 20, ["a b", ""] * 20, ["c", "d"] * 20),
        "TEXT": ([["a b c d e"], ["c"]] * 20, ["a b c d e", "c"] * 20, ["d a b", "e"] * 20),
        "TAGS": ([["B-A", "O"]] * 40, [["B-A", "O"]] * 40, [["O", "B-A"], ["B-A", "O"]] * 20),
    }
    for shape in member.SHAPES:
        right, sure, guess = guesses[shape]
        good, bad = metrics.compute(name, sure, right), metrics.compute(name, guess, right)
        assert np.isfinite([good, bad]).all()
        assert member.HIGHER_IS_BETTER is None or (good > bad) == member.HIGHER_IS_BETTER
        if isinstance(guess, np.ndarray):
            assert metrics.compute(name, guess.astype(np.float32), right) == pytest.approx(bad, abs=1e-5)
        assert np.isfinite(member.resampled(guess, right, counts)).all()
        assert np.isfinite(metrics.compute(name, guess[:1], right[:1]))


@each(predictors)
def test_a_predictor(member: ModuleType) -> None:
    assert list(inspect.signature(member.load).parameters) == ["folder", "facts", "trust_remote_code"]
    assert (
        issubclass(member.Facts, predictors.Facts)
        and member.Facts.model_fields["kind"].default == (member.__name__.rsplit(".", 1)[1])
    )
    kinds = [value for value in defined_in(member, inspect.isclass) if hasattr(value, "predict")]
    assert len(kinds) == 1
    for name in ("predict", "save"):
        asked = list(inspect.signature(getattr(predictors.Predictor, name)).parameters)
        assert list(inspect.signature(getattr(kinds[0], name)).parameters) == asked
    assert isinstance(inspect.getattr_static(kinds[0], "parameters"), property)
    assert "labels" in kinds[0].__dataclass_fields__


# Losses: what each is built with, and one step that has something for all of them.
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "SoftLabels": (Schedule(2.0, 2.0),),
    "SoftLabelSets": (Schedule(2.0, 2.0),),
    "SoftTags": (Schedule(2.0, 2.0),),
    "SoftSpans": (Schedule(2.0, 2.0),),
    "HiddenStates": ({1: 2}, 4, 6),
    "OutputStates": (4, 6),
    "BridgedStates": ({1: 3},),
    "Attentions": ({1: 2},),
    "Relations": ({1: 2},),
    "SquaredError": ("labels",),
    "SoftTokens": (torch.nn.Linear(4, 3, bias=False), None, "forward", Schedule(2.0, 2.0)),
}
# What a loss takes in place of label indices: targets, and columns of logits.
TARGETS_OF: dict[str, tuple[torch.Tensor, int]] = {
    "LabelSets": (torch.tensor([[0.0, 1, 1], [1, 0, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0]]), 3),
    "SquaredError": (torch.tensor([0.5, 1.0, -2.0, 0.0, 3.0]), 1),
}


def any_step(rows: int = 5) -> Step:
    generator = torch.manual_seed(0)
    lengths = torch.tensor([3, 2, 3, 1, 3])[:rows]
    mask = (torch.arange(3) < lengths[:, None]).long()
    squares = [torch.rand(rows, 3, 3, generator=generator) * mask[:, None, :] for _ in range(2)]
    ours, theirs = (square / square.sum(dim=-1, keepdim=True) for square in squares)
    batch = {
        "labels": torch.tensor([0, 1, 2, 0, 1])[:rows],
        "teacher_logits": torch.randn(rows, 3, generator=generator),
        "teacher_hidden_2": torch.randn(rows, 3, 6, generator=generator),
        "teacher_attention_2": theirs,
    }
    hidden, top = (torch.randn(rows, 3, 4, generator=generator, requires_grad=True) for _ in range(2))
    logits = torch.randn(rows, 3, generator=generator, requires_grad=True)
    batch["teacher_outputs"] = batch["teacher_hidden_2"]
    batch["teacher_hidden_3"] = torch.randn(rows, 3, 4, generator=generator)
    return Step(logits, mask, batch, {1: hidden, TOP: top}, {1: ours.requires_grad_()}, 0.5)


def step_for(kind: type) -> Step:
    """The step with targets in the form that this loss takes."""
    step = any_step()
    if kind.__name__ in ("HardTags", "SoftTags"):
        return of_words(step)
    if kind.__name__ in ("HardSpans", "SoftSpans"):
        return of_windows(step)
    if kind.__name__ in ("NextToken", "SoftTokens"):
        return of_answers(step)
    if kind.__name__ not in TARGETS_OF:
        return step
    targets, columns = TARGETS_OF[kind.__name__]
    logits = step.logits.detach()[:, :columns].clone().requires_grad_()
    return replace(step, logits=logits, batch={**step.batch, "labels": targets})


def of_words(step: Step) -> Step:
    """A step in which every token is a word."""
    logits, teacher = (torch.randn(5, 3, 3, requires_grad=ours) for ours in (True, False))
    labels = torch.tensor([[0, 1, 2]] * 5).masked_fill(step.mask == 0, -100)
    words = torch.arange(3).expand(5, 3).masked_fill(step.mask == 0, -1)
    return replace(step, logits=logits, batch={"labels": labels, "words": words, "teacher_logits": teacher})


def of_windows(step: Step) -> Step:
    """A step in which every token may answer."""
    logits, teacher = (torch.randn(5, 3, 2, requires_grad=ours) for ours in (True, False))
    labels = torch.tensor([[0, 1], [1, 1], [0, 2], [0, 0], [-100, -100]])
    return replace(step, logits=logits, batch={"labels": labels, "readable": step.mask, "teacher_logits": teacher})


def of_answers(step: Step) -> Step:
    """A step in which every token is one of an answer, of a vocabulary of three."""
    there = step.mask > 0
    labels = torch.tensor([[0, 1, 2]] * 5).masked_fill(~there, -100)
    logits = torch.randn(int(there.sum()), 3, requires_grad=True)
    return replace(step, logits=logits, batch={"labels": labels, "teacher_answers": torch.randn(5, 3, 4)})


@each(losses)
def test_a_loss(member: ModuleType) -> None:
    (kind,) = [value for value in defined_in(member, inspect.isclass) if issubclass(value, torch.nn.Module)]
    assert "".join(part.title() for part in member.__name__.rsplit(".", 1)[1].split("_")) == kind.__name__
    torch.manual_seed(0)
    loss, step = kind(*ARGUMENTS.get(kind.__name__, ())), step_for(kind)
    assert set(loss.hidden_depths) <= {1, TOP} and set(loss.attention_depths) <= {1}
    value = loss(step)
    assert value.shape == () and torch.isfinite(value) and value.item() >= 0
    value.backward()
    looked_at = [step.logits, *step.hidden.values(), *step.attentions.values()]
    grads = [tensor.grad for tensor in looked_at if tensor.grad is not None and tensor.grad.any()]
    assert len(grads) == 1 and torch.isfinite(grads[0]).all()


@each(losses)
def test_a_loss_does_not_see_padding(member: ModuleType) -> None:
    (kind,) = [value for value in defined_in(member, inspect.isclass) if issubclass(value, torch.nn.Module)]
    torch.manual_seed(0)
    loss, step = kind(*ARGUMENTS.get(kind.__name__, ())), step_for(kind)
    away = (step.mask == 0).unsqueeze(-1)
    noisy = {name: value.masked_fill(away, 7.0) if value.ndim == 3 else value for name, value in step.batch.items()}
    hidden = {depth: value.masked_fill(away, -3.0) for depth, value in step.hidden.items()}
    changed = Step(step.logits, step.mask, noisy, hidden, step.attentions, step.progress)
    assert torch.allclose(loss(changed), loss(step), atol=1e-6)


@pytest.mark.parametrize("member", [each for each in members(losses) if not short(each).endswith(".contrast")])
def test_splitting_a_batch_does_not_change_a_loss(member: ModuleType) -> None:
    """Except for contrast, which is about the pairs of a batch."""
    (kind,) = [value for value in defined_in(member, inspect.isclass) if issubclass(value, torch.nn.Module)]
    torch.manual_seed(0)
    loss, step = kind(*ARGUMENTS.get(kind.__name__, ())), step_for(kind)

    def part(rows: slice) -> torch.Tensor:
        batch = {name: value[rows] for name, value in step.batch.items()}
        hidden = {depth: value[rows] for depth, value in step.hidden.items()}
        attentions = {depth: value[rows] for depth, value in step.attentions.items()}
        logits = step.logits[rows]
        if "teacher_answers" in batch:
            logits = step.logits.split(step.mask.sum(dim=1).tolist())[rows]  # type: ignore[assignment]
            logits = torch.cat(logits)  # type: ignore[arg-type]
        piece: torch.Tensor = loss(Step(logits, step.mask[rows], batch, hidden, attentions, step.progress))
        return piece

    assert torch.allclose(part(slice(0, 2)) * 2 / 5 + part(slice(2, 5)) * 3 / 5, loss(step), atol=1e-6)


def test_every_folder_with_a_plural_name_is_a_family_that_is_tested_here() -> None:
    tested = {Path(str(family.__file__)).parent.relative_to(ROOT).as_posix() for family in FAMILIES}
    assert tested == {
        "adapters",
        "answerers",
        "executors",
        "kinds",
        "metrics",
        "options",
        "predictors",
        "routes",
        "shapes",
        "students",
        "tasks",
        "training/losses",
        "training/objectives",
    }
