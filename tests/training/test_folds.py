"""Folds are stratified, part no group, and let every label be trained on."""

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.model_selection import StratifiedKFold

from transferkit.training.folds import folds

Ints = npt.NDArray[np.int64]
LABELS = np.arange(60) % 3


def check(found: list[Ints], targets: npt.NDArray[np.generic], groups: Ints | None = None) -> None:
    """The contract: disjoint, no group parted, every label that is held out is trained on as well."""
    held_out = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
    assert len(set(held_out.tolist())) == len(held_out)
    for fold in found:
        rest = np.setdiff1d(np.arange(len(targets)), fold)
        assert len(fold) and len(rest)
        if groups is not None:
            assert not set(groups[fold].tolist()) & set(groups[rest].tolist())
        if targets.ndim > 1:
            assert not (targets[fold].any(axis=0) & ~targets[rest].any(axis=0)).any()
        elif np.issubdtype(targets.dtype, np.integer):
            assert set(targets[fold].tolist()) <= set(targets[rest].tolist())


@pytest.mark.parametrize(("rows", "labels", "parts"), [(60, 3, 5), (1000, 7, 5), (1001, 7, 3), (5000, 40, 3)])
@pytest.mark.parametrize("groups", [False, True])
def test_plenty_of_rows_are_held_out_as_scikit_learn_does(rows: int, labels: int, parts: int, groups: bool) -> None:
    """Also where every row is a group of its own."""
    given = np.random.default_rng(1).integers(0, labels, rows)
    expected = [test for _, test in StratifiedKFold(parts, shuffle=True, random_state=3).split(given, given)]
    found = folds(given, 3, [f"row {i}" for i in range(rows)] if groups else None)
    assert len(found) == parts and all((a == b).all() for a, b in zip(found, expected, strict=True))


def test_so_many_folds_as_asked_for() -> None:
    assert len(folds(LABELS, 0, count=10)) == 10
    assert len(folds(LABELS, 0, LABELS + np.arange(60) // 20 * 3, count=2)) == 2
    assert len(folds(np.linspace(0, 1, 60), 0, count=10)) == 10


def test_a_label_with_a_single_row_is_always_trained_on_and_changes_nothing_else() -> None:
    given = np.append(np.arange(3000) % 2, 2)
    found = folds(given, 0)
    check(found, given)
    assert sorted(np.concatenate(found).tolist()) == list(range(3000))
    assert all((a == b).all() for a, b in zip(found, folds(given[:-1], 0), strict=True))


def test_a_label_with_two_rows_leaves_three_folds_of_3002_rows() -> None:
    given = np.append(np.arange(3000) % 2, [2, 2])
    found = folds(given, 0)
    check(found, given)
    assert [len(each) for each in found] == [1001, 1001, 1000]


def test_folds_are_drawn_by_the_seed() -> None:
    given = np.append(np.arange(30) % 2, 2)
    assert not all(len(set(given[fold].tolist())) < 2 for fold in folds(given, 0))
    one, two = folds(given, 0), folds(given, 1)
    assert any(not np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    groups = np.arange(31) // 2
    one, two = folds(given, 0, groups), folds(given, 1, groups)
    assert any(not np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_every_row_is_held_out_once_and_no_group_is_parted() -> None:
    groups = np.arange(60) // 3
    found = folds(LABELS, 0, groups)
    check(found, LABELS, groups)
    assert [len(each) for each in found] == [12] * 5
    assert all((a == b).all() for a, b in zip(found, folds(LABELS, 0, groups), strict=True))


def test_groups_are_stratified() -> None:
    groups = np.repeat(np.arange(50), 4)
    given = np.repeat((np.arange(50) % 5 == 0).astype(np.int64), 4)
    found = folds(given, 0, groups)
    check(found, given, groups)
    assert [int(given[fold].sum()) for fold in found] == [8] * 5 and [len(fold) for fold in found] == [40] * 5


def test_two_groups_are_two_folds_and_one_is_none() -> None:
    found = folds(LABELS, 0, np.arange(60) // 30)
    check(found, LABELS, np.arange(60) // 30)
    assert len(found) == 2
    assert folds(LABELS, 0, np.zeros(60, dtype=np.int64)) == []
    assert folds(np.linspace(0, 1, 60), 0, np.zeros(60, dtype=np.int64)) == []


def test_a_label_of_one_group_takes_its_group_out_and_no_more() -> None:
    groups = np.arange(60) // 3
    given = LABELS.copy()
    given[4] = 3
    found = folds(given, 0, groups)
    check(found, given, groups)
    assert sorted(np.concatenate(found).tolist()) == [i for i in range(60) if i not in (3, 4, 5)]


def test_numbers() -> None:
    groups = np.repeat(np.arange(20), 3)
    check(found := folds(np.linspace(0, 1, 60), 0, groups), np.linspace(0, 1, 60), groups)
    assert len(np.concatenate(found)) == 60
    assert len(np.concatenate(folds(np.linspace(0, 1, 61), 0))) == 61


def test_label_sets() -> None:
    given = (np.random.default_rng(0).random((40, 6)) < 0.3).astype(np.float32)
    given[:, 5] = 0
    given[[3, 8], 5] = 1
    given[:, 4] = np.arange(40) == 17
    for groups in (None, np.arange(40) // 2):
        for seed in range(5):
            found = folds(given, seed, groups)
            check(found, given, groups)
            assert 34 <= len(np.concatenate(found)) <= 39 and 17 not in np.concatenate(found)


@pytest.mark.parametrize("rows", [0, 1, 2, 3])
def test_next_to_nothing(rows: int) -> None:
    assert folds(np.arange(rows), 0) == []
    for given in (np.zeros(rows, dtype=np.int64), np.linspace(0, 1, rows), np.ones((rows, 2), dtype=np.float32)):
        found = folds(given, 0)
        check(found, given)
        assert len(np.concatenate([*found, np.empty(0, dtype=np.int64)])) == (rows if rows > 1 else 0)


def test_whatever_labels_and_groups_there_are() -> None:
    random = np.random.default_rng(0)
    for seed in range(300):
        rows, labels = random.integers(2, 80), random.integers(1, 12)
        given = random.geometric(random.uniform(0.1, 0.9), rows).clip(max=labels)
        groups = random.integers(0, random.integers(1, rows + 1), rows)
        check(folds(given, seed), given)
        check(folds(given, seed, groups), given, groups)
        check(folds(np.eye(labels + 1)[given], seed, groups), np.eye(labels + 1)[given], groups)


def test_many_groups() -> None:
    """100,000 rows in 50,000 groups: the work must not grow with their product."""
    groups = np.arange(100_000) // 2
    given = groups % 300
    found = folds(given, 0, groups)
    check(found, given, groups)
    assert sum(len(fold) for fold in found) == 100_000 and max(len(fold) for fold in found) < 34_000
