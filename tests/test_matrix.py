"""Task by route by family of models, all tiny and random: it works, or it says in one sentence why not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModel, T5Config

from tiny_models import ENCODERS, FAMILIES, VOCABULARY, Tiny, load, make_context, rows_for, save_tokenizer, some_rows
from transferkit import options, predictors, routes, tasks
from transferkit.config import RouteConfig
from transferkit.context import Context
from transferkit.data import weights
from transferkit.errors import TransferkitError
from transferkit.evaluation.outputs import gap
from transferkit.shapes import Shape
from transferkit.table.rows import Rows

ROUTES = options.names()
# Tasks that are answered with texts differ in their columns and metrics alone.
TASKS = [name for name in tasks.names() if tasks.get(name).shape is not Shape.TEXT or name == "summarization"]
ALONE = dict.fromkeys((name for name in ROUTES if options.get(name).KIND == "distillation"), "no route before it")
FRESH = some_rows(20, seed=9)
PAIRS = some_rows(20, seed=9, pairs=True)
WORDS = [len(text.split(" ")) for text in FRESH["text"]]

# Little enough to be quick, and what a route cannot do without.
OPTIONS: dict[str, dict[str, Any]] = {
    "static": {"width": 16, "hidden": 16},
    "pretrained": {"model": "SMALL"},
    "feature_transfer": {"encoder": "SMALL"},
}
TEACHER = "full"
UNTRAINED_WRITERS = ("baseline", "feature_transfer", "zero_shot")
NOT_APPLICABLE = {
    *((task, "contrastive") for task in TASKS if task != "text-classification"),
    *((task, "static") for task in ("token-classification", "question-answering", "summarization")),
    *((task, "zero_shot") for task in TASKS if task != "summarization"),
}


def applies(task: str, family: str, route: str) -> bool:
    no_writer = task == "summarization" and family in ENCODERS and route != "baseline"
    return (task, route) not in NOT_APPLICABLE and not no_writer


def options_of(route: str, small: Path, writes: bool) -> dict[str, Any]:
    schema = options.get(route).Options
    usual = {name: value for name, value in OPTIONS.get(route, {}).items() if writes or name != "encoder"}
    given = {name: str(small) if value == "SMALL" else value for name, value in usual.items()}
    return {**given, **({"epochs": 1} if "epochs" in schema.model_fields else {})}


def outcome_or_reason(route: str, context: Context, small: Path) -> str | None:
    """Train, save, load and predict; the reason where the route does not apply."""
    plan = routes.resolve(RouteConfig(name=route, options=options_of(route, small, context.task.shape is Shape.TEXT)))
    reason = plan.why_not(context)
    if reason:
        return reason
    try:
        outcome = plan.run(context)
    except TransferkitError as error:
        return str(error)
    fresh = PAIRS if context.task.shape is Shape.SPAN else FRESH
    expected = outcome.predictor.predict(fresh).outputs
    if context.task.shape is Shape.SPAN:
        found = zip(fresh["text_pair"], expected, strict=True)
        assert all(context[start:end] == answer for context, (answer, start, end, _) in found)
    elif context.task.shape is Shape.TAGS:
        assert [len(tags) for tags in context.task.decode(expected, context.task.labels)] == WORDS
    elif context.task.shape is Shape.TEXT:
        assert expected.shape == (20,) and expected.dtype.kind == "U"
    else:
        columns = len(context.task.labels) + (context.task.shape is Shape.LABELS)  # from where on a label is given
        assert expected.shape == (20, columns) and np.isfinite(expected).all()
    outcome.predictor.save(context.folder.parent / "saved")
    again = predictors.load(context.folder.parent / "saved")
    assert gap(again.predict(fresh).outputs, expected) < 1e-4
    untrained = context.task.shape is Shape.TEXT and route in UNTRAINED_WRITERS
    assert outcome.method and (outcome.trained_parameters == 0) == untrained
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
    if options.get(route).KIND == "distillation" and applies(task, family, TEACHER):
        context = make_context(backbone, tmp_path, rows, task=context.task, teachers=teachers(context))
    reason = outcome_or_reason(route, context, tiny(family, layers=2).folder)
    if not applies(task, family, route):
        assert reason is not None and is_sentence(reason)
    else:
        assert reason is None


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
    halves = dict.fromkeys(("feature_transfer", "contrastive", "top_layers"), "use full")
    require(reason, {**halves, **ALONE, "zero_shot": "no head yet"}.get(route))


@pytest.mark.parametrize("route", [route for route in ROUTES if options.get(route).KIND == "distillation"])
def test_students_need_a_teacher(tiny: Tiny, tmp_path: Path, route: str) -> None:
    reason = outcome_or_reason(route, make_context(tiny("bert"), tmp_path), tiny("bert", layers=2).folder)
    assert reason is not None and is_sentence(reason) and "teach" in reason


@pytest.mark.parametrize("route", ROUTES)
def test_three_rows(tiny: Tiny, tmp_path: Path, route: str) -> None:
    context = make_context(tiny("bert"), tmp_path, train=some_rows(3), validation=some_rows(3).take([]))
    reason = outcome_or_reason(route, context, tiny("bert", layers=2).folder)
    few = dict.fromkeys(("full", "lora", "top_layers"), "only 3 labelled rows for 3 labels; use contrastive")
    require(reason, {**few, **ALONE, "zero_shot": "no head yet"}.get(route))


# What takes weights in a way of its own.
WEIGHED = [
    *(("text-classification", "bert", route) for route in ROUTES if route != "zero_shot"),
    *(("multi-label-classification", "bert", route) for route in ("baseline", "feature_transfer", "full", "static")),
    *(("text-regression", "bert", route) for route in ("baseline", "feature_transfer", "full", "static")),
    *(
        (task, "bert", route)
        for task in ("token-classification", "question-answering")
        for route in ("baseline", "feature_transfer", "full", "fewer_layers")
    ),
    *(("summarization", "gpt2", route) for route in ("baseline", "feature_transfer", "lora", "fewer_layers")),
]


@pytest.mark.parametrize(("task", "family", "route"), WEIGHED)
def test_rows_that_count_differently(
    tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str, family: str, route: str
) -> None:
    backbone, rows = tiny(family), rows_for(task)
    rows = Rows({**rows.columns, "weight": [float(i % 4) / 2 for i in range(75)]}, rows.numbers)
    context = make_context(backbone, tmp_path, rows, task=tasks.get(task).bound(rows))
    context = replace(context, train=weights.teaching(context.train))
    if options.get(route).KIND == "distillation":
        context = replace(context, teachers=teachers(context))
    used: list[Any] = []
    of = weights.of
    monkeypatch.setattr(weights, "of", lambda rows: used.append(of(rows)) or used[-1])
    assert outcome_or_reason(route, context, tiny(family, layers=2).folder) is None
    known = [found for found in used if found is not None]
    assert known and all(found.mean() == pytest.approx(1, abs=0.4) for found in known)


def test_examples_in_a_prompt_have_no_weights_which_is_said(tiny: Tiny, tmp_path: Path) -> None:
    rows = rows_for("summarization")
    rows = Rows({**rows.columns, "weight": [1.0, 2.0, 3.0] * 25}, rows.numbers)
    context = make_context(tiny("gpt2"), tmp_path, rows, task=tasks.get("summarization").bound(rows))
    encoder = {"encoder": str(tiny("bert", layers=2).folder)}
    outcome = routes.resolve(RouteConfig(name="feature_transfer", options=encoder)).run(context)
    assert any("whatever their weights" in note for note in outcome.notes)


def require(reason: str | None, words: str | None) -> None:
    """The route applies where there are no `words`; otherwise they are part of the sentence that says why not."""
    assert (reason is None) == (words is None), reason
    assert reason is None or (is_sentence(reason) and str(words) in reason)


def is_sentence(text: str) -> bool:
    return 10 < len(text) < 400 and "\n" not in text and "Traceback" not in text
