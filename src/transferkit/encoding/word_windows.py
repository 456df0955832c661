"""Rows of words as overlapping windows of tokens that know which words they hold, and their answers put together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats, Ints
from transferkit.encoding.cutting import ranges
from transferkit.encoding.encoded import NO_TOKEN, Encoded, Sentences
from transferkit.encoding.places import NOWHERE, Places, placed
from transferkit.encoding.ragged import ragged
from transferkit.encoding.word_reading import AS_WRITTEN, Tokens, WordReading, mark_of_words, places, tokenised
from transferkit.errors import ConfigError
from transferkit.language.words import joined
from transferkit.table.rows import Rows
from transferkit.tagging.tags import OUTSIDE, continued, parts

STRIDE = 128  # tokens that two windows of a row share, or a quarter of a window that is short


@dataclass(frozen=True)
class _Window:
    """Tokens of a window of `row`, where in these its words begin, `first` being the row's word that is the first of
    them, how much there is on the narrower side of each word, in tokens, and which of the row's tokens they are, None
    for all."""

    row: int
    ids: Ints
    words: Ints
    first: int
    context: Ints
    held: npt.NDArray[np.bool_] | None = None


def as_read(rows: Rows) -> Rows:
    """`rows` with their words joined as their script has it: the text that is tokenised."""
    return replace(rows, columns={**rows.columns, "text": [joined(text.split(" ")) for text in rows["text"]]})


def encode_words(
    rows: Rows, tokenizer: Any, max_length: int, prompt: str = "", reading: WordReading = AS_WRITTEN
) -> Encoded:
    """Tokenise the words of `rows` in windows of at most `max_length` tokens, special tokens and `prompt` included.

    It is noted in which token each word begins; one that begins in a token of an earlier word, or has no token, has
    none of its own. Raises `ConfigError` for a slow tokenizer, and where the windows have no room.
    """
    if not tokenizer.is_fast:
        raise ConfigError(
            "tags of words need a fast tokenizer, which knows the places of its tokens; name another model"
        )
    lists = [text.split(" ") for text in rows["text"]]
    texts = [reading.text(words) for words in lists]
    windows: list[_Window] = []
    goes_on: list[npt.NDArray[np.bool_]] = []
    read = tokenised([prompt + text for text in texts], tokenizer, reading)
    mark = mark_of_words(tokenizer)
    for i, (words, text, tokens) in enumerate(zip(lists, texts, read, strict=True)):
        own, shared = _tokens_of_words(tokens, places(words, text) + len(prompt), len(prompt), mark)
        goes_on.append(shared)
        windows += _windows(tokens, i, own, len(prompt), max_length, tokenizer.pad_token_id or 0)
    owner = np.array([window.row for window in windows], dtype=np.int64)
    return Encoded(
        ids=ragged(window.ids for window in windows),
        type_ids=None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=np.array([len(window.ids) for window in windows], dtype=np.int64),
        words=tuple(window.words for window in windows),
        sentences=Sentences(
            owner, np.array([window.first for window in windows], dtype=np.int64), _answering(windows), tuple(goes_on)
        ),
    )


def _tokens_of_words(encoding: Tokens, places: Ints, skipped: int, mark: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """The token in which each word begins, `NO_TOKEN` for one without a token of its own; and which of these begin in a
    token of the word before."""
    offsets = encoding.offsets
    # A mark that a word begins here says nothing of what the word is, whatever place it is said to have.
    inside = (encoding.owners == 0) & (offsets[:, 1] > np.maximum(offsets[:, 0], skipped)) & (encoding.ids != mark)
    tokens = np.flatnonzero(inside)
    if not len(tokens):
        return np.full(len(places), NO_TOKEN), np.zeros(len(places), dtype=bool)
    begins, ends = offsets[tokens, 0], offsets[tokens, 1]

    def at(indices: Ints) -> Ints:
        """Positions of tokens that begin before their word ends, elsewhere `NO_TOKEN`."""
        near = np.minimum(indices, len(tokens) - 1)
        return np.where((indices < len(tokens)) & (begins[near] < places[:, 1]), tokens[near], NO_TOKEN)

    touching = at(np.searchsorted(ends, places[:, 0], side="right"))
    before = np.concatenate([[NO_TOKEN], np.maximum.accumulate(touching)[:-1]])
    taken = (touching != NO_TOKEN) & (touching <= before)
    own = np.where(taken, at(np.searchsorted(begins, places[:, 0], side="left")), touching)
    return own, taken & (own == NO_TOKEN)


def _windows(encoding: Tokens, row: int, own: Ints, skipped: int, max_length: int, padding: int) -> Iterator[_Window]:
    """Those of a row whose words begin in the tokens `own`; `skipped` are the characters of the prompt."""
    ids = encoding.ids
    if not len(ids):
        yield _Window(row, np.array([padding]), own, 0, np.zeros(len(own), dtype=np.int64))
        return
    if len(ids) <= max_length:
        yield _Window(row, ids, own, 0, np.full(len(own), len(ids)))
        return
    context = np.flatnonzero((encoding.owners == 0) & (encoding.offsets[:, 1] > skipped))
    room, shared = max_length - (len(ids) - len(context)), min(STRIDE, max_length // 4)
    if room <= shared:
        raise ConfigError(
            f"max_length {max_length}: special tokens and the prompt leave {max(0, room)} tokens for the words; "
            f"expected more than {shared}; raise --max-length"
        )
    for start, stop in ranges(len(context), room, shared):
        here = np.ones(len(ids) + 1, dtype=bool)  # the last one is where `NO_TOKEN` leads
        here[np.concatenate([context[:start], context[stop:], [len(ids)]])] = False
        there = np.flatnonzero(here[own])
        if not len(there):
            continue  # part of one word
        moved = np.where(here, np.cumsum(here) - 1, NO_TOKEN)
        part = own[there[0] : there[-1] + 1]
        place = np.searchsorted(context, part)
        left = place - start if start else np.full(len(part), len(ids))
        right = stop - 1 - place if stop < len(context) else np.full(len(part), len(ids))
        yield _Window(row, ids[here[:-1]], moved[part], int(there[0]), np.minimum(left, right), here[:-1])


def places_of(
    row: Rows, number: int, tokenizer: Any, max_length: int, prompt: str = "", reading: WordReading = AS_WRITTEN
) -> Places:
    """Where the tokens of window `number` of `row`, which is one, stand in the text that its words were joined to. The
    other arguments are those of `encode_words`."""
    words = row["text"][0].split(" ")
    text = reading.text(words)
    (tokens,) = tokenised([prompt + text], tokenizer, reading)
    if not len(tokens.ids):  # then a token of padding is read
        return Places((text,), np.array([NOWHERE]), np.full((1, 2), NOWHERE))
    own, _ = _tokens_of_words(tokens, places(words, text) + len(prompt), len(prompt), mark_of_words(tokenizer))
    held = list(_windows(tokens, 0, own, len(prompt), max_length, tokenizer.pad_token_id or 0))[number].held
    here = slice(None) if held is None else held
    return placed((text,), tokens.owners[here], tokens.offsets[here], len(prompt))


def _answering(windows: Sequence[_Window]) -> tuple[npt.NDArray[np.bool_], ...]:
    """Which words every window answers for: those that begin in it and have no more around them in another."""
    best: dict[tuple[int, int], tuple[int, int]] = {}
    several = {a.row for a, b in pairwise(windows) if a.row == b.row}
    for number, window in enumerate(windows):
        if window.row in several:
            for k in np.flatnonzero(window.words != NO_TOKEN).tolist():
                key, rank = (window.row, window.first + k), (int(window.context[k]), -number)
                best[key] = max(best.get(key, rank), rank)
    return tuple(
        np.array([best.get((part.row, part.first + k), (0, 1))[1] == -i for k in range(len(part.words))], dtype=bool)
        if part.row in several
        else part.words != NO_TOKEN
        for i, part in enumerate(windows)
    )


def of_windows(values: npt.NDArray[Any], encoded: Encoded, missing: Any) -> npt.NDArray[Any]:
    """(rows, most words, ...) as every window has it, (windows, most words of a window, ...); `missing` beyond."""
    sentences = _sentences(encoded)
    assert encoded.words is not None
    width = max(map(len, encoded.words), default=1) or 1
    out = np.full((len(encoded), width, *values.shape[2:]), missing, dtype=values.dtype)
    for i, (owner, first, words) in enumerate(zip(sentences.owner, sentences.first, encoded.words, strict=True)):
        out[i, : len(words)] = values[owner, first : first + len(words)]
    return out


def merged(values: Floats, encoded: Encoded) -> Floats:
    """What the windows say of their words, (windows, most words of a window, ...), by rows, (rows, most words, ...):
    of every word what the window says in which it has most around it; NaN for words without a token of their own."""
    sentences = _sentences(encoded)
    width = max(map(len, sentences.goes_on), default=1)
    out = np.full((len(sentences.goes_on), width, *values.shape[2:]), np.nan, dtype=np.float32)
    for i, (owner, first, answers) in enumerate(zip(sentences.owner, sentences.first, sentences.answers, strict=True)):
        words = np.flatnonzero(answers)
        out[owner, first + words] = values[i, words]
    return out


def filled(probabilities: Floats, encoded: Encoded, labels: Sequence[str]) -> Floats:
    """`probabilities` (rows, most words, tags) as `merged` gives them, with those of words that have none.

    A word that begins in a token of the word before goes on with what that says: B-TYPE there is I-TYPE here. A word
    without any token goes on in the same way if the word behind it does so too, and otherwise is outside.
    """
    out, on = probabilities.copy(), _going_on(labels)
    outside = np.eye(len(labels), dtype=np.float32)[labels.index(OUTSIDE)]
    for i, shared in enumerate(_sentences(encoded).goes_on):
        missing = np.flatnonzero(np.isnan(out[i, : len(shared), 0]))
        for word in missing.tolist():
            gone_on = out[i, word - 1] @ on if word else outside
            if shared[word] or _goes_on_behind(out[i, : len(shared)], word, gone_on, labels):
                out[i, word] = gone_on
            else:
                out[i, word] = outside
    return out


def _going_on(labels: Sequence[str]) -> Floats:
    """(tags, tags): 1 where the tag of a word leads to that of the word that goes on with it."""
    out = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for i, tag in enumerate(labels):
        next_tag = continued(tag, labels)
        out[i, labels.index(next_tag) if next_tag in labels else i] = 1
    return out


def _goes_on_behind(words: Floats, word: int, gone_on: Floats, labels: Sequence[str]) -> bool:
    """Whether the next word with a tag is within the entity that `gone_on` is within."""
    later = words[word + 1 :]
    later = later[~np.isnan(later[:, 0])]
    if not len(later):
        return False
    prefix, kind = parts(labels[int(later[0].argmax())])
    return prefix in "IE" and kind == parts(labels[int(gone_on.argmax())])[1]


def _sentences(encoded: Encoded) -> Sentences:
    assert encoded.sentences is not None
    return encoded.sentences
