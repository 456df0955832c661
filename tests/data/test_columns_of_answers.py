"""Answers whose places, or whose absence, stand in columns of their own."""

from transferkit import tasks
from transferkit.data import canonical, read


def answers(**columns: object) -> list[object]:
    rows, _ = canonical(read({"question": ["Who?"], "context": ["Ada met Ada"], **columns}), tasks.get("qa"))
    return list(rows["answers"])


def test_places_in_a_column_of_their_own() -> None:
    assert answers(answer=["Ada"], answer_start=[8]) == [[("Ada", 8)]]


def test_questions_that_are_impossible() -> None:
    assert answers(answers=["Ada"], is_impossible=[True]) == [[]]
    assert answers(answers=["Ada"], is_impossible=["False"]) == [[("Ada", -1)]]
