"""Every row once an epoch, like lengths together, the same batches for the same seed, and pieces that add up."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from transferkit.encoding.batching import LengthBatches, by_length

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=70)
SIZES = st.integers(1, 17)
PIECES = st.integers(1, 9)


def whole(batches: LengthBatches) -> list[list[int]]:
    """The pieces of one epoch put together as the Trainer does: so many at a time, the last time fewer."""
    pieces, size = list(batches), batches.pieces
    return [[row for piece in pieces[i : i + size] for row in piece] for i in range(0, len(pieces), size)]


@given(LENGTHS, SIZES, PIECES, st.integers(0, 5))
@settings(max_examples=150, deadline=None)
def test_every_row_exactly_once_and_as_many_pieces_as_promised(
    lengths: list[int], size: int, accumulation: int, epoch: int
) -> None:
    batches = LengthBatches(lengths, size, 3, accumulation)
    batches.set_epoch(epoch)
    pieces = list(batches)
    assert sorted(row for piece in pieces for row in piece) == list(range(len(lengths)))
    assert len(pieces) == len(batches) and all(pieces)


@given(LENGTHS, SIZES, PIECES)
@settings(max_examples=150, deadline=None)
def test_pieces_of_a_step_are_one_whole_batch(lengths: list[int], size: int, accumulation: int) -> None:
    undivided = list(LengthBatches(lengths, size, 7))
    assert whole(LengthBatches(lengths, size, 7, accumulation)) == undivided
    assert [len(batch) for batch in undivided[:-1]] == [size] * (len(undivided) - 1)


@given(LENGTHS, SIZES, st.integers(0, 9), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_batches_depend_on_seed_and_epoch_alone(lengths: list[int], size: int, seed: int, epoch: int) -> None:
    first, second = LengthBatches(lengths, size, seed), LengthBatches(np.array(lengths), size, seed)
    list(first)
    first.set_epoch(epoch)
    second.set_epoch(epoch)
    assert list(first) == list(second)


def test_epochs_and_seeds_differ() -> None:
    def epoch(seed: int, number: int) -> list[list[int]]:
        batches = LengthBatches(list(range(1, 65)), 8, seed)
        batches.set_epoch(number)
        return list(batches)

    assert epoch(0, 0) != epoch(0, 1) and epoch(0, 0) != epoch(1, 0)


def test_a_batch_holds_rows_of_like_length() -> None:
    lengths = np.random.default_rng(0).integers(1, 200, 1003)
    batches = [batch for batch in LengthBatches(lengths, 32, 0) if len(batch) == 32]
    spread = [np.ptp(lengths[batch]) for batch in batches]
    assert len(batches) == 31 and np.mean(spread) < 12 and max(spread) < 25
    # Not in the order of their length.
    longest = [int(lengths[batch].max()) for batch in batches]
    assert longest != sorted(longest) and longest != sorted(longest, reverse=True)


def test_the_short_batch_is_not_always_the_longest() -> None:
    lengths = np.arange(1, 100)
    batches = LengthBatches(lengths, 32, 0)
    means = []
    for epoch in range(20):
        batches.set_epoch(epoch)
        means.append(lengths[list(batches)[-1]].mean())
    assert 35 < np.mean(means) < 65


@given(LENGTHS, st.integers(1, 300))
@settings(max_examples=100, deadline=None)
def test_passes_without_gradients_see_every_row_within_the_budget(lengths: list[int], tokens: int) -> None:
    batches = list(by_length(lengths, tokens))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= tokens
