"""What stands in one cell of a table: of the user's own columns, and of an answer."""

import json
from typing import Any

import numpy as np

from transferkit import tasks
from transferkit.artifact.predictions import as_given
from transferkit.shapes import Shape, labels
from transferkit.table.values import missing
from transferkit.tagging.sentences import written


def given(value: Any) -> Any:
    """A cell of the user's: numbers and truth values as they are, None where it is missing, all else as text."""
    value = value.item() if isinstance(value, np.generic) and value.dtype.kind in "iufb" else value
    if missing(value):
        return None
    return value if isinstance(value, bool | int | float) else as_given(value)


def answered(value: Any, of_words: bool) -> Any:
    """An answer: words and tags with blanks between, several labels joined, entities as JSON."""
    if not isinstance(value, list):
        return value
    if any(isinstance(item, dict) for item in value) or (of_words and not value):
        return json.dumps(value, ensure_ascii=False)
    if of_words:
        return written(value)
    return labels.cell([str(item) for item in value], tasks.of_shape(Shape.LABELS).read_target)
