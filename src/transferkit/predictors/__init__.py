"""What every route returns: something that predicts, whoever made it and wherever it was read from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from transferkit.data.rows import Rows
from transferkit.data.tags import OUTSIDE
from transferkit.errors import ArtifactError, is_out_of_memory
from transferkit.tasks import Shape

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Predictions:
    """Answers for some rows, `outputs` in the form of the task's output shape (what its metrics take).

    LABEL: probabilities (rows, labels), rows summing to one. LABELS: scores from 0 to 1 (rows, labels), a
    label being given from one half on. VALUE: numbers (rows, 1). TAGS: probabilities (rows, most words, tags),
    NaN where a row has no such word. SPAN: a structured array (rows,) of answer (text, "" for none), start and end
    (characters of the context) and score (a probability among the best spans). TEXT: texts (rows,).

    `cut` are the positions of rows whose ends the model's window had no room for, and `unfinished` of those whose
    answers stopped at the most tokens that a model may write.
    """

    outputs: Any
    cut: tuple[int, ...] = ()
    unfinished: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.outputs)


def untagged_outside(found: Floats, rows: Rows, labels: Sequence[str]) -> Floats:
    """`found`, (rows, most words, tags), with words that were cut, or that no token stands for, outside of all
    spans, and nothing beyond a row's words."""
    counts = np.array([len(text.split(" ")) for text in rows["text"]])
    out = np.full((len(rows), max(counts, default=1), len(labels)), np.nan, dtype=np.float32)
    width = min(out.shape[1], found.shape[1])
    out[:, :width] = found[:, :width]
    there = np.arange(out.shape[1]) < counts[:, None]
    out[there & np.isnan(out[..., 0])] = np.eye(len(labels))[labels.index(OUTSIDE)]
    out[~there] = np.nan
    return out


class Predictor(Protocol):
    """A trained model in use. There is no unfitted state."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the columns of `Predictions.outputs`, in order."""

    @property
    def shape(self) -> Shape:
        """The form of its answers."""

    @property
    def parameters(self) -> int:
        """Number of weights used in predicting."""

    def predict(self, rows: Rows) -> Predictions:
        """Answers for `rows`; needs the input columns only."""

    def save(self, folder: Path) -> None:
        """Write weights (safetensors) and facts (JSON) such that `load(folder)` gives the same outputs."""


FACTS = "transferkit.json"
VERSION = 1


def write_facts(folder: Path, kind: str, facts: Mapping[str, Any]) -> None:
    """Write `transferkit.json`: the predictor's kind (a file of this folder) and what `load` needs."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"kind": kind, "version": VERSION, **facts}, indent=2, ensure_ascii=False)
    (folder / FACTS).write_text(text, encoding="utf-8")


def add_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Add to `transferkit.json` what the folder's user needs to know: the task and the names of its columns."""
    path = folder / FACTS
    known = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**known, **facts}, indent=2, ensure_ascii=False), encoding="utf-8")


def read_facts(folder: Path) -> dict[str, Any]:
    """What `write_facts` wrote. Raises `ArtifactError` for a damaged or foreign folder."""
    path = folder / FACTS
    try:
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        kind, version = facts["kind"], int(facts["version"])
    except FileNotFoundError:
        raise ArtifactError(
            f"no model in {folder}: expected a {FACTS}; give a run folder or one of its models"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(f"{path} is damaged ({error}); train again or restore it from a copy") from None
    kinds = sorted(module.name for module in iter_modules(__path__))
    if kind not in kinds or version > VERSION:
        raise ArtifactError(f"{path}: unknown kind {kind!r}, version {version}; a newer transferkit is needed")
    return facts


def load(folder: Path) -> Predictor:
    """The predictor saved in `folder`. Raises `ArtifactError` for a damaged or foreign folder."""
    facts = read_facts(folder)
    try:
        predictor: Predictor = import_module(f"{__name__}.{facts['kind']}").load(folder, facts)
    except Exception as error:  # what a tokenizer raises over a damaged file is a bare `Exception`
        if is_out_of_memory(error):
            raise
        said = " ".join(str(error).split())
        raise ArtifactError(f"{folder} is incomplete or damaged: {said or type(error).__name__}") from None
    fix(predictor)
    return predictor


def fix(value: Any) -> None:
    """Make the arrays in `value`, a predictor or a part of one, read-only: threads share them."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            fix(getattr(value, each.name))
