"""Pairs of a text and what is said of it, as spaCy's training data has it: `[["text", {"cats": {...}}], ...]`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any


def fits(whole: Any) -> bool:
    """Whether it is a list of such pairs."""
    return isinstance(whole, list) and bool(whole) and all(_is_pair(each) for each in whole)


def _is_pair(each: Any) -> bool:
    return isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and isinstance(each[1], dict)


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """The text under `text`, and what is said of it under the names that it has there."""
    for text, said in whole:
        yield {**said, "text": text}
