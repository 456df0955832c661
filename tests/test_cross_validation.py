"""Runs on few rows, whose routes are cross-validated: what is trained on what, chosen by what and kept."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tiny_models import save_model, some_rows
from transferkit import comparison, data, flow, intake, planning, predictors, transfer
from transferkit.artifact import held_out, saved_board
from transferkit.artifact.run_folder import open_run
from transferkit.config import parse
from transferkit.errors import ConfigError, DataError
from transferkit.evaluation.results import FOLDS, VALIDATION, RunResult
from transferkit.evaluation.shares import wilson
from transferkit.routes import Plan
from transferkit.table.rows import Rows

ROUTES: list[Any] = ["feature_transfer", {"full": {"epochs": 1}}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("folds")
    save_model(place / "model", "bert")
    write(place / "rows.csv", some_rows(60))
    write(place / "test.csv", some_rows(30, seed=77))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield place
    torch.set_num_threads(threads)


def write(path: Path, rows: Rows, *more: tuple[str, str]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows([*zip(rows["text"], rows["label"], strict=True), *more])


def described(folder: Path, run: str, **changes: Any) -> dict[str, Any]:
    return {
        "data": {"path": str(folder / "rows.csv"), "folds": 3, **changes.pop("data", {})},
        "model": str(folder / "model"),
        "routes": ROUTES,
        "offline": True,
        "output_dir": str(folder / run),
        "cache_dir": str(folder / "cache"),
        **changes,
    }


@pytest.fixture(scope="module")
def run(folder: Path) -> RunResult:
    return flow.fit(parse(described(folder, "run")))


def test_every_row_is_answered_and_none_is_held_out(run: RunResult) -> None:
    assert run.folded and run.choice.by == FOLDS and run.choice.rows == len(run.splits.test) == 60
    assert len(run.splits.train) + len(run.splits.validation) == 60
    truth = np.array(run.task.references(run.splits.test))
    for route in run.routes:
        right = float((route.outputs.argmax(axis=1) == truth).mean())
        assert right == route.scores.metrics["accuracy"].value == run.choice.scores[route.name].value
    best = run.route(run.best).scores.metrics["accuracy"]
    assert run.quoted.value <= best.value and run.quoted.low <= best.low
    assert "cross-validated rows" in run.verdict and "test rows" not in run.verdict


def test_intervals_and_tests_are_those_of_fewer_rows(run: RunResult, folder: Path) -> None:
    """60 rows in three parts count as 60 / (2 - 1/3)."""
    assert run.counted == 36 and run.choice.effect == pytest.approx(5 / 3)
    for route in run.routes:
        found = route.scores.metrics["accuracy"]
        assert (found.low, found.high) == pytest.approx(wilson(found.value, 36))
        chosen = run.choice.scores[route.name]
        assert (chosen.low, chosen.high) == (found.low, found.high)
        assert route.against_best is None or route.against_best.test.startswith("mid-p McNemar")
    assert "mid-p McNemar" in run.verdict
    assert saved_board.required(folder / "run").choice.effect == run.choice.effect
    assert "count these rows as 36" in (folder / "run" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("seeds", [1, 2])
def test_answers_out_of_fold_stand_beside_their_own_rows(folder: Path, seeds: int) -> None:
    """The label's own word is in every text, so that whoever has learned from the other parts is right."""
    colours = ["red", "green", "blue"]
    labels = [colours[i * i % 7 % 3] for i in range(90)]
    texts = [f"{label} thing number {i}" for i, label in enumerate(labels)]
    values = described(folder, f"aligned-{seeds}", data={"folds": 5}, routes=["baseline"], seeds=seeds)
    found = flow.fit(parse(values), {"text": texts, "label": labels})
    assert found.quoted.value == 1.0 and found.route("baseline").scores.metrics["accuracy"].value == 1.0
    with (folder / f"aligned-{seeds}" / "predictions.csv").open(encoding="utf-8", newline="") as file:
        kept = list(csv.DictReader(file))
    assert sorted(int(row["row"]) for row in kept) == list(range(1, 91))
    assert all(row["label"] == row["baseline"] == row["text"].split()[0] for row in kept)


def test_what_is_left_says_how_it_was_evaluated(run: RunResult, folder: Path) -> None:
    document = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    assert document["folded"] and document["choice"]["by"] == FOLDS and document["best"] == run.best
    page = (folder / "run" / "report.html").read_text(encoding="utf-8")
    assert "3-fold cross-validation" in page and "used once" not in page and "test rows" not in page
    card = (folder / "run" / "models" / "full" / "README.md").read_text(encoding="utf-8")
    assert (
        "by 3-fold cross-validation: each row is answered by a model that was not trained on it" in card
        and "test rows" not in card
    )
    answers = held_out.read(held_out.path_of(folder / "run", "full", 0))
    assert np.array_equal(answers, run.route("full").outputs)
    assert len(predictors.load(folder / "run" / "models" / "full").predict(run.splits.test)) == 60


def test_a_row_is_answered_by_a_model_that_has_not_seen_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = planning.prepare(parse(described(folder, "seen")))
    learned: list[tuple[Path, set[str]]] = []
    original = Plan.run

    def watched(self: Plan, context: Any) -> Any:
        learned.append((context.folder, {*context.train["text"], *context.validation["text"]}))
        return original(self, context)

    monkeypatch.setattr(Plan, "run", watched)
    plans = [plan for plan in prepared.plans if plan.variant == "baseline"]
    work = open_run(prepared.config, prepared.folder, False)
    found = transfer.cross_validate(prepared, work, plans)
    assert len(learned) == 3 and len(found.rows) == 60
    seen = set.union(*(texts for _, texts in learned))
    assert seen == set(prepared.splits.labelled["text"])
    assert all(len(texts) <= 41 for _, texts in learned)


def test_copies_of_a_held_out_row_do_not_train(folder: Path) -> None:
    splits = planning.prepare(parse(described(folder, "copies"))).splits
    rows = splits.labelled
    near = Rows({**rows.columns, "text": [*rows["text"][:-1], rows["text"][0] + " ."]}, rows.numbers, rows.source)
    config = parse(described(folder, "copies")).data
    prepared = planning.prepare(parse(described(folder, "copies")))
    part = data.part_of_folds(
        replace(splits, train=near, validation=near.take([])), np.array([0, 1]), config, prepared.task, 0
    )
    assert rows["text"][0] + " ." not in part.train["text"] and len(part.test) == 2


def test_rare_labels_train_everywhere_and_are_not_evaluated(folder: Path) -> None:
    path = folder / "rare.csv"
    write(path, some_rows(40), ("one of a kind", "unique"))
    result = flow.fit(parse(described(folder, "rare", routes=["baseline"], data={"path": str(path)})))
    assert "one of a kind" not in result.splits.test["text"] and len(result.splits.test) == 40
    assert "unique" in result.task.labels and "one of a kind" in result.splits.train["text"]
    (finding,) = result.splits.audit.of("rare-labels")
    assert "'unique' (1 row)" in finding.message and finding.rows == (41,)
    assert finding.action.startswith("trained on, not evaluated")
    assert result.splits.audit.counts["findings"]["rare-labels"] == 1


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_label_is_rare_where_all_of_its_groups_train_in_every_part(folder: Path, seeds: int) -> None:
    """Each group of "both" has a label of its own besides, and so is in no part."""
    rows = [*zip(some_rows(40)["text"], some_rows(40)["label"], strict=True)]
    mine = [("first text", "both"), ("first other", "alone"), ("second text", "both"), ("second other", "lone")]
    table = {"text": [], "label": [], "who": []}
    for number, (text, label) in enumerate([*rows, *mine]):
        cells = (text, label, text.split()[0] if (text, label) in mine else f"{number}")
        for name, cell in zip(table, cells, strict=True):
            table[name].append(cell)
    data = {"path": "table", "group": "who", "folds": 3}
    values = described(folder, "grouped", routes=["baseline"], data=data, seeds=seeds)
    (finding,) = intake.take_in(parse(values), table).splits.audit.of("rare-labels")
    assert finding.rows == (41, 42, 43, 44) and "3 labels" in finding.message
    even = {name: cells[:40] for name, cells in table.items()}
    assert not intake.take_in(parse(values), even).splits.audit.of("rare-labels")


def test_a_finished_run_goes_on_to_the_same_result(folder: Path, run: RunResult) -> None:
    document = json.loads((folder / "run" / "run.json").read_text(encoding="utf-8"))
    assert document["data"]["fingerprint"] == document["manifest"]["data"]["fingerprint"]
    again = flow.fit(parse(described(folder, "run")), resume=True)
    assert again.quoted == run.quoted and again.choice == run.choice
    with pytest.raises(ConfigError, match=r"cannot resume .*rows have changed"):
        flow.fit(parse(described(folder, "run")), some_rows(60, seed=5).columns, resume=True)


def test_given_test_rows_report_and_folds_choose(folder: Path) -> None:
    where = {"test": str(folder / "test.csv")}
    result = flow.fit(parse(described(folder, "given", routes=["feature_transfer"], data=where)))
    assert not result.folded and len(result.splits.test) == 30 and result.choice.rows >= 55
    found = result.quoted
    assert (found.low, found.high) == pytest.approx(wilson(found.value, 30)) and result.choice.effect > 1
    assert result.counted == 30
    assert result.quoted == result.route(result.best).scores.metrics["accuracy"]


def test_two_cross_validated_runs_are_compared_as_carefully(folder: Path, run: RunResult) -> None:
    flow.fit(parse(described(folder, "other", routes=["baseline"])))
    found = comparison.compared(folder / "run", folder / "other")
    assert found.first.folds == found.second.folds == 3
    assert found.tests["baseline"].test.startswith("mid-p McNemar")


def test_seeds_repeat_the_folds_and_train_the_final_model_once(folder: Path) -> None:
    result = flow.fit(parse(described(folder, "seeds", routes=["baseline"], seeds=2)))
    assert len(result.route("baseline").seed_values) == 2
    assert sorted(path.name for path in (folder / "seeds" / "models").iterdir()) == ["baseline"]
    assert sorted(path.name for path in (folder / "seeds" / "held_out").iterdir()) == [
        "baseline-0.json.gz",
        "baseline-1.json.gz",
    ]


class StoppedError(Exception):
    """What ends a run here."""


@pytest.mark.parametrize("stop_at", [1, 4, 7])
def test_a_stopped_cross_validation_goes_on(
    run: RunResult, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    """Three routes in three parts and on all rows: what was trained before is not trained again."""
    trained: list[str] = []
    original = Plan.run

    def counted(self: Plan, context: Any) -> Any:
        if len(trained) == stop_at:
            raise StoppedError
        trained.append(self.title)
        return original(self, context)

    values = described(folder, "") | {"output_dir": str(tmp_path / "run")}
    with monkeypatch.context() as patched:
        patched.setattr(Plan, "run", counted)
        with pytest.raises(StoppedError):
            flow.fit(parse(values))
    stop_at, before = 99, len(trained)
    monkeypatch.setattr(Plan, "run", counted)
    again = flow.fit(parse(values), resume=True)
    assert len(trained) == 3 * 3 + 3 and before < len(trained)
    for route in run.routes:
        assert np.array_equal(again.route(route.name).outputs, route.outputs), route.name
    assert again.choice.best == run.choice.best and again.quoted == run.quoted


def test_auto_is_for_few_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = described(folder, "auto", data={"folds": "auto"})
    assert planning.prepare(parse(few)).splits.folds == 5
    monkeypatch.setattr("transferkit.data.folding.FEW_ROWS", 60)
    assert planning.prepare(parse(few)).splits.folds == 0
    unvalidated = described(folder, "auto", data={"folds": "auto", "validation_size": 0})
    assert planning.prepare(parse(unvalidated)).splits.folds == 5
    with pytest.raises(DataError, match=r"--folds 40: expected from 2 to 30 parts of 60 labelled rows"):
        planning.prepare(parse(described(folder, "many", data={"folds": 40})))


def test_without_folds_routes_are_chosen_by_validation_rows(folder: Path) -> None:
    """Also those that learn from all labelled rows: they answer validation rows without having learned from them."""
    result = flow.fit(parse(described(folder, "plain", routes=["feature_transfer"], data={"folds": 0})))
    assert result.choice.by == VALIDATION and result.choice.rows == len(result.splits.validation) > 0
    answers = held_out.read(held_out.path_of(folder / "plain", "baseline", 0))
    again = predictors.load(folder / "plain" / "models" / "baseline").predict(result.splits.validation).outputs
    assert len(answers) == len(again) and not np.allclose(answers, again)


def test_a_row_of_every_label_is_not_enough(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text("text,label\na good film,good\na bad film,bad\n")
    config = parse(
        described(folder, "two", data={"path": str(tmp_path / "two.csv"), "folds": "auto"}, routes=["baseline"])
    )
    with pytest.raises(DataError, match="expected at least two rows of a label to cross-validate, found one row of"):
        flow.fit(config)
