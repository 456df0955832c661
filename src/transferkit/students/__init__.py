"""What learns from a teacher. One kind of student, one file."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol

from transferkit import predictors
from transferkit.cache.asking import SPANS_BY_TOKEN
from transferkit.errors import ArtifactError, ConfigError
from transferkit.lesson import Lesson, Prospect, Student
from transferkit.shapes import Shape
from transferkit.sources.layout import code_refused
from transferkit.tasks import Task
from transferkit.training.losses import Schedule
from transferkit.training.student_options import DistillationOptions, Scheduled

OTHER_TOKENS = "set soft_weight and hidden_weight to 0 and answers to teacher"
_OTHER_TEXTS = "set hidden_weight, attention_weight and relation_weight to 0"


def is_on(weight: Scheduled | None) -> bool:
    """Whether a loss of this weight is computed at all."""
    return schedule(weight) != schedule(0.0)


def learns_inner_signals(options: DistillationOptions) -> bool:
    """Whether it learns from what is inside its teacher, not from answers alone."""
    return is_on(options.hidden_weight) or is_on(options.attention_weight) or is_on(options.relation_weight)


def without_tokens(task: Task, options: DistillationOptions) -> str:
    """How to do without what teachers say of single tokens, empty where nothing of it is learned."""
    if task.shape.form.OF_CONTEXTS:
        return SPANS_BY_TOKEN
    if task.shape.form.WRITTEN:
        return OTHER_TOKENS if is_on(options.soft_weight) or is_on(options.hidden_weight) else ""
    return _OTHER_TEXTS if learns_inner_signals(options) else ""


def schedule(value: Scheduled | None) -> Schedule:
    """The schedule that an option stands for; None is 0."""
    value = value or 0.0
    return Schedule(*value) if isinstance(value, tuple) else Schedule(value, value)


def require_fitting(folder: Path, task: Task, trusted: bool) -> None:
    """Raise `ConfigError` where the saved model in `folder` answers otherwise than `task` wants, `ArtifactError` where
    it may not be loaded."""
    facts = predictors.read_facts(folder)
    if facts.own_code and not trusted:
        raise ArtifactError(str(code_refused(folder)))
    shape = getattr(facts, "shape", task.shape)
    if shape is not task.shape:
        raise ConfigError(
            f"teacher {folder} answers with {shape.value}, {task.name} wants {task.shape.value}; train a teacher for "
            "this task first"
        )
    require_labels(folder, facts.labels or task.labels, task.labels)


def require_labels(folder: Path, known: Sequence[str], labels: tuple[str, ...]) -> None:
    """Raise `ConfigError` where a teacher has other labels than the rows."""
    if tuple(known) != labels:
        raise ConfigError(
            f"teacher {folder} has the labels {', '.join(known)}, these rows have {', '.join(labels)}; "
            "train a teacher on these labels first"
        )


class StudentKind(Protocol):
    """What every file of this folder offers; `SHAPES` are the forms of answers that it can learn, and `OF_A_MODEL` says
    that only a Transformers model can teach it."""

    SHAPES: tuple[Shape, ...]
    OF_A_MODEL: bool

    def why_not(self, options: DistillationOptions, prospect: Prospect) -> str | None:
        """One sentence on why there cannot be such a student here, None if there can.

        Raises `ConfigError` where there can, but not as `options` say.
        """

    def build(self, lesson: Lesson, options: DistillationOptions) -> Student:
        """The student before its training. Raises `ConfigError` where the teacher does not fit."""


def names() -> list[str]:
    """Every kind of student there is: the files of this folder."""
    return sorted(module.name for module in iter_modules(__path__))


def get(name: str) -> StudentKind:
    """The kind of student called `name`, one of `names()`."""
    kind: StudentKind = import_module(f"{__name__}.{name}")
    return kind


def refuse_for_texts(variant: str, options: DistillationOptions) -> None:
    """Raise `ConfigError` for options that mean nothing, or nothing together, where texts are written."""
    for name in ("attention_weight", "relation_weight", "augment"):
        field = type(options).model_fields.get(name)
        if field is not None and getattr(options, name) != field.default:
            raise ConfigError(f"{variant}.{name}: not for models that write; leave it out")
    on_policy = getattr(options, "on_policy", 0.0)
    if on_policy and not is_on(options.soft_weight):
        raise ConfigError(f"{variant}.on_policy: the teacher judges what the student draws; give soft_weight a value")


def refuse_idle(variant: str, options: DistillationOptions, task: Task) -> None:
    """Raise `ConfigError` for options of a loss that is not computed, or that does not know them."""
    usual = {name: field.default for name, field in type(options).model_fields.items()}
    of_losses = {"hard_weight": ("label_smoothing", "class_weights"), "soft_weight": ("temperature", "divergence")}
    for weight, names in of_losses.items():
        odd = next((name for name in names if name in usual and getattr(options, name) != usual[name]), None)
        if odd and not is_on(getattr(options, weight)):
            raise ConfigError(f"{variant}.{odd}: for a loss whose weight is 0; give {weight} a value, or leave it out")
    if task.shape is Shape.VALUE and options.temperature != usual["temperature"]:
        raise ConfigError(f"{variant}.temperature: numbers are not softened; leave it out")
