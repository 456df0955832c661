"""A number per text or pair of texts."""

import math
from collections.abc import Sequence
from typing import Any

from transferkit.errors import shown
from transferkit.kinds.text import KIND as TEXT
from transferkit.shapes import Shape
from transferkit.table.rows import Rows
from transferkit.tasks import Task

_MOST = 1e15
"""Squares of larger numbers do not fit where sums of them are taken."""


def read(cell: Any) -> float:
    """The number in a cell, as a number or as text (1.5, -2e3), at most 1e15 in size."""
    try:
        value = float(cell)
    except (TypeError, ValueError, ArithmeticError):
        raise ValueError(
            f"expected a number such as 1234.5, found {shown(cell, 60)}; write it so, or leave it empty"
        ) from None
    if not math.isfinite(value):
        raise ValueError(f"expected a finite number, found {shown(cell, 40)}; leave the cell empty where there is none")
    if abs(value) > _MOST:
        raise ValueError(
            f"expected a number from -{_MOST:g} to {_MOST:g}, found {shown(cell, 40)}; fix it, or take another unit"
        )
    return value


def _no_labels(_rows: Rows) -> tuple[str, ...]:
    return ("value",)


def _encode_target(value: Any, _labels: Sequence[str]) -> float:
    return float(value)


def _decode(outputs: Any, _labels: Sequence[str]) -> list[Any]:
    return [float(value) for value in outputs[:, 0]]


TASK = Task(
    name="text-regression",
    shape=Shape.VALUE,
    inputs={"text": TEXT},
    optional_inputs={"text_pair": TEXT},
    target="value",
    metrics=("pearson", "spearman", "mae", "rmse", "r2"),
    main_metric="pearson",
    read_target=read,
    collect_labels=_no_labels,
    encode_target=_encode_target,
    decode=_decode,
    hub_name="text-classification",
)
