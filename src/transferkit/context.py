"""What a route may use: rows to learn from, the pretrained model, and how both are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transferkit.answerers.span import Candidates
from transferkit.cache.spaces import Cache
from transferkit.config import GenerationConfig
from transferkit.data import weights
from transferkit.encoding import span_windows, word_reading
from transferkit.encoding.answered import longest_answer
from transferkit.encoding.encoded import LONGEST_SPAN
from transferkit.encoding.prompting import frame
from transferkit.encoding.span_windows import Reading, closes
from transferkit.encoding.templating import Frame
from transferkit.encoding.windows import Windowed, whole, windowed
from transferkit.encoding.word_reading import WordReading
from transferkit.predictors.generator import Generator
from transferkit.sources.backbone import Backbone
from transferkit.table.rows import Rows
from transferkit.tasks import Task
from transferkit.training import objectives
from transferkit.training.objectives import span


@dataclass(frozen=True)
class Context:
    """What a route may use. It sees no test rows.

    `folder` is for its checkpoints; `teachers` are the artifacts of the routes before it in this run, by
    title; `variants` says what kind of route each title of this run stands for, where that is not its name; `others`
    has the pretrained models of those that do not start from `backbone`;
    `load_backbone` fetches another pretrained model. `windows` says that texts longer than
    `max_length` are to be read in windows; `instruction` and `generation` are for models that write,
    `answer_tokens` is the longest answer in a context, None for what the training rows need. `title` is what messages
    call the route, where that is not its name.
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
    others: Mapping[str, Backbone] = field(default_factory=dict)
    unlabelled: Rows | None = None
    windows: bool = False
    instruction: str | None = None
    generation: GenerationConfig = field(default_factory=GenerationConfig)
    answer_tokens: int | None = None
    title: str = ""

    @property
    def labelled(self) -> Rows:
        """Training and validation rows, for routes that choose by cross-validation; those of weight 0 teach nothing."""
        return self.train.join(weights.teaching(self.validation)) if len(self.validation) else self.train

    def backbone_of(self, title: str) -> Backbone:
        """The pretrained model that the route of this run called `title` starts from."""
        return self.others.get(title, self.backbone)

    @property
    def writes(self) -> bool:
        """Whether texts are wanted and the backbone writes them."""
        return self.task.shape.form.WRITTEN and self.backbone.writes

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
        text_frame, longest = self.asked(tokenizer, model.config)
        settings = self.generation.model_copy(update={"max_new_tokens": longest})
        return Generator(model, tokenizer, text_frame, self.max_length, settings)

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
