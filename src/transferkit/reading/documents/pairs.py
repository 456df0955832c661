"""Pairs of a text and what is said of it, as spaCy's training data has it: `[["text", {"entities": [...]}], ...]`, also
under `annotations` as annotators for it write them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_UNDER = "annotations"


def fits(whole: Any) -> bool:
    """Whether it is a list of such pairs, or holds one."""
    pairs = _listed(whole)
    return bool(pairs) and all(_is_pair(pair) for pair in pairs)


def _listed(whole: Any) -> list[Any]:
    """The pairs, without the gaps (null) that annotators leave for texts that were skipped."""
    pairs = whole.get(_UNDER) if isinstance(whole, dict) else whole
    return [pair for pair in pairs if pair is not None] if isinstance(pairs, list) else []


def _is_pair(item: Any) -> bool:
    return isinstance(item, list) and len(item) == 2 and isinstance(item[0], str) and isinstance(item[1], dict)


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """The text under `text`, and what is said of it under the names that it has there."""
    for text, said in _listed(whole):
        yield {**said, "text": text}
