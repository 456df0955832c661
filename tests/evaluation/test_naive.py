"""What a naive split would have claimed is shown where it flatters by more than chance does."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from transferkit import tasks
from transferkit.data import read
from transferkit.evaluation.naive import naive_claim
from transferkit.evaluation.results import Interval
from transferkit.table.rows import Rows


@pytest.mark.parametrize(
    ("rows", "right", "true", "said"),
    [
        (300, 300, Interval(0.8, 0.75, 0.85), True),
        (300, 252, Interval(0.8, 0.75, 0.85), False),
        (3, 3, Interval(2 / 3, 0.208, 0.939), False),
        (300, 150, Interval(0.8, 0.75, 0.85), False),
    ],
)
def test_only_a_claim_beyond_chance_is_shown(rows: int, right: int, true: Interval, said: bool) -> None:
    """Three of three rows are no better than two of three; neither end of an interval holds the other's value."""
    test = read({"text": [f"text {i}" for i in range(rows)], "label": ["a", "b", "a"] * (rows // 3)})
    task = tasks.get("text-classification").bound(test)

    def train(_: Rows) -> Any:
        answers = np.array(task.references(test))
        answers[right:] = 1 - answers[right:]
        return SimpleNamespace(predict=lambda _: SimpleNamespace(outputs=np.eye(2)[answers]))

    found = naive_claim((test, test, 0.5), task, true, train)
    assert (found is not None) is said
    assert found is None or (found.claimed, found.true) == (right / rows, true.value)
