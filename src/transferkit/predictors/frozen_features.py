"""A frozen encoder and a linear head on the pooled features of some of its layers, in use."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor
from transformers import AutoModel

from transferkit import answerers, predictors
from transferkit.answerers import span as answering
from transferkit.answerers import tags
from transferkit.arrays import Floats, stacked
from transferkit.encoding.encoded import LONGEST_SPAN, encode
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.span_windows import Reading, windows
from transferkit.encoding.tokenizing import as_learned
from transferkit.encoding.windows import whole, windowed
from transferkit.encoding.word_reading import AS_WRITTEN, WordReading
from transferkit.encoding.word_windows import encode_words
from transferkit.networks.head import Head
from transferkit.networks.inference import batches, device_of
from transferkit.networks.inputs import at_words, inputs_of, mask_of
from transferkit.networks.layers import StopForward, captured, depth_of, keep_layers, stopping_after
from transferkit.networks.pooling import pool
from transferkit.networks.replica import replica, to_save, write
from transferkit.predictors import Borders, Predictions, ShapeName, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import load_model, wholeness
from transferkit.sources.sentence import POOLINGS
from transferkit.table.rows import Rows

Read = Callable[[Tensor, dict[str, Tensor]], Tensor]
Finish = Callable[[Floats, dict[str, Tensor]], list[Floats]]


_ROWS_AT_ONCE = 2048


class Facts(predictors.Facts):
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
    """`depths` are those whose pooled states the head reads; `uses_output` says that the last of them is
    what the model returns after its final norm rather than what its top layer returns.

    Pairs of texts are encoded together, as one input with a separator. With `windows`, texts longer than
    `max_length` are read in windows and their features averaged; otherwise they are cut. `threshold`,
    `closed`, `longest`, `prior` and `of_words` as in `Transformer`.
    """

    encoder: Any
    tokenizer: Any
    pooling: str
    depths: tuple[int, ...]
    uses_output: bool
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
        return int(sum(p.numel() for p in self.encoder.parameters())) + self.head.parameters

    @property
    def plain_prompt(self) -> None:
        return None

    def logits(self, rows: Rows) -> tuple[Floats, tuple[int, ...]]:
        """(rows, labels), and the positions of rows that were cut; layers above the highest depth are not run. Features
        are held of a batch alone, of texts in windows of some texts."""
        if not self.windows:
            source = self._encoded(rows)
            return self._logits(source), whole(rows).owners(source.encoded.cut)
        parts: list[Floats] = []
        cut: list[int] = []
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            part = rows.take(range(start, min(start + _ROWS_AT_ONCE, len(rows))))
            read = windowed(part, self.tokenizer, self.max_length, self.prompt)
            source = self._encoded(read.rows)
            found = dict(self._states(source, range(len(source)), self._read, lambda states, _: list(states)))
            parts.append(self.head.logits(read.averaged(stacked([found[i] for i in range(len(source))]))))
            cut += [start + position for position in read.owners(source.encoded.cut)]
        return np.concatenate(parts), tuple(cut)

    def _logits(self, source: Examples) -> Floats:
        found = dict(self._states(source, range(len(source)), self._read, self._finished))
        return stacked([found[i] for i in range(len(source))])

    def _encoded(self, rows: Rows) -> Examples:
        encoded = encode(rows, self.tokenizer, self.max_length, self.prompt)
        return Examples(encoded, np.full(len(encoded), UNLABELLED))

    def _finished(self, states: Floats, _batch: dict[str, Tensor]) -> list[Floats]:
        return list(self.head.logits(states))

    @property
    def reading(self) -> Reading:
        """How contexts are read."""
        return Reading(self.closed, self.longest)

    def examples(self, rows: Rows) -> Examples:
        """The windows of the contexts of `rows`."""
        encoded = windows(rows, self.tokenizer, self.max_length, self.prompt, self.reading)
        return Examples(encoded, np.full((len(encoded), 2), UNLABELLED), rows=rows)

    def token_logits(self, source: Examples, positions: Sequence[int]) -> Iterator[tuple[int, Floats]]:
        """(position, logits of start and end of its tokens (tokens, 2)) for windows of contexts."""

        def finish(states: Floats, batch: dict[str, Tensor]) -> list[Floats]:
            kept = mask_of(batch).bool().cpu().numpy()
            return [self.head.logits(row[there]) for row, there in zip(states, kept, strict=True)]

        yield from self._states(source, positions, lambda hidden, _: hidden, finish)

    def spans(self, rows: Rows) -> answering.Candidates:
        """The best spans of the contexts of `rows`."""
        return answering.of_windows(self.token_logits, self.examples(rows))

    def _states(
        self, source: Examples, positions: Sequence[int], read: Read, finish: Finish
    ) -> Iterator[tuple[int, Floats]]:
        """(position, what `finish` makes of what `read` reads at every depth, (..., depths, width)), in any order."""
        place, encoder = device_of(self.encoder), replica(self.encoder)
        top = self.depths[-1]
        with ExitStack() as stack:
            inner = [d for d in self.depths if not (self.uses_output and d == top)]
            seen = stack.enter_context(captured(encoder, inner))
            if not self.uses_output and top:
                stack.enter_context(stopping_after(encoder, top))

            def forward(batch: dict[str, Tensor]) -> list[Floats]:
                batch = {name: value.to(place) for name, value in batch.items()}
                inputs = inputs_of(batch, place)
                with suppress(StopForward):
                    output = encoder(**inputs)
                    if self.uses_output:
                        seen[top] = output.last_hidden_state
                states = [read(seen[d].float(), batch) for d in self.depths]
                return finish(torch.stack(states, dim=-2).cpu().numpy(), batch)

            yield from batches(source, positions, forward)

    def _read(self, hidden: Tensor, batch: dict[str, Tensor]) -> Tensor:
        if not self.shape.form.OF_WORDS:
            return pool(hidden, mask_of(batch), self.pooling)
        return at_words(hidden, batch).masked_fill(batch["words"].unsqueeze(-1) < 0, torch.nan)

    def predict(self, rows: Rows) -> Predictions:
        if self.shape.form.OF_CONTEXTS:
            best = self.spans(rows)
            return Predictions(answering.answers(best, tuple(rows["text_pair"]), self.threshold), best.cut)
        if not len(rows):
            nothing = np.zeros((0, *(1,) * (self.shape.form.OF_WORDS), len(self.labels)), dtype=np.float32)
            return Predictions(answerers.of(self.shape).predictions(nothing, self.prior))
        if self.shape.form.OF_WORDS:
            words = encode_words(rows, self.tokenizer, self.max_length, self.prompt, self.of_words)
            logits = self._logits(Examples(words, np.full(len(words), UNLABELLED)))
            return Predictions(tags.answered(logits, words, self.labels))
        logits, cut = self.logits(rows)
        return Predictions(answerers.of(self.shape).predictions(logits, self.prior), cut)

    @saving
    def save(self, folder: Path) -> None:
        write(to_save(self.encoder), folder)
        as_learned(self.tokenizer, self.max_length).save_pretrained(folder)
        self.head.save(folder / "head.safetensors")
        facts = Facts(
            labels=self.labels,
            shape=self.shape,
            pooling=self.pooling,
            depths=tuple(map(int, self.depths)),
            uses_output=self.uses_output,
            max_length=self.max_length,
            prompt=self.prompt,
            windows=self.windows,
            threshold=None if self.threshold is None else float(self.threshold),
            closed=self.closed,
            longest=self.longest,
            prior=self.prior,
            unspaced=not self.of_words.spaced,
            borders=dict(self.of_words.borders),
            own_code=load_model.brings_code(self.encoder),
        )
        write_facts(folder, facts)


def trimmed(encoder: Any, depth: int) -> Any:
    """`encoder` without the layers above `depth`, in place."""
    if depth < depth_of(encoder):
        keep_layers(encoder, range(max(1, depth)))
    return encoder


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> FrozenFeatures:
    """What `save` wrote."""
    encoder = load_model.saved(AutoModel, folder, trust_remote_code)
    tokenizer = load_model.saved_tokenizer(folder, trust_remote_code)
    wholeness.require_room(tokenizer, encoder, folder)
    layers = depth_of(encoder)
    if list(facts.depths) != sorted(set(facts.depths)) or facts.depths[-1] > layers:
        raise ValueError(f"transferkit.json has the depths {facts.depths}; expected rising ones up to {layers}")
    parts = 1 if facts.shape.form.OF_TOKENS else facts.pooling.count("+") + 1
    width = int(encoder.config.get_text_config().hidden_size) * parts
    return FrozenFeatures(
        encoder=encoder,
        tokenizer=tokenizer,
        pooling=facts.pooling,
        depths=facts.depths,
        uses_output=facts.uses_output,
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
