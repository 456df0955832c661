"""Rows that say nearly the same: their rarest features find candidates, exact Jaccard similarity decides.

What is compared are the signatures of inputs, which their kinds give: the features of a value, such as the shingles of
a text. Of pairs (whose keys are joined by U+001F) both sides must be that alike: one premise under two hypotheses is no
near-duplicate.

Two sets with a similarity of at least s share one of the first n - ceil(s n) + 1 features of either, in any one order
of all features (prefix filtering: Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). In the order from rare
to frequent hardly any other sets do.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from transferkit.arrays import Ints
from transferkit.data.content import PAIR_MARK
from transferkit.kinds import Signature

SIMILARITY = 0.9
_COUNTERS = 1 << 20
_ROUNDING = 1e-9
_MOST_CANDIDATES = 1000
"""Texts that are compared with one at most, those with the most rare shingles in common first."""
Sign = Callable[[str], Signature]
"""From the key of an input to its signature."""


def near_pairs(queries: Sequence[str], held: Sequence[str], signs: Sequence[Sign]) -> list[tuple[int, int]]:
    """(position in `queries`, position in `held`) for every query with a near-duplicate there: its first one.

    Both are the keys of rows, with one of `signs` for each of their inputs. Of pairs every distinct value of a side is
    looked up once, however many rows share it. The result is the same on every machine and in every run.
    """
    if not queries or not held:
        return []
    query_parts, there = ([text.split(PAIR_MARK) for text in texts] for texts in (queries, held))
    searches = [_Search(parts, sign) for parts, sign in zip(zip(*there, strict=True), signs, strict=True)]
    rows: dict[tuple[int, ...], int] = {}
    for position, parts in enumerate(there):
        numbers = tuple(search.numbers[part] for search, part in zip(searches, parts, strict=True))
        rows.setdefault(numbers, position)
    matches = (_first(parts, searches, rows) for parts in query_parts)
    return [(position, match) for position, match in enumerate(matches) if match is not None]


def _first(parts: Sequence[str], searches: Sequence["_Search"], rows: Mapping[tuple[int, ...], int]) -> int | None:
    """The first of `rows` (numbers of texts -> position) whose texts are alike to `parts`."""
    if len(searches) == 1:  # numbers are in the order of rows, so that the first text alike is in the first row
        number = next(searches[0].alike(parts[0]), None)
        return None if number is None else rows[(number,)]
    numbers = [search.all_alike(part) for search, part in zip(searches, parts, strict=True)]
    return min((rows[combination] for combination in product(*numbers) if combination in rows), default=None)


class _Search:
    """Finds texts that are nearly the same among distinct ones, which are numbered in their order."""

    def __init__(self, texts: Iterable[str], sign: Sign) -> None:
        self._sign = sign
        self.texts = list(dict.fromkeys(texts))
        self.numbers = {text: number for number, text in enumerate(self.texts)}
        self._known: dict[str, tuple[int, ...]] = {}
        self._frequency = np.zeros(_COUNTERS, dtype=np.int32)
        for text in self.texts:
            self._frequency[sign(text) % _COUNTERS] += 1
        self._sizes = np.zeros(len(self.texts), dtype=np.int64)
        rare = []
        for number, text in enumerate(self.texts):
            signature = sign(text)
            self._sizes[number] = len(signature)
            rare.append(self._rare(signature))
        of_text = np.repeat(np.arange(len(rare)), [len(shingles) for shingles in rare])
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
        signature = self._sign(text)
        for number in self._candidates(signature).tolist():
            if jaccard(signature, self._sign(self.texts[number])) >= SIMILARITY:
                yield number

    def _rare(self, signature: Signature) -> Signature:
        """As many of the rarest shingles of a text as it cannot do without in another that is nearly the same."""
        count = len(signature) - math.ceil(SIMILARITY * len(signature) - _ROUNDING) + 1
        return signature[np.lexsort((signature, self._frequency[signature % _COUNTERS]))[:count]]

    def _candidates(self, signature: Signature) -> Ints:
        """The numbers of texts of a fitting size that share a rare shingle with the one asked about."""
        rare = self._rare(signature)
        first, last = (np.searchsorted(self._shingles, rare, side) for side in ("left", "right"))
        fewest = np.argsort(last - first, kind="stable")
        within = np.cumsum((last - first)[fewest]) <= _MOST_CANDIDATES * len(rare)
        within[0] = True
        parts = [self._of_text[first[i] : last[i]] for i in fewest[within]]
        numbers, shared = np.unique(np.concatenate(parts), return_counts=True)
        fits = (
            np.minimum(self._sizes[numbers], len(signature))
            >= SIMILARITY * np.maximum(self._sizes[numbers], len(signature)) - _ROUNDING
        )
        numbers, shared = numbers[fits], shared[fits]
        return np.sort(numbers[np.argsort(-shared, kind="stable")[:_MOST_CANDIDATES]])


def jaccard(a: Signature, b: Signature) -> float:
    """Shared features as a share of all features of both."""
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / (len(a) + len(b) - shared)
