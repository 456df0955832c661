"""What a task is: plain facts and a few small functions. One task, one file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from transferkit import kinds
from transferkit.errors import unknown
from transferkit.kinds import Kind
from transferkit.shapes import Shape, Words
from transferkit.table import printed
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import written_list


def _as_they_are(rows: Rows) -> Rows:
    return rows


def _nothing_left(rows: Rows, name: str) -> list[Finding]:
    return []


@dataclass(frozen=True)
class Sign:
    """That raw rows look like those of a task: why, in words, and whether that is beyond doubt (`sure`)."""

    words: str
    sure: bool


def _never(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    return None


@dataclass(frozen=True)
class Task:
    """Facts of one task.

    `inputs` are the columns that a row must have, in their order, each with the kind of what it holds;
    `optional_inputs` those used where there are any. `read_target` turns a cell of the target column into what the task
    works with, or raises `ValueError` with what was expected and found; `encode_target` gives it in the form that
    metrics take, and `decode` turns predictions into answers: a label, a list of labels or a number for every row.
    `labels` is empty until `bound` fixes the one order of labels that model config, probabilities, leaderboard and
    report all use; where answers are no names, that of the columns of predictions. `usual` has for a canonical
    column the names that such data usually has, which are tried before those of all tasks. `instruction` tells a
    pretrained decoder what to do with a text; with `conversations` a text may be a JSON list of messages. `unpack`
    makes the columns that are wanted of those that such data usually has, which are called as in `unpacks`; `notices`
    says what it does not read of the rows of a split. `recognised` says whether raw rows look like this task's, where
    the user did not name one, but may have `asked` for columns (canonical -> raw). `hub_name` is the pipeline tag of
    the hub, where it has another name there; `own_words` what a report calls its inputs, answers and mistakes, where
    the words of its shape do not fit. Its functions stand at the top of a module: a task pickles.
    """

    name: str
    shape: Shape
    inputs: Mapping[str, Kind]
    optional_inputs: Mapping[str, Kind]
    target: str
    metrics: tuple[str, ...]
    main_metric: str
    read_target: Callable[[Any], Any]
    collect_labels: Callable[[Rows], tuple[str, ...]]
    encode_target: Callable[[Any, Sequence[str]], Any]
    decode: Callable[[Any, Sequence[str]], list[Any]]
    labels: tuple[str, ...] = ()
    usual: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instruction: str = ""
    conversations: bool = False
    unpack: Callable[[Rows], Rows] = _as_they_are
    unpacks: tuple[str, ...] = ()
    hub_name: str = ""
    notices: Callable[[Rows, str], list[Finding]] = _nothing_left
    recognised: Callable[[Rows, Mapping[str, str]], Sign | None] = _never
    own_words: Words | None = None

    @property
    def words(self) -> Words:
        """What a report calls its inputs, answers and mistakes: those of its shape, unless it has its own."""
        return self.own_words or self.shape.form.WORDS

    def bound(self, rows: Rows) -> "Task":
        """This task with its labels read off `rows`."""
        return replace(self, labels=self.collect_labels(rows))

    def references(self, rows: Rows) -> list[Any]:
        """The targets of `rows` in the form that metrics take, which the file of the shape says."""
        return [self.encode_target(value, self.labels) for value in rows[self.target]]

    def asked(self, rows: Rows) -> list[list[str]]:
        """The texts that every row is answered from."""
        return [[text for text in pair if text is not None] for pair in rows.inputs()]


def answered_with_text(
    name: str,
    *,
    target: str,
    usual: Mapping[str, tuple[str, ...]],
    metrics: tuple[str, ...],
    instruction: str,
    inputs: tuple[str, ...] = ("text",),
) -> Task:
    """A task of texts whose answers are texts that a decoder writes; the first of `metrics` is the main one."""
    return Task(
        name=name,
        shape=Shape.TEXT,
        inputs=dict.fromkeys(inputs, kinds.get("text")),
        optional_inputs={},
        target=target,
        metrics=metrics,
        main_metric=metrics[0],
        read_target=_read_texts,
        collect_labels=_no_labels,
        encode_target=_encode_texts,
        decode=_decode_texts,
        usual=usual,
        instruction=instruction,
    )


def _no_labels(rows: Rows) -> tuple[str, ...]:
    return ()


def _encode_texts(value: Any, labels: Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _decode_texts(outputs: Any, labels: Sequence[str]) -> list[Any]:
    return [str(text) for text in outputs]


_ANSWERS = {"text", "answer_start"}


def _read_texts(cell: Any) -> Any:
    """One text, or a list of texts that are as good as each other."""
    if isinstance(cell, str) and (answers := printed.mapping(cell) or {}).keys() >= _ANSWERS:
        cell = answers
    cell = cell.get("text", cell) if isinstance(cell, dict) else cell  # SQuAD's answers
    cell = written_list(cell) or cell
    content = list(cell) if hasattr(cell, "__iter__") and not isinstance(cell, str | dict) else cell
    texts = content if isinstance(content, list) else [content]
    odd = [text for text in texts if not isinstance(text, str | int | float) or not str(text).strip()]
    if odd or not texts:
        raise ValueError(
            f"expected a text, or a list of texts, found {(odd or [content])[0]!r}; write the answer, "
            "or leave out rows that have none"
        )
    return [str(text).strip() for text in texts] if isinstance(content, list) else str(content).strip()


def in_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in the one order that is used everywhere: as numbers where all are, otherwise as words."""
    unique = set(labels)
    try:
        return tuple(sorted(unique, key=lambda label: (int(label), label)))  # 1 and 01 in one order, whatever the set's
    except ValueError:
        return tuple(sorted(unique))


def names() -> list[str]:
    """Every task there is: the files of this folder."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(__path__))


ALIASES = {"ner": "token-classification", "qa": "question-answering"}
"""Other usual names of tasks."""


def of_shape(shape: Shape) -> Task:
    """A task whose answers have this form, for models that do not say what they were made for."""
    usual = [get(name) for name in ("text-classification", "text-generation", *names())]
    return next(task for task in usual if task.shape is shape)


def get(name: str) -> Task:
    """The task called `name`, or by its alias."""
    name = ALIASES.get(name, name)
    if name not in names():
        raise unknown("task", name, (*names(), *ALIASES))
    task: Task = import_module(f"{__name__}.{name.replace('-', '_')}").TASK
    return task
