"""What every route returns: something that predicts, whoever made it and wherever it was read from."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import wraps
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, Protocol, Self, TypeVar

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, PositiveInt, model_validator

from transferkit import record, sums
from transferkit.config import FP16, FP32, Precision
from transferkit.data.label_types import typed
from transferkit.disk import room_for, whole_folder
from transferkit.errors import ArtifactError, ConfigError, SourceError
from transferkit.language.parting import Parting
from transferkit.record import Record
from transferkit.shapes import Shape
from transferkit.sources.layout import code_refused
from transferkit.sources.one_sentence import explaining
from transferkit.table.rows import Rows
from transferkit.table.splits import LabelType

P = TypeVar("P")

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Predictions:
    """Answers for some rows, `outputs` in the form that the file of the shape says (`shapes/`): what metrics take.

    `cut` are the positions of rows whose ends the model's window had no room for, and `unfinished` of those whose
    answers stopped at the most tokens that a model may write.
    """

    outputs: Any
    cut: tuple[int, ...] = ()
    unfinished: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.outputs)


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

    @property
    def plain_prompt(self) -> str | None:
        """What plain Transformers has to be given before every text to answer from its folder as it does; None where
        the folder serves with this library alone."""

    def predict(self, rows: Rows) -> Predictions:
        """Answers for `rows`; needs the input columns only."""

    def save(self, folder: Path) -> None:
        """Write weights (safetensors) and facts (JSON) such that `load(folder)` gives the same outputs.

        The folder must be new or empty (`saving`); nothing that is there is ever replaced.
        """


def nothing(_folder: Path) -> None:
    """There is nothing else to save."""


FACTS = "transferkit.json"
VERSION = 1
_REMEDY = "train again or restore it from a copy"


def saving(save: Callable[[P, Path], None]) -> Callable[[P, Path], None]:
    """What every `save` is decorated with: the folder must be new or empty, and holds all of the model or nothing.

    Raises `ConfigError` for any other folder, also for one of an earlier save: remove it, or name another.
    Raises `ResourceError` where the disk is full.
    """

    @wraps(save)
    def saved(predictor: P, folder: Path) -> None:
        path = Path(folder).expanduser()
        with room_for(path, "then try again, a run with --resume"), whole_folder(path, FACTS) as draft:
            save(predictor, draft)
            sums.write(draft)

    return saved


def _shape(name: Any) -> Any:
    if isinstance(name, Shape):
        return name
    if not isinstance(name, str) or name not in Shape.__members__:
        raise ValueError(f"expected one of {', '.join(Shape.__members__)}")
    return Shape[name]


Borders = dict[str, Annotated[tuple[PositiveInt, ...], Field(min_length=1)]]
"""`WordReading.borders` as files have them."""
ShapeName = Annotated[Shape, BeforeValidator(_shape), PlainSerializer(lambda shape: shape.name)]
"""A shape, which files have by its name."""


class Facts(Record):
    """What `transferkit.json` holds of any predictor: its kind (a file of this folder), and what it was trained for.

    Every kind has a `Facts` of its own with what its `load` needs besides. `task` and `columns` are those of the
    training data, `parting` says how texts are parted into words that are tagged, `label_type` of which type labels
    were in the table, `learned_all` whether validation rows were trained on like others; folders of earlier versions do
    not have them. With `own_code` the model is of a class that came
    with the pretrained model's folder.
    """

    kind: str
    version: int = Field(VERSION, ge=1)
    task: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    parting: Parting | None = None
    labels: tuple[str, ...] = ()
    label_type: LabelType = "str"
    learned_all: bool = False
    own_code: bool = False

    @model_validator(mode="after")
    def _of_their_type(self) -> Self:
        try:
            for label in self.labels:
                typed(label, self.label_type)
        except (ValueError, KeyError):
            raise ValueError(f"label_type {self.label_type}: expected labels of that type") from None
        return self


class PretrainedFacts(Facts):
    """Of a predictor with a pretrained model, whose scores were measured in `precision`."""

    precision: Precision = FP32


def write_facts(folder: Path, facts: Facts) -> None:
    """Write `transferkit.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    record.write(folder / FACTS, facts)


def add_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Add to `transferkit.json` what the folder's user needs to know: the task and the names of its columns."""
    write_facts(folder, read_facts(folder).model_copy(update=dict(facts)))
    if sums.exists(folder):
        sums.write(folder)


def read_facts(folder: Path) -> Facts:
    """What `write_facts` wrote. Raises `ArtifactError` for a damaged or foreign folder."""
    schema: type[Facts] = _member(_kind(folder)).Facts
    return record.read(folder / FACTS, schema, ArtifactError, _REMEDY)


def read_common_facts(folder: Path) -> Facts:
    """`read_facts` without what is of its kind alone, which may need torch."""
    _kind(folder)
    return record.read(folder / FACTS, Facts, ArtifactError, _REMEDY)


def _kind(folder: Path) -> str:
    """The kind of predictor in `folder`, if there is one that can be read."""
    path = folder / FACTS
    if not path.exists():
        raise ArtifactError(f"no model in {folder}: expected a {FACTS}; give a run folder or one of its models")
    known = record.read(path, _Head, ArtifactError, _REMEDY)
    if known.kind not in (module.name for module in iter_modules(__path__)) or known.version > VERSION:
        raise ArtifactError(
            f"{path}: unknown kind {known.kind!r}, version {known.version}; a newer transferkit is needed"
        )
    return known.kind


class _Head(Record):
    """What every version says."""

    kind: str
    version: int


def _member(kind: str) -> Any:
    return import_module(f"{__name__}.{kind}")


def load(folder: Path, trust_remote_code: bool = False, precision: Precision | None = None) -> Predictor:
    """The predictor saved in `folder`, in the precision that its scores were measured in or in another one.

    Raises `ArtifactError` for a damaged or foreign folder, for one of whose files
    another has been put in the place, and for a model with Python code of its own, unless it is trusted; `ConfigError`
    for a precision that it has not.
    """
    facts = _in_precision(read_facts(folder), precision)
    if facts.own_code and not trust_remote_code:
        raise ArtifactError(str(code_refused(folder)))
    try:
        with explaining(f"{folder} is incomplete or damaged", ArtifactError):
            predictor: Predictor = _member(facts.kind).load(folder, facts, trust_remote_code)
    except SourceError as error:
        from transferkit.sources import tensors

        raise ArtifactError(tensors.damage(folder) or f"{error}") from None
    sums.require(folder)
    fix(predictor)
    return predictor


def _in_precision(facts: Facts, precision: Precision | None) -> Facts:
    if not isinstance(facts, PretrainedFacts):
        if precision not in (None, FP32):
            raise ConfigError(f"precision {precision}: a model of the kind {facts.kind} has fp32 alone; leave it out")
        return facts
    wanted = precision or facts.precision
    if wanted == FP16:
        from transferkit.sources.precision import require_possible  # needs torch

        try:
            require_possible(wanted)
        except ConfigError as error:
            if precision is not None:
                raise
            log.warning("%s; answers are given in fp32", error)
            wanted = FP32
    return facts.model_copy(update={"precision": wanted})


def fix(value: Any) -> None:
    """Make the arrays in `value`, a predictor or a part of one, read-only: threads share them."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            fix(getattr(value, field.name))
