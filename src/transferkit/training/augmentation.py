"""Altered copies of texts, for a teacher to label: what they mean may change, since the teacher says what."""

from collections.abc import Sequence

import numpy as np

from transferkit.data.rows import Rows

_SHARE = 0.2


def altered(rows: Rows, copies: int, words: Sequence[str], seed: int) -> Rows:
    """`copies` versions of every row with a fifth of the words of its first input exchanged.

    The new words are drawn, half and half, from the texts themselves (as often as they occur there) and from
    `words`, which may hold what no training text does: a student sees them in the contexts of the task
    (Tang et al. 2019 mask words instead). Row numbers are those of the originals.
    """
    random = np.random.default_rng(seed)
    split = [text.split() for text in rows["text"]]
    pools = [pool for pool in ([word for text in split for word in text], list(words)) if pool]
    changed, origins = [], np.tile(np.arange(len(rows)), copies)
    for i in origins:
        text = list(split[i])
        for position in np.flatnonzero(random.random(len(text)) < _SHARE):
            pool = pools[int(random.integers(len(pools)))]
            text[position] = pool[int(random.integers(len(pool)))]
        changed.append(" ".join(text))
    kept = rows.take(origins)
    return Rows({**kept.columns, "text": changed}, kept.numbers, kept.source)
