"""What stands around a text that a model is asked about, and its tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateError

from transferkit.data.conversations import Turn
from transferkit.encoding.tokenizing import alone_with, ready

GAP = "\n\n"


@dataclass(frozen=True)
class Frame:
    """The tokens that stand around every text, `before` and `after`; the model's answer follows, up to `end`.

    `again` stands between an answer and the next text, where a prompt holds examples. `start` is what the decoder
    of an encoder-decoder begins with; None for decoders. With `talks` a text may be a JSON list of messages.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    end: int
    again: tuple[int, ...] = ()
    start: int | None = None
    talks: bool = False


def templated(
    tokenizer: Any, turns: Sequence[Turn], tools: Sequence[Any] | None = None, asks: bool = True
) -> str | None:
    """A conversation in the tokenizer's template, up to where the model is to answer if it `asks`; None where the
    template refuses it."""
    try:
        # Models that think aloud before they answer are not asked to: their answers are to be compared.
        text: str = tokenizer.apply_chat_template(
            list(turns),
            tools=list(tools) if tools else None,
            tokenize=False,
            add_generation_prompt=asks,
            enable_thinking=False,
        )
    except TemplateError:
        return None
    return text


def ids_of(tokenizer: Any, text: str) -> tuple[int, ...]:
    if not text:
        return ()
    with alone_with(tokenizer):
        return tuple(ready(tokenizer)(text, add_special_tokens=False)["input_ids"])


def plain_ids(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """Tokens of texts in which nothing, whatever is written there, is taken for a special token."""
    with alone_with(tokenizer):
        encoding = ready(tokenizer)(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False)
    ids: list[list[int]] = encoding["input_ids"]
    return ids
