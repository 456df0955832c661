"""Where the tokens of a line stand in the texts that they were read from."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.encoding.cutting import sequences
from transferkit.encoding.tokenizing import ready
from transferkit.errors import ConfigError

NOWHERE = -1


@dataclass(frozen=True)
class Places:
    """Where the tokens of a line stand: `owners` says which of `texts` each is of, (tokens,), and `offsets` has its
    first character there and the one after its last, (tokens, 2). Both are -1 for tokens that are of no text: special
    ones, and those of a prompt. `texts` are those of the whole row, also where the line is a window of it."""

    texts: tuple[str, ...]
    owners: Ints
    offsets: Ints

    def written(self, token: int) -> str:
        """A token as its text has it; "" for one that is of no text."""
        start, end = self.offsets[token].tolist()
        return "" if self.owners[token] == NOWHERE else self.texts[self.owners[token]][start:end]

    def followed(self) -> "Places":
        """With one more token behind, which is of no text."""
        return Places(self.texts, np.append(self.owners, NOWHERE), np.append(self.offsets, [[NOWHERE] * 2], axis=0))


def placed(texts: tuple[str, ...], owners: Ints, offsets: Ints, skipped: int = 0, starts: Ints | None = None) -> Places:
    """From what a tokenizer says: `offsets` (tokens, 2) in texts of which the first has `skipped` characters of a
    prompt before it, and which begin at the characters `starts` (texts,) of the row's own, by default at the first."""
    own = np.maximum(owners, 0)
    bounds = offsets - np.array([skipped, 0])[own][:, None]
    there = (owners != NOWHERE) & (bounds[:, 1] > np.maximum(bounds[:, 0], 0))
    bounds = np.maximum(bounds, 0) + (0 if starts is None else starts[own][:, None])
    return Places(texts, np.where(there, owners, NOWHERE), np.where(there[:, None], bounds, NOWHERE))


def encoding_of(texts: tuple[str, ...], tokenizer: Any) -> Any:
    """A text or two, whole, with where its tokens stand. Raises `ConfigError` for a slow tokenizer."""
    if not tokenizer.is_fast:
        raise ConfigError("only a fast tokenizer knows the places of its tokens; name another model")
    return ready(tokenizer)(*([text] for text in texts), truncation=False, verbose=False).encodings[0]


def of_encoding(texts: tuple[str, ...], encoding: Any, kept: Ints, skipped: int = 0) -> Places:
    """Those of the tokens `kept` of an encoding; `skipped` as in `placed`."""
    offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    return placed(texts, sequences(encoding)[kept], offsets[kept], skipped)
