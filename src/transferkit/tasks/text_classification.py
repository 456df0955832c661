"""One label per text or pair of texts."""

from collections.abc import Sequence
from typing import Any

from transferkit.data.labels import written
from transferkit.data.rows import Rows
from transferkit.errors import DataError
from transferkit.tasks import Shape, Task, in_order


def _read(cell: Any) -> Any:
    if isinstance(cell, dict) or (hasattr(cell, "__iter__") and not isinstance(cell, str | bytes)):
        kind = type(cell).__name__
        several = "" if isinstance(cell, dict) else " or a task for lists with --task multi-label-classification"
        raise ValueError(f"expected one label, found a {kind}; name another column with --label{several}")
    return written(cell)


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
    inputs=("text",),
    optional_inputs=("text_pair",),
    target="label",
    metrics=("accuracy", "precision", "recall", "macro_f1", "micro_f1", "log_loss", "calibration_error"),
    main_metric="accuracy",
    read_target=_read,
    collect_labels=_collect_labels,
    encode_target=_encode_target,
    decode=_decode,
)
