"""Rows of token ids."""

import numpy as np
import pytest

from tiny_models import Tiny, some_rows
from transferkit.encoding.encoded import Encoded, encode


@pytest.fixture
def rows(tiny: Tiny) -> Encoded:
    return encode(some_rows(20), tiny("bert").tokenizer(), 16, "")


def test_lengths_are_worked_out_once(rows: Encoded) -> None:
    """They are asked for at every batch: worked out anew, reading n texts takes n times n steps."""
    assert rows.lengths is rows.lengths
    assert rows.lengths.tolist() == [len(ids) for ids in rows.ids]
    with pytest.raises(ValueError, match="read-only"):
        rows.lengths[0] = 1
    assert np.issubdtype(rows.lengths.dtype, np.integer)
