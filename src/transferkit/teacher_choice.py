"""The teachers of a student: which of this run's routes or saved models, and why there are none that fit."""

from collections.abc import Sequence
from pathlib import Path

from transferkit import predictors, students
from transferkit.config import Strict
from transferkit.context import Context
from transferkit.errors import ConfigError
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.tasks import Task
from transferkit.training.student_options import DistillationOptions

_WRITERS = ("full", "lora", "top_layers")
_PREFERRED = (*_WRITERS, "contrastive", "feature_transfer")
NO_INNER_SIGNALS = "hidden states, attention and relations can only be matched between Transformers models"


def why_none(variant: str, context: Context, options: DistillationOptions) -> str | None:
    """One sentence on why no teacher can teach this student, or not all that are named; None if they can."""
    titles = names(variant, context, options)
    if not titles:
        able = "lora" if context.task.shape.form.WRITTEN else "full"
        return f"no route before it can teach; add {able} before it or name a saved model with {variant}.teachers"
    if absent := [name for name in titles if name in context.variants and name not in context.teachers]:
        return f"its teacher {absent[0]} does not run here, or not before it"
    wanted = _kinds_wanted(variant, context.task)
    where = zip(titles, folders(variant, context, options), strict=True)
    kinds = {name: _kind(context, name, folder) for name, folder in where}
    if odd := next((name for name, kind in kinds.items() if wanted and kind not in wanted), None):
        return f"its teacher {odd} is none that it can learn from, which are {', '.join(_WRITERS)} and the like"
    inner = students.learns_inner_signals(options) and not context.task.shape.form.WRITTEN
    if inner and kinds[titles[0]] != "transformer":
        raise ConfigError(f"{variant}: {NO_INNER_SIGNALS}; the teacher {titles[0]} is none")
    return None


def _kinds_wanted(variant: str, task: Task) -> Sequence[str]:
    """The kinds of predictors that can teach this student; empty if all can."""
    if task.shape.form.WRITTEN:
        return ("generator",)
    if students.get(variant).OF_A_MODEL:
        return ("transformer",)
    return ("transformer", "frozen_features") if task.shape.form.OF_CONTEXTS else ()


def _kind(context: Context, name: str, folder: Path) -> str:
    """The kind of predictor that a teacher is, or will be when it has been trained."""
    if name not in context.teachers:
        return predictors.read_facts(folder).kind
    variant = _variant(context, name)
    student = variant in students.names() and Shape.TEXT in students.get(variant).SHAPES
    if variant in _WRITERS or student or variant == "zero_shot":
        return "generator" if context.task.shape.form.WRITTEN else "transformer"
    return "frozen_features" if variant in _PREFERRED else variant


def _variant(context: Context, title: str) -> str:
    """The route that a title of this run stands for."""
    return context.variants.get(title, title)


def _preferred(variant: str, task: Task) -> Sequence[str]:
    """The routes that teach where none is named, best first."""
    wanted = _kinds_wanted(variant, task)
    return _WRITERS if wanted and "frozen_features" not in wanted else _PREFERRED


def names(variant: str, context: Context, options: DistillationOptions) -> tuple[str, ...]:
    """The teachers that are named, or the first of those that teach unasked, which start from the same model."""
    if options.teachers:
        return options.teachers
    able = _preferred(variant, context.task)
    own = [title for title in context.teachers if title not in context.others]
    found = [title for title in own if _variant(context, title) in able]
    return tuple(sorted(found, key=lambda title: able.index(_variant(context, title)))[:1])


def of_this_run(variant: str, context: Context, options: Strict) -> tuple[str, ...]:
    """The routes of this run that it learns from, by title; none where it is no student."""
    if not isinstance(options, DistillationOptions):
        return ()
    return tuple(title for title in names(variant, context, options) if title in context.teachers)


def folders(variant: str, context: Context, options: DistillationOptions) -> list[Path]:
    """Where the teachers are: routes of this run by title, or folders."""
    paths = []
    for name in names(variant, context, options):
        if name not in context.teachers and not Path(name).is_dir():
            earlier = ", ".join(context.teachers) or "none"
            raise ConfigError(f"{variant}: teacher {name!r} is neither an earlier route ({earlier}) nor a folder")
        paths.append(context.teachers.get(name, Path(name)))
    return paths


def tuned_from(variant: str, context: Context, options: DistillationOptions) -> tuple[Backbone, ...]:
    """The pretrained models that the teachers will be fine-tuned from, none unless this run does so for all of them."""
    titles = names(variant, context, options)
    if not all(title in context.teachers and _variant(context, title) in _WRITERS for title in titles):
        return ()
    found = {backbone.name: backbone for backbone in map(context.backbone_of, titles)}
    return tuple(found.values())
