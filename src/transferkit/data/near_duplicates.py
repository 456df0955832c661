"""Rows that say nearly the same: their rarest shingles find candidates, exact Jaccard similarity decides.

A text is compared by the character 5-grams of its letters and digits: blanks and punctuation are
left out, so `who 's he ?` and `Who's he?` are the same. Both ends are padded, so a character counts alike
wherever it stands: at 0.9 similarity one letter may differ in about 90, so short texts that differ in one
word are never near-duplicates ("What is the capital of Ethiopia ?" / "... of Uruguay ?": about 0.4). Of pairs of
texts (joined by U+001F) both sides must be that alike: one premise under two hypotheses is no near-duplicate.

Two sets with a similarity of at least s share one of the first n - ceil(s n) + 1 shingles of either, in any one order
of all shingles (prefix filtering: Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). In the order from rare
to frequent hardly any other texts do.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints
from transferkit.data.content import PAIR_MARK
from transferkit.language.words import without_punctuation

SIMILARITY = 0.9
_WIDTH = 5
_COUNTERS = 1 << 20
_ROUNDING = 1e-9
_MOST_CANDIDATES = 1000
"""Texts that are compared with one at most, those with the most rare shingles in common first."""
_LEFT_OUT = dict.fromkeys(map(ord, " \t\n\r\x1f.,;:!?'\"`()[]{}-_/\\\u00b4"))
_MULTIPLIERS = np.array([0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F, 0x165667B1], dtype=np.uint32)
Shingles = npt.NDArray[np.uint32]


def near_pairs(queries: Sequence[str], held: Sequence[str]) -> list[tuple[int, int]]:
    """(position in `queries`, position in `held`) for every query with a near-duplicate there: its first one.

    Both are normalised texts, or pairs of them. Of pairs every distinct text of a side is looked up once, however many
    rows share it. The result is the same on every machine and in every run.
    """
    if not queries or not held:
        return []
    asked, there = ([text.split(PAIR_MARK) for text in texts] for texts in (queries, held))
    searches = [_Search(parts) for parts in zip(*there, strict=True)]
    rows: dict[tuple[int, ...], int] = {}
    for position, parts in enumerate(there):
        numbers = tuple(search.numbers[part] for search, part in zip(searches, parts, strict=True))
        rows.setdefault(numbers, position)
    matches = (_first(parts, searches, rows) for parts in asked)
    return [(position, match) for position, match in enumerate(matches) if match is not None]


def _first(parts: Sequence[str], searches: Sequence["_Search"], rows: Mapping[tuple[int, ...], int]) -> int | None:
    """The first of `rows` (numbers of texts -> position) whose texts are alike to `parts`."""
    if len(searches) == 1:  # numbers are in the order of rows, so that the first text alike is in the first row
        number = next(searches[0].alike(parts[0]), None)
        return None if number is None else rows[(number,)]
    numbers = [search.all_alike(part) for search, part in zip(searches, parts, strict=True)]
    return min((rows[each] for each in product(*numbers) if each in rows), default=None)


class _Search:
    """Finds texts that are nearly the same among distinct ones, which are numbered in their order."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = list(dict.fromkeys(texts))
        self.numbers = {text: number for number, text in enumerate(self.texts)}
        self._known: dict[str, tuple[int, ...]] = {}
        self._frequency = np.zeros(_COUNTERS, dtype=np.int32)
        for text in self.texts:
            self._frequency[shingles(text) % _COUNTERS] += 1
        self._sizes = np.zeros(len(self.texts), dtype=np.int64)
        rare = []
        for number, text in enumerate(self.texts):
            found = shingles(text)
            self._sizes[number] = len(found)
            rare.append(self._rare(found))
        of_text = np.repeat(np.arange(len(rare)), [len(each) for each in rare])
        every = np.concatenate(rare)
        order = np.argsort(every, kind="stable")
        self._shingles, self._of_text = every[order], of_text[order]

    def all_alike(self, text: str) -> tuple[int, ...]:
        """The numbers of all texts that are nearly `text`."""
        if text not in self._known:
            self._known[text] = tuple(self.alike(text))
        return self._known[text]

    def alike(self, text: str) -> Iterator[int]:
        """The same, one after the other."""
        asked = shingles(text)
        for number in self._candidates(asked).tolist():
            if jaccard(asked, shingles(self.texts[number])) >= SIMILARITY:
                yield number

    def _rare(self, found: Shingles) -> Shingles:
        """As many of the rarest shingles of a text as it cannot do without in another that is nearly the same."""
        count = len(found) - math.ceil(SIMILARITY * len(found) - _ROUNDING) + 1
        return found[np.lexsort((found, self._frequency[found % _COUNTERS]))[:count]]

    def _candidates(self, asked: Shingles) -> Ints:
        """The numbers of texts of a fitting size that share a rare shingle with the one asked about."""
        rare = self._rare(asked)
        first, last = (np.searchsorted(self._shingles, rare, side) for side in ("left", "right"))
        fewest = np.argsort(last - first, kind="stable")
        within = np.cumsum((last - first)[fewest]) <= _MOST_CANDIDATES * len(rare)
        within[0] = True
        parts = [self._of_text[first[i] : last[i]] for i in fewest[within]]
        numbers, shared = np.unique(np.concatenate(parts), return_counts=True)
        fits = (
            np.minimum(self._sizes[numbers], len(asked))
            >= SIMILARITY * np.maximum(self._sizes[numbers], len(asked)) - _ROUNDING
        )
        numbers, shared = numbers[fits], shared[fits]
        return np.sort(numbers[np.argsort(-shared, kind="stable")[:_MOST_CANDIDATES]])


def shingles(text: str) -> Shingles:
    """The distinct hashed character 5-grams of a normalised text, sorted."""
    bare = text.translate(_LEFT_OUT)
    bare = (bare if bare.isascii() else without_punctuation(bare)) or text
    padded = f"{'':\x01>4}{bare}{'':\x02>4}".encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(padded, dtype=np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(points, _WIDTH)
    mixed = (windows * _MULTIPLIERS).sum(axis=1, dtype=np.uint32)
    mixed = (mixed ^ (mixed >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    return np.unique(mixed ^ (mixed >> np.uint32(12)))


def jaccard(a: Shingles, b: Shingles) -> float:
    """Shared shingles as a share of all shingles of both."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)
