"""A number per row.

A predictor gives (rows, 1), metrics compare it with numbers (rows,). There is one column, called "value".
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from transferkit.shapes import Words, as_they_are

CLASSES = False
ONE_CLASS = False
NAMES = False
OF_WORDS = False
OF_TOKENS = False
OF_CONTEXTS = False
WRITTEN = False
AS_TEXTS = False
WANTED = "numbers"
TELLING = ""
NONE = ""
NO_WINDOWS = ""
WINDOWS_OF = ""
LOST = "the end is lost"
BATCH_SIZE = None
GUESSED_BY = "rmse"
FROM_LOGITS = "logits[:, 0].tolist()"
WORDS = Words(
    use="Predict a number for every row of a file of any size:",
    errors="Largest errors",
    order="Rows by the distance between prediction and true value, the largest first.",
    true="true value",
    predicted="predicted value",
    measure="absolute error",
)


def summary(targets: Sequence[Any]) -> str:
    mean = sum(targets) / max(1, len(targets))
    return f"numbers from {min(targets):g} to {max(targets):g}, {mean:.3g} on average"


def is_telling(target: Any) -> bool:
    return bool(target)


def line(target: Any) -> str:
    return f"{target:g}"


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    return float(f"{answer:.7g}")


def guess(references: Sequence[Any], rows: int) -> Any:
    """The mean, which goes together with nothing: no correlation says how near it is."""
    return np.full((rows, 1), np.mean(references))


mended = as_they_are
