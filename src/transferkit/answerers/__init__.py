"""Logits become answers, in the form that a task's metrics take: one output shape, one file."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol

from transferkit.arrays import Floats
from transferkit.shapes import Shape


class Answerer(Protocol):
    """What every file of this folder offers. Logits are (rows, labels); for VALUE there is one column."""

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
