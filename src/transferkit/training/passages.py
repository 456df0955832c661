"""Questions about contexts as overlapping windows of tokens that know where they stand in the context."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data.rows import Rows
from transferkit.errors import ConfigError
from transferkit.sources.facts import DECODER
from transferkit.tasks import Shape, Task
from transferkit.training import shapes
from transferkit.training.encoding import Encoded, Ints, Passages
from transferkit.training.examples import UNLABELLED, Examples

STRIDE = 128  # tokens that two windows of a context share, as in the scripts of Devlin et al. 2019
_SPECIAL = 4


def closes(architecture: str) -> bool:
    """Whether windows for a model of this architecture end in a token for "no answer here": a decoder's first token,
    which stands for it elsewhere, sees neither question nor context."""
    return architecture == DECODER


def span_examples(
    rows: Rows, task: Task, tokenizer: Any, max_length: int, prompt: str = "", closed: bool = False
) -> Examples:
    """The windows of `rows` with the first and last token of the answer in each, (windows, 2)."""
    encoded = windows(rows, tokenizer, max_length, prompt, closed)
    return Examples(encoded, token_targets(shapes.of(Shape.SPAN).targets(rows, task), encoded), rows=rows)


def windows(rows: Rows, tokenizer: Any, max_length: int, prompt: str = "", closed: bool = False) -> Encoded:
    """Tokenise question and context, at most `max_length` tokens a window; `closed` ones end in a token that is not of
    the context, for which one is added where the tokenizer ends a pair with none.

    The question stands whole in every window unless it takes more than half of it; then its end is cut. Windows of
    a context share `STRIDE` tokens, or a quarter of a window that is short. Raises `ConfigError` for a slow tokenizer.
    """
    if not tokenizer.is_fast:
        raise ConfigError("spans need a fast tokenizer, which knows where its tokens stand; name another model")
    asked = [prompt + text for text in rows["text"]]
    questions, lost = _cut(asked, tokenizer, max(1, max_length // 2 - _SPECIAL))
    contexts = list(rows["text_pair"])
    end = _end(tokenizer) if closed else None
    found: Any = []
    owner: list[int] = []
    if questions:
        out = tokenizer(
            questions,
            contexts,
            truncation="only_second",
            max_length=max_length - (end is not None),
            stride=min(STRIDE, max_length // 4),
            return_overflowing_tokens=True,
        )
        found, owner = out.encodings, out["overflow_to_sample_mapping"]
    # RoBERTa and others have a column of segments that is not theirs to read.
    typed = "token_type_ids" in tokenizer.model_input_names
    return Encoded(
        ids=tuple(_ended(each.ids, end) for each in found),
        type_ids=tuple(_ended(each.type_ids, None if end is None else 1) for each in found) if typed else None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=np.array(
            [len(each.ids) + (end is not None) + lost[i] for each, i in zip(found, owner, strict=True)], dtype=np.int64
        ),
        passages=Passages(
            np.asarray(owner, dtype=np.int64),
            tuple(_offsets(each, end is not None) for each in found),
            tuple(contexts),
            closed,
        ),
    )


def _end(tokenizer: Any) -> int | None:
    """The token to put behind a pair; None where the tokenizer itself ends it with one that is not of its texts."""
    if tokenizer("a", "a").encodings[0].sequence_ids[-1] is None:
        return None
    return int(tokenizer.pad_token_id if tokenizer.eos_token_id is None else tokenizer.eos_token_id)


def _ended(ids: list[int], end: int | None) -> Ints:
    return np.asarray(ids if end is None else [*ids, end], dtype=np.int64)


def _cut(texts: list[str], tokenizer: Any, most: int) -> tuple[list[str], list[int]]:
    """`texts` without what is beyond `most` tokens, and how many tokens that was."""
    if not texts:
        return [], []
    encodings = tokenizer(texts, add_special_tokens=False, verbose=False).encodings
    short = [
        text[: each.offsets[most - 1][1]] if len(each.ids) > most else text
        for text, each in zip(texts, encodings, strict=True)
    ]
    return short, [max(0, len(each.ids) - most) for each in encodings]


def _offsets(encoding: Any, ended: bool) -> Ints:
    """(tokens, 2): first character in the context and the one after the last; -1 for other tokens, among them one more
    where it was `ended`."""
    out = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    inside = np.array([sequence == 1 for sequence in encoding.sequence_ids], dtype=bool)
    found = np.where((inside & (out[:, 1] > out[:, 0]))[:, None], out, -1)
    return np.concatenate([found, np.full((1, 2), -1)]) if ended else found


def token_targets(spans: npt.NDArray[Any], encoded: Encoded) -> Ints:
    """Characters of the answers, (rows, 2), as tokens of every window, (windows, 2).

    The token for no answer twice where a window does not hold the whole of it; rows without a target stay unlabelled.
    """
    passages = encoded.passages
    assert passages is not None
    out = np.full((len(encoded), 2), UNLABELLED, dtype=np.int64)
    for i, (owner, offsets) in enumerate(zip(passages.owner, passages.offsets, strict=True)):
        start, end = spans[owner]
        if start == UNLABELLED:
            continue
        out[i] = passages.nowhere(i)
        first = np.flatnonzero((offsets[:, 0] <= start) & (start < offsets[:, 1]))
        last = np.flatnonzero((offsets[:, 0] < end) & (end <= offsets[:, 1]))
        if start >= 0 and len(first) and len(last):
            out[i] = first[0], last[-1]
    return out
