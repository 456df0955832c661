"""Runs on rows that belong together: what their scores claim."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tiny_models import save_model
from transferkit import flow, tasks
from transferkit.config import parse
from transferkit.data import content
from transferkit.evaluation.dependence import of_groups
from transferkit.evaluation.results import RunResult
from transferkit.evaluation.shares import wilson
from transferkit.table.rows import Rows

WORDS = ("red", "blue")
CUSTOMERS = 40


def rows(customers: int = CUSTOMERS) -> dict[str, list[Any]]:
    """Eight texts of every customer; of every fourth the labels are the wrong way round."""
    random, found = np.random.default_rng(0), []
    for customer in range(customers):
        for number in range(8):
            said = int(random.integers(2))
            label = WORDS[said if customer % 4 else 1 - said]
            found.append((f"the {WORDS[said]} thing {customer} {number}", label, f"c{customer}"))
    texts, labels, names = (list(column) for column in zip(*found, strict=True))
    return {"text": texts, "label": labels, "customer": names}


def fitted(folder: Path, **changes: Any) -> RunResult:
    described = {
        "data": {"path": "rows", "group": "customer", "folds": 0, **changes},
        "model": str(folder / "model"),
        "routes": ["baseline"],
        "offline": True,
        "output_dir": str(folder / "run"),
        "cache_dir": str(folder / "cache"),
    }
    save_model(folder / "model", "bert")
    return flow.fit(parse(described), rows())


@pytest.mark.parametrize(("folds", "counted"), [(0, None), (4, 183)])
def test_customers_are_what_intervals_go_by(tmp_path: Path, folds: int, counted: int | None) -> None:
    result = fitted(tmp_path, folds=folds)
    test = result.splits.test
    assert result.groups == len(set(test["group"])) and len(test) == 8 * result.groups
    assert result.counted == (counted or len(test))
    route = result.route("baseline")
    right = route.outputs.argmax(axis=1) == np.asarray(result.task.references(test))
    errors, found = right - right.mean(), route.scores.metrics["accuracy"]
    effect = of_groups(test["group"], folds).of_mean(errors)
    assert effect > 4
    assert (found.low, found.high) == pytest.approx(wilson(right.mean(), len(test) / effect))
    said = "go by their {} groups" if not folds else "go by their {} groups. The saved"
    report = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert said.format(result.groups) in report
    card = (tmp_path / "run" / "models" / "baseline" / "README.md").read_text(encoding="utf-8")
    assert f"go by the {result.groups} groups" in card


def test_a_question_hangs_on_its_context() -> None:
    contexts = [f"{name} was born in {town}. {name} lives in {town}." for name in "ABCDEF" for town in ("Rom", "Ulm")]
    task = tasks.get("question-answering")
    columns = {"text": ["where?", "who?"] * 12, "text_pair": [c for c in contexts for _ in range(2)]}
    names = content.dependent(Rows(columns, np.arange(24)), task)
    assert names is not None and len(set(names)) == 12
    alone = Rows({"text": ["a", "b"]}, np.arange(2))
    assert content.dependent(alone, tasks.get("text-classification")) is None
