"""Questions with contexts, in windows of the context that each have the whole question."""

from functools import partial

import numpy as np

from transferkit.arrays import Ints
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.places import Places
from transferkit.encoding.readers import Manner, Read, owners
from transferkit.encoding.span_windows import places_of, windows
from transferkit.table.rows import Rows

AVERAGED = False


def read(rows: Rows, manner: Manner) -> Read:
    """A line per window of a context; cut are the rows whose questions were."""
    encoded = windows(rows, manner.tokenizer, manner.max_length, manner.prompt, manner.of_contexts)
    assert encoded.passages is not None
    owner = encoded.passages.owner
    examples = Examples(encoded, np.full((len(encoded), 2), UNLABELLED), rows=rows)
    return Read(rows, examples, owner, owners(owner, encoded.cut), partial(_places, rows, owner, manner))


def _places(rows: Rows, owner: Ints, manner: Manner, line: int) -> Places:
    number = line - int(np.searchsorted(owner, owner[line]))
    row = rows.take([int(owner[line])])
    return places_of(row, number, manner.tokenizer, manner.max_length, manner.prompt, manner.of_contexts)
