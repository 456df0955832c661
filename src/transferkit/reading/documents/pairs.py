"""Pairs of a text and what is said of it, as spaCy's training data has it: `[["text", {"entities": [...]}], ...]`, also
under `annotations` as annotators for it write them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_UNDER = "annotations"


def fits(whole: Any) -> bool:
    """Whether it is a list of such pairs, or holds one."""
    found = _listed(whole)
    return bool(found) and all(_is_pair(each) for each in found)


def _listed(whole: Any) -> list[Any]:
    """The pairs, without the gaps (null) that annotators leave for texts that were skipped."""
    found = whole.get(_UNDER) if isinstance(whole, dict) else whole
    return [each for each in found if each is not None] if isinstance(found, list) else []


def _is_pair(each: Any) -> bool:
    return isinstance(each, list) and len(each) == 2 and isinstance(each[0], str) and isinstance(each[1], dict)


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """The text under `text`, and what is said of it under the names that it has there."""
    for text, said in _listed(whole):
        yield {**said, "text": text}
