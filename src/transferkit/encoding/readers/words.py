"""Words that are tagged, in windows that know which words they hold."""

from functools import partial

import numpy as np

from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.places import Places
from transferkit.encoding.readers import Manner, Read
from transferkit.encoding.word_windows import encode_words, places_of
from transferkit.table.rows import Rows

AVERAGED = False


def read(rows: Rows, manner: Manner) -> Read:
    """A line per window of a row's words; nothing is cut. Places are those in the text that the words were joined to,
    as their script has it."""
    encoded = encode_words(rows, manner.tokenizer, manner.max_length, manner.prompt, manner.of_words)
    assert encoded.sentences is not None
    owner = encoded.sentences.owner
    examples = Examples(encoded, np.full(len(encoded), UNLABELLED), rows=rows)
    return Read(rows, examples, owner, (), partial(_places, rows, examples, manner))


def _places(rows: Rows, examples: Examples, manner: Manner, line: int) -> Places:
    assert examples.encoded.sentences is not None
    owner = examples.encoded.sentences.owner
    number = line - int(np.searchsorted(owner, owner[line]))
    row = rows.take([int(owner[line])])
    return places_of(row, number, manner.tokenizer, manner.max_length, manner.prompt, manner.of_words)
