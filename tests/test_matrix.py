"""Task by route by family of models, all tiny and random: it works, or it says in one sentence why not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModel, T5Config

from tiny_models import FAMILIES, VOCABULARY, Tiny, load, make_context, save_tokenizer, some_rows
from transferkit import predictors, routes, tasks
from transferkit.config import RouteConfig
from transferkit.data.rows import Rows
from transferkit.errors import TransferkitError
from transferkit.routes import Context
from transferkit.tasks import Shape

ROUTES = sorted(routes.variants())
TASKS = tasks.names()
FRESH = some_rows(20, seed=9)
WORDS = [len(text.split(" ")) for text in FRESH["text"]]

# Little enough to be quick, and what a route cannot do without.
OPTIONS: dict[str, dict[str, Any]] = {
    "static": {"width": 16, "hidden": 16},
    "pretrained": {"model": "SMALL"},
}
TEACHER = "full"
NOT_APPLICABLE = {
    *((task, "contrastive") for task in TASKS if task != "text-classification"),
    ("token-classification", "static"),
}


def options_of(route: str, small: Path) -> dict[str, Any]:
    _, schema = routes.variants()[route]
    given = {name: str(small) if value == "SMALL" else value for name, value in OPTIONS.get(route, {}).items()}
    return {**given, **({"epochs": 1} if "epochs" in schema.model_fields else {})}


def outcome_or_reason(route: str, context: Context, small: Path) -> str | None:
    """Train, save, load and predict; the reason where the route does not apply."""
    plan = routes.resolve(RouteConfig(name=route, options=options_of(route, small)))
    reason = plan.why_not(context)
    if reason:
        return reason
    try:
        outcome = plan.run(context)
    except TransferkitError as error:
        return str(error)
    expected = outcome.predictor.predict(FRESH).outputs
    if context.task.shape is Shape.TAGS:
        assert [len(tags) for tags in context.task.decode(expected, context.task.labels)] == WORDS
    else:
        assert expected.shape == (20, len(context.task.labels)) and np.isfinite(expected).all()
    outcome.predictor.save(context.folder.parent / "saved")
    again = predictors.load(context.folder.parent / "saved")
    assert np.allclose(again.predict(FRESH).outputs, expected, atol=1e-5, equal_nan=True)
    assert outcome.trained_parameters > 0 and outcome.method
    return None


def teachers(context: Context) -> dict[str, Path]:
    plan = routes.resolve(RouteConfig(name=TEACHER, options={"epochs": 1}))
    folder = context.folder.parent / TEACHER
    plan.run(context).predictor.save(folder)
    return {TEACHER: folder}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("route", ROUTES)
def test_it_works(tiny: Tiny, tmp_path: Path, task: str, family: str, route: str) -> None:
    backbone = tiny(family, left=family == "llama")
    rows = rows_for(task)
    context = make_context(backbone, tmp_path, rows, task=tasks.get(task).bound(rows))
    if routes.variants()[route][0] == "distillation":
        context = make_context(backbone, tmp_path, rows, task=context.task, teachers=teachers(context))
    reason = outcome_or_reason(route, context, tiny(family, layers=2).folder)
    if (task, route) in NOT_APPLICABLE:
        assert reason is not None and is_sentence(reason)
    else:
        assert reason is None


def rows_for(task: str) -> Rows:
    """75 rows with the target that `task` asks for."""
    rows, found = some_rows(75), tasks.get(task)
    given: dict[Shape, Callable[[str, str], Any]] = {
        Shape.LABEL: lambda label, _: label,
        Shape.LABELS: lambda label, _: [label],
        Shape.VALUE: lambda label, _: float(len(label)),
        Shape.TAGS: lambda label, text: [f"B-{label}", *["O"] * text.count(" ")],
    }
    pairs = zip(rows["label"], rows["text"], strict=True)
    return Rows({**rows.columns, found.target: [given[found.shape](*pair) for pair in pairs]}, rows.numbers)


@pytest.mark.parametrize("route", ROUTES)
def test_an_encoder_with_a_decoder(tiny: Tiny, tmp_path: Path, route: str) -> None:
    """T5 can be fine-tuned; what a route cannot do with it, it says."""
    folder = tmp_path / "t5"
    size = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
    config = T5Config(vocab_size=len(VOCABULARY), pad_token_id=1, eos_token_id=2, decoder_start_token_id=1, **size)
    AutoModel.from_config(config).save_pretrained(folder)
    save_tokenizer(folder, "distilbert")
    context = make_context(load(folder), tmp_path)
    reason = outcome_or_reason(route, context, tiny("bert", layers=2).folder)
    if route in ("baseline", "full", "lora"):
        assert reason is None
    if route in ("feature_transfer", "contrastive", "top_layers"):
        assert reason is not None and "full" in reason
    assert reason is None or is_sentence(reason)


@pytest.mark.parametrize("route", [route for route in ROUTES if routes.variants()[route][0] == "distillation"])
def test_students_need_a_teacher(tiny: Tiny, tmp_path: Path, route: str) -> None:
    reason = outcome_or_reason(route, make_context(tiny("bert"), tmp_path), tiny("bert", layers=2).folder)
    assert reason is not None and is_sentence(reason) and "teach" in reason


@pytest.mark.parametrize("route", ROUTES)
def test_three_rows(tiny: Tiny, tmp_path: Path, route: str) -> None:
    context = make_context(tiny("bert"), tmp_path, train=some_rows(3), validation=some_rows(3).take([]))
    reason = outcome_or_reason(route, context, tiny("bert", layers=2).folder)
    assert reason is None or is_sentence(reason)


def is_sentence(text: str) -> bool:
    return 10 < len(text) < 400 and "\n" not in text and "Traceback" not in text
