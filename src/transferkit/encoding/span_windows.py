"""Questions about contexts as overlapping windows of tokens that know where they stand in the context."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints
from transferkit.encoding.cutting import ranges, sequences
from transferkit.encoding.encoded import LONGEST_SPAN, Encoded, Passages
from transferkit.encoding.places import Places, encoding_of, of_encoding
from transferkit.encoding.ragged import ragged
from transferkit.encoding.tokenizing import ready
from transferkit.errors import ConfigError
from transferkit.sources.facts import DECODER
from transferkit.table.rows import Rows

STRIDE = 128  # tokens that two windows of a context share, as in the scripts of Devlin et al. 2019


_SPECIAL = 4


@dataclass(frozen=True)
class Reading:
    """How contexts are read: `closed` windows end in a token that is not of the context, for which one is added where
    the tokenizer ends a pair with none; answers have at most `longest` tokens."""

    closed: bool = False
    longest: int = LONGEST_SPAN


PLAIN = Reading()


def longest_answer(rows: Rows, tokenizer: Any) -> int:
    """Tokens that all but one in two hundred of the answers in `rows` fit into, and no fewer than `LONGEST_SPAN`."""
    texts = [text for answers in rows.columns.get("answers", ()) for text, _ in answers or ()]
    if not texts:
        return LONGEST_SPAN
    lengths = [
        len(encoding.ids) for encoding in ready(tokenizer)(texts, add_special_tokens=False, verbose=False).encodings
    ]
    return max(LONGEST_SPAN, int(np.quantile(lengths, 0.995, method="higher")))


def closes(architecture: str) -> bool:
    """Whether windows for a model of this architecture end in a token for "no answer here": a decoder's first token,
    which stands for it elsewhere, sees neither question nor context."""
    return architecture == DECODER


@dataclass(frozen=True)
class _Window:
    """Tokens, segments and characters (see `Passages.offsets`) of a window of the context of `row`; which of the tokens
    of question and whole context it has is `held`."""

    row: int
    ids: Ints
    type_ids: Ints
    offsets: Ints
    held: npt.NDArray[np.bool_]

    def ended(self, end: int) -> "_Window":
        """With one more token, which is not of the context."""
        ids, types = np.append(self.ids, end), np.append(self.type_ids, 1)
        return replace(self, ids=ids, type_ids=types, offsets=np.append(self.offsets, [[-1, -1]], axis=0))


def windows(rows: Rows, tokenizer: Any, max_length: int, prompt: str = "", reading: Reading = PLAIN) -> Encoded:
    """Tokenise question and context, at most `max_length` tokens a window.

    The question stands whole in every window unless it takes more than half of it; then its end is cut. Windows of
    a context share `STRIDE` tokens, or a quarter of a window that is short. Raises `ConfigError` for a slow tokenizer.
    """
    if not tokenizer.is_fast:
        raise ConfigError("spans need a fast tokenizer, which knows the places of its tokens; name another model")
    texts = [prompt + text for text in rows["text"]]
    questions, lost = _cut(texts, tokenizer, max(1, max_length // 2 - _SPECIAL))
    contexts = list(rows["text_pair"])
    end = _end(tokenizer) if reading.closed else None
    all_windows: list[_Window] = []
    if questions:
        whole = ready(tokenizer)(questions, contexts, truncation=False, verbose=False).encodings
        all_windows = [
            window for i, one in enumerate(whole) for window in _windows(one, i, max_length - (end is not None))
        ]
    if end is not None:
        all_windows = [window.ended(end) for window in all_windows]
    # RoBERTa and others have a column of segments that is not theirs to read.
    typed = "token_type_ids" in tokenizer.model_input_names
    return Encoded(
        ids=ragged(window.ids for window in all_windows),
        type_ids=ragged(window.type_ids for window in all_windows) if typed else None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=np.array([len(window.ids) + lost[window.row] for window in all_windows], dtype=np.int64),
        passages=Passages(
            np.array([window.row for window in all_windows], dtype=np.int64),
            tuple(window.offsets for window in all_windows),
            tuple(contexts),
            reading.closed,
            reading.longest,
        ),
    )


def _end(tokenizer: Any) -> int | None:
    """The token to put behind a pair; None where the tokenizer itself ends it with one that is not of its texts."""
    if ready(tokenizer)("a", "a").encodings[0].sequence_ids[-1] is None:
        return None
    return int(tokenizer.pad_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id)


def _cut(texts: list[str], tokenizer: Any, most: int) -> tuple[list[str], list[int]]:
    """`texts` without what is beyond `most` tokens, and how many tokens that was."""
    if not texts:
        return [], []
    encodings = ready(tokenizer)(texts, add_special_tokens=False, verbose=False).encodings
    short = [
        text[: encoding.offsets[most - 1][1]] if len(encoding.ids) > most else text
        for text, encoding in zip(texts, encodings, strict=True)
    ]
    return short, [max(0, len(encoding.ids) - most) for encoding in encodings]


def _windows(encoding: Any, row: int, max_length: int) -> Iterator[_Window]:
    """Those of a question with the whole of its context, `encoding`."""
    ids, types = (np.asarray(numbers, dtype=np.int64) for numbers in (encoding.ids, encoding.type_ids))
    owners, offsets = sequences(encoding), np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    inside = (owners == 1) & (offsets[:, 1] > offsets[:, 0])
    offsets = np.where(inside[:, None], offsets, -1)
    context = np.flatnonzero(owners == 1)
    room, shared = max_length - (len(ids) - len(context)), min(STRIDE, max_length // 4)
    if room <= shared and len(context) > room:
        raise ConfigError(
            f"max_length {max_length}: question and special tokens leave {max(0, room)} tokens for the context; "
            f"expected more than {shared}; raise --max-length"
        )
    for start, stop in ranges(len(context), room, shared):
        here = np.ones(len(ids), dtype=bool)
        here[np.concatenate([context[:start], context[stop:]])] = False
        yield _Window(row, ids[here], types[here], offsets[here], here)


def places_of(
    row: Rows, number: int, tokenizer: Any, max_length: int, prompt: str = "", reading: Reading = PLAIN
) -> Places:
    """Where the tokens of window `number` of `row`, which is one, stand in its question and its context. The other
    arguments are those of `windows`."""
    texts = (row["text"][0], row["text_pair"][0])
    (question,), _ = _cut([prompt + texts[0]], tokenizer, max(1, max_length // 2 - _SPECIAL))
    encoding = encoding_of((question, texts[1]), tokenizer)
    end = _end(tokenizer) if reading.closed else None
    held = list(_windows(encoding, 0, max_length - (end is not None)))[number].held
    places = of_encoding(texts, encoding, np.flatnonzero(held), len(prompt))
    return places if end is None else places.followed()
