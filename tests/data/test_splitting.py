"""Held-out rows: exact, stratified, by groups, repeatable."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transferkit.data.splitting import hold_out, wanted
from transferkit.errors import DataError


def names(count: int) -> list[str]:
    return [str(i) for i in range(count)]


def test_size_is_a_share_or_a_number() -> None:
    assert wanted(0.1, 200, "--test-size") == 20
    assert wanted(0.01, 50, "--test-size") == 2
    assert wanted(50.0, 200, "--test-size") == 50
    for size, total in ((1, 100), (99, 100), (500, 100), (0.99, 100), (0.1, 3)):
        with pytest.raises(DataError, match="--test-size"):
            wanted(size, total, "--test-size")


def test_strata_keep_their_shares_and_the_number_is_exact() -> None:
    strata = ["a"] * 600 + ["b"] * 300 + ["c"] * 97 + ["d"] * 3
    held = hold_out(names(1000), strata, 101, seed=0)
    assert held.sum() == 101
    found = Counter(np.array(strata)[held].tolist())
    assert 60 <= found["a"] <= 61
    assert 30 <= found["b"] <= 31
    assert 9 <= found["c"] <= 10


def test_a_lone_row_of_a_label_stays_in_train() -> None:
    for seed in range(20):
        held = hold_out(names(12), ["a"] * 11 + ["rare"], 10, seed)
        assert not held[11]
        assert held.sum() == 10


def test_a_lone_row_of_a_label_keeps_its_group_in_train() -> None:
    groups, strata = [str(i // 2) for i in range(40)], ["a", "b"] * 20
    strata[1] = "rare"
    for seed in range(20):
        held = hold_out(groups, strata, 20, seed)
        assert not held[:2].any() and held.sum() == 20


@pytest.mark.parametrize("sizes", [(20, 980), (120, 300, 580)])
def test_where_every_group_is_too_large_the_smallest_is_held_out(sizes: tuple[int, ...]) -> None:
    """Whichever group a seed would keep back."""
    groups = [str(group) for group, size in enumerate(sizes) for _ in range(size)]
    held = [int(hold_out(groups, [""] * 1000, 100, seed).sum()) for seed in range(20)]
    assert held == [min(sizes)] * 20


def test_same_seed_same_rows_other_seed_other_rows() -> None:
    strata = ["a", "b"] * 50
    first = hold_out(names(100), strata, 20, 3)
    assert (first == hold_out(names(100), strata, 20, 3)).all()
    assert (first != hold_out(names(100), strata, 20, 4)).any()


@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("abc")), min_size=6, max_size=60),
    st.integers(0, 99),
    st.data(),
)
def test_groups_are_never_parted_and_no_label_leaves_train(
    rows: list[tuple[int, str]], seed: int, data: st.DataObject
) -> None:
    groups = [f"{group}{stratum}" for group, stratum in rows]
    strata = [stratum for _, stratum in rows]
    count = data.draw(st.integers(1, len(rows) - 1))
    held = hold_out(groups, strata, count, seed)
    out = {group for group, flag in zip(groups, held, strict=True) if flag}
    assert held.sum() <= count or len(out) == 1  # rather one group that is too large than nothing
    assert all(flag == (group in out) for group, flag in zip(groups, held, strict=True))
    assert {s for s, flag in zip(strata, held, strict=True) if not flag} == set(strata)
