"""Whether rows are questions about contexts, and whether their answers stand in these."""

from collections.abc import Sequence
from typing import Any

from transferkit.table.values import missing
from transferkit.tagging.answers import read


def are_placed(contexts: Sequence[Any], answers: Sequence[Any]) -> bool | None:
    """Whether every answer stands in the context of its row; None where there is no answer, or no list of them."""
    pairs = [(str(context), cell) for context, cell in zip(contexts, answers, strict=True) if not missing(cell)]
    try:
        found = [(context, text) for context, cell in pairs for text, _ in read(cell)]
    except ValueError:
        return None
    return all(text in context for context, text in found) if found else None
