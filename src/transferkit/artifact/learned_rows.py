"""Which rows a run learned from, so that nobody takes a score on them for an honest one.

Kept beside the models, not in them: a model that is handed on tells nobody what it was trained on.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load, save

from transferkit import predictors, record
from transferkit.data import content
from transferkit.errors import ArtifactError, DataError
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Splits
from transferkit.tasks import Task

NAME = "learned_rows.safetensors"
_PARTS = ("train", "validation")
Hashes = npt.NDArray[np.uint64]


def note(path: Path, splits: Splits, task: Task, starts: Iterable[Path] = ()) -> None:
    """Write 64 bits per row of train and of validation, a hash of its inputs' normal form, to `path`; with what the
    models in `starts`, from which others learn here, have learned themselves."""
    earlier = [known for start in starts if (known := of_model(start))]
    parts = {"train": splits.train, "validation": splits.validation}
    hashes = {
        name: np.unique(np.concatenate([_hashes(rows, task), *(known[name] for known in earlier)]))
        for name, rows in parts.items()
    }
    path.write_bytes(save(hashes))


def findings(artifact: Path, rows: Rows, task: Task) -> tuple[Finding, ...]:
    """A warning for those of `rows` that the model in `artifact` was trained on, or was chosen and set by. One
    that `learned_all` was trained on the validation rows too.

    Nothing is known of a model that has left its run. Raises `ArtifactError` where the list of rows is damaged.
    """
    known = of_model(artifact)
    if known is None:
        return ()
    hashes = _hashes(rows, task)
    trained, validated = (np.isin(hashes, known[name]) for name in _PARTS)
    if (artifact / predictors.FACTS).exists() and predictors.read_common_facts(artifact).learned_all:
        trained, validated = trained | validated, np.zeros(len(rows), dtype=bool)
    warnings = []
    for which, what in ((trained, "trained on"), (validated, "validated on")):
        numbers = _numbers(rows, which)
        if numbers:
            message = f"the model was {what} {prose.counted(len(numbers))} of these ({rows.named(numbers)})"
            warnings.append(
                Finding("leaks", "warning", message, numbers, "evaluated too; scores on these rows are too high")
            )
    return tuple(warnings)


def of_model(folder: Path) -> Mapping[str, Hashes] | None:
    """What the run learned from to which the model, or the adapter, in `folder` belongs; None where it is of none."""
    above = list(folder.resolve().parents)[1:3]
    path = next((parent / NAME for parent in above if (parent / NAME).exists()), None)
    return None if path is None else _read(path)


def apart(splits: Splits, task: Task, starts: Mapping[str, Path]) -> Splits:
    """`splits` without the test rows that one of `starts`, models by the names they go by, has learned from.

    Where they also know rows that routes are chosen by, a finding says so. Raises `DataError` where no test rows would
    be left, and where rows that a model has learned would be evaluated by cross-validation.
    """
    for name, folder in starts.items():
        known = of_model(folder)
        if known is not None:
            splits = _apart_from(splits, task, name, known)
    return splits


def _apart_from(splits: Splits, task: Task, name: str, known: Mapping[str, Hashes]) -> Splits:
    everything, judged = np.concatenate(list(known.values())), splits.test
    additions: list[Finding] = []
    if not len(judged):
        learned = _learned(splits.labelled, task, everything)
        if learned.any():
            numbers = _numbers(splits.labelled, learned)
            raise DataError(
                f"{name} has learned {prose.counted(len(numbers))} of these ({splits.labelled.named(numbers)}), which "
                "cross-validation would evaluate it on; give rows that it has not learned with --test, or take another "
                "model to start from"
            )
        return splits
    learned = _learned(judged, task, everything)
    if learned.all():
        raise DataError(
            f"{name} has learned all of the {len(judged):,} test rows, so that none is left to evaluate on; give rows "
            "that it has not learned with --test, or take another model to start from"
        )
    if learned.any():
        numbers = _numbers(judged, learned)
        message = f"{name} has learned {prose.counted(len(numbers))} of test ({judged.named(numbers)})"
        additions.append(Finding("leaks", "fixed", message, numbers, "left out of test"))
    chosen_by = splits.labelled if splits.folds else splits.validation
    seen = _learned(chosen_by, task, known["train"])
    if seen.any():
        numbers = _numbers(chosen_by, seen)
        many = prose.counted(len(numbers))
        message = f"{name} has learned {many} that routes are chosen by ({chosen_by.named(numbers)})"
        additions.append(Finding("leaks", "warning", message, numbers, "kept; the choice favours what starts from it"))
    audited = replace(splits.audit, findings=(*splits.audit.findings, *additions))
    return replace(splits, test=judged.take(~learned), audit=audited)


def _learned(rows: Rows, task: Task, known: Hashes) -> npt.NDArray[np.bool_]:
    """Which of `rows` are among those `known`, (rows,)."""
    return np.isin(_hashes(rows, task), known) if len(rows) else np.zeros(0, dtype=bool)


def _numbers(rows: Rows, which: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(number) for number in rows.numbers[which])


def _read(path: Path) -> dict[str, Hashes]:
    remedy = "restore it from a copy, or delete it to do without the warning of rows that the model learned from"
    try:
        hashes = load(record.content(path, ArtifactError, remedy))
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is not an intact safetensors file ({error}); {remedy}") from None
    if set(hashes) != set(_PARTS) or any(hashes[name].dtype != np.uint64 or hashes[name].ndim != 1 for name in _PARTS):
        raise ArtifactError(f"{path} is damaged: expected lists of 64-bit numbers, train and validation; {remedy}")
    return hashes


def _hashes(rows: Rows, task: Task) -> Hashes:
    keys = (key.encode("utf-8", "surrogatepass") for key in content.keys(rows, task))
    return np.frombuffer(b"".join(hashlib.blake2b(key, digest_size=8).digest() for key in keys), dtype="<u8")
