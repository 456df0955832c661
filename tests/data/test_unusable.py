"""Rows that cannot be used: one sentence each, saying what to do."""

from typing import Any

import pytest

from transferkit.config import DataConfig
from transferkit.data import Rows, prepare, read
from transferkit.errors import DataError
from transferkit.tasks import get

TASK = get("text-classification")


def table(labels: str, prefix: str = "text") -> Rows:
    return read({"text": [f"{prefix} {i * i + 7}" for i in range(len(labels))], "label": list(labels)})


def blank(count: int) -> Rows:
    return read({"text": [""] * count, "label": ["a"] * count})


CASES = [
    ({"all": table("aaaa")}, {}, "expected at least two different labels in column 'label', found only 'a' in 4 rows"),
    ({"all": blank(3)}, {}, "all 3 rows are empty in column 'text'; name another with --text"),
    ({"all": read({"text": ["x"], "label": [None]})}, {}, "expected labels in column 'label', found none in 1 row;"),
    (
        {"train": table("abab"), "test": read({"text": ["x"], "label": [None]})},
        {},
        r"\(test\): expected labels .* leave this file out",
    ),
    (
        {"train": table("abab"), "test": table("abc", "other")},
        {},
        "labels differ between splits: test has 'c', unknown to train .*rename those labels",
    ),
    (
        {"train": table("abab"), "dev": table("xyab", "other"), "test": table("ab", "more")},
        {},
        "validation has 'x', 'y', unknown to train",
    ),
    (
        {"all": table("ab")},
        {},
        "--test-size 0.1: expected at least 2 rows to hold out and 2 to train on, found 2 in all",
    ),
    ({"all": table("abab" * 5)}, {"test_size": 1}, "--test-size 1: expected at least 2 rows to hold out"),
    ({"all": table("abab" * 5)}, {"validation_size": 18}, "--validation-size 18: .* found 18 in all"),
    ({"train": table("abab"), "test": table("a", "other")}, {}, "expected at least 2 rows in test, found 1"),
    (
        {"train": table("abab"), "test": table("abab")},
        {"validation_size": 0},
        "every one of 4 training rows also appears in test; .* --keep-leaks",
    ),
    (
        {
            "train": read({"text": ["u", "v", "w", "x"], "label": list("aabb")}),
            "test": read({"text": ["w", "x", "y"], "label": list("bba")}),
        },
        {"validation_size": 0},
        "found only 'a'",
    ),
    ({"train": table("ab"), "other": table("ab")}, {}, "expected splits named train, validation, test .* other"),
    ({"dev": table("ab"), "valid": table("ab")}, {}, "found two for validation"),
    ({}, {}, "found none"),
    (
        {
            "train": read({"premise": ["a"], "hypothesis": ["b"], "label": [1]}),
            "test": read({"text": ["c"], "label": [1]}),
        },
        {},
        "expected the same columns in every split, but train has text_pair, test has not",
    ),
    ({"all": table("abab")}, {"text": "nope"}, "expected a column 'nope' as named"),
]


@pytest.mark.parametrize(("tables", "values", "message"), CASES)
def test_one_sentence(tables: dict[str, Rows], values: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        prepare(tables, DataConfig(**{"path": "x", "folds": 0, **values}), TASK, seed=0)
    assert "\n" not in str(caught.value)
