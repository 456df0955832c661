"""Every architecture by every route that the README names for it: it works, or it is skipped with a true reason."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from architectures import DECODERS, SETTINGS, WITH_DECODERS, save
from tiny_models import load, make_context, rows_for, some_rows
from transferkit import options, predictors, routes, tasks
from transferkit.config import GenerationConfig, Precision, RouteConfig
from transferkit.context import Context
from transferkit.evaluation.outputs import gap
from transferkit.routes import Plan
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows

LEAST = 20
STACKLESS = ("albert", "funnel", "xlnet", "canine")
READING = ("baseline", "feature_transfer", "full", "top_layers", "lora", "contrastive", "fewer_layers", "pretrained")
ROUTES = {
    "text-classification": (*READING, "static"),
    "summarization": ("zero_shot", "feature_transfer", "full", "top_layers", "lora", "fewer_layers", "pretrained"),
}
UNTRAINED = ("zero_shot", "baseline")
COUNT = 30
FRESH = some_rows(6, seed=9)


def why_not(family: str, task: str) -> dict[str, str]:
    """The reasons, in part, of routes that do not apply."""
    found: dict[str, str] = {}
    if family in STACKLESS:
        found |= {"top_layers": "no stack of layers", "fewer_layers": "no stack of layers"}
    if family in WITH_DECODERS:
        found |= {"top_layers": "two stacks of layers", "fewer_layers": "two stacks of layers"}
        found |= {"feature_transfer": "not been pretrained to go on" if task == "summarization" else "half of"}
        found |= {"contrastive": "half of"} if task != "summarization" else {}
    if family == "marian" and task != "summarization":
        found |= dict.fromkeys(("full", "lora", "pretrained"), "no model ForSequenceClassification")
        found |= {"top_layers": "no model ForSequenceClassification", "fewer_layers": "no route before it"}
        found |= {"static": "no route before it", "pretrained": "no route before it"}
    return found


def tried(family: str, precision: Precision) -> list[str]:
    """The tasks that a family is for; in bf16, of the families that write one of either kind writes."""
    writing = (*DECODERS, *WITH_DECODERS) if precision == "fp32" else ("llama", "t5")
    return ["text-classification", *(["summarization"] if family in writing else [])]


def planned(route: str, task: str, small: Path) -> Plan:
    settings: dict[str, Any] = {"epochs": 1} if "epochs" in options.get(route).Options.model_fields else {}
    settings |= {"static": {"width": 16, "hidden": 16}, "pretrained": {"model": str(small)}}.get(route, {})
    if route == "feature_transfer" and task == "summarization":
        settings["encoder"] = str(small)
    return routes.resolve(RouteConfig(name=route, options=settings))


def require_alike(context: Context, plan: Plan, folder: Path, rows: Rows) -> Path:
    """Train, save, load: the answers are the same, and some. Gives the saved folder."""
    outcome = plan.run(context)
    answers = outcome.predictor.predict(rows).outputs
    assert len(answers) == len(rows)
    if context.task.shape is Shape.LABEL:
        assert np.isfinite(answers).all() and np.allclose(answers.sum(axis=1), 1, atol=1e-4)
    outcome.predictor.save(folder)
    assert gap(predictors.load(folder).predict(rows).outputs, answers) < 1e-4
    return folder


def test_there_are_enough() -> None:
    assert len(SETTINGS) >= LEAST


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("family", SETTINGS)
def test_it_works_or_says_why_not(tmp_path: Path, family: str, precision: Precision) -> None:
    backbone = replace(load(save(tmp_path / "model", family)), precision=precision)
    assert backbone.stacked == (family not in STACKLESS)
    for task in tried(family, precision):
        rows = rows_for(task).take(range(COUNT))
        place = tmp_path / task
        context = make_context(backbone, place, rows, task=tasks.get(task).bound(rows))
        if task == "summarization":
            context = replace(context, max_length=40, generation=GenerationConfig(max_new_tokens=4))
        require_each(context, task, why_not(family, task), backbone, place)


def require_each(context: Context, task: str, reasons: dict[str, str], backbone: Backbone, place: Path) -> None:
    said: dict[str, str | None] = {}
    for route in ROUTES[task]:
        plan = planned(route, task, backbone.folder)
        said[route] = plan.why_not(context)
        if said[route] is None:
            folder = require_alike(context, plan, place / "saved" / route, FRESH)
            if route == "full":
                context = replace(context, teachers={"full": folder})
    for route, reason in said.items():
        wanted = reasons.get(route)
        assert (reason is None) == (wanted is None), f"{route}: {reason}"
        assert reason is None or str(wanted) in reason, f"{route}: {reason}"


@pytest.mark.parametrize("family", ["xlnet", "canine", "albert", "gemma", "bart"])
@pytest.mark.parametrize("task", ["token-classification", "question-answering"])
@pytest.mark.parametrize("route", ["feature_transfer", "full"])
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_words_and_spans(tmp_path: Path, family: str, task: str, route: str, precision: Precision) -> None:
    """Where Transformers has such a head, and the tokenizer says where its tokens stand."""
    backbone = replace(load(save(tmp_path / "model", family)), precision=precision)
    rows = rows_for(task).take(range(COUNT))
    context = make_context(backbone, tmp_path, rows, task=tasks.get(task).bound(rows))
    plan = planned(route, task, backbone.folder)
    reason = plan.why_not(context)
    lacking = {("bart", "token-classification", "full"): "no model ForTokenClassification"}
    lacking |= {("gemma", "question-answering", "full"): "no model ForQuestionAnswering"}
    if family == "canine":
        assert reason is not None and "does not say where in a text its tokens stand" in reason
    elif family == "bart" and route == "feature_transfer":
        assert reason is not None and "half of" in reason
    elif words := lacking.get((family, task, route)):
        assert reason is not None and words in reason
    else:
        assert reason is None
        answers = plan.run(context).predictor.predict(context.validation).outputs
        assert len(answers) == len(context.validation)
