"""What the two texts of a pair have in common: shares of their words, and TF-IDF of the words of one alone, of the
other alone, and of both. A negation in one of them only is among these, in every language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack

from transferkit.arrays import Floats, Ints
from transferkit.language.words import words
from transferkit.record import Record
from transferkit.table.rows import Rows
from transferkit.terms import Tensors, frequent, rarity, renumbered, rising, table, weighted

_SHARES = 8
_FIRST, _SECOND, _BOTH = range(3)


@dataclass(frozen=True)
class Overlap:
    """`vocabulary` numbers words in lower case; `kept` has, sorted, part * words + number of those that are terms
    (part 0: in the first text alone, 1: in the second alone, 2: in both), `idf` a weight for each."""

    vocabulary: Mapping[str, int]
    kept: Ints
    idf: Floats
    kind: str = "overlap"

    @property
    def size(self) -> int:
        return _SHARES + len(self.idf)

    def vectors(self, rows: Rows) -> csr_matrix:
        """(rows, shares + terms)."""
        read = [(words(a.lower()), words(b.lower())) for a, b in zip(rows["text"], rows["text_pair"], strict=True)]
        return _joined(read, weighted(renumbered(_counted(read, self.vocabulary), self.kept), self.idf))

    def facts(self) -> dict[str, Any]:
        return {"vocabulary": list(self.vocabulary)}

    def tensors(self) -> Tensors:
        return {"kept": self.kept, "idf": self.idf}


Read = Sequence[tuple[list[str], list[str]]]


def fitted(rows: Rows, most: int) -> tuple[Overlap, csr_matrix]:
    """At most `most` terms, the most frequent; and the vectors of `rows`."""
    read = [(words(a.lower()), words(b.lower())) for a, b in zip(rows["text"], rows["text_pair"], strict=True)]
    numbers: dict[str, int] = {}
    for pair in read:
        for text in pair:
            for word in text:
                numbers.setdefault(word, len(numbers))
    counts = _counted(read, numbers)
    kept = frequent(counts, most)
    counts = renumbered(counts, kept)
    idf = rarity(counts)
    return Overlap(numbers, kept, idf), _joined(read, weighted(counts, idf))


def _counted(read: Read, numbers: Mapping[str, int]) -> csr_matrix:
    """(rows, 3 * words): 1 where the word is in the first text alone, in the second, in both."""
    size = len(numbers)
    rows = [sorted(_places(set(a), set(b), numbers)) for a, b in read]
    row = np.repeat(np.arange(len(read)), [len(places) for places in rows])
    column = np.array([place for places in rows for place in places], dtype=np.int64)
    return table(row, column, (len(read), 3 * size))


def _places(first: set[str], second: set[str], numbers: Mapping[str, int]) -> list[int]:
    parts = ((_FIRST, first - second), (_SECOND, second - first), (_BOTH, first & second))
    return [part * len(numbers) + numbers[word] for part, there in parts for word in there if word in numbers]


def _joined(read: Read, terms: csr_matrix) -> csr_matrix:
    shares = np.array([_shares(a, b) for a, b in read], dtype=np.float32).reshape(-1, _SHARES)
    return hstack([csr_matrix(shares), terms], format="csr", dtype=np.float32)


def _shares(a: list[str], b: list[str]) -> list[float]:
    """All between -1 and 1."""
    first, second = set(a), set(b)
    common, alone = len(first & second), len(second - first)
    neighbours = set(pairwise(b))
    kept = len(neighbours & set(pairwise(a)))
    return [
        common / max(1, len(first)),
        common / max(1, len(second)),
        common / max(1, len(first | second)),
        kept / max(1, len(neighbours)),
        min(alone, 5) / 5,
        float(np.tanh(np.log((1 + len(b)) / (1 + len(a))))),
        float(second <= first),
        float(a == b),
    ]


INTEGERS = "kept"


class Facts(Record):
    """As in `Overlap`."""

    vocabulary: list[str]


def load(facts: Facts, tensors: Tensors) -> Overlap:
    """What `facts` and `tensors` of `Overlap` gave."""
    vocabulary = {word: i for i, word in enumerate(facts.vocabulary)}
    kept, idf = rising("kept", tensors["kept"], 3 * len(vocabulary)), tensors["idf"]
    if len(kept) != len(idf):
        raise ValueError(f"expected {len(kept)} weights of terms, found {len(idf)}")
    return Overlap(vocabulary, kept, idf)
