"""How much rows count in training: what is read as a weight, what is refused, and what becomes of the rows."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import transferkit
from transferkit.config import DataConfig, parse, read_yaml, write_yaml
from transferkit.data import Splits, fingerprints, part_of_folds, prepare, read, weights
from transferkit.data.duplicates import resolve
from transferkit.data.preparation import naive_split
from transferkit.errors import DataError
from transferkit.table.rows import Rows
from transferkit.tasks import get

TASK = get("text-classification")


def table(count: int, own: Sequence[Any], **columns: Sequence[Any]) -> Any:
    texts = [f"{'ox' if i % 2 else 'elm'} {i * i + 7} seen by {i % 13} people" for i in range(count)]
    return read({"text": texts, "label": ["a", "b"] * (count // 2), "w": list(own), **columns})


def split(tables: Any, task: str = TASK.name, **values: Any) -> Splits:
    tables = tables if isinstance(tables, dict) else {"all": tables}
    config = DataConfig(**{"path": "x", "folds": 0, "weight": "w", **values})
    return prepare(tables, config, get(task), seed=0)


def weighing(*own: Any) -> Rows:
    return Rows({"text": ["x"] * len(own), "weight": list(own)}, np.arange(1, len(own) + 1))


def read_weights(*own: Any) -> list[float]:
    return list(weights.read(weighing(*own), {"weight": "w"})["weight"])


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("0.5", 0.5),
        (" 2e-3 ", 0.002),
        ("３", 3.0),
        (4, 4.0),
        (np.float32(0.25), 0.25),
        (np.int64(7), 7.0),
        (Decimal("1.5"), 1.5),
        (-0.0, 0.0),
        ([2, 2, 2], 2.0),
    ],
)
def test_numbers_are_weights_however_they_are_written(cell: Any, expected: float) -> None:
    assert read_weights(cell, 1) == [expected, 1.0]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("", "an empty cell"),
        ("  ", "an empty cell"),
        (None, "an empty cell"),
        (float("nan"), "an empty cell"),
        ("-1", "'-1'"),
        (-0.5, "-0.5"),
        ("inf", "'inf'"),
        ("nan", "'nan'"),
        ("1e16", "'1e16'"),
        ("high", "'high'"),
        ("1,5", "'1,5'"),
        ("50%", "'50%'"),
        ("1_000", "'1_000'"),
        (True, "True"),
        (b"1", "b'1'"),
        ([1, 2], r"\[1, 2\]"),
        ([], r"\[\]"),
        ({"a": 1}, "'a'"),
    ],
)
def test_all_else_is_refused_with_its_rows(cell: Any, found: str) -> None:
    with pytest.raises(DataError, match=rf"column 'w': expected a weight in every row.*found .*{found}.*\(rows 2, 4\)"):
        read_weights(1, cell, 2, cell)


def test_weights_of_nothing_but_zero_are_refused() -> None:
    with pytest.raises(DataError, match="expected a weight above zero in some row, found 0 in all 20"):
        split(table(20, [0] * 20))


def test_only_ratios_matter() -> None:
    found = weights.of(weighing(1.0, 3.0))
    assert found is not None and found.tolist() == [0.5, 1.5]
    assert weights.of(weighing(10.0, 30.0)).tolist() == found.tolist()  # type: ignore[union-attr]
    assert weights.of(weighing(7.0, 7.0)) is None is weights.of(weighing()) is weights.of(read({"text": ["a"]}))


def test_the_smallest_weight_is_more_than_none() -> None:
    found = weights.of(weighing(1e15, 1e-300, 0.0))
    assert found is not None and found[1] > 0 == found[2]


def test_rows_without_labels_count_as_the_mean_of_those_with() -> None:
    found = weights.of(weighing(1.0, None, 3.0, None))
    assert found is not None and found.tolist() == [0.5, 1.0, 1.5, 1.0]


def test_weights_go_with_their_rows_into_every_split_and_no_model_sees_them() -> None:
    own = [i % 7 + 1 for i in range(100)]
    splits = split(table(100, own))
    for rows in (splits.train, splits.validation, splits.test):
        assert len(rows) and list(rows["weight"]) == [own[number - 1] for number in rows.numbers]
    assert dict(splits.columns) == {"text": "text", "label": "label"}
    (found,) = splits.audit.of("weights")
    assert "column 'w': weights of 81 rows to train on, from 1 to 7" in found.message and "once" in found.action


def test_equal_weights_are_said_to_change_nothing() -> None:
    (found,) = split(table(40, [2] * 40)).audit.of("weights")
    assert "all 2" in found.message and found.action == "they change nothing"


def test_parts_of_a_cross_validation_have_the_weights_of_their_rows() -> None:
    own = [i % 7 + 1 for i in range(60)]
    splits = split(table(60, own), folds=3)
    part = part_of_folds(splits, np.arange(20), DataConfig(path="x", weight="w"), TASK, 0)
    for rows in (part.train, part.validation, part.test):
        assert list(rows["weight"]) == [own[number - 1] for number in rows.numbers]


def test_rows_of_weight_0_are_left_out_before_splits_are_made() -> None:
    splits = split(table(60, [0 if i < 10 else 1 for i in range(60)]))
    used = {int(n) for rows in (splits.train, splits.validation, splits.test) for n in rows.numbers}
    assert used == set(range(11, 61))
    found = splits.audit.of("weights")[0]
    assert found.message.startswith("10 rows have the weight 0 (rows 1, 2, 3, 4, 5 and 5 more)")
    assert found.severity == "fixed" and found.rows == tuple(range(1, 11))


def test_a_label_of_rows_without_weight_is_none_to_learn() -> None:
    with pytest.raises(DataError, match=r"at least two different labels .* found only 'a'"):
        split(table(20, [1, 0] * 10))


def test_given_validation_rows_of_weight_0_are_evaluated_and_test_rows_need_none() -> None:
    train, validation = table(20, [1] * 20), table(40, [0] * 40)
    test = read({"text": ["elm 3", "ox 4", "oak 5"], "label": ["a", "b", "a"]})
    splits = split({"train": train, "validation": validation.take(range(20, 40)), "test": test})
    assert len(splits.validation) == 20 and len(splits.test) == 3 and "weight" not in splits.test
    assert not len(weights.teaching(splits.validation))
    odd = read({"text": ["elm 3", "ox 4"], "label": ["a", "b"], "w": ["x", ""]})
    assert len(split({"train": train, "test": odd}).test) == 2


def test_given_validation_rows_of_weight_0_are_left_out_where_all_rows_are_learned() -> None:
    both = table(40, [0 if i > 34 else 1 + i % 2 for i in range(40)])
    tables = {"train": both.take(range(20)), "validation": both.take(range(20, 40))}
    splits = split(tables, folds=3)
    assert len(splits.labelled) == 35 and splits.audit.of("weights")[0].message.startswith("5 rows of validation have")


def test_validation_rows_need_weights() -> None:
    tables = {"train": table(20, [1] * 20), "validation": read({"text": ["e", "f"], "label": ["a", "b"]})}
    with pytest.raises(DataError, match=r"expected a column 'w' as named.*--weight"):
        split(tables)


def test_a_repeat_is_removed_with_its_weight() -> None:
    given = table(20, [i + 1 for i in range(20)])
    twice = given.take([0, 0, *range(1, 20)])
    own = [5.0, 99.0, *twice["w"][2:]]
    train, test = Rows({**twice.columns, "w": own}, np.arange(1, 22)), table(40, [1] * 40).take([30, 31])
    splits = split({"train": train, "test": test})
    (found,) = splits.audit.of("duplicates")
    assert found.action == "removed, the first is kept with its weight"
    assert splits.train["weight"][0] == 5.0 and 99.0 not in splits.train["weight"]


@pytest.mark.parametrize(
    ("own", "kept"), [(None, [1, 2]), ([3.0, 1.0, 1.0], [0]), ([2.0, 1.0, 1.0], []), ([0.3, 0.1, 0.2], [])]
)
def test_of_contradictory_labels_that_of_the_greatest_weight_stays(own: list[float] | None, kept: list[int]) -> None:
    found = resolve(["t", "t", "t"], "abb".__getitem__, True, own)
    assert np.flatnonzero(found.kept).tolist() == kept[:1]
    assert bool(found.undecided) == (not kept)


def test_rows_merged_into_one_have_their_mean_weight() -> None:
    given = read(
        {"text": ["p", "p", "q", "r", "s", "r"], "labels": ["a", "b", "a", "b", "a", "c"], "w": [1, 3, 4, 5, 6, 0]}
    )
    test = read({"text": ["t", "u"], "labels": ["a", "b"]})
    splits = split({"train": given, "test": test}, "multi-label-classification", validation_size=0)
    (found,) = splits.audit.of("merged-rows")
    assert found.action == "merged: one row per text, with all of its labels and their mean weight"
    assert dict(zip(splits.train["text"], splits.train["weight"], strict=True)) == {
        "p": 2.0,
        "q": 4.0,
        "r": 5.0,
        "s": 6.0,
    }
    assert dict(zip(splits.train["text"], splits.train["labels"], strict=True))["r"] == ["b"]


def test_a_column_of_weights_is_no_label_of_its_own() -> None:
    given = read({"text": list("abcdef"), "new": [0, 1] * 3, "old": [1, 0] * 3, "w": [1, 0, 1, 1, 1, 1]})
    test = read({"text": ["g", "h"], "new": [0, 1], "old": [1, 0]})
    splits = split({"train": given, "test": test}, "multi-label-classification", validation_size=0)
    assert set(splits.train["labels"][0]) == {"old"} and 2 not in splits.train.numbers


def test_rows_without_labels_need_no_weight() -> None:
    given = table(40, [1 + i % 3 for i in range(30)] + [""] * 10)
    labels = [label if i < 30 else "" for i, label in enumerate(given["label"])]
    given = Rows({**given.columns, "label": labels}, given.numbers)
    more = read({"text": ["quite another text", "and one more"], "w": ["x", "-1"]})
    splits = split({"all": given, "unlabelled": more})
    assert splits.unlabelled is not None and set(splits.unlabelled["weight"]) == {None} and len(splits.unlabelled) == 12
    joined = splits.train.join(splits.unlabelled)
    found = weights.of(joined)
    assert found is not None and found[-12:].tolist() == [1.0] * 12
    assert found[:-12].mean() == pytest.approx(1.0, abs=1e-6)


def test_a_table_with_a_word_per_row_has_a_weight_per_sentence() -> None:
    given = read(
        {
            "sentence_id": [0, 0, 1, 1, 2, 2, 3, 3],
            "word": ["Ada", "sang", "we", "sat", "Bo", "ran", "they", "ate"],
            "tag": ["B-PER", "O", "O", "O", "B-PER", "O", "O", "O"],
            "w": [2, 2, 2, 2, 2, 2, 2, 2],
        }
    )
    splits = split({"train": given.take(range(4)), "test": given.take(range(4, 8))}, "ner", validation_size=0)
    assert list(splits.train["weight"]) == [2.0, 2.0]
    odd = Rows({**given.columns, "w": [2, 1, *[2] * 6]}, given.numbers)
    with pytest.raises(DataError, match=r"expected a weight in every row.*\[2, 1\] \(row 1\)"):
        split({"train": odd, "test": given}, "ner", validation_size=0)


def test_weights_take_part_in_the_fingerprint() -> None:
    one, other = (fingerprints.of(split(table(60, [1 + i % k for i in range(60)])), TASK) for k in (3, 4))
    assert one != other


def test_the_naive_split_is_without_rows_of_weight_0() -> None:
    given = table(40, [0] * 5 + [1] * 35).take([*range(40), *range(20)])
    found = naive_split({"all": given}, DataConfig(path="x", weight="w"), TASK, 0)
    assert found is not None and len(found[0]) + len(found[1]) == 50


def test_the_column_is_named_among_those_that_are_read() -> None:
    rows = [{"text": f"text {i}", "label": "ab"[i % 2], "w": i, "id": i} for i in range(6)]
    found = transferkit.look(rows, weight="w")
    assert dict(found.columns)["weight"] == "w" and found.unused == ("id",) and not found.problem
    assert "weight from 'w'" in str(found) and "1 row has the weight 0 (row 1)" in str(found)
    assert "from 1 to 5" in str(found)
    assert "expected a weight in every row" in transferkit.look([*rows, {**rows[0], "w": "x"}], weight="w").problem


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        ("wight", "expected a column 'wight' as named.*did you mean 'weight'.*--weight"),
        ("label", "column 'label' is named as the weight but is the label; name another"),
        ("text", "column 'text' is named as the weight but is the text; name another"),
    ],
)
def test_a_weight_is_a_column_of_its_own(weight: str, words: str) -> None:
    given = read({"text": ["a", "b"] * 5, "label": ["a", "b"] * 5, "weight": [1, 2] * 5})
    with pytest.raises(DataError, match=words):
        split(given, weight=weight)


def test_a_description_keeps_the_weight(tmp_path: Path) -> None:
    config = parse({"data": {"path": "x.csv", "weight": "w"}})
    write_yaml(config, tmp_path / "run.yaml")
    assert parse(read_yaml(tmp_path / "run.yaml")) == config and config.data.weight == "w"
