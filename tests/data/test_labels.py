"""When two labels are one, whatever table or format they come from; labels that are too rare."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from transferkit.config import DataConfig
from transferkit.data import Rows, Splits, prepare, read
from transferkit.data.labels import form, respelt, written
from transferkit.errors import DataError
from transferkit.tasks import get, in_order

TASK, SEVERAL = get("text-classification"), get("multi-label-classification")


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (np.float32(1.0), "1"),
        (np.int8(1), "1"),
        (Decimal("1.00"), "1"),
        (2.5, "2.5"),
        (np.float32(2.1), "2.1"),
        (float(np.float32(2.1)), "2.1"),  # what Parquet's float column gives
        (0.1, "0.1"),
        (Decimal("2.50"), "2.5"),
        (1e20, "100000000000000000000"),
        (True, "True"),
        (np.bool_(True), "True"),
        (date(2024, 1, 5), "2024-01-05"),
        (datetime(2024, 1, 5), "2024-01-05"),
        (pd.Timestamp("2024-01-05"), "2024-01-05"),
        (np.datetime64("2024-01-05T00:00:00"), "2024-01-05"),
        (datetime(2024, 1, 5, 10, 30), "2024-01-05 10:30:00"),
        (b"spam", "spam"),
        ("1.0", "1.0"),
        ("01", "01"),
        (np.str_("x"), "x"),
    ],
)
def test_how_a_label_is_written(cell: Any, label: str) -> None:
    assert written(cell) == label and type(written(cell)) is str


@pytest.mark.parametrize(
    "same",
    [
        ("1", "1.0", "1.", "1e0", "+1"),
        ("1000", "1e3", "1000.0"),
        ("2.5", "2.50", "25e-1"),
        ("True", "true", "TRUE"),
        ("2024-01-05", "2024-01-05 00:00:00", "2024-01-05T00:00:00"),
        ("caf\u00e9", "cafe\u0301"),
    ],
)
def test_spellings_of_one_label(same: tuple[str, ...]) -> None:
    assert len({form(label) for label in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("1", "01"), ("1", "True"), ("a", "A"), ("1e3", "1e3x"), ("1", "1.5"), ("", "0")]
)
def test_different_labels(one: str, other: str) -> None:
    assert form(one) != form(other)


def test_two_spellings_in_one_table_are_two_labels() -> None:
    assert respelt({"1.0", "2.0"}, {"1", "2"}) == {"1.0": "1", "2.0": "2"}
    assert respelt({"1", "1.0"}, {"1", "2"}) == {}
    assert respelt({"1.0"}, {"1", "1.00"}) == {}
    assert respelt({"x"}, {"1"}) == {}


def texts(count: int, prefix: str = "text") -> list[str]:
    return [f"{prefix} {i * i + 7} of many" for i in range(count)]


def split(tables: dict[str, Rows], task: Any = TASK) -> Splits:
    return prepare(tables, DataConfig(path="x", folds=0), task, seed=0)


def test_numbers_are_one_label_in_csv_json_parquet_and_frames(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\n" + "".join(f"{t},{i % 2}.0\n" for i, t in enumerate(texts(40))))
    (tmp_path / "dev.jsonl").write_text(
        "".join(f'{{"text": "{t}", "label": {i % 2}}}\n' for i, t in enumerate(texts(6, "dev")))
    )
    frame = pd.DataFrame({"text": texts(6, "test"), "label": [0, 1, 0, 1, None, 1]})
    frame.to_parquet(tmp_path / "test.parquet")
    splits = split({name.stem: read(name) for name in tmp_path.iterdir()})
    assert {*splits.train["label"]} == {*splits.validation["label"]} == {*splits.test["label"]} == {"0", "1"}
    (found,) = splits.audit.of("respelt-labels")
    assert found.message.startswith(
        "40 rows of train have whole numbers in another spelling than the others: '0.0' for"
    )


def test_numbers_of_several_labels_are_one_too() -> None:
    train = read({"text": texts(40), "labels": [[1.0, 2.0], [1.0]] * 20})
    test = read({"text": texts(4, "test"), "labels": ["1.0;2.0", "1.0", "2.0", "[]"]})
    splits = split({"train": train, "test": test}, SEVERAL)
    assert list(splits.test["labels"]) == [["1", "2"], ["1"], ["2"], []]


@pytest.mark.parametrize(
    ("given", "labels"),
    [
        (["1", "1.0", "2.0", "0"], ["0", "1", "2"]),
        ([1, 1.0, "1.0", "2"], ["1", "2"]),
        (["-1", "-1.0", "0", "1e0"], ["-1", "0", "1"]),
        (["1", "1.0", "2.5", "2.50"], ["1", "2.5", "2.50"]),  # only whole numbers
        (["1.0", "1.1", "2.0", "2.1"], ["1.0", "1.1", "2.0", "2.1"]),  # versions
        (["1.1", "1.10", "2.0", "3"], ["1.1", "1.10", "2.0", "3"]),
        (["01", "1", "1.0", "2"], ["01", "1", "1.0", "2"]),  # a code is no number
        (["1", "1.0", "a", "b"], ["1", "1.0", "a", "b"]),
    ],
)
def test_whole_numbers_of_one_table(given: list[Any], labels: list[str]) -> None:
    """1.0 is 1 where all are numbers and one of them is written in both ways."""
    for rows in (
        {"text": texts(80), "label": given * 20},
        [{"text": t, "label": given[i % 4]} for i, t in enumerate(texts(80))],
    ):
        splits = split({"all": read(rows)})
        assert sorted({*splits.train["label"]}) == sorted(labels)
    several = {"text": texts(80), "labels": [[cell, "7"] for cell in given * 20]}
    assert {*labels} < {label for row in split({"all": read(several)}, SEVERAL).train["labels"] for label in row}


def test_integers_in_one_split_and_floats_in_another(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\n" + "".join(f"{t},{i % 2}\n" for i, t in enumerate(texts(40))))
    pd.DataFrame({"text": texts(6, "test"), "label": [0, 1, 0, 1, None, 1]}).to_parquet(tmp_path / "test.parquet")
    (tmp_path / "dev.csv").write_text(
        "text,label\n" + "".join(f"{t},{i % 2}.0\n" for i, t in enumerate(texts(6, "dev")))
    )
    splits = split({name.stem: read(name) for name in tmp_path.iterdir()})
    assert {*splits.train["label"]} == {*splits.validation["label"]} == {*splits.test["label"]} == {"0", "1"}
    (found,) = splits.audit.of("respelt-labels")
    assert "6 rows of validation have" in found.message


def test_text_labels_of_one_file_stay_what_they_are() -> None:
    splits = split({"all": read({"text": texts(80), "label": ["1.0", "1", "01", "true"] * 20})})
    assert {*splits.train["label"]} == {"1.0", "1", "01", "true"}


def test_one_order_of_labels_that_are_the_same_number() -> None:
    assert in_order({"1", "01", "10", "2"}) == ("01", "1", "2", "10")


def test_a_rare_label_of_several_refuses_nothing() -> None:
    labels = [["common", f"only here {i}"] if i % 2 else ["other", f"only here {i}"] for i in range(60)]
    splits = split({"all": read({"text": texts(60), "labels": labels})}, SEVERAL)
    assert len(splits.test) == 6
    (found,) = [each for each in splits.audit.of("unlearned-labels") if " of test " in each.message]
    assert found.message.startswith("6 labels of test without a row to train on: 'only here ")
    assert all(set(given) <= {"common", "other"} for given in splits.test["labels"])


def test_no_label_of_several_is_held_out_as_a_whole() -> None:
    # Each label stands in two rows, and each row counts for another of its labels when rows are drawn.
    labels = [[f"l{i}", f"l{(i + 1) % 40}"] for i in range(40)] + [["common"]] * 20
    for seed in range(10):
        tables = {"all": read({"text": texts(60), "labels": labels})}
        splits = prepare(tables, DataConfig(path="x", folds=0), SEVERAL, seed)
        assert {name for given in splits.train["labels"] for name in given} == {"common", *(f"l{i}" for i in range(40))}
        assert not splits.audit.of("unlearned-labels")


def test_a_label_that_only_given_rows_have_is_reported_where_it_is_rare() -> None:
    train = read({"text": texts(40), "label": ["a", "b"] * 20})
    test = read({"text": texts(20, "test"), "label": [*"ab" * 9, "a", "c"]})
    splits = split({"train": train, "test": test})
    (found,) = splits.audit.of("unlearned-labels")
    assert found.rows == (20,) and len(splits.test) == 19
    assert found.action == "left out: 5.0% of test, which every route would miss; add rows to learn from"
    with pytest.raises(DataError, match="labels differ between splits: test has 'c'"):
        split({"train": train, "test": read({"text": texts(10, "test"), "label": [*"ab" * 4, "c", "c"]})})


def test_a_label_lost_to_exact_leaks_refuses_nothing() -> None:
    train = read({"text": texts(41), "label": [*"ab" * 20, "c"]})
    test = read({"text": [*texts(4, "test"), texts(41)[40]], "label": [*"abab", "c"]})
    splits = split({"train": train, "test": test})
    assert len(splits.test) == 4 and splits.audit.of("unlearned-labels")[0].rows == (5,)


def test_a_label_with_one_row_is_learned_and_reported() -> None:
    splits = split({"all": read({"text": texts(41), "label": [*"ab" * 20, "c"]})})
    assert "c" in splits.train["label"]
    assert "'c' (1 row)" in splits.audit.of("rare-labels")[0].message


def test_one_label_among_the_test_rows_is_no_reason_to_refuse() -> None:
    train = read({"text": texts(40), "label": ["a", "b"] * 20})
    assert len(split({"train": train, "test": read({"text": texts(4, "test"), "label": ["a"] * 4})}).test) == 4


def test_numbers_that_do_not_vary_among_the_test_rows_are_reported() -> None:
    train = read({"text": texts(40), "value": [float(i) for i in range(40)]})
    test = read({"text": texts(4, "test"), "value": [3.0] * 4})
    splits = split({"train": train, "test": test}, get("text-regression"))
    (found,) = splits.audit.of("constant")
    assert found.message == "4 rows of test with one value, 3"
