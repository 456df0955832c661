"""No option is taken and not used: what a route never looks at, for answers of this form, it refuses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from test_matrix import TASKS, applies, options_of, rows_for, teachers
from tiny_models import Tiny, make_context
from transferkit import options, routes, tasks
from transferkit.config import RouteConfig, Strict
from transferkit.context import Context
from transferkit.errors import ConfigError
from transferkit.shapes import Shape

ROUTES = [name for name in options.names() if options.get(name).Options.model_fields]
# Something else than the default, of every option that a route might not look at.
OTHERS: dict[str, Any] = {
    "label_smoothing": 0.1,
    "class_weights": "balanced",
    "resampling": "oversample",
    "stop_on": "accuracy",
    "patience": 1,
    "layer_decay": 0.5,
    "gradual_unfreezing": True,
    "temperature": 3.0,
    "hidden_weight": 1.0,
    "attention_weight": 1.0,
    "relation_weight": 1.0,
    "augment": 1,
    "answers": "teacher",
    "divergence": "reverse",
    "on_policy": 0.5,
    "pooling": "max",
    "examples": 2,
    "encoder": "all-MiniLM-L6-v2",
    "strengths": [1.0],
    "terms": ["words"],
    "teacher_words": 3,
}


def family(task: str) -> str:
    return "llama" if tasks.get(task).shape is Shape.TEXT else "bert"


COMBINATIONS = [(task, route) for task in TASKS for route in ROUTES if applies(task, family(task), route)]


def looked_at(plan: routes.Plan, context: Context, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The options that are read while the route runs."""
    read: set[str] = set()
    usual = Strict.__getattribute__

    def noting(self: Strict, name: str) -> Any:
        if issubclass(type(self), type(plan.options)):
            read.add(name)
        return usual(self, name)

    with monkeypatch.context() as patched:
        patched.setattr(Strict, "__getattribute__", noting)
        plan.run(context)
    return read


def is_refused(route: str, given: Mapping[str, Any], context: Context) -> bool:
    try:
        return routes.resolve(RouteConfig(name=route, options=dict(given))).why_not(context) is not None
    except ConfigError:
        return True


@pytest.mark.parametrize(("task", "route"), COMBINATIONS)
def test_an_option_is_read_or_refused(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, route: str
) -> None:
    writes = tasks.get(task).shape is Shape.TEXT
    backbone = tiny(family(task))
    rows = rows_for(task)
    context = make_context(backbone, tmp_path, rows, task=tasks.get(task).bound(rows))
    if options.get(route).KIND == "distillation":
        context = make_context(backbone, tmp_path, rows, task=context.task, teachers=teachers(context))
    given = options_of(route, tiny(family(task), layers=2).folder, writes)
    plan = routes.resolve(RouteConfig(name=route, options=given))
    assert plan.why_not(context) is None
    idle = set(type(plan.options).model_fields) - looked_at(plan, context, monkeypatch)
    taken = [
        name
        for name in sorted(idle)
        if name not in OTHERS or not is_refused(route, {**given, name: OTHERS[name]}, context)
    ]
    assert taken == []


@pytest.mark.parametrize(
    ("route", "name"),
    [
        *(
            ("contrastive", name)
            for name in (
                *("class_weights", "resampling", "stop_on", "patience", "label_smoothing"),
                "gradual_unfreezing",
            )
        ),
        *(
            ("static", name)
            for name in (
                *("layer_decay", "gradual_unfreezing"),
                *("hidden_weight", "attention_weight", "relation_weight"),
            )
        ),
    ],
)
def test_an_option_that_means_nothing_is_none(route: str, name: str) -> None:
    with pytest.raises(ConfigError, match=rf"{name}: unknown .*; its options are epochs, .*batch_size") as raised:
        routes.resolve(RouteConfig(name=route, options={name: OTHERS[name]}))
    assert name not in str(raised.value).partition("its options are")[2]
