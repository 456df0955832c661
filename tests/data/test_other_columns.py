"""The user's other columns go with their rows from the table to the splits, and change nothing about these."""

from typing import Any

import numpy as np
import pytest

from transferkit.config import DataConfig
from transferkit.data import canonical, fingerprints, prepare, read
from transferkit.data.cleaning import clean
from transferkit.table.rows import Rows
from transferkit.table.splits import Splits
from transferkit.tasks import get

TASK = get("text-classification")
COUNT = 60


def table(**others: Any) -> dict[str, Any]:
    columns = {"text": [f"row {i} about {i * i}" for i in range(COUNT)], "label": ["a", "b"] * (COUNT // 2)}
    columns["text"][7] = columns["text"][5]  # a copy
    columns["text"][9] = " "
    return columns | others


IDS = {"id": [f"id {i}" for i in range(COUNT)], "lang": ["en", None] * (COUNT // 2)}


def split(columns: dict[str, Any], **config: Any) -> Splits:
    given = DataConfig(**{"path": "x", "folds": 0, "validation_size": 0.2, "test_size": 0.2} | config)
    return prepare({"all": read(columns)}, given, TASK, 0)


def expected(rows: Rows) -> list[str]:
    return [f"id {number - 1}" for number in rows.numbers]


def test_every_row_keeps_its_own() -> None:
    found = split(table(**IDS))
    for rows in (found.train, found.validation, found.test, found.labelled):
        assert len(rows) and [*rows.others] == ["id", "lang"] and rows.others["id"] == expected(rows)
    assert found.train.others.columns is found.test.others.columns


def test_splits_and_their_fingerprint_are_what_they_are_without() -> None:
    found, plain = split(table(**IDS)), split(table())
    assert fingerprints.of(found, TASK) == fingerprints.of(plain, TASK) and found.audit.counts == plain.audit.counts
    assert np.array_equal(found.test.numbers, plain.test.numbers) and found.test.keys() == plain.test.keys()
    assert [*found.test.columns] == [*plain.test.columns] and plain.test.others == {}


def test_rows_without_labels_keep_theirs() -> None:
    columns = table(**IDS)
    columns["label"][20:30] = [None] * 10
    found = split(columns).unlabelled
    assert found is not None and found.others["id"] == expected(found)


def test_columns_that_are_read_are_no_others() -> None:
    columns = table(**IDS, title=["t"] * COUNT)
    rows, _ = canonical(read(columns), get("text-classification"), {"text": "title,text"})
    assert [*rows.others] == ["id", "lang"]
    found = split(columns, group="lang")
    assert [*found.test.others] == ["id", "title"]


@pytest.mark.parametrize("named", ["new,old", "new，old", "new、old"])
def test_labels_in_columns_of_their_own_are_read(named: str) -> None:
    flags = {"text": ["x", "y", "z"], "new": [0, 1, 1], "old": [1, 0, 1], "id": [7, 8, 9]}
    config = DataConfig(path="x", label=named, folds=0, test_size=0.2)
    rows = read({name: cells * 10 for name, cells in flags.items()} | {"text": [f"text {i}" for i in range(30)]})
    found = prepare({"all": rows}, config, get("multi-label-classification"), 0)
    assert [*found.test.others] == ["id"]


def test_of_texts_with_a_row_per_label_the_first_rows_stay() -> None:
    texts = [f"text {i // 2}" for i in range(40)]
    columns = {"text": texts, "labels": ["a", "b"] * 20, "id": [*range(40)]}
    config = DataConfig(path="x", folds=0, test_size=0.2, validation_size=0)
    found = prepare({"all": read(columns)}, config, get("multi-label-classification"), 0)
    assert found.test.others["id"] == [number - 1 for number in found.test.numbers] and len(found.labelled) == 16


def test_words_that_become_a_sentence() -> None:
    columns = {
        "sentence_id": [1, 1, 2, 2],
        "word": ["Ada", "came", "He", "left"],
        "tag": ["B-PER", "O", "O", "O"],
        "doc": ["x", "x", "y", "y"],
        "pos": ["N", "V", "P", "V"],
    }
    rows = clean(read(columns), get("token-classification"), {}, "").rows
    assert rows.others == {"sentence_id": [1, 2], "doc": ["x", "y"], "pos": [["N", "V"], ["P", "V"]]}


@pytest.mark.parametrize(
    ("task", "columns"),
    [
        ("translation", {"translation": [{"en": "one", "fr": "un"}, {"en": "two", "fr": "deux"}]}),
        (
            "text-generation",
            {"messages": [[{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]] * 2},
        ),
        ("question-answering", {"question": ["a ?", "b ?"], "context": ["x", "y"], "answers": [["x"], ["y"]]}),
        ("text-regression", {"text": ["a", "b"], "value": [1, 2]}),
        ("token-classification", {"text": ["Ada came", "He left"], "entities": [[[0, 3, "PER"]], []]}),
    ],
)
def test_what_a_task_unpacks_takes_none_away(task: str, columns: dict[str, Any]) -> None:
    rows = clean(read({"id": [7, 8], **columns}), get(task), {}, "").rows
    assert rows.others["id"] == [number + 6 for number in rows.numbers] and len(rows)
