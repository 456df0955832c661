"""Runs opened from their folders, of earlier versions too, and how they are shown."""

import builtins
import csv
import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import transferkit
from transferkit.errors import ArtifactError, ConfigError
from transferkit.table.splits import Finding

BEFORE = Path(__file__).parent / "artifact" / "before" / "runs"
TASKS = sorted(path.name for path in BEFORE.iterdir() if (path / "run.json").exists())


@pytest.mark.parametrize("task", TASKS)
def test_the_table_is_that_of_the_run(task: str) -> None:
    run = transferkit.open(BEFORE / task)
    with (BEFORE / task / "leaderboard.csv").open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    frame = run.leaderboard()
    main = run.board.task.main_metric
    assert list(frame.columns) == list(kept[0]) and list(frame["name"]) == [row["name"] for row in kept]
    assert list(frame[main]) == [float(row[main]) for row in kept]
    assert run.best.name == kept[0]["name"] and run.best.outputs is None
    assert run.verdict in " ".join(str(run).split()) and all(row["name"] in str(run) for row in kept)
    assert repr(run) == f"Run({str(BEFORE / task)!r}, best={run.best.name!r}, {main}={float(kept[0][main]):.3f})"
    document = json.loads((BEFORE / task / "run.json").read_text(encoding="utf-8"))
    findings = document["data"]["audit"]["findings"]
    assert [finding.message for finding in run.findings] == [finding["message"] for finding in findings]
    assert run.result is None and run.report == BEFORE / task / "report.html"


def test_a_notebook_shows_the_table_the_verdict_and_the_report() -> None:
    run = transferkit.open(BEFORE / "text-classification")
    shown = run._repr_html_()
    assert shown.count('<th scope="row"') == len(run.routes) and "<b>" not in shown
    assert "★" in shown and "report.html" in shown and "95% confidence interval" in shown
    assert "On the test rows, which had no say in that" in shown


def test_what_is_no_finished_run_is_explained(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "rows.csv").touch()
    for place, words in (
        (tmp_path / "empty", "^no run in .*empty: it is empty; name the folder of a finished run$"),
        (tmp_path / "other", "^no run in .*other: it has no run.json; name the folder of a finished run$"),
        (tmp_path / "none", "there is no such folder"),
        (BEFORE / "unfinished", "no finished run: it has no run.json"),
        (BEFORE / "text-classification" / "models" / "baseline", "one model; name the run"),
    ):
        with pytest.raises(ArtifactError, match=words):
            transferkit.open(place)
    with pytest.raises(ConfigError, match="expected the folder of a run, found None"):
        transferkit.open(None)  # type: ignore[arg-type]
    broken = shutil.copytree(BEFORE / "text-classification", tmp_path / "broken")
    document = json.loads((broken / "run.json").read_text(encoding="utf-8"))
    document["routes"][0]["cost"]["bytes"] = "many"
    (broken / "run.json").write_text(json.dumps(document))
    with pytest.raises(ArtifactError, match=r"run\.json is damaged: routes\.0\.cost\.bytes"):
        transferkit.open(broken)


def test_two_runs_side_by_side_are_shown_too(tmp_path: Path) -> None:
    folder = BEFORE / "text-classification"
    pair = transferkit.compare(folder, transferkit.open(shutil.copytree(folder, tmp_path / "copy")))
    frame = pair.to_pandas()
    assert list(frame.columns) == [
        *("route", "first", "first_low", "first_high", "second", "second_low", "second_high", "difference", "p")
    ]
    assert list(frame["first"]) == [value.value for value in pair.first.values.values()] == list(frame["second"])
    assert np.allclose(frame["difference"], 0.0) and np.allclose(frame["p"], 1.0)
    assert repr(pair).startswith("Paired('text-classification', ") or "Paired('" in repr(pair)
    assert pair._repr_html_().count("<tr>") == 1 + len(frame) and "Best against best" in str(pair)


def test_scores_are_shown_and_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = transferkit.open(BEFORE / "text-classification").best.scores
    frame = scores.to_pandas()
    assert list(frame["metric"]) == list(scores.metrics)
    assert list(frame["low"]) == [interval.low for interval in scores.metrics.values()]
    assert repr(scores).startswith(f"Scores(accuracy={scores.metrics['accuracy'].value:.4g}, ")
    assert "95 % interval" in str(scores) and scores._repr_html_().count("<table>") == 2
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ConfigError, match=r"pip install 'transferkit\[data\]'"):
        scores.to_pandas()


def test_the_public_open_is_not_pythons() -> None:
    assert transferkit.open is not builtins.open


def test_printing_works_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """There rich would write into the cell, and leave nothing to print."""
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    assert "accuracy" in str(transferkit.open(BEFORE / "text-classification"))


def test_names_in_tables_are_no_markup() -> None:
    run = transferkit.open(BEFORE / "text-classification")
    scores = run.best.scores
    odd = {"[red]": next(iter(scores.per_class.values())), "<b>": next(iter(scores.per_class.values()))}
    object.__setattr__(scores, "per_class", odd)
    assert "[red]" in str(scores) and "<b>" in str(scores)
    assert "[red]" in scores._repr_html_() and "&lt;b&gt;" in scores._repr_html_()


def test_rows_are_short_and_a_frame() -> None:
    rows = transferkit.read({"评论": ["好", "坏"], "n": [1, 2]})
    assert repr(rows) == "Rows(2 rows of mapping: '评论', 'n')"
    expected = pd.DataFrame({"评论": ["好", "坏"], "n": [1, 2]}, index=[1, 2])
    pd.testing.assert_frame_equal(rows.to_pandas(), expected)


def test_scores_show_what_is_odd_about_their_rows() -> None:
    finding = Finding("leaks", "warning", "the model was trained on 4 rows of these <b>")
    scores = replace(transferkit.open(BEFORE / "text-classification").best.scores, findings=(finding,))
    assert "! leaks: the model was trained on 4 rows of these" in str(scores)
    assert "&lt;b&gt;" in scores._repr_html_() and "<b>" not in scores._repr_html_()
