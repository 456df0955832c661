"""Any number of labels per text or pair of texts."""

from collections.abc import Mapping, Sequence
from datetime import date
from numbers import Number
from typing import Any

from transferkit.data import contents, several
from transferkit.data.contents import Content
from transferkit.data.label_sets import EXPECTED, MEND
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.kinds.text import KIND as TEXT
from transferkit.shapes import Shape
from transferkit.table import printed
from transferkit.table.column_names import ALIASES, plain
from transferkit.table.rows import Rows
from transferkit.table.values import is_none
from transferkit.tasks import Sign, Task, in_order

_SEPARATORS = "|;,"
_OF_TEXTS = (Content.TEXTS, Content.NAMES)


def read(cell: Any) -> list[str]:
    """The labels in a cell of its own: a list, a JSON list, or names separated by `|`, `;` or commas (the first of
    these that occurs). An empty list says that the row has none. `data.label_sets` reads whole columns."""
    if isinstance(cell, str) and cell.startswith("["):
        cell = _parsed(cell)
    elif isinstance(cell, str):
        mark = next((mark for mark in _SEPARATORS if mark in cell), _SEPARATORS[0])
        cell = cell.split(mark)
    elif isinstance(cell, Number | date | bytes):
        cell = [cell]
    if isinstance(cell, dict) or not hasattr(cell, "__iter__"):
        raise ValueError(f"{EXPECTED}, found {shown(cell, 60)}; {MEND}")
    return sorted({written(label).strip() for label in cell if not is_none(label)} - {""})


def _parsed(text: str) -> Any:
    try:
        return printed.parsed(text)
    except ValueError:
        raise ValueError(f"{EXPECTED}, found {shown(text, 60)}; {MEND}") from None


def _collect_labels(rows: Rows) -> tuple[str, ...]:
    return in_order({label for labels in rows["labels"] if labels is not None for label in labels})


def _encode_target(value: Any, labels: Sequence[str]) -> list[int]:
    unknown = sorted(set(value) - set(labels))
    if unknown:
        raise DataError(f"unknown label {unknown[0]!r}; the training rows have {', '.join(labels[:20])}")
    return [int(label in value) for label in labels]


def given(outputs: Any, labels: int) -> Any:
    """Which of so many labels are given, (rows, labels): those from the probability in the last column on, or from one
    half on in outputs of earlier versions, which have no such column."""
    return outputs[:, :labels] >= (outputs[:, labels:] if outputs.shape[1] > labels else 0.5)


def _decode(outputs: Any, labels: Sequence[str]) -> list[Any]:
    return [[labels[i] for i in row.nonzero()[0].tolist()] for row in given(outputs, len(labels))]


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Several labels in the cells of the column that is called as labels are, or else of the only one that has them."""
    names = {plain(name): name for name in reversed(list(rows.columns))}
    usual = (name for name in (*ALIASES["labels"], *ALIASES["label"]) if name in names)
    called = asked.get(TASK.target) or next((names[name] for name in usual), None)
    candidates = [called] if called else [*rows.columns]
    found = {name: kept for name in candidates if name in rows and (kept := several.seen(rows, name))}
    found = {name: kept for name, kept in found.items() if kept.sure or called}
    if len(found) != 1:
        return None
    ((column, kept),) = found.items()
    texts = [name for name in rows.columns if name != column and contents.of(rows, name).content in _OF_TEXTS]
    return Sign(kept.words(column), kept.sure) if texts else None


TASK = Task(
    name="multi-label-classification",
    shape=Shape.LABELS,
    inputs={"text": TEXT},
    optional_inputs={"text_pair": TEXT},
    target="labels",
    metrics=(
        "micro_f1",
        "macro_f1",
        "precision",
        "recall",
        "average_precision",
        "label_ranking",
        "log_loss",
        "calibration_error",
    ),
    main_metric="micro_f1",
    read_target=read,
    collect_labels=_collect_labels,
    encode_target=_encode_target,
    decode=_decode,
    hub_name="text-classification",
    recognised=_recognised,
)
