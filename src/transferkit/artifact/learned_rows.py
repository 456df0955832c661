"""Which rows a run learned from, so that nobody takes a score on them for an honest one.

Kept beside the models, not in them: a model that is handed on tells nobody what it was trained on.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from transferkit import record
from transferkit.data import audit, content
from transferkit.data.rows import Rows
from transferkit.data.splits import Finding, Splits
from transferkit.errors import ArtifactError
from transferkit.tasks import Task

NAME = "learned_rows.safetensors"


def note(path: Path, splits: Splits, task: Task) -> None:
    """Write 64 bits per row of train and of validation, a hash of its inputs' normal form, to `path`."""
    parts = {"train": splits.train, "validation": splits.validation}
    path.write_bytes(save({name: np.unique(_hashes(rows, task)) for name, rows in parts.items()}))


def findings(artifact: Path, rows: Rows, task: Task) -> tuple[Finding, ...]:
    """A warning for those of `rows` that the model in `artifact` was trained on, or was chosen and set by.

    Nothing is known of a model that has left its run. Raises `ArtifactError` where the list of rows is damaged.
    """
    path = artifact.resolve().parent.parent / NAME
    if not path.exists():
        return ()
    known = _read(path)
    asked = _hashes(rows, task)
    found = []
    for name, what in (("train", "trained on"), ("validation", "validated on")):
        numbers = tuple(int(number) for number in rows.numbers[np.isin(asked, known[name])])
        if numbers:
            message = f"the model was {what} {audit.counted(len(numbers))} of these ({audit.shown(numbers)})"
            found.append(Finding("leaks", "warning", message, numbers, "judged too; scores on these rows flatter"))
    return tuple(found)


def _read(path: Path) -> dict[str, npt.NDArray[np.uint64]]:
    remedy = "restore it from a copy, or delete it to do without the warning of rows that the model learned from"
    try:
        found = load(record.content(path, ArtifactError, remedy))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is not an intact safetensors file ({error}); {remedy}") from None
    parts = ("train", "validation")
    if set(found) != set(parts) or any(found[name].dtype != np.uint64 or found[name].ndim != 1 for name in parts):
        raise ArtifactError(f"{path} is damaged: expected lists of 64-bit numbers, train and validation; {remedy}")
    return found


def _hashes(rows: Rows, task: Task) -> npt.NDArray[np.uint64]:
    keys = (key.encode("utf-8", "surrogatepass") for key in content.keys(rows, task))
    return np.frombuffer(b"".join(hashlib.blake2b(key, digest_size=8).digest() for key in keys), dtype="<u8")
