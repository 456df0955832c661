"""How the words of a text become tokens: joined as their script has it, and parted where entities were seen to end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from transferkit.arrays import Ints
from transferkit.encoding.cutting import sequences
from transferkit.encoding.tokenizing import ready
from transferkit.language.words import has_signs, joined
from transferkit.table.rows import Rows
from transferkit.tagging.tags import continued
from transferkit.tasks import Task

_BEGINS, _GOES_ON = "\u2581", "##"


@dataclass(frozen=True)
class WordReading:
    """How words are read. `spaced`: with a blank between any two, as earlier versions did. `borders` says of pieces of
    several words at which of their characters an entity began or ended in training: there they are read in parts."""

    spaced: bool = False
    borders: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def text(self, words: Sequence[str]) -> str:
        """The text that is tokenised."""
        return " ".join(words) if self.spaced else joined(words)


AS_WRITTEN = WordReading()
"""Joined as their script has it, and no piece in parts."""


@dataclass(frozen=True)
class Tokens:
    """A text in tokens: their numbers, where they stand in it (tokens, 2), and which text each is of, -1 for special
    ones."""

    ids: Ints
    offsets: Ints
    owners: Ints


def tokenised(texts: Sequence[str], tokenizer: Any, reading: WordReading) -> Iterator[Tokens]:
    """`texts` in tokens."""
    encodings = ready(tokenizer)(list(texts), truncation=False, verbose=False).encodings if texts else []
    whole = {tokenizer.convert_tokens_to_ids(piece) for piece in reading.borders}
    for encoding in encodings:
        ids = encoding.ids
        offsets = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
        tokens = Tokens(np.asarray(ids, dtype=np.int64), offsets, sequences(encoding))
        yield tokens if whole.isdisjoint(ids) else _parted(tokens, encoding.tokens, reading.borders, tokenizer)


def mark_of_words(tokenizer: Any) -> int:
    """The token that only says that a word begins behind it, as sentencepiece's do before signs; -1 for none."""
    number = tokenizer.convert_tokens_to_ids(_BEGINS)
    return -1 if number is None or number == tokenizer.unk_token_id else int(number)


def places(words: Sequence[str], text: str) -> Ints:
    """First character of every word in the text that they were joined to, and the one after its last, (words, 2)."""
    bounds, at = [], 0
    for word in words:
        at += text[at : at + 1] == " "
        bounds.append((at, at + len(word)))
        at += len(word)
    return np.array(bounds, dtype=np.int64).reshape(-1, 2)


def of_task(rows: Rows, task: Task, tokenizer: Any, prompt: str = "") -> WordReading:
    """The reading of words under which no token of tagged `rows` holds the end of an entity, as far as the vocabulary
    has its parts: Chinese 在北京 (in Beijing) may be one piece of sentencepiece's. Of other tasks the plain one."""
    if not task.shape.form.OF_WORDS or not tokenizer.is_fast:
        return AS_WRITTEN
    borders: dict[str, set[int]] = {}
    pairs = zip(rows["text"], rows[task.target], strict=True)
    told = [(text, task.encode_target(tags, task.labels)) for text, tags in pairs if tags and has_signs(text)]
    sentences = [(text.split(" "), tags) for text, tags in told]
    texts = [joined(words) for words, _ in sentences]
    read = tokenised([prompt + text for text in texts], tokenizer, AS_WRITTEN)
    for (words, tags), text, tokens in zip(sentences, texts, read, strict=True):
        begins = places(words, text)[:, 0] + len(prompt)
        breaks = begins[1:][[tags[i + 1] != continued(tags[i], task.labels) for i in range(len(tags) - 1)]]
        starts, ends = tokens.offsets[:, 0], tokens.offsets[:, 1]
        held = np.searchsorted(breaks, ends, side="left") > np.searchsorted(breaks, starts, side="right")
        for i in np.flatnonzero(held & (tokens.owners == 0)):
            piece = tokenizer.convert_ids_to_tokens(int(tokens.ids[i]))
            start, end = _body(piece, tokens.offsets[i].tolist())
            inside = breaks[(breaks > start) & (breaks < end)]
            if len(inside):
                borders.setdefault(piece, set()).update((inside - start).tolist())
    return WordReading(borders={piece: tuple(sorted(at)) for piece, at in sorted(borders.items())})


def _prefix(piece: str) -> str:
    return next((mark for mark in (_BEGINS, _GOES_ON) if piece.startswith(mark)), "")


def _body(piece: str, place: Sequence[int]) -> tuple[int, int]:
    """Where a token at `place` stands without a blank before it; nowhere if it is not written as it stands there."""
    start, end = place
    length = len(piece) - len(_prefix(piece))
    return (end - length, end) if 0 < length <= end - start else (end, end)


def _parted(tokens: Tokens, pieces: Sequence[str], borders: Mapping[str, tuple[int, ...]], tokenizer: Any) -> Tokens:
    """`tokens` with parts in the place of those that have `borders`."""
    ids, owners, offsets = (column.tolist() for column in (tokens.ids, tokens.owners, tokens.offsets))
    for i in reversed(range(len(pieces))):
        start, end = _body(pieces[i], offsets[i])
        cuts = [start, *(start + at for at in borders.get(pieces[i], ()) if start + at < end), end]
        parts = _parts(pieces[i], [at - start for at in cuts], tokenizer) if end > start and len(cuts) > 2 else None
        if parts is not None:
            ids[i : i + 1] = parts
            owners[i : i + 1] = [owners[i]] * len(parts)
            offsets[i : i + 1] = [[a, b] for a, b in zip([offsets[i][0], *cuts[1:-1]], cuts[1:], strict=True)]
    return Tokens(np.array(ids), np.array(offsets).reshape(-1, 2), np.array(owners))


def _parts(piece: str, cuts: Sequence[int], tokenizer: Any) -> list[int] | None:
    """The parts; None where the vocabulary lacks one."""
    prefix = _prefix(piece)
    body, numbers = piece[len(prefix) :], []
    for start, end in pairwise(cuts):
        part = body[start:end]
        for written in (f"{prefix}{part}",) if not start else (f"{_GOES_ON}{part}", part):
            number = tokenizer.convert_tokens_to_ids(written)
            if number is not None and number != tokenizer.unk_token_id:
                numbers.append(int(number))
                break
        else:
            return None
    return numbers
