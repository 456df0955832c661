"""The user's other columns, beside the rows."""

import numpy as np

from transferkit.table.others import Others, joined, whole
from transferkit.table.rows import Rows

NUMBERS = np.arange(1, 4)


def rows(**others: list[object]) -> Rows:
    return Rows({"text": ["a", "b", "c"]}, NUMBERS, others=whole(others, 3))


def test_they_go_with_their_rows() -> None:
    taken = rows(id=[7, 8, 9]).take([2, 0]).take([1, 0, 1])
    assert list(taken["text"]) == ["a", "c", "a"] and taken.others["id"] == [7, 9, 7]
    assert rows(id=[7, 8, 9]).take(np.array([False, True, False])).others == {"id": [8]}


def test_the_parts_of_a_table_share_its_cells() -> None:
    table = rows(id=[7, 8, 9])
    first, second = table.take([0]), table.take([1, 2])
    assert first.others.columns is second.others.columns is first.join(second).others.columns
    assert first.join(second).others["id"] == [7, 8, 9]


def test_of_two_tables_all_columns_stay() -> None:
    both = rows(id=[7, 8, 9]).take([1]).join(rows(id=[1, 2, 3], source=["x", "y", "z"]))
    assert both.others == {"id": [8, 1, 2, 3], "source": [None, "x", "y", "z"]}
    assert rows().join(rows(id=[7, 8, 9])).others == {"id": [None] * 3 + [7, 8, 9]}
    assert joined(Others(), Others(), (3, 3)) == {}


def test_they_are_none_of_the_columns_of_a_task() -> None:
    table = rows(id=[7, 8, 9])
    assert "id" not in table and "id" in table.others and next(iter(table)) == {"text": "a"}
    assert table.keys() == rows().keys() and table.for_models().others == {}
