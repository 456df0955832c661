"""Several labels per row, or none.

A predictor gives probabilities (rows, labels + 1), of which the last column is the one from which on a row's labels are
given (without it, from one half on); metrics compare them with 0 or 1 (rows, labels).
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from transferkit.shapes import Words, as_they_are, counted_names

CLASSES = True
ONE_CLASS = False
NAMES = True
OF_WORDS = False
OF_TOKENS = False
OF_CONTEXTS = False
WRITTEN = False
AS_TEXTS = False
WANTED = "labels"
TELLING = ""
NONE = "; write [] where there is none"
NO_WINDOWS = ""
WINDOWS_OF = ""
LOST = "the end is lost"
BATCH_SIZE = 16
GUESSED_BY = ""
FROM_LOGITS = "[[model.config.id2label[i] for i in row.nonzero().flatten().tolist()] for row in logits > 0]"
WORDS = Words(
    use="Label a file of any size:",
    errors="Worst errors",
    order="Rows whose labels are not exactly right, the lowest F1 first.",
    true="true labels",
    predicted="predicted labels",
    measure="F1",
)


def summary(targets: Sequence[Any]) -> str:
    counts = dict(Counter(label for target in targets for label in target).most_common())
    sizes = Counter(len(target) for target in targets)
    words = ", ".join(f"{sizes[size]:,} with {size or 'none'}" for size in sorted(sizes)[:5])
    more = " ..." if len(sizes) > 5 else ""
    return f"{counted_names(counts, 'label', 'labels')}; rows: {words}{more}"


def is_telling(target: Any) -> bool:
    return bool(target)


def line(target: Any) -> str:
    return ", ".join(map(str, target)) or "none"


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    """Several labels as one cell, from which the same is read again: parted by `|`, or as JSON where there is none
    or one has a sign that parts labels."""
    cell = "|".join(answer)
    return cell if answer and read(cell) == sorted(answer) else json.dumps(list(answer), ensure_ascii=False)


def guess(references: Sequence[Any], rows: int) -> Any:
    """The commonest label alone."""
    counts = np.asarray(references).sum(axis=0)
    return np.tile([*np.eye(len(counts))[counts.argmax()], 0.5], (rows, 1))


mended = as_they_are
