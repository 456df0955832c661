"""One label per text or pair of texts."""

from collections.abc import Sequence
from typing import Any

from transferkit.data.rows import Rows
from transferkit.errors import DataError
from transferkit.tasks import Shape, Task


def _collect_labels(rows: Rows) -> tuple[str, ...]:
    found = {str(label) for label in rows["label"] if label is not None}
    try:
        return tuple(sorted(found, key=int))
    except ValueError:
        return tuple(sorted(found))


def _encode_target(value: Any, labels: Sequence[str]) -> int:
    try:
        return labels.index(str(value))
    except ValueError:
        raise DataError(f"unknown label {value!r}; the training rows have {', '.join(labels)}") from None


TASK = Task(
    name="text-classification",
    shape=Shape.LABEL,
    inputs=("text",),
    optional_inputs=("text_pair",),
    target="label",
    metrics=("accuracy", "precision", "recall", "macro_f1", "micro_f1", "log_loss", "calibration_error"),
    main_metric="accuracy",
    collect_labels=_collect_labels,
    encode_target=_encode_target,
)
