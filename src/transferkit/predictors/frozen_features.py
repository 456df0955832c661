"""A frozen encoder and a linear head on the pooled features of some of its layers, in use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, field_validator
from transformers import AutoModel

from transferkit import answerers, predictors
from transferkit.answerers import Answering, unchanged
from transferkit.arrays import Floats
from transferkit.encoding import readers
from transferkit.encoding.encoded import LONGEST_SPAN
from transferkit.encoding.examples import Examples
from transferkit.encoding.readers import Manner, Read
from transferkit.encoding.span_windows import Reading
from transferkit.encoding.tokenizing import as_learned
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.networks.engine import FeatureEngine, in_order
from transferkit.networks.head import Head
from transferkit.networks.layers import depth_of, keep_layers
from transferkit.networks.replica import to_save, write
from transferkit.networks.torch_features import TorchFeatures
from transferkit.predictors import Borders, Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import load_model, precision, wholeness
from transferkit.sources.sentence import POOLINGS
from transferkit.table.rows import Rows

_ROWS_AT_ONCE = 2048


class Facts(predictors.PretrainedFacts):
    """How texts are read, and what of the encoder the head is given."""

    kind: str = "frozen_features"
    labels: tuple[str, ...] = Field(min_length=1)
    shape: ShapeName
    pooling: str
    depths: tuple[Annotated[int, Field(ge=0)], ...] = Field(min_length=1)
    uses_output: bool
    max_length: int = Field(ge=1)
    prompt: str
    windows: bool
    threshold: float | None = None
    closed: bool = False
    longest: int = Field(LONGEST_SPAN, ge=1)
    prior: float = 0.0
    unspaced: bool = False
    borders: Borders = Field(default_factory=dict)

    @field_validator("pooling")
    @classmethod
    def _known(cls, pooling: str) -> str:
        if not set(pooling.split("+")) <= set(POOLINGS):
            raise ValueError(f"expected one of {', '.join(POOLINGS)}, or several joined by +")
        return pooling


@dataclass(frozen=True)
class FrozenFeatures:
    """`engine` runs a frozen encoder for the features that `head` reads.

    Pairs of texts are encoded together, as one input with a separator. With `windows`, texts longer than
    `max_length` are read in windows and their features averaged; otherwise they are cut. `threshold`,
    `closed`, `longest`, `prior` and `of_words` as in `Transformer`.
    """

    engine: FeatureEngine
    tokenizer: Any
    head: Head
    labels: tuple[str, ...]
    max_length: int
    prompt: str = ""
    windows: bool = False
    shape: Shape = Shape.LABEL
    threshold: float | None = None
    closed: bool = False
    longest: int = LONGEST_SPAN
    prior: float = 0.0
    of_words: WordReading = AS_WRITTEN

    @property
    def parameters(self) -> int:
        return self.engine.parameters + self.head.parameters

    @property
    def plain_prompt(self) -> None:
        return None

    @property
    def reading(self) -> Reading:
        """How contexts are read."""
        return Reading(self.closed, self.longest)

    @property
    def manner(self) -> Manner:
        """How rows are read."""
        return Manner(self.tokenizer, self.max_length, self.prompt, self.windows, self.reading, self.of_words)

    def read(self, rows: Rows) -> Read:
        """`rows` as the encoder reads them, without their labels."""
        return answerers.read(self.shape, rows, self.manner)

    def examples(self, rows: Rows) -> Examples:
        """The lines of `rows`, without labels."""
        return self.read(rows).examples

    def token_logits(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """(position, logits of start and end of its tokens (tokens, 2)) for windows of contexts."""
        yield from self.engine.run(source, positions, self.head.logits)

    def merged(self, rows: Rows) -> Any:
        """As in `Transformer`."""
        return self._merged(self.read(rows))

    def predict(self, rows: Rows) -> Predictions:
        """Features are held of a batch alone, where windows are averaged of some rows."""
        if not self._averages or len(rows) <= _ROWS_AT_ONCE:
            return self._predicted(rows)
        starts = range(0, len(rows), _ROWS_AT_ONCE)
        parts = [self._predicted(rows.take(range(start, min(start + _ROWS_AT_ONCE, len(rows))))) for start in starts]
        cut = tuple(start + i for start, part in zip(starts, parts, strict=True) for i in part.cut)
        return Predictions(np.concatenate([part.outputs for part in parts]), cut)

    def _predicted(self, rows: Rows) -> Predictions:
        read = self.read(rows)
        answers = answerers.of(self.shape).answered(self._merged(read), read, self._answering)
        return Predictions(answers, read.cut)

    def _merged(self, read: Read) -> Any:
        """The head reads the mean over a row's windows; else it reads every batch at once."""
        head = unchanged if self._averages else self.head.logits
        count = len(read.examples)
        lines = in_order(self.engine.run(read.examples, range(count), head), count)
        return answerers.of(self.shape).merged(lines, read, self._answering)

    @property
    def _averages(self) -> bool:
        return self.windows and readers.of(answerers.of(self.shape).READER).AVERAGED

    @property
    def _answering(self) -> Answering:
        return Answering(self.labels, self.head.logits if self._averages else unchanged, self.prior, self.threshold)

    @saving
    def save(self, folder: Path) -> None:
        write(to_save(self.engine.model), folder)
        as_learned(self.tokenizer, self.max_length).save_pretrained(folder)
        self.head.save(folder / "head.safetensors")
        facts = Facts(
            labels=self.labels,
            shape=self.shape,
            pooling=self.engine.pooling,
            depths=tuple(map(int, self.engine.depths)),
            uses_output=self.engine.uses_output,
            max_length=self.max_length,
            prompt=self.prompt,
            windows=self.windows,
            threshold=None if self.threshold is None else float(self.threshold),
            closed=self.closed,
            longest=self.longest,
            prior=self.prior,
            unspaced=not self.of_words.spaced,
            borders=dict(self.of_words.borders),
            own_code=load_model.brings_code(self.engine.model),
            precision=precision.of(self.engine.model),
        )
        write_facts(folder, facts)


def trimmed(encoder: Any, depth: int) -> Any:
    """`encoder` without the layers above `depth`, in place."""
    if depth < depth_of(encoder):
        keep_layers(encoder, range(max(1, depth)))
    return encoder


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> FrozenFeatures:
    """What `save` wrote."""
    encoder = load_model.saved(AutoModel, folder, trust_remote_code, facts.precision)
    tokenizer = load_model.saved_tokenizer(folder, trust_remote_code)
    wholeness.require_room(tokenizer, encoder, folder)
    layers = depth_of(encoder)
    if list(facts.depths) != sorted(set(facts.depths)) or facts.depths[-1] > layers:
        raise ValueError(f"transferkit.json has the depths {facts.depths}; expected rising ones up to {layers}")
    parts = 1 if facts.shape.form.OF_TOKENS else facts.pooling.count("+") + 1
    width = int(encoder.config.get_text_config().hidden_size) * parts
    return FrozenFeatures(
        engine=TorchFeatures(encoder, facts.pooling, facts.depths, facts.uses_output),
        tokenizer=tokenizer,
        head=Head.load(folder / "head.safetensors", len(facts.depths), width, len(facts.labels)),
        labels=facts.labels,
        max_length=facts.max_length,
        prompt=facts.prompt,
        windows=facts.windows,
        shape=facts.shape,
        threshold=facts.threshold,
        closed=facts.closed,
        longest=facts.longest,
        prior=facts.prior,
        of_words=WordReading(not facts.unspaced, facts.borders),
    )
