"""Questions about contexts as overlapping windows of tokens that know where they stand in the context."""

from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Ints
from transferkit.encoding.encoded import Encoded
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.span_windows import PLAIN, Reading, windows
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training.objectives import span


def span_examples(
    rows: Rows, task: Task, tokenizer: Any, max_length: int, prompt: str = "", reading: Reading = PLAIN
) -> Examples:
    """The windows of `rows` with the first and last token of the answer in each, (windows, 2)."""
    encoded = windows(rows, tokenizer, max_length, prompt, reading)
    return Examples(encoded, token_targets(span.targets(rows, task), encoded), rows=rows)


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
