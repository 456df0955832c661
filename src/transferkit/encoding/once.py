"""A text is tokenised once while a run lasts, however many routes, seeds, folds and saved models of it read it.

What is kept goes by what was read and by all that its tokens depend on, so that nothing has to be told when a row moves
to another part, a tokenizer is loaded again or a text is altered.
"""

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from transferkit.arrays import Ints
from transferkit.encoding import ragged
from transferkit.encoding.ragged import Ragged

_MOST_TOKENS = 2**28  # a gigabyte

Text = str | tuple[str, str]
"""A text, or a pair."""


@dataclass(frozen=True, eq=False)
class Tokens:
    """Those of some texts after truncation, their segments where the model reads such, and how many they were before,
    (texts,)."""

    ids: Ragged
    type_ids: Ragged | None
    full_lengths: Ints

    def take(self, texts: Ints) -> "Tokens":
        """Those of the texts at these positions, of which no token is copied."""
        types = None if self.type_ids is None else self.type_ids.take(texts)
        return Tokens(self.ids.take(texts), types, self.full_lengths[texts])


@dataclass
class _Kept:
    """What was made of texts, whose lines in `tokens` are `lines`."""

    lines: dict[Text, int] = field(default_factory=dict)
    tokens: Tokens | None = None


_kept: ContextVar[dict[Hashable, _Kept] | None] = ContextVar("kept", default=None)


@contextmanager
def tokenised_once() -> Iterator[None]:
    """While open, what tokenizers make of texts is kept in memory."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


@contextmanager
def tokenised_anew() -> Iterator[None]:
    """While open, every text is tokenised when it is read: so that the time it takes can be measured."""
    token = _kept.set(None)
    try:
        yield
    finally:
        _kept.reset(token)


def tokens_of(texts: Sequence[Text], manner: Hashable, make: Callable[[list[Text]], Tokens]) -> Tokens:
    """What `make` makes of `texts`, made before or now; `manner` says all else that this depends on."""
    everything = _kept.get()
    if everything is None or manner is None:
        return make(list(texts))
    kept = everything.setdefault(manner, _Kept())
    missing = list(dict.fromkeys(text for text in texts if text not in kept.lines))
    if missing:
        if kept.tokens is not None and len(kept.tokens.ids.values) > _MOST_TOKENS:
            return make(list(texts))
        made = make(missing)
        kept.tokens = made if kept.tokens is None else _joined(kept.tokens, made)
        kept.lines.update(zip(missing, range(len(kept.lines), len(kept.lines) + len(missing)), strict=True))
    if kept.tokens is None:
        return make([])
    return kept.tokens.take(np.fromiter((kept.lines[text] for text in texts), dtype=np.int64, count=len(texts)))


def _joined(one: Tokens, other: Tokens) -> Tokens:
    types = None
    if one.type_ids is not None and other.type_ids is not None:
        types = ragged.joined(one.type_ids, other.type_ids)
    lengths = np.concatenate([one.full_lengths, other.full_lengths])
    return Tokens(ragged.joined(one.ids, other.ids), types, lengths)
