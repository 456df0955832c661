"""A text that a model writes.

A predictor gives texts (rows,); metrics compare each with a list of texts, each as good as the other.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from transferkit.shapes import Words, as_they_are, no_guess
from transferkit.table import prose

CLASSES = False
ONE_CLASS = False
NAMES = False
OF_WORDS = False
OF_TOKENS = False
OF_CONTEXTS = False
WRITTEN = True
AS_TEXTS = True
WANTED = "answers"
TELLING = ""
NONE = ""
NO_WINDOWS = "a text that is to be answered with one is cut at max_length only"
WINDOWS_OF = ""
LOST = "the end is lost"
BATCH_SIZE = 8
GUESSED_BY = ""
FROM_LOGITS = ""
WORDS = Words(
    use="Answer the prompts in a file of any size:",
    errors="Worst answers",
    order="Answers that share fewest words with the reference first.",
    true="reference answer",
    predicted="generated answer",
    measure="word F1",
    text="prompt",
    text_pair="context",
)


def summary(targets: Sequence[Any]) -> str:
    lengths = sorted(len(target if isinstance(target, str) else target[0]) for target in targets)
    return f"answers of {lengths[0]:,} to {lengths[-1]:,} signs, half of them up to {lengths[len(lengths) // 2]:,}"


def is_telling(target: Any) -> bool:
    return bool(target)


def line(target: Any) -> str:
    """Several texts, each as good as the other, one after the other."""
    return ", ".join(map(str, target)) if isinstance(target, list | tuple) else prose.short(str(target))


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    return json.dumps(list(answer), ensure_ascii=False) if isinstance(answer, list | tuple) else answer


guess = no_guess
mended = as_they_are
