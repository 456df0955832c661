"""Tables as Python users have them in memory, and data sets that `datasets` saved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from calling import Call
from transferkit.data import read, read_splits, stream
from transferkit.errors import DataError
from transferkit.reading import collector

TEXTS = ["a", "b", "c"]
RECORDS = [{"text": text, "label": i % 2} for i, text in enumerate(TEXTS)]
NAMED = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["neg", "pos"])})
TAGGED = datasets.Features(
    {
        "tokens": datasets.List(datasets.Value("string")),
        "ner_tags": datasets.List(datasets.ClassLabel(names=["O", "B-X"])),
    }
)


def dataset(prefix: str = "") -> datasets.Dataset:
    rows = [{**row, "text": f"{prefix}{row['text']}"} for row in RECORDS]
    return datasets.Dataset.from_list(rows, features=NAMED)


class Frame:
    """What is read of a polars frame: its columns through Arrow, strings of categories as dictionaries."""

    def __init__(self, **columns: Any) -> None:
        self.table = pa.table(columns)
        self.columns = self.table.column_names

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.table.__arrow_c_stream__(requested_schema)


def numbers(count: int) -> Iterator[dict[str, Any]]:
    return ({"text": f"t{i}", "label": i} for i in range(count))


@pytest.mark.parametrize(
    "table",
    [
        dataset().to_iterable_dataset(),
        dataset().to_iterable_dataset().with_format("numpy"),
        Frame(text=TEXTS, label=pa.array(["neg", "pos", "neg"]).dictionary_encode()),
        pa.table({"text": TEXTS, "label": ["neg", "pos", "neg"]}),
        pd.DataFrame({"text": TEXTS, "label": pd.Categorical(["neg", "pos", "neg"])}),
        pd.DataFrame({"text": TEXTS, "label": ["neg", "pos", "neg"]}).convert_dtypes(dtype_backend="pyarrow"),
        {"text": pd.Series(TEXTS), "label": pd.Series(["neg", "pos", "neg"])},
        {"text": pa.chunked_array([TEXTS]).to_pylist(), "label": np.array(["neg", "pos", "neg"])},
        (row | {"label": ["neg", "pos"][int(str(row["label"]))]} for row in RECORDS),
        {i: row | {"label": ["neg", "pos"][int(str(row["label"]))]} for i, row in enumerate(RECORDS)}.values(),
    ],
    ids=lambda table: type(table).__name__,
)
def test_tables_in_memory(table: Any) -> None:
    (rows,) = read_splits(table).values()
    assert [str(text) for text in rows["text"]] == TEXTS
    assert [str(label) for label in rows["label"]] == ["neg", "pos", "neg"]
    assert rows.numbers.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("dtype", "cells"),
    [
        ("Int64", [1, None, 0]),
        ("boolean", [True, None, False]),
        ("Float32", [0.5, None, 1.0]),
        ("string", ["1", None, "0"]),
        ("category", ["x", None, "y"]),
    ],
)
def test_missing_cells_of_pandas(dtype: Any, cells: list[Any]) -> None:
    rows = read(pd.DataFrame({"text": TEXTS, "label": pd.array(cells, dtype=dtype)}))
    assert list(rows["label"]) == cells


def test_splits_in_memory() -> None:
    splits = datasets.IterableDatasetDict(
        {"train": dataset().to_iterable_dataset(), "dev": dataset("x").to_iterable_dataset()}
    )
    found = read_splits(splits)
    assert list(found) == ["train", "validation"] and list(found["validation"]["label"]) == ["neg", "pos", "neg"]
    assert list(read_splits({"de": Frame(text=TEXTS), "en": Frame(text=TEXTS)})) == ["de", "en"]


def test_a_stream_that_may_never_end_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "MOST_STREAMED", 10)
    assert len(read(numbers(10))) == 10
    with pytest.raises(
        DataError, match=r"generator: expected a stream of at most 10 rows, found more; .*take\(100_000\)"
    ):
        read(numbers(11))
    endless = datasets.IterableDataset.from_generator(lambda: numbers(10**9))
    with pytest.raises(DataError, match="IterableDataset: expected a stream of at most 10 rows"):
        read(endless)


@pytest.mark.parametrize("given", [pd.Series(TEXTS), np.array([TEXTS]), zip(TEXTS, TEXTS, strict=True), iter(TEXTS)])
def test_what_has_no_names_of_columns_is_refused(given: Any) -> None:
    with pytest.raises(DataError, match=r"row 1: expected a mapping such as .*, found a "):
        read(given)


def test_class_numbers_of_tags_become_names() -> None:
    columns = {"tokens": [["Ada", "runs"]] * 2, "ner_tags": [[1, 0]] * 2}
    tagged = datasets.Dataset.from_dict(columns, features=TAGGED)
    for table in (tagged, tagged.to_iterable_dataset()):
        assert list(read(table)["ner_tags"]) == [["B-X", "O"]] * 2


def test_a_saved_data_set_is_read(tmp_path: Path) -> None:
    dataset().save_to_disk(str(tmp_path / "one"))
    (rows,) = read_splits(tmp_path / "one").values()
    assert list(rows["label"]) == ["neg", "pos", "neg"] and rows.source == str(tmp_path / "one")
    assert list(read(str(tmp_path / "one"))["text"]) == TEXTS
    assert [part.numbers.tolist() for part in stream(tmp_path / "one", 2)] == [[1, 2], [3]]
    assert set(read_splits(dataset("x"), test=tmp_path / "one")) == {"train", "test"}


def test_saved_splits_are_read(tmp_path: Path, call: Call) -> None:
    splits = {
        name: datasets.concatenate_datasets([dataset(f"{name} {i} ") for i in range(4)]) for name in ("train", "test")
    }
    datasets.DatasetDict(splits).save_to_disk(str(tmp_path / "two"))
    found = read_splits(tmp_path / "two")
    assert {name: len(rows) for name, rows in found.items()} == {"train": 12, "test": 12}
    ended = call("look", tmp_path / "two")
    assert ended.code == 0 and "2 labels: neg (8), pos (4)" in ended.out
    with pytest.raises(DataError, match=r"expected one table, found several splits; name one of them: .*two/train"):
        read(tmp_path / "two")
    assert len(read(tmp_path / "two" / "train")) == 12


def test_a_damaged_saved_data_set_is_refused(tmp_path: Path) -> None:
    dataset().save_to_disk(str(tmp_path / "one"))
    (tmp_path / "one" / "state.json").write_text("{")
    with pytest.raises(DataError, match=r"one: cannot be read as what save_to_disk wrote \(.*\); save it again"):
        read_splits(tmp_path / "one")
