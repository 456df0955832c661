"""Numbers to learn that are not what they seem, and labels that say one thing in two ways."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from transferkit import tasks
from transferkit.config import DataConfig
from transferkit.data import prepare
from transferkit.table.rows import Rows
from transferkit.table.splits import Splits


def table(targets: Sequence[Any], start: int = 0) -> Rows:
    texts = [f"a thing that is number {start + i} of them" for i in range(len(targets))]
    return Rows({"text": texts, "label": list(targets)}, np.arange(1, len(targets) + 1))


def prepared(task: str = "text-regression", **tables: Rows) -> Splits:
    return prepare(tables, DataConfig(path="x", folds=0), tasks.get(task), 0)


def kinds(splits: Splits) -> set[str]:
    return {finding.kind for finding in splits.audit.findings}


@pytest.mark.parametrize("numbers", [[3, 1.5, 2, 8, 5, 4.25], [-3, -4, -5, -6, -70.5, -1]])
def test_a_total_is_found(numbers: list[float]) -> None:
    splits = prepared(train=table([*numbers * 4, 4 * sum(numbers)]))
    (finding,) = splits.audit.of("total-rows")
    assert finding.rows == (25,) and finding.message.endswith("is the sum of all others (row 25)")


@pytest.mark.parametrize("last", [0.0, 3.0, 23.0])
def test_other_last_numbers_are_no_totals(last: float) -> None:
    numbers = [3, 1.5, 2, 8, 5, 4.25] * 4
    assert "total-rows" not in kinds(prepared(train=table([*numbers, last])))
    assert "total-rows" not in kinds(prepared(train=table([*[-1, 1] * 12, 0])))


def test_a_total_of_labels_is_a_label() -> None:
    labels = ["1", "2"] * 10
    assert "total-rows" not in kinds(prepared("text-classification", train=table([*labels, "30", "30", "30"])))


def test_test_numbers_on_another_scale_are_found() -> None:
    learned = [1 + i % 5 for i in range(60)]
    splits = prepared(train=table(learned), test=table([20.0 * number for number in learned[:20]], 100))
    (finding,) = splits.audit.of("other-scale")
    assert finding.message == "20 of 20 numbers of test lie outside of those of train (1 to 5; test 20 to 100)"
    assert "other-scale" not in kinds(prepared(train=table(learned), test=table([*learned[:20], 70, 80], 100)))


@pytest.mark.parametrize("names", [("1", "true"), ("0", "False"), ("1.0", "TRUE")])
def test_true_beside_1_is_one_label_in_two_spellings(names: tuple[str, str]) -> None:
    splits = prepared("text-classification", train=table([*["other"] * 20, *names * 10]))
    (finding,) = splits.audit.of("alike-labels")
    assert finding.message.startswith("labels that differ only in how they are written: ")
    assert all(repr(name) in finding.message for name in names)
    assert "alike-labels" not in kinds(prepared("text-classification", train=table(["true", "false"] * 20)))
