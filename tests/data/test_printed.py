"""Lists and mappings that Python, NumPy and pandas have printed are read back as they were."""

import math
from typing import Any

import numpy as np
import pytest

from transferkit.table.printed import parsed

VALUES: list[Any] = [
    [],
    ["a"],
    ["it's", 'a "word"', "\n", "\\"],
    ["体育", "财经"],
    [1, -2, 0],
    [0.5, -1e-9, 1e20],
    [True, False, None],
    {"text": ["a"], "answer_start": [3]},
    {"体育": 1.0, "b": False},
    [["a", 1], {"b": []}],
]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_what_python_prints(value: Any) -> None:
    assert parsed(repr(value)) == value


@pytest.mark.parametrize("value", [["a", "b c"], ["it's", "x"], [0, 1, 0], [0.0, 1.0, 0.5], [True, False]], ids=str)
def test_what_numpy_prints(value: list[Any]) -> None:
    assert parsed(str(np.array(value))) == value
    assert parsed(repr(np.array(value, dtype=object))) == value


def test_what_pandas_writes_of_answers_on_the_hub() -> None:
    cell = {"text": np.array(["巴黎", "in Paris"], dtype=object), "answer_start": np.array([3, 17], dtype=np.int32)}
    assert parsed(str(cell)) == {"text": ["巴黎", "in Paris"], "answer_start": [3, 17]}


def test_lists_of_scalars_of_numpy() -> None:
    assert parsed(repr([np.int64(1), np.float64(0.5), np.str_("a"), np.True_])) == [1, 0.5, "a", True]


def test_json_and_missing_numbers() -> None:
    assert parsed('{"a": [true, null, "\\u6587"]}') == {"a": [True, None, "文"]}
    assert math.isnan(parsed("[nan]")[0])


@pytest.mark.parametrize(
    "text", ["", "[", "[a]", "a b", "['a' ... 'b']", "[1] 2", "['a'", "{1}", "[01]", "[1-2]", "(" * 99]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)
