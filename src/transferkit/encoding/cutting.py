"""What is left of encodings that are too long, worked out from the whole ones.

A fast tokenizer could cut them itself, but by a setting of its own, which threads would change for each other.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from transferkit.arrays import Ints


def sequences(encoding: Any) -> Ints:
    """Which text every token is of, 0 or 1; -1 for special tokens around them, (tokens,)."""
    return np.array([-1 if owner is None else owner for owner in encoding.sequence_ids], dtype=np.int64)


def kept(owners: Ints, max_length: int, left: bool = False) -> Ints:
    """The positions of the tokens that are left where at most `max_length` may be; of `owners` see `sequences`.

    All special tokens are. Of a text the last tokens are lost, with `left` the first ones; of a pair of texts the
    longer one loses tokens first (`longest_first` of Hugging Face's tokenizers).
    """
    texts = [np.flatnonzero(owners == number) for number in range(int(owners.max(initial=0)) + 1)]
    room = max(0, max_length - int((owners < 0).sum()))
    rooms = _rooms([len(text) for text in texts], room)
    parts = [text[len(text) - most :] if left else text[:most] for text, most in zip(texts, rooms, strict=True)]
    return np.sort(np.concatenate([np.flatnonzero(owners < 0), *parts]))


def _rooms(lengths: Sequence[int], room: int) -> list[int]:
    """Tokens that texts of `lengths` may keep, `room` together."""
    if sum(lengths) <= room:
        return list(lengths)
    if len(lengths) == 1:
        return [room]
    short = min(lengths)
    if short + max(short, room - short) <= room:
        short, long = short, room - short
    else:
        short, long = room // 2, room - room // 2
    return [short, long] if lengths[0] <= lengths[1] else [long, short]


def ranges(length: int, room: int, shared: int) -> Iterator[tuple[int, int]]:
    """(first, one after the last) of overlapping windows of at most `room` tokens over a text of `length`; two
    neighbours share `shared`."""
    if length <= room:
        yield 0, length
        return
    for start in range(0, length - shared, room - shared):
        yield start, min(start + room, length)
