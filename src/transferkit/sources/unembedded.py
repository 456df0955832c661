"""Special tokens that were added to a tokenizer and not to its model: they are taken out, and in a text are read as
ordinary characters."""

import json
from typing import Any

from tokenizers import Tokenizer


def taken_out(tokenizer: Any, rows: int) -> list[str]:
    """Take out of a fast `tokenizer` the special tokens beyond the first `rows` numbers, in place; what they were.

    Those for padding and for what is unknown stay: a tokenizer cannot do without them.
    """
    if not rows or not tokenizer.is_fast:
        return []
    needed = (tokenizer.pad_token_id, tokenizer.unk_token_id)
    beyond = {
        number: token.content
        for number, token in tokenizer.added_tokens_decoder.items()
        if number >= rows and token.special and number not in needed
    }
    if not beyond:
        return []
    said = json.loads(tokenizer.backend_tokenizer.to_str())
    vocabulary = said["model"].get("vocab")
    if not isinstance(vocabulary, dict):
        beyond = {number: name for number, name in beyond.items() if number >= len(vocabulary or ())}
    else:
        for name in beyond.values():
            vocabulary.pop(name, None)
    said["added_tokens"] = [token for token in said["added_tokens"] if token["id"] not in beyond]
    tokenizer._tokenizer = Tokenizer.from_str(json.dumps(said))
    return list(beyond.values())
