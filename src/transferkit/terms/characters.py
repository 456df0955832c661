"""TF-IDF of runs of characters of a word, the blanks around it included (scikit-learn's `char_wb`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import Field
from scipy.sparse import csr_matrix, vstack

from transferkit.arrays import Floats, Ints
from transferkit.language.words import unbroken
from transferkit.record import Record
from transferkit.table.rows import Rows
from transferkit.terms import Tensors, frequent, rarity, renumbered, rising, table, weighted

_OF_LETTERS, _OF_SIGNS = (2, 5), (1, 3)
_BATCH_ROWS = 2048
_BITS = 22
_MIXING = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / the golden ratio: multiplicative hashing (Knuth, 6.4)
_BLANK = ord(" ")


@dataclass(frozen=True)
class Characters:
    """Runs of `shortest` to `longest` characters, in lower case, by 22 bits of a hash: those in `kept`, sorted."""

    column: str
    shortest: int
    longest: int
    kept: Ints
    idf: Floats
    kind: str = "characters"

    @property
    def size(self) -> int:
        return len(self.idf)

    def vectors(self, rows: Rows) -> csr_matrix:
        """(rows, terms), rows of length one."""
        counts = _hashed(rows[self.column], self.shortest, self.longest)
        return weighted(renumbered(counts, self.kept), self.idf)

    def facts(self) -> dict[str, Any]:
        return {"column": self.column, "shortest": self.shortest, "longest": self.longest}

    def tensors(self) -> Tensors:
        return {"kept": self.kept, "idf": self.idf}


def fitted(rows: Rows, column: str, most: int) -> tuple[Characters, csr_matrix]:
    """The runs of `column`, at most `most`, the most frequent; and the vectors of `rows`.

    Runs have 2 to 5 characters, or 1 to 3 where most texts are in a script without blanks between words.
    """
    signs = sum(map(unbroken, rows[column])) * 2 > len(rows)
    shortest, longest = _OF_SIGNS if signs else _OF_LETTERS
    counts = _hashed(rows[column], shortest, longest)
    kept = frequent(counts, most)
    counts = renumbered(counts, kept)
    idf = rarity(counts)
    return Characters(column, shortest, longest, kept, idf), weighted(counts, idf)


def _hashed(texts: Sequence[str], shortest: int, longest: int) -> csr_matrix:
    """(texts, 2^22): how often each run is there, by its hash."""
    parts = [texts[i : i + _BATCH_ROWS] for i in range(0, len(texts), _BATCH_ROWS)]
    batches = [_of_batch(part, shortest, longest) for part in parts]
    return vstack(batches, format="csr", dtype=np.float32) if batches else csr_matrix((0, 1 << _BITS), dtype=np.float32)


def _of_batch(texts: Sequence[str], shortest: int, longest: int) -> csr_matrix:
    cleaned = [" ".join(["", *text.lower().split(), ""]) for text in texts]
    points = np.frombuffer("".join(cleaned).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    row = np.repeat(np.arange(len(texts)), [len(text) for text in cleaned])
    blank = points == _BLANK
    blanks, hashes = np.cumsum(blank), np.zeros_like(points)
    counts = csr_matrix((len(texts), 1 << _BITS), dtype=np.float32)
    for length in range(1, min(longest, len(points)) + 1):
        first, last = slice(0, len(points) - length + 1), slice(length - 1, None)
        hashes = (hashes[first] + points[last] + np.uint64(1)) * _MIXING
        hashes ^= hashes >> np.uint64(29)
        if length < shortest:
            continue
        inner = blanks[last] - blanks[first] - blank[last]
        there = (row[first] == row[last]) & ((inner <= 0) if length > 1 else ~blank)
        bucket = (hashes[there] * _MIXING) >> np.uint64(64 - _BITS)
        counts += table(row[first][there], bucket.astype(np.int64), counts.shape)
    return counts


INTEGERS = "kept"


class Facts(Record):
    """As in `Characters`."""

    column: Literal["text", "text_pair"]
    shortest: int = Field(ge=1, le=10)
    longest: int = Field(ge=1, le=10)


def load(facts: Facts, tensors: Tensors) -> Characters:
    """What `facts` and `tensors` of `Characters` gave."""
    kept, idf = rising("kept", tensors["kept"], 1 << _BITS), tensors["idf"]
    if len(kept) != len(idf):
        raise ValueError(f"expected {len(kept)} weights of terms, found {len(idf)}")
    return Characters(facts.column, facts.shortest, facts.longest, kept, idf)
