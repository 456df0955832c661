"""What a model answers to some rows: values with the numbers behind them, and as the records that `predict` writes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.shapes import Shape
from transferkit.table.rows import Rows


@dataclass(frozen=True)
class Answers:
    """Predictions for some rows of a file, None and NaN (or nothing) where there is no text.

    `values` are labels, lists of labels, numbers, tags (`Tagged`) or spans; `outputs` are those of `Predictions`, a
    line per row; `name` is what an answer is called: label, labels, value ... `cut` and `unfinished` are the numbers of
    the rows that `Predictions` has under these names, `alone` of those whose second text is missing, `unparted` of
    texts whose words cannot be told. `labels` are the names of the columns of `outputs`, where it has any, and
    `classes` the same in the type that labels had in the training data. Of rows of a file `given` are its columns, and
    `inputs` the names of those that were read.
    """

    numbers: npt.NDArray[np.int64]
    values: list[Any]
    outputs: Any
    name: str = "label"
    cut: tuple[int, ...] = ()
    unfinished: tuple[int, ...] = ()
    alone: tuple[int, ...] = ()
    unparted: tuple[int, ...] = ()
    labels: tuple[str, ...] = ()
    classes: tuple[Any, ...] = ()
    shape: Shape = Shape.LABEL
    given: Mapping[str, Sequence[Any]] = field(default_factory=dict, repr=False)
    inputs: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.values)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of what a row is answered with."""
        if self.outputs.dtype.names:
            return tuple(self.outputs.dtype.names)
        if self.shape.form.OF_WORDS:
            return ("words", "tags", "entities")
        if self.shape.form.ONE_CLASS:
            return (self.name, "probability")
        return (self.name, "scores") if self.shape.form.CLASSES else (self.name,)

    def records(self, probabilities: bool = False) -> list[dict[str, Any]]:
        """A dict of JSON values per row: `row` is its number, the rest what it is answered with.

        That is by task `label` and its `probability`; `labels` and the probability of each as `scores`; `value`; of a
        span `answer`, its `start` and `end` in the context and its `score`; of words `words`, their `tags` and the
        `entities` among them; or the text under the name of the task's target. None stands for what a row without text
        lacks. With `probabilities` also those of every label, by label. Numbers have six decimals.
        """
        table = self.table(probabilities)
        return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]

    def table(self, probabilities: bool = False) -> dict[str, list[Any]]:
        """The same as `records`, column by column."""
        columns = {"row": self.numbers.tolist(), **dict(zip(self.columns, self._answers(), strict=True))}
        if probabilities:
            columns["probabilities"] = self._shares()
        return columns

    def _answers(self) -> Sequence[list[Any]]:
        """What every row is answered with, in the order of `columns`, None where that is nothing."""
        if self.shape.form.ONE_CLASS and not self.outputs.dtype.names:
            highest = zip(self.values, self.outputs.max(axis=1, initial=0).tolist(), strict=True)
            return self.values, [None if value is None else round(share, 6) for value, share in highest]
        answer, absent = self._answer_in(), [None] * len(self.columns)
        rows = (
            absent if value is None else answer(value, output)
            for value, output in zip(self.values, self.outputs, strict=True)
        )
        return [*map(list, zip(*rows, strict=True))] or [[] for _ in self.columns]

    def _shares(self) -> list[Any]:
        """The probability of every label, by label, None where there is no text."""
        return [
            None if value is None else dict(zip(self.labels, [round(share, 6) for share in output], strict=True))
            for value, output in zip(self.values, self.outputs[:, : len(self.labels)].tolist(), strict=True)
        ]

    def _answer_in(self) -> Callable[[Any, Any], Sequence[Any]]:
        """What a value and the output behind it are as an answer."""
        if self.outputs.dtype.names:
            return lambda value, output: [_plain(output[name]) for name in output.dtype.names]
        if self.shape.form.OF_WORDS:
            return lambda value, output: [getattr(value, name) for name in self.columns]
        if self.shape.form.CLASSES:
            places = {label: i for i, label in enumerate(self.classes)}
            return lambda value, output: [value, [round(float(output[places[label]]), 6) for label in value]]
        return lambda value, output: [round(value, 6) if isinstance(value, float) else value]


def _plain(value: Any) -> Any:
    return round(float(value), 6) if value.dtype.kind == "f" else value.item()


def numbers_at(rows: Rows, positions: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the rows at `positions`."""
    return tuple(rows.numbers[list(positions)].tolist())
