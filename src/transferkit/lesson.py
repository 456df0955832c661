"""What a student is built from, and what it is before its training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import nn

from transferkit import predictors
from transferkit.encoding.encoded import LONGEST_SPAN
from transferkit.encoding.examples import Examples
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.answers_only import AnswersOnly
from transferkit.networks.layers import output_layer
from transferkit.predictors import Predictor
from transferkit.predictors.generator import Generator
from transferkit.sources import load_model
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import whole_model
from transferkit.training.options import WRITING_EPOCHS

_STUDENT_RATE = 3.0  # it has lost layers, and is to find another way


@dataclass(frozen=True)
class Lesson:
    """What a student is built from: the task, its rows, the first teacher, where to fetch other models,
    whether long texts are read in windows, how a model and its tokenizer are put to writing, and how many tokens of a
    tokenizer an answer in a context may have."""

    task: Task
    rows: Rows
    teacher: Predictor
    max_length: int
    load_backbone: Callable[[str], Backbone]
    windows: bool = False
    writer: Callable[[Any, Any], Generator] | None = None
    longest: Callable[[Any], int] = lambda _tokenizer: LONGEST_SPAN


@dataclass(frozen=True)
class Reader:
    """How a model called `name` reads texts; `prompt` goes before each."""

    name: str
    tokenizer: Any
    prompt: str


@dataclass(frozen=True)
class Prospect:
    """What is known of a lesson before anything is trained. `tuned` are the pretrained models that the teachers will be
    fine-tuned from, where all of them are trained in this run; `saved` are the folders of those that were trained
    before."""

    task: Task
    rows: Rows
    tuned: tuple[Backbone, ...]
    max_length: int
    load_backbone: Callable[[str], Backbone]
    saved: tuple[Path, ...] = ()
    trust_remote_code: bool = False

    def readers(self) -> list[Reader]:
        """How the teachers read texts, as far as that is known: those of this run as before their training."""
        readers = [Reader(backbone.name, backbone.tokenizer(), backbone.prompt) for backbone in self.tuned]
        for folder in self.saved:
            facts = predictors.read_facts(folder)
            if facts.kind in ("transformer", "generator"):
                tokenizer = load_model.saved_tokenizer(folder, self.trust_remote_code)
                readers.append(Reader(str(folder), tokenizer, getattr(facts, "prompt", "")))
        return readers


def _as_they_are(rows: Rows) -> Rows:
    return rows


@dataclass(frozen=True)
class Student:
    """A model to be trained and what it takes to feed and to use it.

    `examples` encodes rows with label indices; `predictor` is the model in use once trained, its
    logits adjusted (temperature, thresholds, scale of the target). `stop_on` picks the best epoch where the
    options name no metric; "" leaves it to the task.
    `read` turns rows into the windows in which the student reads them.
    `rates` scales the learning rate of weights by name; `matches` says which of its depths answers to
    which of the teacher's; `chosen` are options in whose place something was chosen; `new_head` says that its head
    has learned nothing yet.
    """

    model: nn.Module
    examples: Callable[[Rows], Examples]
    predictor: Callable[[Adjustment], Predictor]
    method: str
    epochs: float
    learning_rate: float
    stop_on: str = ""
    read: Callable[[Rows], Rows] = _as_they_are
    rates: Mapping[str, float] = field(default_factory=dict)
    matches: Mapping[int, int] = field(default_factory=dict)
    widths: tuple[int, int] = (0, 0)
    chosen: Mapping[str, Any] = field(default_factory=dict)
    new_head: bool = False


def default_epochs(rows: int) -> float:
    """Half more than for fine-tuning: there is more to learn from a teacher than from labels."""
    return float(round(1.5 * whole_model.epochs(rows)))


def taught_to_write(writer: Generator, lesson: Lesson, method: str) -> Student:
    """The student that `writer` is before its training."""
    assert isinstance(lesson.teacher, Generator)
    ours, theirs = (int(output_layer(generator.model).weight.shape[-1]) for generator in (writer, lesson.teacher))
    return Student(
        model=AnswersOnly(writer.model, writer.model.get_output_embeddings()),
        examples=lambda rows: writer.examples(rows, lesson.task),
        predictor=lambda _adjustment: replace(writer, model=writer.model.eval()),
        method=method,
        epochs=WRITING_EPOCHS,
        learning_rate=_STUDENT_RATE * whole_model.writing_rate(writer.parameters),
        widths=(ours, theirs),
    )
