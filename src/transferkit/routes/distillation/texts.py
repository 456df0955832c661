"""Distillation of models that write: on whose answers the student is trained, and what the teacher says of them."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers import set_seed

from transferkit import students
from transferkit.data.rows import Rows
from transferkit.errors import ConfigError
from transferkit.predictors import Predictor
from transferkit.predictors.generator import Generator
from transferkit.progress import progress
from transferkit.routes import Context, Outcome
from transferkit.students import Lesson, Student, WritingOptions, is_on, schedule
from transferkit.training.classifier import Recipe
from transferkit.training.examples import Examples
from transferkit.training.inference import Floats, device_of
from transferkit.training.learner import Weighted, inputs_of
from transferkit.training.losses.hidden_states import HiddenStates
from transferkit.training.losses.next_token import NextToken
from transferkit.training.losses.soft_tokens import SoftTokens
from transferkit.training.prompting import prompts
from transferkit.training.shapes import Adjustment
from transferkit.training.teacher_answers import OUTPUT, answer_states, output_bias, output_layer, teacher_states
from transferkit.training.teaching import fingerprint
from transferkit.training.writing import train_writer

_ASKED_AT_ONCE = 512


def run(variant: str, context: Context, options: WritingOptions, folder: Path, teacher: Predictor) -> Outcome:
    """The teacher answers once, through the cache; then the student learns from answers and its teacher's states."""
    began = time.perf_counter()
    if not isinstance(teacher, Generator):
        raise ConfigError(f"{variant}: the teacher {folder.name} does not write; name one that was fine-tuned to")
    set_seed(context.seed)
    rows = _answered(context, options, teacher, folder)
    lesson = Lesson(context.task, rows, teacher, context.max_length, context.load_backbone, writer=context.writer)
    student = students.get(variant).build(lesson, options)
    learn, check = student.examples(rows), student.examples(context.validation)
    losses = _losses(options, student, teacher)
    looks_inside = is_on(options.soft_weight) or is_on(options.hidden_weight)
    if looks_inside:
        source = teacher.examples(rows, context.task)
        _same_tokens(source, learn)
        depths = list(student.matches.values()) if is_on(options.hidden_weight) else []
        states = answer_states(teacher.model, source, depths, context.cache, fingerprint(folder))
        learn = replace(learn, per_answer=states)
    recipe = Recipe(
        options=options,
        epochs=options.epochs or student.epochs,
        learning_rate=options.learning_rate or student.learning_rate,
        seed=context.seed,
        folder=context.folder,
        title=f"{variant}: learning from {folder.name}",
    )
    prepared = time.perf_counter() - began
    target = context.task.target
    own = OnPolicy(learn, rows, target, student, teacher, options.on_policy) if options.on_policy else learn
    trained = train_writer(student.model, losses, own, check, recipe)
    return Outcome(
        predictor=student.predictor(Adjustment()),
        method=f"{student.method} by {folder.name}",
        trained_parameters=trained.trained_parameters,
        seconds=prepared + trained.seconds,
        settings={**options.model_dump(), "epochs": recipe.epochs, "learning_rate": recipe.learning_rate},
        history=trained.history,
        notes=trained.notes,
    )


@dataclass(frozen=True)
class OnPolicy:
    """Batches of `given`, for a `share` of them with answers that the student has just drawn itself and that its
    teacher judges token by token (generalized knowledge distillation, Agarwal et al. 2024)."""

    given: Examples
    rows: Rows
    target: str
    student: Student
    teacher: Generator
    share: float

    @property
    def lengths(self) -> "np.ndarray[Any, np.dtype[np.int64]]":
        return self.given.lengths

    def batch(self, positions: Sequence[int]) -> dict[str, Tensor]:
        """A batch of the rows at `positions`; `drawn` marks one with the student's own answers."""
        if torch.rand(()).item() >= self.share:
            return self.given.batch(positions)
        part = self.rows.take(positions)
        drawn = self._drawn(part)
        examples = self.student.examples(with_answers(part, self.target, drawn))
        batch = examples.batch(range(len(part)))
        device = device_of(self.teacher.model)
        with torch.no_grad():
            states = teacher_states(self.teacher.model, inputs_of(batch, device), ()).cpu()
        there = batch["labels"] >= 0
        batch[OUTPUT] = torch.zeros(*there.shape, states.shape[-1])
        batch[OUTPUT][there] = states[:, 0]
        return {**batch, "drawn": torch.ones(len(part))}

    def _drawn(self, part: Rows) -> list[str]:
        was_learning = self.student.model.training
        writer = self.student.predictor(Adjustment())
        assert isinstance(writer, Generator)
        free = replace(writer, generation=writer.generation.model_copy(update={"do_sample": True, "num_beams": 1}))
        asked = prompts(part, writer.tokenizer, writer.frame, writer.max_length).ids
        texts = free.answers(asked, seed=int(torch.randint(2**31, ()).item()))
        self.student.model.train(was_learning)
        return texts


def _answered(context: Context, options: WritingOptions, teacher: Generator, folder: Path) -> Rows:
    """The rows to learn from: with the teacher's answers throughout, or only where there are none."""
    target, rows = context.task.target, context.train
    if context.unlabelled is not None:
        extra = context.unlabelled
        rows = rows.join(replace(extra, columns={**extra.columns, target: [None] * len(extra)}))
    asked = [i for i, given in enumerate(rows[target]) if options.answers == "teacher" or given is None]
    if not asked:
        return rows
    found = dict(zip(asked, _written(teacher, folder, rows.take(asked), context), strict=True))
    answers = [found.get(i) or given for i, given in enumerate(rows[target])]
    kept = [i for i, answer in enumerate(answers) if answer]  # a teacher may have nothing to say
    return with_answers(rows, target, answers).take(kept)


def with_answers(rows: Rows, target: str, answers: Sequence[Any]) -> Rows:
    """`rows` with other answers."""
    return replace(rows, columns={**rows.columns, target: list(answers)})


def _written(teacher: Generator, folder: Path, rows: Rows, context: Context) -> list[str]:
    """What `teacher` writes for `rows`, asked once and kept: as code points, for the cache takes numbers."""

    def ask(positions: list[int]) -> Iterator[tuple[int, Floats]]:
        with progress(f"asking {folder.name}", len(positions)) as advance:
            for start in range(0, len(positions), _ASKED_AT_ONCE):
                part = positions[start : start + _ASKED_AT_ONCE]
                texts = teacher.predict(rows.take(part)).outputs
                advance(len(part))
                for i, text in zip(part, texts, strict=True):
                    yield i, np.array([ord(sign) for sign in text], dtype=np.float32)

    found = context.cache.space("texts", fingerprint(folder)).fetch(rows.keys(), ask)
    return ["".join(map(chr, found[i].astype(np.int64).tolist())) for i in range(len(found))]


def _same_tokens(theirs: Examples, ours: Examples) -> None:
    if any(not np.array_equal(a, b) for a, b in zip(theirs.encoded.ids, ours.encoded.ids, strict=True)):
        raise ConfigError(
            "matching tokens needs one tokenizer, but teacher and student split the texts differently; set "
            "soft_weight and hidden_weight to 0 and answers to teacher, or choose another student"
        )


def _losses(options: WritingOptions, student: Student, teacher: Generator) -> list[Weighted]:
    """The losses whose weight is not zero."""
    found: list[Weighted] = []
    if is_on(options.hard_weight):
        found.append(Weighted(NextToken(options.label_smoothing), schedule(options.hard_weight)))
    if is_on(options.soft_weight):
        head, bias = output_layer(teacher.model), output_bias(teacher.model)
        loss = SoftTokens(head, bias, options.divergence, schedule(options.temperature))
        found.append(Weighted(loss, schedule(options.soft_weight)))
    if is_on(options.hidden_weight):
        hidden = HiddenStates(student.matches, *student.widths)
        found.append(Weighted(hidden, schedule(options.hidden_weight)))
    if not found:
        raise ConfigError("every loss has weight 0; give hard_weight or soft_weight a value")
    if options.on_policy and not is_on(options.soft_weight):
        raise ConfigError("on_policy: the teacher judges what the student draws; give soft_weight a value")
    if options.on_policy and is_on(options.hidden_weight):
        raise ConfigError("on_policy: hidden states are matched on given answers only; set hidden_weight to 0")
    return found
