"""Numbers with decimal commas are read where a column leaves no doubt."""

from typing import Any

import numpy as np
import pytest

from transferkit import task_choice
from transferkit.config import DataConfig
from transferkit.data import guessing, read, several
from transferkit.data.cleaning import clean
from transferkit.data.decimals import with_points
from transferkit.errors import DataError
from transferkit.table.rows import Rows
from transferkit.tasks import get

TASK = get("text-regression")


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["0,5", "-1,25", "3"], [0.5, -1.25, 3]),
        (["1.234,5", "2"], [1234.5, 2]),
        (["1,234", "0,125"], [1.234, 0.125]),
        (["1,5", None, "2", float("nan"), " "], [1.5, 2]),
        (["1.5", "2"], [1.5, 2]),
    ],
)
def test_numbers(cells: list[Any], numbers: list[float]) -> None:
    found = clean(read({"text": [f"t{i}" for i in range(len(cells))], "score": cells}), TASK, {}, "")
    assert list(found.rows["value"]) == numbers
    told = [each for each in found.findings if each.kind == "decimal-commas"]
    assert len(told) == any("," in str(cell) for cell in cells)


@pytest.mark.parametrize("cells", [["1,234", "5,678"], ["0,5", "1.234"], ["1,5", "x"], ["1,234.5"], [1.5, "1,5"]])
def test_numbers_in_doubt_are_refused(cells: list[str]) -> None:
    assert with_points(cells) == cells
    with pytest.raises(DataError, match=r"expected a number such as 1234\.5, found"):
        clean(read({"text": ["a", "b"][: len(cells)], "score": cells}), TASK, {}, "")


@pytest.mark.parametrize(
    "cells",
    [["850", "1.200", "12.500", "1.999"], ["-850", "-1.200"], [850, None, "1.200"], [" 850 ", " 1.234.500", "1.200 "]],
)
def test_points_between_thousands_are_refused(cells: list[Any]) -> None:
    """1.200 beside 850 was read as 1.2."""
    said = r"row \d, column 'score': expected numbers .* found '-?1\.\d+(\.500)?' beside '-?850'; .* leave them out"
    with pytest.raises(DataError, match=said):
        clean(read({"text": [f"t{i}" for i in range(len(cells))], "score": cells}), TASK, {}, "")


@pytest.mark.parametrize(
    "cells",
    [
        *(["1.200", "12.345"], ["1.200", "0.500", "850"], ["1.200", "1.5", "850"], ["1.200", "2"]),
        *(["1.200", "1500", "850"], ["1.234", "850"], [1.234, 850], ["850", "1.0"]),
    ],
)
def test_decimal_points_stay(cells: list[Any]) -> None:
    found = clean(read({"text": [f"t{i}" for i in range(len(cells))], "score": cells}), TASK, {}, "")
    assert list(found.rows["value"]) == [float(cell) for cell in cells]


def test_numbers_are_not_several_labels() -> None:
    cells = [f"{i % 10 + 17},{i % 7 + 64}" for i in range(280)]
    prices = read({"price": cells})
    assert several.seen(prices, "price") is None
    assert several.seen(read({"tags": [*cells, "17,64,70"]}), "tags") is not None


def test_a_flag_beside_prices_is_the_label() -> None:
    rows = read(
        {
            "comment": [f"parcel number {i * i} came rather late" for i in range(280)],
            "price": [f"{i % 10 + 17},{i % 7 + 64}" for i in range(280)],
            "complaint": [i % 2 for i in range(280)],
        }
    )
    choice = task_choice.seen({"train": rows}, DataConfig(path="x.csv"))
    assert choice.task.name == "text-classification"
    assert guessing.taken(rows, choice.task, {}).named == {"label": "complaint"}


def test_pairs_of_names_are_no_decimal_numbers() -> None:
    """Labels that are numbers, never more than two in a row, beside prices and ratings."""
    labels = [f"{a},{b}" for a in range(1, 9) for b in range(a + 1, 9)]
    prices = [f"{10 + i % 80},{i * 37 % 100:02}" for i in range(200)]
    ratings = [f"{1 + i % 4},{5 * (i % 2)}" for i in range(60)]
    tenths = [f"{1 + i % 5},{i % 10}" for i in range(60)]
    found = {}
    for name, cells in {"labels": 5 * labels, "prices": prices, "ratings": ratings, "tenths": tenths}.items():
        rows = Rows({"text": ["a"] * len(cells), "label": cells}, np.arange(len(cells)))
        found[name] = several.seen(rows, "label") is not None
    assert found == {"labels": True, "prices": False, "ratings": False, "tenths": False}
