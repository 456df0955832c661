"""Model cards: metadata the hub can read, scores with intervals, snippets."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from transferkit.evaluation.results import RunResult
from transferkit.report.model_card import cell, model_card, write_model_card


def front(text: str) -> dict[str, Any]:
    opening, head, _ = text.split("---\n", 2)
    assert opening == ""
    loaded: dict[str, Any] = yaml.safe_load(head)
    return loaded


def served_plainly(run: RunResult, name: str) -> RunResult:
    """`run` with a folder of the route called `name` that plain Transformers can read."""
    routes = (replace(each, plain_prompt="") if each.name == name else each for each in run.routes)
    return replace(run, routes=tuple(routes))


def test_front_matter(run: RunResult, tmp_path: Path) -> None:
    write_model_card(served_plainly(run, "full"), "full", tmp_path / "README.md")
    found = front((tmp_path / "README.md").read_text(encoding="utf-8"))
    assert found["pipeline_tag"] == "text-classification" and found["library_name"] == "transformers"
    assert found["base_model"] == "sentence-transformers/all-MiniLM-L6-v2" and found["license"] == "apache-2.0"
    result = found["model-index"][0]["results"][0]
    assert result["dataset"]["split"] == "test" and "language" not in found
    accuracy = next(metric for metric in result["metrics"] if metric["type"] == "accuracy")
    assert accuracy["value"] == pytest.approx(run.route("full").scores.metrics["accuracy"].value)


def test_text_has_scores_and_snippets(run: RunResult) -> None:
    found = run.route("static").scores.metrics["accuracy"]
    text = model_card(run, "static")
    assert f"| accuracy | {found.value:.3f} | {found.low:.3f} to {found.high:.3f} |" in text
    assert "AutoModelForSequenceClassification" not in text and "transferkit.load" in text
    assert "AutoModelForSequenceClassification" in model_card(served_plainly(run, "full"), "full")
    assert "chosen among the 6 routes of its run by 500 validation rows" in model_card(run, run.best)


def test_baseline_has_no_base_model(run: RunResult) -> None:
    text = model_card(run, "tf-idf")
    assert "base_model" not in front(text) and "license" not in front(text) and "## Licence" not in text


def test_a_pretrained_student_names_its_own_model(run: RunResult) -> None:
    student = replace(run.route("static"), settings={"model": "all-mpnet-base-v2"})
    known = front(model_card(replace(run, routes=(student,)), "static"))
    assert (known["base_model"], known["license"]) == ("sentence-transformers/all-mpnet-base-v2", "apache-2.0")
    other = replace(student, settings={"model": "org/other"})
    assert "licence of org/other is not recorded" in model_card(replace(run, routes=(other,)), "static")


def test_tiny_p_values_are_not_spelled_out(run: RunResult) -> None:
    assert "e-" not in model_card(run, "tf-idf").split("## Use")[0]
    assert "p < 0.001" in model_card(run, "tf-idf")


def test_unknown_licence_is_said(run: RunResult) -> None:
    own = replace(run.route("full"), backbone="org/own")
    card = model_card(replace(run, routes=(own,), manifest={"backbone": {"name": "org/own"}}), "full")
    assert "The licence of org/own is not recorded" in card and "license" not in front(card)


def test_labels_cannot_break_tables() -> None:
    assert cell("a|b\n<i>`c`") == "a\\|b &lt;i>\\`c\\`"
