"""TF-IDF of words in lower case, and if wanted of every two neighbours among them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
from scipy.sparse import csr_matrix, hstack

from transferkit.arrays import Floats, Ints
from transferkit.language.words import words
from transferkit.record import Record
from transferkit.table.rows import Rows
from transferkit.terms import Tensors, frequent, rarity, renumbered, rising, table, weighted

_OF_VERSION_1 = re.compile(r"\b\w+\b")


@dataclass(frozen=True)
class Words:
    """The words of `vocabulary`, and the neighbours a, b whose a * words + b is in `pairs`, which is sorted.

    `idf` has a number per word, then one per pair. `by_script` is false in artifacts of earlier versions, to which
    a clause without blanks is one word.
    """

    column: str
    vocabulary: Mapping[str, int]
    pairs: Ints
    idf: Floats
    by_script: bool = True
    kind: str = "words"

    @property
    def size(self) -> int:
        return len(self.idf)

    def vectors(self, rows: Rows) -> csr_matrix:
        """(rows, words + pairs), rows of length one."""
        split = words if self.by_script else _OF_VERSION_1.findall
        texts = [[self.vocabulary.get(word, -1) for word in split(text.lower())] for text in rows[self.column]]
        return weighted(_counted(_Numbered.of(texts), len(self.vocabulary), self.pairs), self.idf)

    def facts(self) -> dict[str, Any]:
        return {"column": self.column, "vocabulary": list(self.vocabulary), "by_script": self.by_script}

    def tensors(self) -> Tensors:
        return {"pairs": self.pairs, "idf": self.idf}


@dataclass(frozen=True)
class _Numbered:
    """The number of every word of all texts, -1 for unknown ones, and of the text it is from, which do not fall."""

    word: Ints
    text: Ints
    texts: int

    @staticmethod
    def of(texts: Sequence[Sequence[int]]) -> "_Numbered":
        lengths = [len(numbers) for numbers in texts]
        word = np.fromiter(chain.from_iterable(texts), np.int64, sum(lengths))
        return _Numbered(word, np.repeat(np.arange(len(texts)), lengths), len(texts))

    def neighbours(self, size: int) -> tuple[Ints, Ints]:
        """(text, a * size + b) of every two known neighbours a, b."""
        first, second = self.word[:-1], self.word[1:]
        there = (self.text[:-1] == self.text[1:]) & (first >= 0) & (second >= 0)
        return self.text[:-1][there], (first * size + second)[there]


def fitted(rows: Rows, column: str, most: int, with_pairs: bool) -> tuple[Words, csr_matrix]:
    """The words (and pairs) of `column`, of each at most `most`, the most frequent; and the vectors of `rows`."""
    numbers: dict[str, int] = {}
    texts = [[numbers.setdefault(word, len(numbers)) for word in words(text.lower())] for text in rows[column]]
    numbered = _Numbered.of(texts)
    counts = _counted(numbered, len(numbers), np.empty(0, dtype=np.int64))
    kept = frequent(counts, most)
    if len(kept) < len(numbers):
        names, renamed = list(numbers), np.full(len(numbers), -1)
        renamed[kept] = np.arange(len(kept))
        numbers = {names[i]: number for number, i in enumerate(kept.tolist())}
        numbered, counts = _Numbered(renamed[numbered.word], numbered.text, numbered.texts), renumbered(counts, kept)
    pairs = np.empty(0, dtype=np.int64)
    if with_pairs:
        text, code = numbered.neighbours(len(numbers))
        pairs, which = np.unique(code, return_inverse=True)
        of_pairs = table(text, which, (numbered.texts, len(pairs)))
        chosen = frequent(of_pairs, most)
        pairs, counts = pairs[chosen], hstack([counts, renumbered(of_pairs, chosen)], format="csr")
    idf = rarity(counts)
    return Words(column, numbers, pairs, idf), weighted(counts, idf)


def _counted(numbered: _Numbered, size: int, pairs: Ints) -> csr_matrix:
    """(texts, words + pairs): how often."""
    known = numbered.word >= 0
    alone = table(numbered.text[known], numbered.word[known], (numbered.texts, size))
    if not len(pairs):
        return alone
    text, code = numbered.neighbours(size)
    at = np.minimum(np.searchsorted(pairs, code), len(pairs) - 1)
    there = pairs[at] == code
    return hstack([alone, table(text[there], at[there], (numbered.texts, len(pairs)))], format="csr")


INTEGERS = "pairs"


class Facts(Record):
    """As in `Words`."""

    column: Literal["text", "text_pair"]
    vocabulary: list[str]
    by_script: bool


def load(facts: Facts, tensors: Tensors) -> Words:
    """What `facts` and `tensors` of `Words` gave."""
    vocabulary = {word: i for i, word in enumerate(facts.vocabulary)}
    pairs, idf = rising("pairs", tensors["pairs"], len(vocabulary) ** 2), tensors["idf"]
    if len(idf) != len(facts.vocabulary) + len(pairs) or len(vocabulary) != len(facts.vocabulary):
        raise ValueError(f"expected {len(vocabulary) + len(pairs)} weights of terms, found {len(idf)}")
    return Words(facts.column, vocabulary, pairs, idf, facts.by_script)


def of_version_1(column: str, written: Sequence[str], idf: Floats) -> tuple[Words, Ints]:
    """Words from a vocabulary of words and, with a blank in between, pairs; and the place of every term in it."""
    order = [*(i for i, term in enumerate(written) if " " not in term)]
    numbers = {written[at]: i for i, at in enumerate(order)}
    two = [(numbers[a] * len(numbers) + numbers[b], i) for i, (a, _, b) in _split(written)]
    two.sort()
    places = np.array([*order, *(i for _, i in two)], dtype=np.int64)
    return Words(column, numbers, np.array([code for code, _ in two], dtype=np.int64), idf[places], False), places


def _split(written: Sequence[str]) -> list[tuple[int, tuple[str, str, str]]]:
    return [(i, term.partition(" ")) for i, term in enumerate(written) if " " in term]
