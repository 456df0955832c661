"""The contexts of CMRC 2018 as it was first published (Cui et al. 2019): answers are texts, without their places."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transferkit.errors import DataError

_CONTEXT, _ASKED = "context_text", "qas"


def fits(whole: Any) -> bool:
    """Whether it is a list of contexts, each with questions."""
    return isinstance(whole, list) and any(isinstance(item, dict) and {_CONTEXT, _ASKED} <= {*item} for item in whole)


def records(whole: Any, path: Path) -> Iterator[dict[str, Any]]:
    """Columns `id`, `title`, `question`, `context`, `answers`, a question per row."""
    for at, item in enumerate(whole, start=1):
        try:
            for asked in item[_ASKED]:
                yield {
                    "id": asked.get("query_id"),
                    "title": item.get("title"),
                    "question": asked["query_text"],
                    "context": item[_CONTEXT],
                    "answers": asked.get("answers"),
                }
        except (KeyError, TypeError, AttributeError) as error:
            raise DataError(
                f"{path}: context {at} is not as CMRC has it: expected context_text and qas, each with query_text, "
                f"found none ({error}); fix it, or give one JSON object per line"
            ) from None
