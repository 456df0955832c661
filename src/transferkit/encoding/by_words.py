"""BERT's tokenizers read what stands between two blanks by itself: of many texts, every such word is tokenised once."""

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

from transferkit.encoding.cutting import sequences
from transferkit.encoding.once import Tokens
from transferkit.encoding.ragged import one_by_one
from transferkit.encoding.tokenizing import BLOCK, encodings, ready

_WORTH_IT = 1_000  # texts: of few ones most words are new
_MOST_KEPT = 2**21  # tokens of words
_BLANK = " "


def pays(tokenizer: Any, texts: Sequence[str]) -> bool:
    """Whether there are so many texts, and the tokenizer is one of BERT's: all that its normalizer does it does sign by
    sign, and no added token goes over a blank."""
    if len(texts) < _WORTH_IT:
        return False
    backend = ready(tokenizer).backend_tokenizer
    parts = (backend.normalizer, BertNormalizer), (backend.pre_tokenizer, BertPreTokenizer), (backend.model, WordPiece)
    added = tokenizer.added_tokens_decoder.values()
    return all(isinstance(part, kind) for part, kind in parts) and not any(
        token.normalized or any(map(str.isspace, token.content)) for token in added
    )


def by_words(tokenizer: Any, texts: Sequence[str], max_length: int) -> Tokens:
    """The tokens of `texts` in a tokenizer for which this `pays`, at most `max_length` of each."""
    ids, lengths, full = array("i"), array("q"), array("q")
    size, before, after = ids.itemsize, *_around(tokenizer)
    special = (len(before) + len(after)) // size
    room, left = size * max(0, max_length - special), tokenizer.truncation_side == "left"
    nothing = b"" if special else array("i", [tokenizer.pad_token_id]).tobytes()
    known, kept = dict[str, bytes](), 0
    for start in range(0, len(texts), BLOCK):
        parted = [text.split(_BLANK) for text in texts[start : start + BLOCK]]
        new = list({word for words in parted for word in words}.difference(known))
        for word, encoding in zip(new, encodings(tokenizer, new, special=False), strict=True):
            known[word] = array("i", encoding.ids).tobytes()
            kept += len(encoding)
        for words in parted:
            text = b"".join(map(known.__getitem__, words))
            full.append(len(text) // size + special)
            if len(text) > room:
                text = text[len(text) - room :] if left else text[:room]
            whole = before + text + after or nothing
            ids.frombytes(whole)
            lengths.append(len(whole) // size)
        if kept > _MOST_KEPT:
            known, kept = {}, 0
    return Tokens(one_by_one(ids, lengths), None, np.array(full, dtype=np.int64))


def _around(tokenizer: Any) -> tuple[bytes, bytes]:
    """The special tokens before a text, and behind it."""
    (encoding,) = encodings(tokenizer, ["a"])
    inside = np.flatnonzero(sequences(encoding) == 0)
    ids = encoding.ids
    return array("i", ids[: inside[0]]).tobytes(), array("i", ids[inside[-1] + 1 :]).tobytes()
