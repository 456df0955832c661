"""Altered copies of texts, for a teacher to label: what they mean may change, since the teacher says what."""

import numpy as np

from transferkit.data.rows import Rows


def altered(rows: Rows, copies: int, seed: int) -> Rows:
    """`copies` altered versions of every row, by one of three changes drawn at random:

    words dropped, each with probability 0.2; a stretch of words kept; the beginning of one text joined to
    the end of another. (Tang et al. 2019 mask words and sample n-grams for distilling into small models;
    joining texts is our addition.) Only the first input column changes. Row numbers are those of the originals.
    """
    random = np.random.default_rng(seed)
    words = [text.split() for text in rows["text"]]
    changed, origins = [], []
    for i in np.tile(np.arange(len(rows)), copies).tolist():
        other = words[int(random.integers(len(words)))]
        text = " ".join(_change(words[i], other, random))
        if text:
            changed.append(text)
            origins.append(i)
    kept = rows.take(origins)
    return Rows({**kept.columns, "text": changed}, kept.numbers, kept.source)


def _change(words: list[str], other: list[str], random: np.random.Generator) -> list[str]:
    kind = int(random.integers(3))
    if kind == 0:
        return [word for word in words if random.random() > 0.2]
    if kind == 1:
        start = int(random.integers(max(1, len(words) - 1)))
        length = int(random.integers(1, 6))
        return words[start : start + length]
    cut = int(random.integers(1, max(2, len(words))))
    return words[:cut] + other[max(1, len(other) // 2) :]
