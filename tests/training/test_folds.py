"""Rows that belong together are held out together."""

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold

from transferkit.training.folds import folds

LABELS = np.arange(60) % 3


def test_every_row_is_held_out_once_and_no_group_is_parted() -> None:
    groups = np.arange(60) // 3
    found = folds(LABELS, 0, groups)
    assert len(found) == 5 and sorted(np.concatenate(found).tolist()) == list(range(60))
    assert sum(len(set(groups[fold])) for fold in found) == 20
    assert all((a == b).all() for a, b in zip(found, folds(LABELS, 0, groups), strict=True))


def test_numbers_too() -> None:
    groups = [name for name in "abcdefghijklmnopqrst" for _ in range(3)]
    found = folds(np.linspace(0, 1, 60), 0, groups)
    assert sum(len({groups[i] for i in fold}) for fold in found) == 20


@pytest.mark.parametrize(
    "groups",
    [
        pytest.param(np.arange(60), id="every row is one"),
        pytest.param(np.arange(60) // 30, id="two groups"),
    ],
)
def test_otherwise_they_are_stratified_by_label(groups: np.ndarray) -> None:
    expected = StratifiedKFold(5, shuffle=True, random_state=0).split(LABELS, LABELS)
    for ours, (_, theirs) in zip(folds(LABELS, 0, groups), expected, strict=True):
        assert (ours == theirs).all()
