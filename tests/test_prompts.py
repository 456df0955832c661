"""Prompts before texts: the model's default one, one of its others by name, or any text; what is not used is said."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from tiny_models import save_model, some_rows, with_prompts
from transferkit import predictors
from transferkit.errors import ConfigError

PROMPTS = {"query": "the ", "passage": "my old "}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder with two prompts, none of them its default."""
    return with_prompts(save_model(tmp_path_factory.mktemp("prompts") / "model", "bert", 2), PROMPTS)


def fit(model: Path, place: Path, **settings: Any) -> Any:
    rows = some_rows(60)
    given: dict[str, Any] = {"cache_dir": place / "cache", "folds": 0, **settings}
    return transferkit.fit(
        {"text": list(rows["text"]), "label": list(rows["label"])},
        model=str(model),
        routes="feature_transfer",
        offline=True,
        output_dir=place / "run",
        **given,
    )


def prompt_of(run: Any) -> str:
    facts: Any = predictors.read_facts(run.model("feature_transfer").folder)
    return str(facts.prompt)


def test_those_that_are_not_used_are_said(model: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "transferkit")
    run = fit(model, tmp_path)
    (found,) = run.result.splits.audit.of("prompts")
    assert "query ('the '), passage ('my old ')" in found.message and "--prompt" in found.action
    assert any(found.message in record.getMessage() for record in caplog.records)
    assert prompt_of(run) == ""


@pytest.mark.parametrize(
    ("asked", "used"), [("query", "the "), ("passage", "my old "), ("big one ", "big one "), ("", "")]
)
def test_one_is_asked_for(model: Path, tmp_path: Path, asked: str, used: str) -> None:
    run = fit(model, tmp_path, prompt=asked)
    assert run.result.splits.audit.of("prompts") == [] and prompt_of(run) == used


def test_the_cache_knows_prompts_apart(model: Path, tmp_path: Path) -> None:
    """Runs that share a cache answer as one that has a cache of its own."""
    text, answers = ["a red cat"], []
    for name, cache in (("", "a"), ("query", "a"), ("query", "b")):
        run = fit(model, tmp_path / f"{name}-{cache}", prompt=name, cache_dir=tmp_path / cache)
        answers.append(run.model("feature_transfer").predict_proba(text))
    assert np.array_equal(answers[1], answers[2]) and not np.allclose(answers[0], answers[1], atol=1e-6)


def test_models_that_write_have_none(model: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="prompt: for models that read"):
        fit(model, tmp_path, prompt="x", task="summarization")
