"""Texts become numbers of words, many texts at once."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat

import numpy as np

from transferkit.arrays import Ints
from transferkit.language.buffers import END, encoded, pieces_of_all
from transferkit.language.words import composed, has_signs, is_pair, pieces, pieces_and_pairs

PADDING, UNKNOWN, SEPARATOR = 0, 1, 2
SPECIAL = 3
_END = -1
_WORD_OF_VERSION_1 = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class WordNumbers:
    """`vocabulary` maps a lower-cased word to its number, from `SPECIAL` on. In artifacts of earlier versions
    `by_script` is false, to which a clause without blanks is one word, or `by_pairs`, which read signs alone."""

    vocabulary: Mapping[str, int]
    by_script: bool = True
    by_pairs: bool = True

    def of(self, inputs: Sequence[tuple[str, str | None]]) -> tuple[Ints, Ints]:
        """The numbers of the words of all rows one after the other, (words,), and how many each row has, (rows,).

        The second text of a pair follows a separator. A pair of signs that is not in the vocabulary, whose signs stand
        beside it, is left out. A row without words has the unknown one.
        """
        texts = [text for row in inputs for text in row if text is not None]
        words = pieces_of_all([self._spaced(text) for text in texts]) if self.by_script else self._of_version_1(texts)
        ids = np.fromiter(map(self._numbers.get, words, repeat(UNKNOWN)), np.int64, len(words))
        ends = np.flatnonzero(ids == _END)
        last = np.array([end for _, pair in inputs for end in ((True,) if pair is None else (False, True))], dtype=bool)
        ids[ends[~last]] = SEPARATOR
        ends = ends[last]
        lengths = np.diff(ends, prepend=-1) - 1
        empty = lengths == 0
        ids[ends[empty]] = UNKNOWN
        return np.delete(ids, ends[~empty]), np.maximum(lengths, 1)

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {encoded(word): number for word, number in self.vocabulary.items()} | {END: _END}

    def _spaced(self, text: str) -> str:
        """`text` in lower case, with blanks between the words of scripts that have none."""
        text = composed(text.lower())
        if not has_signs(text):
            return text
        return " ".join(self._kept(pieces_and_pairs(text) if self.by_pairs else pieces(text)))

    def _of_version_1(self, texts: Sequence[str]) -> list[bytes]:
        kept = (self._kept(_WORD_OF_VERSION_1.findall(text.lower())) for text in texts)
        return [piece for words in kept for piece in (*map(encoded, words), END)]

    def _kept(self, words: Sequence[str]) -> list[str]:
        return [word for word in words if word in self.vocabulary or not is_pair(word)]


def number(words: Sequence[str]) -> dict[str, int]:
    """The vocabulary of `words` in their order."""
    return {word: i + SPECIAL for i, word in enumerate(words)}


def split(text: str) -> list[str]:
    """Lower-cased words and single punctuation marks; in scripts without blanks between words signs and pairs."""
    return pieces_and_pairs(composed(text.lower()))
