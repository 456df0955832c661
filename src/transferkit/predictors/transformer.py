"""A fine-tuned Transformers classifier, tagger or reader of spans in use; plain Transformers loads its folder too."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
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
from transferkit.answerers import span as answering
from transferkit.answerers import tags
from transferkit.arrays import Floats
from transferkit.encoding.encoded import LONGEST_SPAN, encode
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.span_windows import Reading, windows
from transferkit.encoding.tokenizing import as_learned
from transferkit.encoding.windows import whole, windowed
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.encoding.word_windows import encode_words, merged
from transferkit.language.words import has_signs
from transferkit.networks.adjustment import Adjustment
from transferkit.networks.inference import outputs, token_outputs
from transferkit.networks.replica import to_save, write
from transferkit.predictors import Borders, Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import load_model, wholeness
from transferkit.table.rows import Rows

_KINDS = {Shape.TAGS: AutoModelForTokenClassification, Shape.SPAN: AutoModelForQuestionAnswering}


def _nothing(_folder: Path) -> None:
    return None


class Facts(predictors.Facts):
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
    """`model` is an AutoModelForSequenceClassification, for tags an AutoModelForTokenClassification, for spans an
    AutoModelForQuestionAnswering; `max_length` is in tokens.

    With `windows`, longer texts are read in windows and their logits averaged; otherwise they are cut.
    `rest` is what the model's last layer cannot do to its logits itself. `threshold` is by how much no span must be
    likelier than the best one to be the answer; None: never. `closed` and `longest` as in `passages.Reading`, `prior`
    as in `Adjustment`, `of_words` is how words are read.
    """

    model: Any
    tokenizer: Any
    labels: tuple[str, ...]
    max_length: int
    prompt: str = ""
    save_extra: Callable[[Path], None] = field(default=_nothing)
    windows: bool = False
    shape: Shape = Shape.LABEL
    rest: Adjustment = field(default_factory=Adjustment)
    threshold: float | None = None
    closed: bool = False
    longest: int = LONGEST_SPAN
    prior: float = 0.0
    of_words: WordReading = AS_WRITTEN

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

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

    def examples(self, rows: Rows) -> Examples:
        """`rows` without their labels, encoded."""
        if self.shape.form.OF_CONTEXTS:
            encoded = windows(rows, self.tokenizer, self.max_length, self.prompt, self.reading)
            return Examples(encoded, np.full((len(encoded), 2), UNLABELLED), rows=rows)
        if self.shape.form.OF_WORDS:
            words = encode_words(rows, self.tokenizer, self.max_length, self.prompt, self.of_words)
            return Examples(words, np.full(len(words), UNLABELLED), rows=rows)
        encoded = encode(rows, self.tokenizer, self.max_length, self.prompt)
        return Examples(encoded, np.full(len(rows), UNLABELLED))

    def logits(self, rows: Rows) -> Floats:
        """(rows, labels), or (rows, most words, labels), NaN for words without a token of their own."""
        if self.shape.form.OF_WORDS and len(rows):
            source = self.examples(rows)
            return merged(self.rest.of(outputs(self.model, source)), source.encoded)
        return self._logits(rows)[0]

    def _logits(self, rows: Rows) -> tuple[Floats, tuple[int, ...]]:
        """Logits, and the positions of rows that were cut."""
        if not len(rows):
            return np.zeros((0, *(1,) * (self.shape.form.OF_WORDS), len(self.labels)), dtype=np.float32), ()
        read = windowed(rows, self.tokenizer, self.max_length, self.prompt) if self.windows else whole(rows)
        source = self.examples(read.rows)
        found = outputs(self.model, source)
        return self.rest.of(read.averaged(found) if self.windows else found), read.owners(source.encoded.cut)

    def token_logits(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """(position, logits of start and end of its tokens (tokens, 2)) for windows of contexts."""
        yield from token_outputs(self.model, source, positions)

    def spans(self, rows: Rows) -> answering.Candidates:
        """The best spans of the contexts of `rows`."""
        return answering.of_windows(self.token_logits, self.examples(rows))

    def predict(self, rows: Rows) -> Predictions:
        if self.shape.form.OF_CONTEXTS:
            best = self.spans(rows)
            return Predictions(answering.answers(best, tuple(rows["text_pair"]), self.threshold), best.cut)
        if self.shape.form.OF_WORDS and len(rows):
            source = self.examples(rows)
            logits = self.rest.of(outputs(self.model, source))
            return Predictions(tags.answered(logits, source.encoded, self.labels))
        logits, cut = self._logits(rows)
        return Predictions(answerers.of(self.shape).predictions(logits, self.prior), cut)

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
        )
        write_facts(folder, facts)
        self.save_extra(folder)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> Transformer:
    """What `save` wrote; the labels of model and facts must agree."""
    kind = _KINDS.get(facts.shape, AutoModelForSequenceClassification)
    model = load_model.saved(kind, folder, trust_remote_code)
    labels = facts.labels
    named = dict(model.config.id2label)
    if [named.get(i) for i in range(max(len(named), len(labels)))] != list(labels):
        raise ValueError(f"config.json has the labels {named}, transferkit.json has {labels}")
    if isinstance(facts.shift, tuple) and len(facts.shift) != len(labels):
        raise ValueError(f"transferkit.json shifts {len(facts.shift)} logits of {len(labels)} labels")
    tokenizer = load_model.saved_tokenizer(folder, trust_remote_code)
    wholeness.require_room(tokenizer, model, folder)
    return Transformer(
        model,
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
