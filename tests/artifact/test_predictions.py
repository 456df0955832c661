"""The table of predictions: the user's other columns stand in it, and no model has seen them."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from tiny_models import save_model, some_rows
from transferkit import job, tasks
from transferkit.artifact.predictions import as_given, own_names, read_predictions
from transferkit.cache.spaces import Space
from transferkit.evaluation.results import RunResult
from transferkit.predictors.bag_of_words import BagOfWords
from transferkit.table.rows import Rows

COUNT = 90
CANARY = "hammer knife"
NAMES = ["baseline", "feature_transfer"]
OTHERS = {
    "id": [f"Ü, {i}\n" for i in range(COUNT)],
    "text": [CANARY] * COUNT,
    "baseline": [i / 10 if i % 3 else None for i in range(COUNT)],
    "data_baseline": [{"en": CANARY, "at": i} for i in range(COUNT)],
}


def fitted(folder: Path, others: dict[str, Any]) -> RunResult:
    rows = some_rows(COUNT)
    table = {**others, "sentence": rows["text"], "label": rows["label"]}
    return transferkit.fit(
        table,
        text="sentence",
        model=str(folder / "model"),
        routes=["feature_transfer"],
        folds=0,
        output_dir=str(folder / f"run-{len(others)}"),
        cache_dir=str(folder / "cache"),
        offline=True,
    ).result


def lines(folder: Path) -> list[list[str]]:
    with (folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("predictions")
    save_model(made / "model", "bert")
    return made


def test_a_run_with_other_columns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Rows] = []
    keys: list[str] = []
    predict, fetch, context_of = BagOfWords.predict, Space.fetch, job.context_of

    def watched(*given: Any) -> Any:
        context = context_of(*given)
        seen.extend((context.train, context.validation))
        return context

    monkeypatch.setattr(job, "context_of", watched)
    monkeypatch.setattr(BagOfWords, "predict", lambda self, rows: seen.append(rows) or predict(self, rows))
    monkeypatch.setattr(Space, "fetch", lambda self, names, ask: keys.extend(names) or fetch(self, names, ask))
    plain = fitted(folder, {})
    first, keys[:], seen[:] = list(keys), [], []
    result = fitted(folder, OTHERS)
    assert len(seen) > 4 and all(rows.others == {} for rows in seen) and keys == first
    assert result.fingerprint == plain.fingerprint
    numbers = result.splits.test.numbers - 1
    assert result.splits.test.others["id"] == [OTHERS["id"][i] for i in numbers]

    (header, *found), (names, *before) = lines(folder / "run-4"), lines(folder / "run-0")
    assert header == [*names, "id", "data_text", "data_baseline", "data_data_baseline"]
    assert [line[: len(names)] for line in found] == before
    assert [line[len(names) :] for line in found] == [
        [
            f"Ü, {i}\n",
            CANARY,
            str(i / 10) if i % 3 else "",
            json.dumps({"en": CANARY, "at": int(i)}),
        ]
        for i in numbers
    ]
    one, other = (json.loads((folder / run / "run.json").read_text()) for run in ("run-0", "run-4"))
    for part in ("best", "choice", "skipped"):
        assert one[part] == other[part]
    assert [route["scores"] for route in one["routes"]] == [route["scores"] for route in other["routes"]]
    plain_table, table = (folder / run / "predictions.csv" for run in ("run-0", "run-4"))
    assert read_predictions(table, plain.task, NAMES) == read_predictions(plain_table, plain.task, NAMES)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (float("nan"), ""),
        ("a\ud800", "a\ufffd"),
        (np.int64(3), "3"),
        (True, "True"),
        (np.array([1.5, 2]), "[1.5, 2.0]"),
        (["a", None], '["a", null]'),
        (np.datetime64("2024-01-31"), "2024-01-31"),
        (b"caf\xc3\xa9", "café"),
        (b"\xff\xd8", "<2 bytes>"),
        ({"bytes": b"\xff" * 2000, "path": "x.png"}, '{"bytes": "<2,000 bytes>", "path": "x.png"}'),
    ],
)
def test_cells_of_any_kind(value: Any, written: str) -> None:
    assert as_given(value) == written


def test_a_cell_that_cannot_be_written_ends_no_run() -> None:
    class Odd:
        def __str__(self) -> str:
            raise RuntimeError

    assert as_given(Odd()) == "<Odd>" and as_given(10**5000) == "<int>"


def test_no_two_columns_have_one_name() -> None:
    assert own_names(["id", "row", "data_row", "full"], ["row", "text", "full"]) == [
        *("id", "data_row", "data_data_row", "data_full"),
    ]


def test_long_cells_are_read_back(tmp_path: Path) -> None:
    task = tasks.get("text-classification")
    (tmp_path / "predictions.csv").write_text(f"row,text,label,full,essay\n1,a,x,y,{'z' * 200_000}\n")
    assert read_predictions(tmp_path / "predictions.csv", task, ["full"]).answers == {"full": ("y",)}
