"""Near-duplicates searched for one row after the other: plain and slow, to compare the product's search with."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from transferkit.data.content import PAIR_MARK
from transferkit.data.near_duplicates import SIMILARITY
from transferkit.kinds.text import without_punctuation

MOST_CANDIDATES = 1000
_COUNTERS = 1 << 20
_ROUNDING = 1e-9
_WIDTH = 5
_LEFT_OUT = dict.fromkeys(map(ord, " \t\n\r\x1f.,;:!?'\"`()[]{}-_/\\\u00b4"))
_MULTIPLIERS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)
Signature = npt.NDArray[np.uint32]


def near_pairs(queries: Sequence[str], held: Sequence[str]) -> list[tuple[int, int]]:
    """(position in `queries`, position in `held`) for every query with a near-duplicate there: its first one. Several
    inputs of a row are joined by U+001F."""
    if not queries or not held:
        return []
    query_parts, there = ([text.split(PAIR_MARK) for text in texts] for texts in (queries, held))
    searches = [_Search(parts) for parts in zip(*there, strict=True)]
    rows: dict[tuple[int, ...], int] = {}
    for position, parts in enumerate(there):
        numbers = tuple(search.numbers[part] for search, part in zip(searches, parts, strict=True))
        rows.setdefault(numbers, position)
    matches = (_first(parts, searches, rows) for parts in query_parts)
    return [(position, match) for position, match in enumerate(matches) if match is not None]


def shingles(text: str) -> Signature:
    """The distinct hashed character 5-grams of a normalised text, sorted."""
    bare = text.translate(_LEFT_OUT)
    bare = (bare if bare.isascii() else without_punctuation(bare)) or text
    padded = f"{'':\x01>4}{bare}{'':\x02>4}".encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(padded, dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(points, _WIDTH)
    mixed = (windows * _MULTIPLIERS).sum(axis=1, dtype=np.uint32)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.unique(mixed ^ (mixed >> np.uint32(12)))


def jaccard(a: Signature, b: Signature) -> float:
    """Shared features as a share of all features of both."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)


def _first(parts: Sequence[str], searches: Sequence["_Search"], rows: Mapping[tuple[int, ...], int]) -> int | None:
    numbers = [search.alike(part) for search, part in zip(searches, parts, strict=True)]
    return min((rows[combination] for combination in product(*numbers) if combination in rows), default=None)


class _Search:
    """Finds texts that are nearly the same among distinct ones, which are numbered in their order."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(texts))
        self.numbers = {text: number for number, text in enumerate(self.texts)}
        self._signatures = [shingles(text) for text in self.texts]
        self._frequency = np.zeros(_COUNTERS, dtype=np.int32)
        for signature in self._signatures:
            self._frequency[signature % _COUNTERS] += 1
        self._sizes = np.array([len(signature) for signature in self._signatures])
        rare = [self._rare(signature) for signature in self._signatures]
        of_text = np.repeat(np.arange(len(rare)), [len(each) for each in rare])
        every = np.concatenate(rare)
        order = np.argsort(every, kind="stable")
        self._shingles, self._of_text = every[order], of_text[order]

    def alike(self, text: str) -> Iterator[int]:
        """The numbers of all texts that are nearly `text`."""
        signature = shingles(text)
        for number in self._candidates(signature).tolist():
            if jaccard(signature, self._signatures[number]) >= SIMILARITY:
                yield number

    def _rare(self, signature: Signature) -> Signature:
        count = len(signature) - math.ceil(SIMILARITY * len(signature) - _ROUNDING) + 1
        return signature[np.lexsort((signature, self._frequency[signature % _COUNTERS]))[:count]]

    def _candidates(self, signature: Signature) -> npt.NDArray[np.int64]:
        """The numbers of texts of a fitting size that share a rare shingle with the one asked about."""
        rare = self._rare(signature)
        first, last = (np.searchsorted(self._shingles, rare, side) for side in ("left", "right"))
        fewest = np.argsort(last - first, kind="stable")
        within = np.cumsum((last - first)[fewest]) <= MOST_CANDIDATES * len(rare)
        within[0] = True
        parts = [self._of_text[first[i] : last[i]] for i in fewest[within]]
        numbers, shared = np.unique(np.concatenate(parts), return_counts=True)
        sizes = self._sizes[numbers]
        fits = np.minimum(sizes, len(signature)) >= SIMILARITY * np.maximum(sizes, len(signature)) - _ROUNDING
        numbers, shared = numbers[fits], shared[fits]
        return np.sort(numbers[np.argsort(-shared, kind="stable")[:MOST_CANDIDATES]])
