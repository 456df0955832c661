"""Weights of a saved model in 16 bits, where its answers to rows that it has not learned from stay the same."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from transferkit import predictors, sums
from transferkit.evaluation import outputs
from transferkit.predictors import Predictor, PretrainedFacts
from transferkit.shapes import Shape
from transferkit.sources import layout
from transferkit.table.rows import Rows
from transferkit.tasks import Task

log = logging.getLogger("transferkit")

TOLERANCE = 0.01
"""By so much a probability may differ; a number by this share of the spread of all answers."""
_MOST_ROWS = 1_000
_BF16 = "bf16"
_DTYPES: Mapping[str, torch.dtype] = {"fp16": torch.float16, _BF16: torch.bfloat16}


@dataclass(frozen=True)
class Compared:
    """`rows` by whose answers it is decided, which are called `what`; `trusted` as in `predictors.load`."""

    rows: Rows
    what: str
    task: Task
    trusted: bool = False


def halved(folder: Path, predictor: Predictor, compared: Compared) -> tuple[Predictor, str]:
    """Save the matrices of the pretrained model in `folder`, which is that of `predictor`, in 16 bits, if its answers
    stay the same: every one of them, and every number within `TOLERANCE`.

    What answers from `folder` afterwards is given back, with a sentence on what was done. Weights are float32 again
    once they are read, by Transformers too. A model without a pretrained one in it stays as it is, without a sentence.
    """
    facts = predictors.read_facts(folder)
    if not isinstance(facts, PretrainedFacts):
        return predictor, ""
    rows = compared.rows.take(range(min(_MOST_ROWS, len(compared.rows)))).for_models()
    expected = predictor.predict(rows).outputs
    reasons = []
    # What was multiplied in bf16 loses nothing more by being kept so.
    for name in sorted(_DTYPES, reverse=facts.precision != _BF16):
        with _in_dtype(folder, _DTYPES[name]) as keep:
            if not keep.fits:
                reasons.append(f"{name} has no room for its largest weight")
                continue
            read = predictors.load(folder, compared.trusted)
            answers = read.predict(rows).outputs
            differ, gap = _differences(answers, expected, compared.task)
            if differ == 0 and gap <= TOLERANCE:
                keep.kept = True
                words = f"the same answers to {len(rows):,} {compared.what}, numbers within {gap:.2g}"
                return read, f"weights are saved in {name}: {words} (at most {TOLERANCE} is allowed)"
            reasons.append(
                f"in {name} {differ:,} of {len(rows):,} answers to {compared.what} differ, numbers by {gap:.2g}"
            )
    return predictor, f"weights are saved in fp32: {'; '.join(reasons)}"


def _differences(answers: outputs.Outputs, expected: outputs.Outputs, task: Task) -> tuple[int, float]:
    """How many answers are others, and the largest difference of two numbers."""
    if task.shape is Shape.VALUE:
        spread = float(np.std(expected)) or 1.0
        return 0, float(np.abs(answers - expected).max(initial=0)) / spread
    pairs = zip(task.decode(answers, task.labels), task.decode(expected, task.labels), strict=True)
    differ = sum(now != before for now, before in pairs)
    gap = outputs.gap(answers, expected)
    return differ, gap if np.isfinite(gap) or differ else 0.0


@dataclass
class _Keep:
    """Whether what was written stays, and whether it could be written."""

    kept: bool = False
    fits: bool = True


@contextmanager
def _in_dtype(folder: Path, dtype: torch.dtype) -> Iterator[_Keep]:
    """While open, the matrices of the models in `folder` are of `dtype`; afterwards too, if that was decided within."""
    keep, moved = _Keep(), dict[Path, Path]()
    try:
        for path in _files(folder):
            before = path.with_name(f".{path.name}.fp32")  # no part of the model, as the dot says
            path.rename(before)
            moved[path] = before
            keep.fits = keep.fits and _write(before, path, dtype)
        sums.write(folder)
        yield keep
    finally:
        for path, before in moved.items():
            if keep.kept:
                before.unlink()
            else:
                before.replace(path)
        sums.write(folder)


def _files(folder: Path) -> list[Path]:
    """The weights of the pretrained models in `folder`, of which one may stand in a folder within."""
    models = [folder, *(inside for inside in folder.iterdir() if inside.is_dir())]
    return [path for model in models if (model / "config.json").is_file() for path in layout.weights(model)]


def _write(source: Path, target: Path, dtype: torch.dtype) -> bool:
    """Write the weights in `source` with matrices of `dtype` to `target`; whether all of them have a finite place."""
    tensors: dict[str, Any] = {}
    with safe_open(source, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 (it is no mapping)
            weight = file.get_tensor(name)
            matrix = weight.dtype == torch.float32 and weight.ndim > 1
            tensors[name] = weight.to(dtype) if matrix else weight
        save_file(tensors, target, metadata=file.metadata())
    return all(bool(torch.isfinite(weight).all()) for weight in tensors.values() if weight.is_floating_point())
