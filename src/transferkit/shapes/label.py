"""One label per row.

A predictor gives probabilities (rows, labels), rows summing to one; metrics compare them with label indices (rows,).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from transferkit.shapes import Words, as_they_are, counted_names
from transferkit.table import prose

CLASSES = True
ONE_CLASS = True
NAMES = True
OF_WORDS = False
OF_TOKENS = False
OF_CONTEXTS = False
WRITTEN = False
AS_TEXTS = False
WANTED = "labels"
TELLING = ""
NONE = ""
NO_WINDOWS = ""
WINDOWS_OF = ""
LOST = "the end is lost"
BATCH_SIZE = None
GUESSED_BY = ""
FROM_LOGITS = "[model.config.id2label[i] for i in logits.argmax(dim=1).tolist()]"
WORDS = Words(
    use="Label a file of any size:",
    errors="Most confident errors",
    order="Rows with a wrong label, the most confident predictions first.",
    true="true label",
    predicted="predicted label",
    measure="confidence",
)


def summary(targets: Sequence[Any]) -> str:
    return counted_names(dict(Counter(map(str, targets)).most_common()), "label", "labels")


def is_telling(target: Any) -> bool:
    return bool(target)


def line(target: Any) -> str:
    return prose.short(str(target))


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    return answer


def guess(references: Sequence[Any], rows: int) -> Any:
    """The commonest label."""
    counts = np.bincount(np.asarray(references))
    return np.tile(np.eye(len(counts))[counts.argmax()], (rows, 1))


mended = as_they_are
