"""Task by route by family of models, all tiny and random: it works, or it says in one sentence why not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from transformers import AutoModel, T5Config

from tiny_models import FAMILIES, VOCABULARY, Tiny, load, make_context, save_tokenizer, some_rows
from transferkit import predictors, routes, tasks
from transferkit.config import RouteConfig
from transferkit.errors import TransferkitError
from transferkit.routes import Context

ROUTES = sorted(routes.variants())
TASKS = tasks.names()
FRESH = some_rows(20, seed=9)

# Little enough to be quick, and what a route cannot do without.
OPTIONS: dict[str, dict[str, Any]] = {
    "static": {"width": 16, "hidden": 16},
    "pretrained": {"model": "SMALL"},
}
TEACHER = "full"


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
    expected = outcome.predictor.predict(FRESH).probabilities
    assert expected.shape == (20, 3) and np.isfinite(expected).all()
    outcome.predictor.save(context.folder.parent / "saved")
    again = predictors.load(context.folder.parent / "saved")
    assert np.allclose(again.predict(FRESH).probabilities, expected, atol=1e-5)
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
    context = make_context(backbone, tmp_path, task=tasks.get(task).bound(some_rows(75)))
    needs_teacher = routes.variants()[route][0] == "distillation"
    if needs_teacher:
        context = make_context(backbone, tmp_path, task=context.task, teachers=teachers(context))
    small = tiny(family, layers=2).folder
    assert outcome_or_reason(route, context, small) is None


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
