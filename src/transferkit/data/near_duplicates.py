"""Rows that say nearly the same: MinHash finds candidates, exact Jaccard similarity decides.

A text is compared by the character 5-grams of its letters and digits: blanks and common punctuation are
left out, so `who 's he ?` and `Who's he?` are the same. Both ends are padded, so a character counts alike
wherever it stands: at 0.9 similarity one letter may differ in about 90, so short texts that differ in one
word are never near-duplicates ("What is the capital of Ethiopia ?" / "... of Uruguay ?": about 0.4). Of pairs of
texts (joined by U+001F) both sides must be that alike: one premise under two hypotheses is no near-duplicate.

Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3; search by `datasketch`.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data.content import PAIR_MARK

SIMILARITY = 0.9
_WIDTH = 5
_PERMUTATIONS = 64
_BANDS = 8, 8  # finds 99 % of pairs at 0.9 and proposes 3 % of those at 0.5
_MOST_CANDIDATES = 50
_LEFT_OUT = dict.fromkeys(
    map(ord, " \t\n\r\x1f.,;:!?'\"`()[]{}-_/\\\u00b4\u00ab\u00bb\u2013\u2014\u2018\u2019\u201c\u201d\u2026")
)
_MULTIPLIERS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)


def near_pairs(queries: Sequence[str], held: Sequence[str]) -> list[tuple[int, int]]:
    """(position in `queries`, position in `held`) for every query with a near-duplicate there: its first one.

    Both are normalised texts. The result is the same on every machine and in every run.
    """
    from datasketch import MinHashLSH  # imports all of scipy: a second that `--help` should not pay

    index = MinHashLSH(num_perm=_PERMUTATIONS, params=_BANDS)
    for position, signature in enumerate(_signatures(held)):
        index.insert(position, signature)
    pairs = []
    for position, signature in enumerate(_signatures(queries)):
        candidates = sorted(index.query(signature))[:_MOST_CANDIDATES]
        if candidates:
            match = next((other for other in candidates if alike(queries[position], held[other])), None)
            if match is not None:
                pairs.append((position, match))
    return pairs


def alike(a: str, b: str) -> bool:
    """Whether two normalised texts, or both sides of two pairs, have a similarity of at least `SIMILARITY`."""
    sides = list(zip(a.split(PAIR_MARK), b.split(PAIR_MARK), strict=True))
    return all(jaccard(shingles(mine), shingles(theirs)) >= SIMILARITY for mine, theirs in sides)


def shingles(text: str) -> npt.NDArray[np.uint32]:
    """The distinct hashed character 5-grams of a normalised text, sorted."""
    bare = text.translate(_LEFT_OUT) or text
    padded = f"{'':\x01>4}{bare}{'':\x02>4}".encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(padded, dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(points, _WIDTH)
    mixed = (windows * _MULTIPLIERS).sum(axis=1, dtype=np.uint32)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.unique(mixed ^ (mixed >> np.uint32(12)))


def jaccard(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> float:
    """Shared shingles as a share of all shingles of both."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def _signatures(texts: Sequence[str]) -> Iterator[Any]:
    from datasketch import MinHash

    hashed = (shingles(text).tolist() for text in texts)
    yield from MinHash.generator(hashed, num_perm=_PERMUTATIONS, hashfunc=int)
