"""Questions about contexts as overlapping windows of tokens that know where they stand in the context."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data.rows import Rows
from transferkit.errors import ConfigError
from transferkit.tasks import Shape, Task
from transferkit.training import shapes
from transferkit.training.encoding import Encoded, Ints, Passages
from transferkit.training.examples import UNLABELLED, Examples

STRIDE = 128  # tokens that two windows of a context share, as in the scripts of Devlin et al. 2019
NOWHERE = 0  # the first token stands for "no answer in this window"
_SPECIAL = 4


def span_examples(rows: Rows, task: Task, tokenizer: Any, max_length: int, prompt: str = "") -> Examples:
    """The windows of `rows` with the first and last token of the answer in each, (windows, 2)."""
    encoded = windows(rows, tokenizer, max_length, prompt)
    return Examples(encoded, token_targets(shapes.of(Shape.SPAN).targets(rows, task), encoded), rows=rows)


def windows(rows: Rows, tokenizer: Any, max_length: int, prompt: str = "") -> Encoded:
    """Tokenise question and context, at most `max_length` tokens a window.

    The question stands whole in every window unless it takes more than half of it; then its end is cut. Windows of
    a context share `STRIDE` tokens, or a quarter of a window that is short. Raises `ConfigError` for a slow tokenizer.
    """
    if not tokenizer.is_fast:
        raise ConfigError("spans need a fast tokenizer, which knows where its tokens stand; name another model")
    asked = [prompt + text for text in rows["text"]]
    questions, lost = _cut(asked, tokenizer, max(1, max_length // 2 - _SPECIAL))
    contexts = list(rows["text_pair"])
    found: Any = []
    owner: list[int] = []
    if questions:
        out = tokenizer(
            questions,
            contexts,
            truncation="only_second",
            max_length=max_length,
            stride=min(STRIDE, max_length // 4),
            return_overflowing_tokens=True,
        )
        found, owner = out.encodings, out["overflow_to_sample_mapping"]
    # RoBERTa and others have a column of segments that is not theirs to read.
    typed = "token_type_ids" in tokenizer.model_input_names
    return Encoded(
        ids=tuple(np.asarray(each.ids, dtype=np.int64) for each in found),
        type_ids=tuple(np.asarray(each.type_ids, dtype=np.int64) for each in found) if typed else None,
        pad_id=tokenizer.pad_token_id or 0,
        pad_left=False,
        full_lengths=np.array([len(each.ids) + lost[i] for each, i in zip(found, owner, strict=True)], dtype=np.int64),
        passages=Passages(np.asarray(owner, dtype=np.int64), tuple(_offsets(each) for each in found), tuple(contexts)),
    )


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


def _offsets(encoding: Any) -> Ints:
    """(tokens, 2): first character in the context and the one after the last; -1 for other tokens."""
    out = np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    inside = np.array([sequence == 1 for sequence in encoding.sequence_ids], dtype=bool)
    return np.where((inside & (out[:, 1] > out[:, 0]))[:, None], out, -1)


def token_targets(spans: npt.NDArray[Any], encoded: Encoded) -> Ints:
    """Characters of the answers, (rows, 2), as tokens of every window, (windows, 2).

    `NOWHERE` twice where a window does not hold the whole answer; rows without a target stay unlabelled.
    """
    passages = encoded.passages
    assert passages is not None
    out = np.full((len(encoded), 2), UNLABELLED, dtype=np.int64)
    for i, (owner, offsets) in enumerate(zip(passages.owner, passages.offsets, strict=True)):
        start, end = spans[owner]
        if start == UNLABELLED:
            continue
        out[i] = NOWHERE
        first = np.flatnonzero((offsets[:, 0] <= start) & (start < offsets[:, 1]))
        last = np.flatnonzero((offsets[:, 0] < end) & (end <= offsets[:, 1]))
        if start >= 0 and len(first) and len(last):
            out[i] = first[0], last[-1]
    return out
