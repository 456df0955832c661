"""A folder of files -> splits: parts of one are read together, in order, and none may be missing."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from transferkit.data import read_splits
from transferkit.errors import DataError


def put(folder: Path, names: Sequence[str]) -> Path:
    """Files of one row each, whose text is the file's name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        row = {"text": name, "label": "x"}
        content = (json.dumps(row) if ".jsonl" in name else f"text,label\n{name},x").encode() + b"\n"
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder


def texts(folder: Path) -> dict[str, list[str]]:
    return {name: list(rows["text"]) for name, rows in read_splits(folder).items()}


TRAIN = [f"train-{part:05}-of-00003.csv.gz" for part in range(3)]
LAYOUTS = {
    "parts beside a whole": ([*TRAIN, "test.csv"], {"train": TRAIN, "test": ["test.csv"]}),
    "under data/": ([f"data/{name}" for name in TRAIN], {"train": [f"data/{name}" for name in TRAIN]}),
    "in the only folder": (["plain/train-00000-of-00001.jsonl"], {"train": ["plain/train-00000-of-00001.jsonl"]}),
    "in folders of the splits": (
        ["train/0-of-2.csv", "train/1-of-2.csv", "test/a.csv"],
        {"train": ["train/0-of-2.csv", "train/1-of-2.csv"], "test": ["test/a.csv"]},
    ),
    "counted from one, more than ten": (
        [f"train_{part}-of-11.csv" for part in range(1, 12)],
        {"train": [f"train_{part}-of-11.csv" for part in range(1, 12)]},
    ),
    "without a split": (["news-0-of-2.csv", "news-1-of-2.csv"], {"all": ["news-0-of-2.csv", "news-1-of-2.csv"]}),
}


@pytest.mark.parametrize(("names", "found"), LAYOUTS.values(), ids=list(LAYOUTS))
def test_layouts(tmp_path: Path, names: list[str], found: dict[str, list[str]]) -> None:
    assert texts(put(tmp_path, names)) == found


def test_rows_of_parts_are_numbered_on(tmp_path: Path) -> None:
    rows = read_splits(put(tmp_path, TRAIN))["train"]
    assert rows.numbers.tolist() == [1, 2, 3] and "further parts" in rows.source


ODD = {
    "a test file alone": (["test.csv"], r"expected a file named train, found test.csv \(test\); rename the file"),
    "a name with test in it": (
        ["my_test.csv", "reviews.csv", "old.csv"],
        r"found my_test.csv \(test\) and old.csv, reviews.csv, named after no split; rename",
    ),
    "one missing": ([TRAIN[0], TRAIN[2]], "expected 3 parts of train, found 2; part 1 is missing"),
    "the last missing": (TRAIN[:2], "part 2 is missing"),
    "of two wholes": ([*TRAIN, "train-00000-of-00002.csv"], "found .*in 2 parts and .*in 3 parts; keep one"),
    "parts and a whole": ([*TRAIN, "train.csv"], "both train.csv and train-00000-of-00003.csv.gz look like train"),
    "a part twice": ([*TRAIN, "train-00001-of-00003.csv"], "two files are the same part of train"),
    "no parts": (["a.train.csv", "b.train.csv"], "where they are parts of one name them train-00000-of-00002"),
    "nothing": (["x/y.txt"], "or files named train, validation and test"),
}


@pytest.mark.parametrize(("names", "said"), ODD.values(), ids=list(ODD))
def test_what_cannot_be_one_split_is_refused(tmp_path: Path, names: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_splits(put(tmp_path, names))


def test_parts_have_the_same_columns(tmp_path: Path) -> None:
    put(tmp_path, TRAIN[:2])
    (tmp_path / TRAIN[2]).write_bytes(gzip.compress(b"text,topic\na,b\n"))
    with pytest.raises(DataError, match=r"00002-of-00003.* expected the columns of .*00000-of-00003.*'label', 'topic'"):
        read_splits(tmp_path)


@pytest.mark.parametrize(("other", "severity"), [("old.csv", "info"), ("eval.csv", "warning")])
def test_files_that_are_not_read_are_named(tmp_path: Path, other: str, severity: str) -> None:
    found = read_splits(put(tmp_path, ["train.csv", "test.csv", other]))
    assert {*found} == {"train", "test"}
    (note,) = found["train"].notes
    assert note.kind == "not-read" and note.severity == severity and note.message.endswith(f"no split: {other}")
    assert not read_splits(put(tmp_path / "plain", ["train.csv", "test.csv"]))["train"].notes


@pytest.mark.parametrize("names", [["train.en", "train.fr"], ["train.char.bmes"], ["neg/1.txt", "pos/1.txt"]])
def test_a_folder_without_data_says_what_is_there(tmp_path: Path, names: list[str]) -> None:
    put(tmp_path, names)
    there = ", ".join(dict.fromkeys(f"{name.split('/')[0]}/" if "/" in name else name for name in names))
    with pytest.raises(DataError, match=f"in a format that is read .*.csv.*, found {there}; write its rows as CSV"):
        read_splits(tmp_path)
