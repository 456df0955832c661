"""What plain Transformers has to be given, and of which folders it can make use at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from tiny_models import Tiny, make_context, rows_for
from transferkit import predictors, routes, tasks
from transferkit.config import RouteConfig

TEMPLATE = "{% for m in messages %}{{ m['content'] }} {% endfor %}"


@pytest.mark.parametrize(("route", "expected"), [("full", "query: "), ("feature_transfer", None), ("baseline", None)])
def test_a_fine_tuned_encoder_is_given_its_prompt(tiny: Tiny, tmp_path: Path, route: str, expected: str | None) -> None:
    context = make_context(replace(tiny("bert"), prompt="query: "), tmp_path)
    given = {"epochs": 1} if route == "full" else {}
    routes.resolve(RouteConfig(name=route, options=given)).run(context).predictor.save(tmp_path / "model")
    assert predictors.load(tmp_path / "model").plain_prompt == expected


@pytest.mark.parametrize("talks", [True, False])
def test_a_writer_needs_a_template(tiny: Tiny, tmp_path: Path, talks: bool) -> None:
    rows = rows_for("summarization")
    context = make_context(tiny("llama"), tmp_path, rows, task=tasks.get("summarization").bound(rows))
    tokenizer = context.backbone.tokenizer()
    tokenizer.chat_template = TEMPLATE if talks else None
    context.writer(context.backbone.generator(), tokenizer).save(tmp_path / "model")
    assert (tmp_path / "model" / "chat_template.jinja").exists() is talks
    assert predictors.load(tmp_path / "model").plain_prompt == ("" if talks else None)
