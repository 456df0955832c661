"""The ways of transferring a pretrained model to a task. One kind of route, one file."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from transferkit import options
from transferkit.answerers.span import Candidates
from transferkit.cache.spaces import Cache
from transferkit.config import GenerationConfig, RouteConfig, Strict
from transferkit.data import weights
from transferkit.encoding import span_windows, word_reading
from transferkit.encoding.answered import longest_answer
from transferkit.encoding.encoded import LONGEST_SPAN
from transferkit.encoding.prompting import frame
from transferkit.encoding.span_windows import Reading, closes
from transferkit.encoding.templating import Frame
from transferkit.encoding.windows import Windowed, whole, windowed
from transferkit.encoding.word_reading import WordReading
from transferkit.errors import ConfigError
from transferkit.predictors import Predictor
from transferkit.predictors.generator import Generator
from transferkit.shapes import Shape
from transferkit.sources.backbone import Backbone
from transferkit.sources.facts import DECODER
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import objectives
from transferkit.training.objectives import span


@dataclass(frozen=True)
class Context:
    """What a route may use. It sees no test rows.

    `folder` is for its checkpoints; `teachers` are the artifacts of the routes before it in this run, by
    title; `variants` says what kind of route each title of this run stands for, where that is not its name;
    `load_backbone` fetches another pretrained model. `windows` says that texts longer than
    `max_length` are to be read in windows; `instruction` and `generation` are for models that write,
    `answer_tokens` is the longest answer in a context, None for what the training rows need.
    """

    train: Rows
    validation: Rows
    task: Task
    backbone: Backbone
    cache: Cache
    folder: Path
    seed: int
    max_length: int
    load_backbone: Callable[[str], Backbone]
    teachers: Mapping[str, Path] = field(default_factory=dict)
    variants: Mapping[str, str] = field(default_factory=dict)
    unlabelled: Rows | None = None
    windows: bool = False
    instruction: str | None = None
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    answer_tokens: int | None = None

    @property
    def labelled(self) -> Rows:
        """Training and validation rows, for routes that choose by cross-validation; those of weight 0 teach nothing."""
        return self.train.join(weights.teaching(self.validation)) if len(self.validation) else self.train

    @property
    def why_no_text(self) -> str | None:
        """One sentence on why the backbone cannot write, None if it can."""
        if self.backbone.writes:
            return None
        return f"{self.backbone.name} is an encoder, which writes no text; name a decoder or an encoder-decoder"

    @property
    def why_no_half(self) -> str:
        """One sentence on why the encoder of an encoder-decoder is not taken alone, with a route that is possible."""
        reason = f"half of {self.backbone.name}, its encoder, cannot be saved as a model of its own; "
        shape = self.task.shape
        if self.backbone.why_no_head(shape, objectives.of(shape).PROBLEM_TYPE):
            return f"{reason}take an encoder or a decoder: Transformers has no such head for it"
        return f"{reason}use full"

    def of_words(self, tokenizer: Any) -> WordReading:
        """How words that are tagged are read by a model with this tokenizer."""
        return word_reading.of_task(self.train, self.task, tokenizer, self.backbone.prompt)

    def reading(self, tokenizer: Any) -> Reading:
        """How contexts are read: with a token for there being no answer where the backbone needs it, and with answers
        as long as asked for or as the training rows need."""
        return Reading(closes(self.backbone.architecture), self.longest_span(tokenizer))

    def longest_span(self, tokenizer: Any) -> int:
        """Tokens that an answer in a context may have."""
        if not self.task.shape.form.OF_CONTEXTS:
            return LONGEST_SPAN
        return self.answer_tokens or span_windows.longest_answer(self.train, tokenizer)

    def writer(self, model: Any, tokenizer: Any) -> Generator:
        """`model` as one that writes: asked as configured, with answers as long as the training rows need."""
        asked, longest = self.asked(tokenizer, model.config)
        settings = self.generation.model_copy(update={"max_new_tokens": longest})
        return Generator(model, tokenizer, asked, self.max_length, settings)

    def asked(self, tokenizer: Any, config: Any) -> tuple[Frame, int]:
        """What stands around the texts that a model is asked about, and the longest answer it may give, in tokens."""
        found = frame(tokenizer, config, self.task, self.instruction)
        return found, self.generation.max_new_tokens or longest_answer(self.train, self.task, tokenizer, found)

    def threshold(self, candidates: Callable[[Rows], Candidates]) -> float | None:
        """From where on no span is the answer, given the spans a trained predictor finds."""
        return span.threshold(self.task, self.train, self.validation, candidates)

    def read(self, rows: Rows, tokenizer: Any, max_length: int, prompt: str = "") -> Windowed:
        """`rows` as a model with this tokenizer reads them: as they are, or in windows if so asked."""
        return windowed(rows, tokenizer, max_length, prompt) if self.windows else whole(rows)


@dataclass(frozen=True)
class Outcome:
    """What a route returns: a predictor and how it came about.

    `learned_all` says that the predictor has learned from the validation rows too, so that its answers to them say
    nothing; it is then trained once more, without them, to be compared.
    """

    predictor: Predictor
    method: str
    trained_parameters: int
    seconds: float
    settings: Mapping[str, Any]
    history: tuple[Mapping[str, float], ...] = ()
    notes: tuple[str, ...] = ()
    learned_all: bool = False


class Route(Protocol):
    """What every file of this folder offers."""

    def why_not(self, variant: str, context: Context, options: Strict) -> str | None:
        """One sentence on why it does not apply here, or None if it does. Nothing has been trained yet."""

    def run(self, variant: str, context: Context, options: Strict) -> Outcome:
        """Transfer."""


@dataclass(frozen=True)
class Plan:
    """A route ready to run: its kind, its variant and checked options."""

    title: str
    kind: str
    variant: str
    options: Strict

    def why_not(self, context: Context) -> str | None:
        return _route(self.kind).why_not(self.variant, context, self.options)

    def run(self, context: Context) -> Outcome:
        """Transfer. Threads take turns: what a training draws comes from generators that all of them share."""
        with _one_at_a_time:
            return _route(self.kind).run(self.variant, context, self.options)


def _route(kind: str) -> Route:
    route: Route = import_module(f"{__name__}.{kind}")
    return route


def resolve(config: RouteConfig) -> Plan:
    """The route asked for, ready to run. Raises `ConfigError` for a name or an option that there is not."""
    return Plan(config.title, options.get(config.name).KIND, config.name, options.checked(config))


_one_at_a_time = threading.RLock()
BASELINE = "baseline"
FEW_ROWS_PER_LABEL, MANY_ROWS_PER_LABEL = 20, 100
_LARGE_BACKBONE = 300e6


def automatic(config: RouteConfig, shape: Shape, rows_per_label: float, backbone: Backbone) -> tuple[RouteConfig, ...]:
    """What `auto` stands for: fine-tuning (low-rank from 300 M weights on, and of decoders that write) and a student of
    it, static or for tags, spans and texts one of fewer layers; features always, and for texts the model as it is.

    Where a row has one label and labels have few rows (their median), contrastive takes the place of fine-tuning, which
    learns nothing from a handful, and of its student; where they have some but not many, that of the student.

    Raises `ConfigError` where `config` has options for a route that is not among them.
    """
    writes = shape.form.WRITTEN and backbone.architecture == DECODER
    tuned = "lora" if writes or backbone.parameters > _LARGE_BACKBONE else "full"
    student = "fewer_layers" if not shape.whole else "static"
    trained: tuple[str, ...] = (tuned, student)
    if shape is Shape.LABEL and rows_per_label < MANY_ROWS_PER_LABEL:
        trained = ("contrastive",) if rows_per_label < FEW_ROWS_PER_LABEL else ("contrastive", tuned)
    chosen = (BASELINE, "feature_transfer", *trained)
    chosen = (BASELINE, "zero_shot", *chosen[1:]) if shape.form.WRITTEN else chosen
    given = {each.name: each for each in options.named_in(config)}
    if others := [name for name in given if name not in chosen]:
        raise ConfigError(f"auto chose {', '.join(chosen)} here, not {', '.join(others)}; name it with --routes")
    return tuple(given.get(name, RouteConfig(name=name)) for name in chosen)
