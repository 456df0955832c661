"""A place in a context, or none: the answer to a question.

A predictor gives a structured array (rows,) of answer (text, "" for none), start and end (characters of the context)
and score (a probability among the best spans); metrics compare texts with lists of texts, each as good as the other,
none where there is no answer. There are two columns, "start" and "end".
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from transferkit.errors import DataError
from transferkit.shapes import Words, no_guess
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging import answers

CLASSES = False
ONE_CLASS = False
NAMES = False
OF_WORDS = False
OF_TOKENS = True
OF_CONTEXTS = True
WRITTEN = False
AS_TEXTS = True
WANTED = "answers"
TELLING = "a question that has an answer"
NONE = "; write [] where there is none"
NO_WINDOWS = "contexts are read in windows in any case"
WINDOWS_OF = "spans"
LOST = "the end of the question is lost; shorten it"
BATCH_SIZE = 16
GUESSED_BY = ""
FROM_LOGITS = ""
WORDS = Words(
    use="Answer the questions in a file of any size:",
    errors="Worst answers",
    order="Answers that share fewest words with the correct one first.",
    true="correct answer",
    predicted="predicted answer",
    measure="word F1",
    text="question",
    text_pair="context",
)


def summary(targets: Sequence[Any]) -> str:
    answered = sum(bool(target) for target in targets)
    without = f", {len(targets) - answered:,} without one" if answered < len(targets) else ""
    return f"{prose.counted(answered, 'question')} with an answer{without}"


def is_telling(target: Any) -> bool:
    return bool(target)


def line(target: Any) -> str:
    return "; ".join(f"{text!r} at {start}" for text, start in target) or "no answer"


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    """Right answers as JSON with their places, an answer alone as it is, and one that says that there is none as []."""
    if isinstance(answer, list | tuple):
        return answers.written(answer)
    return "[]" if answer == "" else answer


def mended(rows: Rows, columns: Mapping[str, str], name: str) -> tuple[Rows, list[Finding]]:
    """Every answer at a place where its context has it. Raises `DataError` where no row is left."""
    usable, moved = answers.mended(rows, columns, name)
    if not len(usable):
        where = f"{rows.source or 'data'}{f' ({name})' if name else ''}"
        raise DataError(
            f"{where}: no answer in column {columns['answers']!r} is in its context; name other columns "
            "with --text-pair and --label"
        )
    return usable, moved


guess = no_guess
