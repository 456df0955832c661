"""Knowledge distillation: a smaller or faster student learns from what its teachers answer."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from transformers import set_seed

from transferkit import predictors, students
from transferkit.config import Strict
from transferkit.data.rows import Rows
from transferkit.errors import ConfigError
from transferkit.predictors import Predictor
from transferkit.predictors.transformer import Transformer
from transferkit.progress import progress
from transferkit.routes import Context, Outcome
from transferkit.students import DistillationOptions, Lesson, Scheduled, Student, schedule
from transferkit.tasks import Shape, Task
from transferkit.training import shapes
from transferkit.training.augmentation import altered
from transferkit.training.classifier import Recipe, train_classifier
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats, outputs, stacked
from transferkit.training.learner import Weighted
from transferkit.training.losses import Loss
from transferkit.training.losses.attentions import Attentions
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.losses.relations import Relations
from transferkit.training.teaching import attentions, fingerprint, hidden_states
from transferkit.training.validation import check_stop_on

_PREFERRED = ("full", "lora", "top_layers", "contrastive", "feature_transfer")
_ASKED_AT_ONCE = 2048


def variants() -> Mapping[str, type[Strict]]:
    return {name: students.get(name).Options for name in students.names()}


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    assert isinstance(options, DistillationOptions)
    if context.task.shape not in students.get(variant).SHAPES:
        return f"this student answers for whole texts, {context.task.name} wants {context.task.shape.value}"
    if not options.teachers and not any(title in context.teachers for title in _PREFERRED):
        return f"no route before it can teach; add full before it or name a saved model with {variant}.teachers"
    _teacher_folders(variant, context, options)
    check_stop_on(variant, options, context.task)
    return None


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Ask the teachers once, through the cache, then train the student on their answers."""
    assert isinstance(options, DistillationOptions)
    began = time.perf_counter()
    folders = _teacher_folders(variant, context, options)
    teachers = [predictors.load(folder) for folder in folders]
    _agree(folders, teachers, context.task.labels)
    rows = _transfer_rows(context, options, teachers[0])
    set_seed(context.seed)
    lesson = Lesson(context.task, rows, teachers[0], context.max_length, context.load_backbone, context.windows)
    student = students.get(variant).build(lesson, options)
    rows = student.read(rows)
    kind, learn = shapes.of(context.task.shape), student.examples(rows)
    targets, back = kind.in_training(learn.labels)
    answers = np.mean([_answers(t, f, rows, context) for t, f in zip(teachers, folders, strict=True)], axis=0)
    soft = back.undone(kind.logits(answers))
    learn = replace(learn, labels=targets, per_row={"teacher_logits": soft})
    learn = _with_inner_signals(learn, rows, student, teachers[0], folders[0], context, options)
    check = student.examples(student.read(context.validation))
    losses = _losses(options, learn, student, context.task)
    recipe = Recipe(
        options=options,
        epochs=options.epochs or student.epochs,
        learning_rate=options.learning_rate or student.learning_rate,
        seed=context.seed,
        folder=context.folder,
        rates=student.rates,
        back=back,
        stop_on=student.stop_on,
        title=f"{variant}: learning from {', '.join(folder.name for folder in folders)}",
    )
    prepared = time.perf_counter() - began
    trained = train_classifier(student.model, losses, learn, check, context.task, recipe)
    total = back
    if len(check):
        total = kind.adjusted(back.of(outputs(student.model, check)), check.labels).after(back)
    return Outcome(
        predictor=student.predictor(total),
        method=f"{student.method} by {', '.join(folder.name for folder in folders)}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings={**options.model_dump(), "epochs": recipe.epochs, "learning_rate": recipe.learning_rate},
        history=trained.history,
        notes=trained.notes,
    )


def _teacher_folders(variant: str, context: Context, options: DistillationOptions) -> list[Path]:
    """Where the teachers are: routes of this run by title, or folders. Default: the first of `_PREFERRED`."""
    if not options.teachers:
        return [context.teachers[min((t for t in context.teachers if t in _PREFERRED), key=_PREFERRED.index)]]
    found = []
    for name in options.teachers:
        if name not in context.teachers and not Path(name).is_dir():
            earlier = ", ".join(context.teachers) or "none"
            raise ConfigError(f"{variant}: teacher {name!r} is neither an earlier route ({earlier}) nor a folder")
        found.append(context.teachers.get(name, Path(name)))
    return found


def _agree(folders: Sequence[Path], teachers: Sequence[Predictor], labels: tuple[str, ...]) -> None:
    for folder, teacher in zip(folders, teachers, strict=True):
        if tuple(teacher.labels) != labels:
            raise ConfigError(
                f"teacher {folder} has the labels {', '.join(teacher.labels)}, these rows have {', '.join(labels)}; "
                "train a teacher on these labels first"
            )


def _transfer_rows(context: Context, options: DistillationOptions, teacher: Predictor) -> Rows:
    """Training rows, then unlabelled ones, then altered copies of both; the last two have no label."""
    target = context.task.target
    rows = context.train
    if context.unlabelled is not None:
        rows = rows.join(without_target(context.unlabelled, target))
    if options.augment:
        words = teacher.words() if isinstance(teacher, Transformer) else []
        rows = rows.join(without_target(altered(rows, options.augment, words, context.seed), target))
    return rows


def without_target(rows: Rows, target: str) -> Rows:
    """`rows` with no label known."""
    return replace(rows, columns={**rows.columns, target: [None] * len(rows)})


def _answers(teacher: Predictor, folder: Path, rows: Rows, context: Context) -> Floats:
    """What `teacher` predicts for `rows`, (rows, labels), asked once and kept."""

    def ask(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        with progress(f"asking {folder.name}", len(positions)) as advance:
            for start in range(0, len(positions), _ASKED_AT_ONCE):
                part = positions[start : start + _ASKED_AT_ONCE]
                answers = teacher.predict(rows.take(part)).outputs
                advance(len(part))
                yield from ((i, _kept(answer)) for i, answer in zip(part, answers, strict=True))

    found = context.cache.space("answers", fingerprint(folder)).fetch(rows.keys(), ask)
    if context.task.shape is Shape.TAGS:
        return stacked([found[i] for i in range(len(found))])
    return found.stack()[:, 0]


def _kept(answer: Floats) -> Floats:
    """An answer as the cache takes it: one line, or one per word that there is."""
    return answer[None] if answer.ndim == 1 else answer[~np.isnan(answer[:, 0])]


def _with_inner_signals(
    learn: Examples,
    rows: Rows,
    student: Student,
    teacher: Predictor,
    folder: Path,
    context: Context,
    options: DistillationOptions,
) -> Examples:
    """`learn` with the teacher's hidden states and attention, as far as a loss looks at them."""
    hidden = _on(options.hidden_weight) or _on(options.relation_weight)
    attention = _on(options.attention_weight)
    if not (hidden or attention):
        return learn
    if not student.matches or not isinstance(teacher, Transformer):
        raise ConfigError("hidden states, attention and relations can only be matched between Transformers models")
    source = teacher.examples(rows)
    if any(not np.array_equal(a, b) for a, b in zip(source.encoded.ids, learn.encoded.ids, strict=True)):
        raise ConfigError(
            "matching tokens needs one tokenizer, but teacher and student split the texts differently; "
            "set hidden_weight, attention_weight and relation_weight to 0 or choose another student"
        )
    name, depths = fingerprint(folder), list(student.matches.values())
    if hidden:
        signals = hidden_states(teacher.model, source, depths, context.cache, name)
        learn = replace(learn, per_token=signals)
    if attention:
        signals = attentions(teacher.model, source, depths, context.cache, name)
        learn = replace(learn, per_pair=signals)
        student.model.set_attn_implementation("eager")  # type: ignore[operator]
    return learn


def _losses(options: DistillationOptions, learn: Examples, student: Student, task: Task) -> list[Weighted]:
    """The losses whose weight is not zero."""
    kind = shapes.of(task.shape)
    makers: list[tuple[Scheduled, Callable[[], Loss]]] = [
        (options.hard_weight, lambda: kind.hard_loss(learn.labels, options, len(task.labels))),
        (options.soft_weight, lambda: kind.soft_loss(schedule(options.temperature))),
        (options.hidden_weight, lambda: HiddenStates(student.matches, *student.widths)),
        (options.attention_weight, lambda: Attentions(student.matches)),
        (options.relation_weight, lambda: Relations(student.matches)),
    ]
    losses = [Weighted(make(), schedule(weight)) for weight, make in makers if _on(weight)]
    if not losses:
        raise ConfigError("every loss has weight 0; give hard_weight or soft_weight a value")
    return losses


def _on(weight: Scheduled) -> bool:
    return schedule(weight) != schedule(0.0)
