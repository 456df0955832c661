"""Altered copies of texts, for a teacher to label: what they mean may change, since the teacher says what."""

from collections.abc import Sequence

import numpy as np

from transferkit.language.words import has_signs, signs
from transferkit.table.rows import Rows

_SHARE = 0.2

_Part = tuple[str, str]
"""What stands before it, a blank or nothing, and a word; or a sign, where a script has no blanks between words."""


def altered(rows: Rows, copies: int, words: Sequence[str], seed: int) -> Rows:
    """`copies` versions of every row with a fifth of the words of its first input exchanged.

    The new words are drawn, half and half, from the texts themselves (as often as they occur there) and from
    `words`, which may hold what no training text does: a student sees them in the contexts of the task
    (Tang et al. 2019 mask words instead). Of scripts without blanks signs are exchanged, for others of these. Row
    numbers are those of the originals.
    """
    random = np.random.default_rng(seed)
    split = [_parts(text) for text in rows["text"]]
    own = [word for text in split for _, word in text]
    pools = {
        kind: [
            pool for pool in ([word for word in source if has_signs(word) is kind] for source in (own, words)) if pool
        ]
        for kind in (False, True)
    }
    changed, origins = [], np.tile(np.arange(len(rows)), copies)
    for i in origins:
        text = list(split[i])
        for position in np.flatnonzero(random.random(len(text)) < _SHARE):
            before, word = text[position]
            able = pools[has_signs(word)]
            pool = able[int(random.integers(len(able)))]
            text[position] = before, pool[int(random.integers(len(pool)))]
        changed.append("".join(before + word for before, word in text).strip())
    kept = rows.take(origins)
    return Rows({**kept.columns, "text": changed}, kept.numbers, kept.source)


def _parts(text: str) -> list[_Part]:
    parted = (signs(word) if has_signs(word) else [word] for word in text.split())
    return [("" if place else " ", part) for word in parted for place, part in enumerate(word)]
