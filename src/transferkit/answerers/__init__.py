"""Logits become answers, in the form that a task's metrics take: one output shape, one file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from transferkit.arrays import Floats
from transferkit.shapes import Shape
from transferkit.table.rows import Rows

if TYPE_CHECKING:  # tokens need torch, which a model without a network answers without
    from transferkit.encoding.readers import Manner, Read


def unchanged(values: Floats) -> Floats:
    """`values` themselves."""
    return values


@dataclass(frozen=True)
class Answering:
    """What has to be known of a model besides what it says: its `labels`; `finish`, which makes the logits of rows of
    what was put together of their lines; `prior` as in `Adjustment`; and `threshold`, by how much no span must be
    likelier than the best one to be the answer (None: never)."""

    labels: tuple[str, ...]
    finish: Callable[[Floats], Floats] = unchanged
    prior: float = 0.0
    threshold: float | None = None


class Answerer(Protocol):
    """What every file of this folder offers. Logits are (rows, labels); for VALUE there is one column."""

    READER: str
    """How its rows are read: a file of `encoding.readers`."""

    def merged(self, lines: Sequence[Floats], read: "Read", answering: Answering) -> Any:
        """What a model says of the lines of `read`, in their order, put together by rows: logits, or candidates."""

    def answered(self, merged: Any, read: "Read", answering: Answering) -> npt.NDArray[Any]:
        """What `merged` gave, as answers: `Predictions.outputs`."""

    def predictions(self, logits: Floats, prior: float = 0.0) -> Floats:
        """What the task's metrics take; `prior` as in `Adjustment`."""

    def logits(self, predictions: Floats) -> Floats:
        """The logits behind predictions, up to what makes no difference: what a student learns from."""


def of(shape: Shape) -> Answerer:
    """The file for `shape`."""
    answerer: Answerer = import_module(f"{__name__}.{shape.name.lower()}")
    return answerer


def names() -> list[str]:
    """Every shape whose answers are made of logits: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def read(shape: Shape, rows: Rows, manner: "Manner") -> "Read":
    """`rows` as they are read for answers of `shape`."""
    from transferkit.encoding import readers  # needs torch

    return readers.of(of(shape).READER).read(rows, manner)


def of_texts(lines: Sequence[Floats], read: "Read", answering: Answering) -> Floats:
    """The logits of texts, (rows, labels), whose windows were averaged."""
    if not len(lines):
        return np.zeros((0, len(answering.labels)), dtype=np.float32)
    return answering.finish(read.averaged(lines))
