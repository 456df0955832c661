"""Knowledge distillation: a smaller or faster student learns from what its teachers answer."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from transformers import set_seed

from transferkit import answerers, predictors, students, teacher_choice
from transferkit.cache import asking
from transferkit.cache.teacher_answers import logits_changed_after, output_bias, with_answers, with_outputs
from transferkit.cache.teacher_states import attentions, fingerprint, hidden_states
from transferkit.config import Strict
from transferkit.context import Context
from transferkit.data import weights
from transferkit.encoding.augmentation import altered
from transferkit.encoding.examples import Examples
from transferkit.encoding.word_windows import of_windows
from transferkit.errors import ConfigError
from transferkit.lesson import Lesson, Prospect, Student
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.inference import outputs
from transferkit.networks.layers import output_layer
from transferkit.predictors import Predictor
from transferkit.predictors.generator import Generator
from transferkit.predictors.transformer import Transformer
from transferkit.routes import Cost, Outcome
from transferkit.students import is_on, schedule
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import objectives, whole_model
from transferkit.training.classifier import Recipe, train_classifier
from transferkit.training.learner import Weighted
from transferkit.training.losses import Loss
from transferkit.training.losses.attentions import Attentions
from transferkit.training.losses.bridged_states import BridgedStates
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.losses.next_token import NextToken
from transferkit.training.losses.output_states import OutputStates
from transferkit.training.losses.relations import Relations
from transferkit.training.losses.soft_tokens import SoftTokens
from transferkit.training.options import WRITING_EPOCHS
from transferkit.training.student_options import DistillationOptions, Scheduled, WritingOptions
from transferkit.training.validation import check_options
from transferkit.training.workload import NUMBER_BYTES, Extent, Workload, disk_of, memory_of, seconds_per_epoch
from transferkit.training.writing import train_writer


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    assert isinstance(options, DistillationOptions)
    writes = context.task.shape.form.WRITTEN
    if not writes and isinstance(options, WritingOptions) and (odd := options.only_for_texts()):
        raise ConfigError(
            f"{variant}.{odd}: for models that write; {context.task.name} wants {context.task.shape.value}"
        )
    if writes and context.why_no_text:
        return context.why_no_text
    if writes:
        students.refuse_for_texts(variant, options)
        _one(options.teachers)
    if context.task.shape not in students.get(variant).SHAPES:
        return f"this student answers for whole texts, {context.task.name} wants {context.task.shape.value}"
    if reason := teacher_choice.why_none(variant, context, options):
        return reason
    folders = teacher_choice.folders(variant, context, options)
    for folder in folders:
        if folder not in context.teachers.values():
            students.require_fitting(folder, context.task, context.backbone.trust_remote_code)
    check_options(variant, options, context.task)
    students.refuse_idle(variant, options, context.task)
    prospect = Prospect(
        context.task,
        context.train,
        teacher_choice.tuned_from(variant, context, options),
        context.max_length,
        context.load_backbone,
        tuple(folder for folder in folders if folder not in context.teachers.values()),
        context.backbone.trust_remote_code,
    )
    return students.get(variant).why_not(options, prospect)


def _one(teachers: Sequence[str]) -> None:
    if len(teachers) > 1:
        raise ConfigError(f"texts cannot be averaged: expected one teacher, found {len(teachers)}; name one")


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """Between a fifth of one reading of the rows and, after one, a fine-tuning of every weight of the backbone, of
    which the student may be a part, or another model."""
    assert isinstance(options, DistillationOptions)
    backbone, whole = context.backbone, Extent()
    epochs = options.epochs or (WRITING_EPOCHS if context.writes else whole_model.epochs(len(context.train)))
    return Cost(
        shortest=0.2 * workload.reading,
        longest=workload.reading + epochs * seconds_per_epoch(workload, whole),
        answering=workload.speed.forward,
        memory=memory_of(options, context.task.shape, backbone, whole, workload),
        disk=disk_of(backbone, whole) + _cached_bytes(context, options, workload),
        note="its cost depends on its student; the range is wide",
    )


def _cached_bytes(context: Context, options: DistillationOptions, workload: Workload) -> int:
    """Bytes of what a teacher like the backbone says of training rows, at the most: states of every layer, attention
    averaged over heads, the states that answers are predicted from, and logits."""
    settled, backbone = options.settled(context.task.shape), context.backbone
    hidden = is_on(settled.hidden_weight) or is_on(settled.relation_weight)
    depths = backbone.layers * hidden + (context.writes and (hidden or is_on(settled.soft_weight)))
    pairs = workload.longest * backbone.layers * is_on(settled.attention_weight)
    per_token = depths * backbone.width + pairs + len(context.task.labels)
    return NUMBER_BYTES * workload.train * per_token


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Ask the teachers once, through the cache, then train the student on their answers."""
    assert isinstance(options, DistillationOptions)
    began = time.perf_counter()
    folders = teacher_choice.folders(variant, context, options)
    teachers = [predictors.load(folder, context.backbone.trust_remote_code) for folder in folders]
    for folder, teacher in zip(folders, teachers, strict=True):
        students.require_labels(folder, teacher.labels, context.task.labels)
    options = options.settled(context.task.shape)
    if context.task.shape.form.WRITTEN:
        assert isinstance(options, WritingOptions)
        return _written(variant, context, options, folders[0], teachers[0])
    rows = _transfer_rows(context, options, teachers[0])
    set_seed(context.seed)
    lesson = Lesson(
        context.task,
        rows,
        teachers[0],
        context.max_length,
        context.load_backbone,
        context.windows,
        longest=context.longest_span,
    )
    student = students.get(variant).build(lesson, options)
    rows = student.read(rows)
    kind, learn = objectives.of(context.task.shape), student.examples(rows)
    targets, back = kind.in_training(learn.labels)
    if context.task.shape.form.OF_CONTEXTS:
        learn = replace(
            learn, per_token={"teacher_logits": asking.of_tokens(teachers, folders, rows, learn, context.cache)}
        )
    else:
        named = zip(teachers, folders, teacher_choice.names(variant, context, options), strict=True)
        ask = partial(asking.answers, rows=rows, cache=context.cache, shape=context.task.shape)
        answers = np.mean([ask(t, f, backbone=context.backbone_of(name)) for t, f, name in named], axis=0)
        soft = back.undone(answerers.of(context.task.shape).logits(answers))
        soft = of_windows(soft, learn.encoded, np.nan) if context.task.shape.form.OF_WORDS else soft
        learn = replace(learn, labels=targets, per_row={"teacher_logits": soft})
    learn = _with_inner_signals(learn, rows, student, teachers[0], folders[0], context, options)
    check = student.examples(student.read(context.validation))
    losses = _losses(options, learn, student, context.task)
    recipe = _recipe(variant, context, options, student, folders, back)
    prepared = time.perf_counter() - began
    trained = train_classifier(student.model, losses, learn, check, context.task, recipe)
    total = back
    if len(check) and not context.task.shape.form.OF_CONTEXTS:
        # Of words, those of every window: what is in two of them counts twice.
        total = kind.adjusted(back.of(outputs(student.model, check)), check.labels).after(back)
    predictor = student.predictor(total)
    if context.task.shape.form.OF_CONTEXTS:
        assert isinstance(predictor, Transformer)
        predictor = replace(predictor, threshold=context.threshold(predictor.merged))
    return Outcome(
        predictor=predictor,
        method=f"{student.method} distilled from {', '.join(folder.name for folder in folders)}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings=_settings(options, teacher_choice.names(variant, context, options), student, recipe),
        history=trained.history,
        notes=trained.notes,
    )


def _recipe(
    variant: str,
    context: Context,
    options: DistillationOptions,
    student: Student,
    teachers: Sequence[Path],
    back: Adjustment,
) -> Recipe:
    """How `student` is trained: as asked, and where nothing was asked as suits it."""
    return Recipe(
        options=options,
        epochs=options.epochs or student.epochs,
        learning_rate=options.learning_rate or student.learning_rate,
        seed=context.seed,
        folder=context.folder,
        rates=student.rates,
        back=back,
        stop_on=student.stop_on,
        new_head=student.new_head,
        title=f"{context.title or variant}: learning from {', '.join(folder.name for folder in teachers)}",
    )


def _settings(
    options: DistillationOptions, teachers: Sequence[str], student: Student, recipe: Recipe
) -> dict[str, Any]:
    """The options with what was chosen in their place."""
    chosen = {"epochs": recipe.epochs, "learning_rate": recipe.learning_rate, "teachers": list(teachers)}
    return {**options.model_dump(), **student.chosen, **chosen}


def _transfer_rows(context: Context, options: DistillationOptions, teacher: Predictor) -> Rows:
    """Training rows, then unlabelled ones, then altered copies of both; the last two have no label. A copy weighs as
    much as its row."""
    target = context.task.target
    rows = context.train
    if context.unlabelled is not None:
        rows = rows.join(weights.unknown(asking.without_target(context.unlabelled, target)))
    if options.augment:
        words = teacher.words() if isinstance(teacher, Transformer) else []
        rows = rows.join(asking.without_target(altered(rows, options.augment, words, context.seed), target))
    return rows


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
    hidden = is_on(options.hidden_weight) or is_on(options.relation_weight)
    attention = is_on(options.attention_weight)
    if not (hidden or attention):
        return learn
    if not student.matches or not isinstance(teacher, Transformer):
        raise ConfigError(teacher_choice.NO_INNER_SIGNALS)
    source = teacher.examples(rows)
    asking.same_tokens(source, learn, students.without_tokens(context.task, options))
    name, depths = fingerprint(folder), list(student.matches.values())
    if hidden:
        signals = hidden_states(teacher.model, source, depths, context.cache, name)
        learn = replace(learn, per_token={**learn.per_token, **signals})
    if attention:
        signals = attentions(teacher.model, source, depths, context.cache, name)
        learn = replace(learn, per_pair=signals)
        student.model.set_attn_implementation("eager")  # type: ignore[operator]
    return learn


def _losses(options: DistillationOptions, learn: Examples, student: Student, task: Task) -> list[Weighted]:
    """The losses whose weight is not zero."""
    kind = objectives.of(task.shape)
    makers: list[tuple[Scheduled, Callable[[], Loss]]] = [
        (options.hard_weight, lambda: kind.hard_loss(learn.labels, options, len(task.labels), learn.weights)),
        (options.soft_weight, lambda: kind.soft_loss(schedule(options.temperature))),
        (options.hidden_weight, lambda: HiddenStates(student.matches, *student.widths)),
        (options.attention_weight, lambda: Attentions(student.matches)),
        (options.relation_weight, lambda: Relations(student.matches)),
    ]
    losses = [Weighted(make(), schedule(weight)) for weight, make in makers if is_on(weight)]
    if not losses:
        raise ConfigError("every loss has weight 0; give hard_weight or soft_weight a value")
    return losses


def _written(variant: str, context: Context, options: WritingOptions, folder: Path, teacher: Predictor) -> Outcome:
    """The teacher answers once, through the cache; then the student learns from answers and its teacher's states."""
    began = time.perf_counter()
    if not isinstance(teacher, Generator):
        raise ConfigError(f"{variant}: the teacher {folder.name} does not write; name one that was fine-tuned to")
    inside = is_on(options.soft_weight) or is_on(options.hidden_weight)
    if inside and (setting := logits_changed_after(teacher.model.config)):
        raise ConfigError(
            f"{variant}: the teacher {folder.name} changes its logits after its output layer ({setting}), which is not "
            f"done here; learn from its texts with {variant}.answers=teacher and {variant}.soft_weight=0"
        )
    set_seed(context.seed)
    rows = _transfer_rows(context, options, teacher)
    # Whoever taught it, the student writes as this run says.
    ours = replace(teacher, generation=context.writer(teacher.model, teacher.tokenizer).generation)
    lesson = Lesson(context.task, rows, ours, context.max_length, context.load_backbone, writer=context.writer)
    student = students.get(variant).build(lesson, options)
    depths = list(student.matches.values()) if is_on(options.hidden_weight) else None
    rows = _answered(rows, context, options, teacher, folder, depths)
    learn, check = student.examples(rows), student.examples(context.validation)
    losses = _losses_on_tokens(options, student, teacher)
    if inside:
        learn = _with_states(learn, rows, ours, folder, context, depths)
    recipe = _recipe(variant, context, options, student, [folder], Adjustment())
    prepared = time.perf_counter() - began
    writer = student.predictor(Adjustment())
    assert isinstance(writer, Generator)
    share = options.on_policy
    if share:
        own = asking.OnPolicy(learn, rows, context.task, writer, ours, share, depths or ())
        trained = train_writer(student.model, losses, own, check, recipe, own.redraw)
    else:
        trained = train_writer(student.model, losses, learn, check, recipe)
    return Outcome(
        predictor=student.predictor(Adjustment()),
        method=f"{student.method} distilled from {folder.name}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings=_settings(options, teacher_choice.names(variant, context, options), student, recipe),
        history=trained.history,
        notes=trained.notes,
    )


def _answered(
    rows: Rows,
    context: Context,
    options: WritingOptions,
    teacher: Generator,
    folder: Path,
    depths: Sequence[int] | None,
) -> Rows:
    """`rows` to learn from: with the teacher's answers throughout, or only where there are none. `depths` are those
    whose states will be matched."""
    target = context.task.target
    missing = [i for i, answer in enumerate(rows[target]) if options.answers == "teacher" or answer is None]
    if not missing:
        return rows
    texts = asking.written(teacher, folder, rows.take(missing), context.cache, depths)
    written = dict(zip(missing, texts, strict=True))
    answers = [written.get(i) or answer for i, answer in enumerate(rows[target])]
    kept = [i for i, answer in enumerate(answers) if answer]  # a teacher may have nothing to say
    return asking.with_answers(rows, target, answers).take(kept)


def _with_states(
    learn: Examples, rows: Rows, teacher: Generator, folder: Path, context: Context, depths: Sequence[int] | None
) -> Examples:
    """`learn` with what the teacher's output layer is given for answers; with `depths` for all tokens, and the states
    there."""
    source = teacher.examples(rows, context.task)
    asking.same_tokens(source, learn, students.OTHER_TOKENS)
    if depths is None:
        return with_answers(learn, teacher.model, source, context.cache, fingerprint(folder))
    return with_outputs(learn, teacher.model, source, context.cache, fingerprint(folder), depths)


def _losses_on_tokens(options: WritingOptions, student: Student, teacher: Generator) -> list[Weighted]:
    """The losses whose weight is not zero."""
    losses: list[Weighted] = []
    if is_on(options.hard_weight):
        losses.append(Weighted(NextToken(options.label_smoothing), schedule(options.hard_weight)))
    if is_on(options.soft_weight):
        head, bias = output_layer(teacher.model), output_bias(teacher.model)
        loss = SoftTokens(head, bias, options.divergence, schedule(options.temperature))
        losses.append(Weighted(loss, schedule(options.soft_weight)))
    if is_on(options.hidden_weight):
        losses.append(Weighted(OutputStates(*student.widths), schedule(options.hidden_weight)))
    if is_on(options.hidden_weight) and student.matches:
        losses.append(Weighted(BridgedStates(student.matches), schedule(options.hidden_weight)))
    if not losses:
        raise ConfigError("every loss has weight 0; give hard_weight or soft_weight a value")
    return losses
