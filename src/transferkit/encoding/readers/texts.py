"""Texts, or pairs of them, each as one line: whole, cut at their ends, or in windows."""

from functools import partial

import numpy as np

from transferkit.encoding.cutting import kept, sequences
from transferkit.encoding.encoded import encode
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.places import Places, encoding_of, placed
from transferkit.encoding.readers import Manner, Read
from transferkit.encoding.windows import Windowed, whole, windowed
from transferkit.table.rows import Rows

AVERAGED = True


def read(rows: Rows, manner: Manner) -> Read:
    """A line per text, or per window of one; the mean over a text's windows stands for it."""
    tokenizer, length, prompt = manner.tokenizer, manner.max_length, manner.prompt
    lines = windowed(rows, tokenizer, length, prompt) if manner.windows else whole(rows)
    encoded = encode(lines.rows, tokenizer, length, prompt)
    examples = Examples(encoded, np.full(len(encoded), UNLABELLED))
    return Read(rows, examples, lines.owner, lines.owners(encoded.cut), partial(_places, rows, lines, manner))


def _places(rows: Rows, lines: Windowed, manner: Manner, line: int) -> Places:
    own, here = (
        tuple(text for text in inputs if text is not None)
        for inputs in (rows.take([int(lines.owner[line])]).inputs()[0], lines.rows.take([line]).inputs()[0])
    )
    encoding = encoding_of((manner.prompt + here[0], *here[1:]), manner.tokenizer)
    owners, offsets = sequences(encoding), np.asarray(encoding.offsets, dtype=np.int64).reshape(-1, 2)
    if not len(owners):  # then a token of padding is read
        owners, offsets = np.array([-1]), np.array([[0, 0]])
    if len(owners) > manner.max_length:
        there = kept(owners, manner.max_length, manner.tokenizer.truncation_side == "left")
        owners, offsets = owners[there], offsets[there]
    starts = None if lines.starts is None else lines.starts[line]
    return placed(own, owners, offsets, len(manner.prompt), starts)
