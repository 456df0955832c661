"""One label per text or pair of texts."""

from collections.abc import Sequence
from typing import Any

from transferkit.data import label_sets
from transferkit.data.labels import written
from transferkit.errors import DataError, shown
from transferkit.kinds.text import KIND as TEXT
from transferkit.shapes import Shape
from transferkit.table import printed
from transferkit.table.rows import Rows
from transferkit.table.values import is_none, missing
from transferkit.tasks import Task, in_order

_ALONE = "name another column with --label or a task for several with --task multi-label-classification"


def _read(cell: Any) -> Any:
    """The label in a cell, also where it is the only one of a list or the only one that holds of a mapping to 0 and 1;
    None for a list of none."""
    if isinstance(cell, str) and printed.looks_so(cell):
        cell = _parsed(cell)
    if isinstance(cell, dict):
        cell = label_sets.names_in(cell)
    if hasattr(cell, "__iter__") and not isinstance(cell, str | bytes):
        labels = list(cell)
        if len(labels) > 1 or any(hasattr(item, "__iter__") and not isinstance(item, str | bytes) for item in labels):
            raise ValueError(f"expected one label, found {shown(labels, 60)}; {_ALONE}")
        cell = labels[0] if labels and not is_none(labels[0]) else None
    return None if missing(cell) else written(cell).strip() or None


def _parsed(text: str) -> Any:
    """What a list of texts or a mapping is, written out; any other text is a label."""
    try:
        value = printed.parsed(text)
    except ValueError:
        return text
    texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return value if texts or isinstance(value, dict) else text


def _collect_labels(rows: Rows) -> tuple[str, ...]:
    return in_order(str(label) for label in rows["label"] if label is not None)


def _encode_target(value: Any, labels: Sequence[str]) -> int:
    try:
        return labels.index(str(value))
    except ValueError:
        raise DataError(f"unknown label {value!r}; the training rows have {', '.join(labels)}") from None


def _decode(outputs: Any, labels: Sequence[str]) -> list[Any]:
    return [labels[i] for i in outputs.argmax(axis=1).tolist()]


TASK = Task(
    name="text-classification",
    shape=Shape.LABEL,
    inputs={"text": TEXT},
    optional_inputs={"text_pair": TEXT},
    target="label",
    metrics=("accuracy", "precision", "recall", "macro_f1", "micro_f1", "log_loss", "calibration_error"),
    main_metric="accuracy",
    read_target=_read,
    collect_labels=_collect_labels,
    encode_target=_encode_target,
    decode=_decode,
)
