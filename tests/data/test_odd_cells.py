"""Cells and names of columns that are odd: each is read rightly, or refused with row and column."""

import gzip
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from transferkit.data import canonical, read, stream
from transferkit.errors import DataError
from transferkit.reading import compression
from transferkit.table.values import missing
from transferkit.tasks import get


def labelled(rows: Any, task: str = "text-classification") -> Any:
    return canonical(read(rows), get(task))[0]


def test_half_of_a_surrogate_pair_is_a_broken_character(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(r'{"text": "a\ud800b \ud83d\ude00", "label": "c\udc00"}' + "\n")
    rows = labelled(path)
    assert rows["text"] == ["a\ufffdb \U0001f600"] and rows["label"] == ["c\ufffd"]


@pytest.mark.parametrize("cell", [None, float("nan"), np.nan, pd.NA, pd.NaT, Decimal("sNaN"), np.datetime64("NaT")])
def test_nothing_in_any_type(cell: Any) -> None:
    assert missing(cell)
    assert read(pd.DataFrame({"text": pd.Series(["a", cell], dtype=object)}))["text"] == ["a", None]


def test_odd_cells_as_text_and_label() -> None:
    rows = labelled(
        {"text": [b"caf\xc3\xa9", Decimal("1.50"), 3], "label": [b"x", np.str_("x"), pd.Timestamp("2020-01-01")]}
    )
    assert rows["text"] == ["café", "1.50", "3"]
    assert list(map(str, rows["label"])) == ["x", "x", "2020-01-01"]


class Unwilling:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    "cell", [Unwilling(), 10**5000, {"a": 1}, np.array("x")], ids=["object", "int", "dict", "array"]
)
def test_cells_that_are_no_text(cell: Any) -> None:
    with pytest.raises(DataError, match="row 2, column 'text': expected text, found a"):
        labelled({"text": ["a", cell], "label": [1, 2]})


@pytest.mark.parametrize(("cell", "found"), [(None, "none"), (["b"], "a list"), (float("nan"), "none")])
def test_a_missing_word_among_words(cell: Any, found: str) -> None:
    with pytest.raises(DataError, match=f"row 1, column 'tokens': expected a list of words, found {found} as word 2"):
        labelled([{"tokens": ["a", cell], "tags": ["O", "O"]}], "token-classification")


@pytest.mark.parametrize(
    "cell", [10**400, "9" * 400, Decimal("1e999"), "inf", 1j, [1]], ids=lambda cell: f"{cell!r:.9}"
)
def test_numbers_beyond_floats(cell: Any) -> None:
    with pytest.raises(DataError, match=r"row 1, column 'value': expected a (finite )?number"):
        labelled({"text": ["a"], "value": [cell]}, "text-regression")


ODD_COLUMNS = {
    "a text as a column": ({"text": "abc", "label": "abc"}, "column 'text': expected a list of cells"),
    "a set as a column": (
        {"text": {"a", "b"}, "label": [1, 2]},
        "column 'text': expected a list of cells in their order",
    ),
    "a number as a column": ({"text": 3}, "column 'text': expected a list of cells"),
    "two names that read alike": ({1: ["a"], "1": ["b"]}, "distinct column names, found '1' twice"),
    "a mapping whose keys read alike": ([{1: "a", "1": "b"}], "row 1: expected distinct column names"),
    "two columns of a frame": (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "distinct column names"),
    "keys without end": ([{f"k{i}": 1} for i in range(2_001)], "at most 2,000 columns"),
}


@pytest.mark.parametrize(("table", "said"), ODD_COLUMNS.values(), ids=list(ODD_COLUMNS))
def test_odd_columns(table: Any, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read(table)


def test_names_that_are_no_text_are_written_out() -> None:
    assert list(read({0: ["a"], None: ["b"], ("x", "y"): ["c"]}).columns) == ["0", "None", "x y"]
    assert list(read([{0: "a"}]).columns) == ["0"]
    frame = pd.DataFrame([["a", "b"]], columns=pd.MultiIndex.from_tuples([("text", ""), ("label", "")]))
    assert list(read(frame).columns) == ["text", "label"]


FEATURES = [b"{", b"3", b'{"info": 3}', b'{"info": {"features": [1]}}', b"[" * 5_000, b"\xff"]
CLASSES = [{"names": 3}, {"names": ["only"]}, {"feature": {"names": ["a"]}}]


@pytest.mark.parametrize(
    "said", [*FEATURES, *(json.dumps({"info": {"features": {"label": c}}}).encode() for c in CLASSES)]
)
def test_parquet_with_a_damaged_description(tmp_path: Path, said: bytes) -> None:
    table = pa.table({"text": ["a", "b"], "label": [0, 1]}).replace_schema_metadata({b"huggingface": said})
    pq.write_table(table, tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a.parquet: is not a readable Parquet file"):
        read(tmp_path / "a.parquet")


def test_parquet_with_a_name_twice(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_arrays([pa.array(["a"])] * 2, names=["text", "text"]), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="names 'text' more than once"):
        read(tmp_path / "a.parquet")


def test_parquet_that_says_to_hold_more_than_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transferkit.reading.formats.parquet._LARGE", 1_000)
    pq.write_table(pa.table({"text": ["x"] * 900_000}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="says that it has 900,000 rows"):
        read(tmp_path / "a.parquet")


def test_a_file_that_expands_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compression, "_LARGE", 1_000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"text\n" + b"x\n" * 500_000))
    with pytest.raises(DataError, match="holds more than 300 times its own size"):
        list(stream(tmp_path / "a.csv.gz"))


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    (tmp_path / "gone.csv").symlink_to("nowhere")
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    found = {
        "pipe.csv": "found a pipe, socket or device",
        "zero.csv": "found a pipe, socket or device",
        "gone.csv": "found a link to nothing",
        "loop.csv": "too many levels of symbolic links",
        f"{'x' * 300}.csv": "file name too long",
        "a\0.csv": "the character NUL",
    }
    for name, said in found.items():
        with pytest.raises(DataError, match=said):
            read(tmp_path / name)
