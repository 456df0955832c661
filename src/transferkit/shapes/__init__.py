"""The form of an answer: all that routes, losses and evaluation may branch on. One shape, one file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol

from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

_MOST_NAMES = 20


@dataclass(frozen=True)
class Words:
    """What a report calls inputs, answers and mistakes of a task, in English, for `say`: a translation is no label.

    `use` says what `predict` does to a file; `errors` heads the list of mistakes, ordered as `order` says.
    `text` and `text_pair` are the inputs, `true` and `predicted` the answers, `measure` is what mistakes are ordered
    by, `classes` heads the scores of every label.
    """

    use: str
    errors: str
    order: str
    true: str
    predicted: str
    measure: str
    text: str = "text"
    text_pair: str = "second text"
    classes: str = "Scores by label"


class Form(Protocol):
    """What every file of this folder says of its shape, for every room.

    What it means for training stands in `training/objectives`, and how logits become answers in `answerers`.
    """

    CLASSES: bool
    """Whether answers are classes of rows, one or several, so that rows are counted and spread by them."""

    ONE_CLASS: bool
    """Whether an answer is one class: outputs are probabilities, (rows, classes), each row summing to one, and the
    likeliest class is the answer; references are numbers of classes, (rows,)."""

    NAMES: bool
    """Whether answers are made of names from a set that is known: classes, or tags."""

    OF_WORDS: bool
    """Whether every word of a text has an answer."""

    OF_TOKENS: bool
    """Whether a model reads answers off single tokens, so that it has to know where these stand."""

    OF_CONTEXTS: bool
    """Whether an answer is a place in the second text."""

    WRITTEN: bool
    """Whether a model writes its answers."""

    AS_TEXTS: bool
    """Whether answers are compared with texts, each of which is as good as the other."""

    WANTED: str
    """What rows are to have."""

    TELLING: str
    """What some row has to have, so that there is something to learn; empty where every row has it."""

    NONE: str
    """How to say that a row has none of it, `; write [] where ...`; empty where it cannot be said."""

    NO_WINDOWS: str
    """Why texts are not read in windows on demand; empty where they can be."""

    WINDOWS_OF: str
    """What is read in windows in any case; empty where nothing is."""

    LOST: str
    """What became of a text that is too long for the model."""

    BATCH_SIZE: int | None
    """Rows of a step, where fewer than usual are better."""

    WORDS: Words
    """What a reader calls inputs, answers and mistakes, where a task of this shape has no words of its own."""

    GUESSED_BY: str
    """The metric by which a route is put beside `guess`; empty for the main one of the task."""

    FROM_LOGITS: str
    """A line of Python that makes answers of the `logits` of a `model` for whole texts, for those who serve it without
    transferkit; empty where that takes more than a line."""

    def summary(self, targets: Sequence[Any]) -> str:
        """What the targets of some rows are like, in a line."""

    def is_telling(self, target: Any) -> bool:
        """Whether a row with this target shows what is to be learned."""

    def line(self, target: Any) -> str:
        """A target for people to read, in one line."""

    def cell(self, answer: Any, read: Callable[[Any], Any]) -> Any:
        """An answer as a cell of a table, from which `read`, the task's, makes the same again."""

    def guess(self, references: Sequence[Any], rows: int) -> Any | None:
        """The answer that is most often right, or nearest, where no text is read, as a predictor would give it to
        every one of `rows`: the commonest label, the mean. None where there is no such answer."""

    def mended(self, rows: Rows, columns: Mapping[str, str], name: str) -> tuple[Rows, list[Finding]]:
        """`rows` of the split `name` with targets made good as far as that is possible, without those where it is not,
        and what was found; `columns` are the raw names of columns."""


class Shape(Enum):
    """The form of an answer."""

    LABEL = "one label"
    LABELS = "several labels"
    VALUE = "a number"
    TAGS = "a tag per word"
    SPAN = "a span of the context"
    TEXT = "a text"

    @cached_property  # asked for of every row
    def form(self) -> Form:
        """What its file says."""
        form: Form = import_module(f"{__name__}.{self.name.lower()}")
        return form

    @property
    def whole(self) -> bool:
        """Whether answers are about a text as a whole, read off one vector of numbers for it."""
        return not (self.form.OF_TOKENS or self.form.WRITTEN)


def names() -> list[str]:
    """Every shape there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def counted_names(counts: Mapping[str, int], noun: str, nouns: str) -> str:
    """How many names there are, and how often the most frequent ones stand: `2 labels: a (3), b (1)`."""
    listed = [f"{prose.short(name)} ({count:,})" for name, count in [*counts.items()][:_MOST_NAMES]]
    more = f" and {len(counts) - _MOST_NAMES:,} more" if len(counts) > _MOST_NAMES else ""
    return f"{len(counts):,} {prose.verb(len(counts), noun, nouns)}: {', '.join(listed)}{more}"


def no_guess(references: Sequence[Any], rows: int) -> None:
    """What `guess` is where no answer is right more often than others."""
    return None


def as_they_are(rows: Rows, columns: Mapping[str, str], name: str) -> tuple[Rows, list[Finding]]:
    """What `mended` is where there is nothing to mend."""
    return rows, []
