"""Files beside the models: what is damaged is named, and where."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from tiny_models import some_rows
from transferkit import tasks
from transferkit.artifact import held_out, learned_rows, saved_run, training_record
from transferkit.artifact.predictions import read_predictions
from transferkit.errors import ArtifactError

TASK = tasks.get("text-classification")
FIT: dict[str, Any] = {
    "task": {"name": "text-classification", "main_metric": "accuracy"},
    "data": {"columns": {"text": "body"}, "fingerprint": "abc"},
    "routes": [
        {
            "name": "full",
            "artifact": "models/full",
            "scores": {"metrics": {"accuracy": {"value": 0.5, "low": None, "high": 1}}},
            "seed_values": [0.5, None],
        }
    ],
    "best": "full",
    "cheapest": None,
}


def written(folder: Path, run: Any) -> Path:
    (folder / saved_run.NAME).write_text(run if isinstance(run, str) else json.dumps(run), encoding="utf-8")
    return folder


def test_a_run_is_read_with_keys_of_later_versions(tmp_path: Path) -> None:
    run = saved_run.read(written(tmp_path, {**FIT, "new": [1]}))
    assert run and run.best == "full" and run.data.columns == {"text": "body"}
    assert run.routes[0].seed_values == (0.5, None)
    assert saved_run.read(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"best": "other"}, "best: expected one of the routes full, found 'other'"),
        ({"best": 3}, "best: input should be a valid string"),
        ({"routes": []}, "routes"),
        ({"routes": {}}, "routes: input should be a list"),
        ({"routes": [{**FIT["routes"][0], "artifact": "/etc"}]}, "expected a folder of the run"),
        ({"routes": [{**FIT["routes"][0], "artifact": "../other"}]}, "expected a folder of the run"),
        ({"routes": FIT["routes"] * 2}, "expected different names"),
        ({"task": {"name": "cooking", "main_metric": "accuracy"}}, "task.name: expected one of"),
        ({"task": {"name": "text-classification", "main_metric": "taste"}}, "expected the metric 'taste' of each"),
        ({"data": None}, "data: "),
        ({"version": 2}, "a newer transferkit is needed"),
    ],
)
def test_a_run_that_contradicts_itself(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    with pytest.raises(ArtifactError, match=r"run\.json") as raised:
        saved_run.read(written(tmp_path, {**FIT, **change}))
    assert words in str(raised.value) and "\n" not in str(raised.value)


@pytest.mark.parametrize("content", ["", "{", "[]", "7", "null", "[" * 10_000, '{"best": "\\ud83d"}', "\x00"])
def test_a_run_that_is_none(tmp_path: Path, content: str) -> None:
    with pytest.raises(ArtifactError, match=r"run\.json is damaged"):
        saved_run.read(written(tmp_path, content))


def test_a_folder_in_its_place(tmp_path: Path) -> None:
    (tmp_path / saved_run.NAME).mkdir()
    (tmp_path / training_record.NAME).mkdir()
    for reading in (saved_run.read, training_record.read):
        with pytest.raises(ArtifactError, match="expected a file, found something else"):
            reading(tmp_path)


@pytest.mark.parametrize("arrays", [{}, {"train": np.zeros(3)}, {"train": np.zeros((2, 2), np.uint64)}, None])
def test_a_damaged_list_of_learned_rows(tmp_path: Path, arrays: dict[str, Any] | None) -> None:
    """A warning that may not come because of it is no reason to be silent."""
    path = tmp_path / "learned_rows.safetensors"
    path.write_bytes(b"half") if arrays is None else save_file(arrays, path)
    with pytest.raises(ArtifactError, match="learned_rows"):
        learned_rows.findings(tmp_path / "models" / "full", some_rows(3), TASK)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected a column 'text'"),
        (b"row,text,label\n1,a,x\n", "expected a column 'full'"),
        (b"row,text,label,full\n1,a,x\n", "expected 4 cells in record 2, found 3"),
        (b"row,text,label,full\n1,\xff,x,y\n", "utf-8"),
    ],
)
def test_damaged_predictions(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "predictions.csv").write_bytes(content)
    with pytest.raises(ArtifactError, match=r"predictions\.csv is damaged") as raised:
        read_predictions(tmp_path / "predictions.csv", TASK, ["full"])
    assert words in str(raised.value)


@pytest.mark.parametrize("array", [np.array([[0.5, np.nan]], np.float32), np.array(["a", "b"])])
def test_answers_are_kept_as_they_are(tmp_path: Path, array: Any) -> None:
    held_out.write(tmp_path / "full.json.gz", array)
    found = held_out.read(tmp_path / "full.json.gz", len(array))
    assert found.dtype == array.dtype and np.array_equal(found, array, equal_nan=array.dtype.kind == "f")
    with pytest.raises(ArtifactError, match="expected answers to 9 rows"):
        held_out.read(tmp_path / "full.json.gz", 9)
    content = (tmp_path / "full.json.gz").read_bytes()
    for damaged in (b"", content[:-9], content[:20] + b"\x00\xff" + content[22:]):
        (tmp_path / "full.json.gz").write_bytes(damaged)
        with pytest.raises(ArtifactError, match=r"full\.json\.gz is damaged"):
            held_out.read(tmp_path / "full.json.gz")
