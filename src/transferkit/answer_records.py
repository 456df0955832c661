"""What a model answers to some rows: values with the numbers behind them, and as the records that `predict` writes."""

from collections.abc import Mapping, Sequence
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
        records = []
        for number, value, output in zip(self.numbers.tolist(), self.values, self.outputs, strict=True):
            record = {"row": number, **dict(zip(self.columns, self._answer(value, output), strict=True))}
            if probabilities:
                numbers = [round(float(share), 6) for share in output[: len(self.labels)]]
                record["probabilities"] = None if value is None else dict(zip(self.labels, numbers, strict=True))
            records.append(record)
        return records

    def _answer(self, value: Any, output: Any) -> list[Any]:
        """What a row is answered with, in the order of `columns`."""
        if value is None:
            return [None] * len(self.columns)
        if output.dtype.names:
            return [_plain(output[name]) for name in output.dtype.names]
        if self.shape.form.OF_WORDS:
            return [getattr(value, name) for name in self.columns]
        if self.shape.form.ONE_CLASS:
            return [value, round(float(output.max()), 6)]
        if self.shape.form.CLASSES:
            return [value, [round(float(output[self.classes.index(label)]), 6) for label in value]]
        return [round(value, 6) if isinstance(value, float) else value]


def _plain(value: Any) -> Any:
    return round(float(value), 6) if value.dtype.kind == "f" else value.item()


def numbers_at(rows: Rows, positions: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the rows at `positions`."""
    return tuple(rows.numbers[list(positions)].tolist())
