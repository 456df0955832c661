"""Rows of token ids."""

from pathlib import Path

import numpy as np
import pytest
from transformers import AutoTokenizer

import architectures
from tiny_models import Tiny, some_rows
from transferkit.encoding import tokenizing
from transferkit.encoding.encoded import Encoded, encode
from transferkit.table.rows import Rows


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


TEXTS = 3 * [
    "a good film",
    "",
    "an awful book, a dull meal and a superb film",
    "\u6b63\u9762 \U0001f600",
    "[SEP] good </s>",
]


@pytest.mark.parametrize("family", ["bert", "roberta", "gpt2", "albert", "mpnet", "xlnet", "llama"])
@pytest.mark.parametrize("split", [False, True])
def test_the_backend_reads_what_calling_the_tokenizer_reads(
    family: str, split: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokenizing, "BLOCK", 4)  # not a divisor of the rows
    tokenizer = AutoTokenizer.from_pretrained(architectures.save(tmp_path / family, family))
    tokenizer.split_special_tokens = split
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    for second in (None, [*TEXTS[1:], "good"]):
        columns = {"text": TEXTS} | ({} if second is None else {"text_pair": second})
        read = encode(Rows({**columns, "label": [None] * len(TEXTS)}, range(1, len(TEXTS) + 1)), tokenizer, 9)
        called = tokenizer(TEXTS, second, truncation=True, max_length=9, split_special_tokens=split)
        whole = tokenizer(TEXTS, second, split_special_tokens=split)
        assert [ids.tolist() for ids in read.ids] == [ids or [tokenizer.pad_token_id] for ids in called["input_ids"]]
        assert read.full_lengths.tolist() == [len(ids) for ids in whole["input_ids"]]
        if second is not None and "token_type_ids" in called:
            assert read.type_ids is not None
            assert [types.tolist() for types in read.type_ids] == called["token_type_ids"]
