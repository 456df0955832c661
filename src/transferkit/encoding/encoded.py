"""Rows to token ids, once, with what was cut counted."""

import hashlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from transferkit.arrays import Ints
from transferkit.encoding.by_words import by_words, pays
from transferkit.encoding.cutting import kept, sequences
from transferkit.encoding.once import Text, Tokens, tokens_of
from transferkit.encoding.ragged import Ragged, one_by_one, ragged
from transferkit.encoding.tokenizing import encodings, identity, pads_left
from transferkit.table.rows import Rows

NO_TOKEN = -1
LONGEST_SPAN = 30
"""Tokens of an answer at most, where nothing else is known: as in the scripts of Devlin et al. 2019."""


@dataclass(frozen=True)
class Passages:
    """What windows are windows of: `owner` is the position of the row of each, ascending, (windows,); `offsets` has
    for every token its first character in the context and the one after its last, -1 for other tokens, (tokens, 2);
    `contexts` are those of the rows; an answer has at most `longest` tokens. A token of every window stands for "no
    answer here": the first one, or where they are `closed` the last one, behind the context."""

    owner: Ints
    offsets: tuple[Ints, ...]
    contexts: tuple[str, ...]
    closed: bool = False
    longest: int = LONGEST_SPAN

    def nowhere(self, window: int) -> int:
        """The token that stands for no answer."""
        return len(self.offsets[window]) - 1 if self.closed else 0

    def readable(self, window: int) -> Ints:
        """1 for tokens that may answer: the context's, and the one that says that no answer is here."""
        mask = (self.offsets[window][:, 0] >= 0).astype(np.int64)
        mask[self.nowhere(window)] = 1
        return mask


@dataclass(frozen=True)
class Sentences:
    """What windows are windows of, where words are tagged: `owner` is the position of the row of each, ascending, and
    `first` its first word there, (windows,); `answers` says for the words of every window whether it answers for them,
    and `goes_on` for all words of the rows which begin in a token of the word before."""

    owner: Ints
    first: Ints
    answers: tuple[npt.NDArray[np.bool_], ...]
    goes_on: tuple[npt.NDArray[np.bool_], ...]


@dataclass(frozen=True)
class Encoded:
    """Token ids of some rows, unpadded.

    `type_ids` is None for models without segments. `full_lengths` counts tokens before truncation. `words` has
    for every word the position of its first token, below zero where it has none of its own; None if not asked for.
    `answers` has the positions whose states an answer's tokens are predicted from, and `decoder_ids` what the decoder
    of an encoder-decoder reads meanwhile; None where no text is to be written. With `passages`, and
    with `sentences`, there is a line per window instead of per row.
    """

    ids: Ragged
    type_ids: Ragged | None
    pad_id: int
    pad_left: bool
    full_lengths: Ints
    words: tuple[Ints, ...] | None = None
    answers: tuple[Ints, ...] | None = None
    decoder_ids: tuple[Ints, ...] | None = None
    passages: Passages | None = None
    sentences: Sentences | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def cut(self) -> Ints:
        """The lines that have lost tokens."""
        return np.flatnonzero(self.full_lengths > self.ids.lengths)

    @cached_property
    def lengths(self) -> Ints:
        """Tokens of every line, read-only; worked out once, for it is asked for batch by batch."""
        lengths = self.ids.lengths.copy()
        if self.decoder_ids is not None:
            lengths += np.array([len(ids) for ids in self.decoder_ids], dtype=np.int64)
        lengths.setflags(write=False)
        return lengths

    def keys(self) -> list[str]:
        """A hash per row over what a model gets, and where words begin if that was noted: the same tokens, the same
        key, whatever text and settings they came from."""
        noted = [column for column in (self.type_ids, self.words) if column is not None]
        return [_key(parts) for parts in zip(self.ids, *noted, strict=True)]

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        """Padded `input_ids` (rows, longest) and what goes with them.

        There is no mask where there is no padding: attention without one is faster.
        """
        rows = [self.ids[i] for i in positions]
        width = max(len(row) for row in rows)
        batch = {"input_ids": _pad(rows, width, self.pad_id, self.pad_left)}
        if any(len(row) < width for row in rows):
            ones = [np.ones(len(row), dtype=np.int64) for row in rows]
            batch["attention_mask"] = _pad(ones, width, 0, self.pad_left)
        if self.type_ids is not None:
            batch["token_type_ids"] = _pad([self.type_ids[i] for i in positions], width, 0, self.pad_left)
        if self.words is not None:
            words = [self.words[i] for i in positions]
            batch["words"] = _pad(words, max(len(row) for row in words), NO_TOKEN, left=False)
        if self.answers is not None:
            answers = [self.answers[i] for i in positions]
            batch["answer_positions"] = _pad(answers, max(1, *map(len, answers)), NO_TOKEN, left=False)
        if self.decoder_ids is not None:
            read = [self.decoder_ids[i] for i in positions]
            batch["decoder_input_ids"] = _pad(read, max(map(len, read)), self.pad_id, left=False)
        if self.passages is not None:
            batch["readable"] = _pad([self.passages.readable(i) for i in positions], width, 0, self.pad_left)
        return batch


def encode(rows: Rows, tokenizer: Any, max_length: int, prompt: str = "") -> Encoded:
    """Tokenise the inputs of `rows`, at most `max_length` tokens each (special tokens included).

    `prompt` is put before every text (sentence-transformers' default prompt).
    """
    texts: list[Text] = list(rows["text"])
    second = rows.columns.get("text_pair")
    paired = second is not None and len(rows) > 0 and second[0] is not None
    if second is not None and paired:
        texts = [(text, pair or "") for text, pair in zip(rows["text"], second, strict=True)]
    typed = paired and "token_type_ids" in tokenizer.model_input_names
    known = identity(tokenizer)
    manner = None if known is None else (known, tokenizer.pad_token_id, max_length, prompt, paired, typed)
    read = _by_backend if tokenizer.is_fast else _by_itself

    def make(some: list[Text]) -> Tokens:
        found = read(tokenizer, *_apart(some, prompt), max_length)
        return found if typed else replace(found, type_ids=None)

    tokens = tokens_of(texts, manner, make)
    return Encoded(
        ids=tokens.ids,
        type_ids=tokens.type_ids,
        pad_id=tokenizer.pad_token_id or 0,
        # On the right whatever the tokenizer says, or absolute positions would depend on the rest of the batch.
        pad_left=pads_left(tokenizer),
        full_lengths=tokens.full_lengths,
    )


def _apart(texts: Sequence[Text], prompt: str) -> tuple[list[str], list[str] | None]:
    """First texts behind the prompt, and second ones where these are pairs."""
    first = [prompt + (text if isinstance(text, str) else text[0]) for text in texts]
    second = [text[1] for text in texts if not isinstance(text, str)]
    return first, second or None


def _by_backend(tokenizer: Any, texts: Sequence[str], second: Sequence[str] | None, max_length: int) -> Tokens:
    """At most `max_length` tokens per text. Nothing is read of one without any: then it is a token of padding.
    Of pairs it is said which text every token is of."""
    if second is None and pays(tokenizer, texts):
        return by_words(tokenizer, texts, max_length)
    ids, types, lengths, full = array("i"), array("i"), array("q"), array("q")
    left = tokenizer.truncation_side == "left"
    for encoding in encodings(tokenizer, texts, second):
        row, kinds = encoding.ids, encoding.type_ids if second else []
        full.append(len(row))
        if len(row) > max_length:
            there = kept(sequences(encoding), max_length, left).tolist()
            row, kinds = [row[i] for i in there], [kinds[i] for i in there if second]
        row = row or [tokenizer.pad_token_id]
        ids.extend(row)
        types.extend(kinds)
        lengths.append(len(row))
    segments = one_by_one(types, lengths) if second else None
    return Tokens(one_by_one(ids, lengths), segments, np.array(full, dtype=np.int64))


def _by_itself(tokenizer: Any, texts: Sequence[str], second: Sequence[str] | None, max_length: int) -> Tokens:
    """The same of a tokenizer in Python."""
    if not texts:
        return Tokens(one_by_one((), ()), one_by_one((), ()), np.array([], dtype=np.int64))
    whole = tokenizer(texts, second, truncation=False, add_special_tokens=True, verbose=False)
    full = np.array([len(row) for row in whole["input_ids"]], dtype=np.int64)
    if full.max() > max_length:
        whole = tokenizer(texts, second, truncation=True, max_length=max_length)
    ids, types = (
        ragged(np.array(row or [tokenizer.pad_token_id], dtype=np.int64) for row in whole.get(name, ()))
        for name in ("input_ids", "token_type_ids")
    )
    return Tokens(ids, types, full)


def key_of(ids: Ints) -> str:
    """That of a row of these tokens and nothing else."""
    return _key((ids,))


def _key(parts: Sequence[Ints]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part.tobytes())
    return digest.hexdigest()


def _pad(rows: Sequence[Ints], width: int, value: int, left: bool) -> Tensor:
    out = np.full((len(rows), width), value, dtype=np.int64)
    for i, row in enumerate(rows):
        if left:
            out[i, width - len(row) :] = row
        else:
            out[i, : len(row)] = row
    return torch.from_numpy(out)
