"""A fine-tuned Transformers classifier, tagger or reader of spans in use; plain Transformers loads its folder too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
)

from transferkit import answerers, predictors
from transferkit.answerers import Answering
from transferkit.arrays import Floats
from transferkit.encoding.encoded import LONGEST_SPAN
from transferkit.encoding.examples import Examples
from transferkit.encoding.readers import Manner, Read
from transferkit.encoding.span_windows import Reading
from transferkit.encoding.tokenizing import as_learned
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.language.words import has_signs
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.engine import Engine, in_order
from transferkit.networks.replica import to_save, write
from transferkit.networks.torch_engine import TorchEngine
from transferkit.predictors import Borders, Predictions, ShapeName, nothing, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import load_model, precision, wholeness
from transferkit.table.rows import Rows

_KINDS = {Shape.TAGS: AutoModelForTokenClassification, Shape.SPAN: AutoModelForQuestionAnswering}


class Facts(predictors.PretrainedFacts):
    """How texts are read and logits are turned into answers; `shift` is for all labels or one for each."""

    kind: str = "transformer"
    labels: tuple[str, ...] = Field(min_length=1)
    shape: ShapeName
    max_length: int = Field(ge=1)
    prompt: str
    windows: bool
    shift: float | tuple[float, ...]
    threshold: float | None = None
    closed: bool = False
    longest: int = Field(LONGEST_SPAN, ge=1)
    prior: float = 0.0
    unspaced: bool = False
    borders: Borders = Field(default_factory=dict)


@dataclass(frozen=True)
class Transformer:
    """`engine` runs an AutoModelForSequenceClassification, for tags an AutoModelForTokenClassification, for spans an
    AutoModelForQuestionAnswering; `max_length` is in tokens.

    With `windows`, longer texts are read in windows and their logits averaged; otherwise they are cut.
    `rest` is what the model's last layer cannot do to its logits itself. `threshold` is by how much no span must be
    likelier than the best one to be the answer; None: never. `closed` and `longest` as in `Reading`, `prior`
    as in `Adjustment`, `of_words` is how words are read.
    """

    engine: Engine
    tokenizer: Any
    labels: tuple[str, ...]
    max_length: int
    prompt: str = ""
    save_extra: Callable[[Path], None] = field(default=nothing)
    windows: bool = False
    shape: Shape = Shape.LABEL
    rest: Adjustment = field(default_factory=Adjustment)
    threshold: float | None = None
    closed: bool = False
    longest: int = LONGEST_SPAN
    prior: float = 0.0
    of_words: WordReading = AS_WRITTEN

    @property
    def model(self) -> Any:
        """The network itself: what is saved, and learned from."""
        return self.engine.model

    @property
    def parameters(self) -> int:
        return self.engine.parameters

    @property
    def plain_prompt(self) -> str:
        return self.prompt

    def words(self) -> list[str]:
        """The lower-cased whole words of letters in the vocabulary, in its order (mostly by frequency); of scripts
        without blanks between words, signs too."""
        pieces = sorted(self.tokenizer.get_vocab().items(), key=lambda item: item[1])
        whole = (piece.removeprefix("\u2581").removeprefix("\u0120") for piece, _ in pieces)
        return list(dict.fromkeys(w for w in whole if (len(w) > 2 or has_signs(w)) and w.isalpha() and w == w.lower()))

    @property
    def reading(self) -> Reading:
        """How contexts are read."""
        return Reading(self.closed, self.longest)

    @property
    def manner(self) -> Manner:
        """How rows are read."""
        return Manner(self.tokenizer, self.max_length, self.prompt, self.windows, self.reading, self.of_words)

    def read(self, rows: Rows) -> Read:
        """`rows` as the model reads them, without their labels."""
        return answerers.read(self.shape, rows, self.manner)

    def examples(self, rows: Rows) -> Examples:
        """`rows` without their labels, encoded; texts are cut, not read in windows."""
        return answerers.read(self.shape, rows, replace(self.manner, windows=False)).examples

    def token_logits(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """(position, logits of start and end of its tokens (tokens, 2)) for windows of contexts."""
        yield from self.engine.run(source, positions)

    def merged(self, rows: Rows) -> Any:
        """What is known before there are answers: logits (rows, labels), or (rows, most words, labels), NaN for words
        without a token of their own; of contexts the best spans (`Candidates`)."""
        return self._merged(self.read(rows))

    def predict(self, rows: Rows) -> Predictions:
        read = self.read(rows)
        answers = answerers.of(self.shape).answered(self._merged(read), read, self._answering)
        return Predictions(answers, read.cut)

    def _merged(self, read: Read) -> Any:
        count = len(read.examples)
        lines = in_order(self.engine.run(read.examples, range(count)), count)
        return answerers.of(self.shape).merged(lines, read, self._answering)

    @property
    def _answering(self) -> Answering:
        return Answering(self.labels, self.rest.of, self.prior, self.threshold)

    @saving
    def save(self, folder: Path) -> None:
        write(to_save(self.model), folder)
        as_learned(self.tokenizer, self.max_length).save_pretrained(folder)
        shift = np.asarray(self.rest.shift, dtype=np.float64).tolist()
        facts = Facts(
            labels=self.labels,
            shape=self.shape,
            max_length=self.max_length,
            prompt=self.prompt,
            windows=self.windows,
            shift=tuple(shift) if isinstance(shift, list) else shift,
            threshold=None if self.threshold is None else float(self.threshold),
            closed=self.closed,
            longest=self.longest,
            prior=self.prior,
            unspaced=not self.of_words.spaced,
            borders=dict(self.of_words.borders),
            own_code=load_model.brings_code(self.model),
            precision=precision.of(self.model),
        )
        write_facts(folder, facts)
        self.save_extra(folder)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> Transformer:
    """What `save` wrote; the labels of model and facts must agree."""
    kind = _KINDS.get(facts.shape, AutoModelForSequenceClassification)
    model = load_model.saved(kind, folder, trust_remote_code, facts.precision)
    labels = facts.labels
    named = dict(model.config.id2label)
    if [named.get(i) for i in range(max(len(named), len(labels)))] != list(labels):
        raise ValueError(f"config.json has the labels {named}, transferkit.json has {labels}")
    if isinstance(facts.shift, tuple) and len(facts.shift) != len(labels):
        raise ValueError(f"transferkit.json shifts {len(facts.shift)} logits of {len(labels)} labels")
    tokenizer = load_model.saved_tokenizer(folder, trust_remote_code)
    wholeness.require_room(tokenizer, model, folder)
    return Transformer(
        TorchEngine(model),
        tokenizer,
        labels,
        facts.max_length,
        facts.prompt,
        windows=facts.windows,
        shape=facts.shape,
        rest=Adjustment(1.0, np.asarray(facts.shift, dtype=np.float32)),
        threshold=facts.threshold,
        closed=facts.closed,
        longest=facts.longest,
        prior=facts.prior,
        of_words=WordReading(not facts.unspaced, facts.borders),
    )
