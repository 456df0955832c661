"""A frozen decoder shown the nearest training examples in its prompt, found by a frozen encoder; in use."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from safetensors.numpy import save_file
from transformers import AutoModel

from transferkit import predictors
from transferkit.arrays import Floats
from transferkit.encoding.encoded import encode
from transferkit.encoding.examples import UNLABELLED, Examples
from transferkit.encoding.prompting import Shot, Shots, prompts
from transferkit.encoding.tokenizing import as_learned
from transferkit.networks import saved_writer
from transferkit.networks.embedder import Embedder
from transferkit.networks.inference import outputs
from transferkit.networks.replica import to_save, write
from transferkit.networks.saved_writer import WriterFacts
from transferkit.networks.writer import Writer
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.progress import progress
from transferkit.record import Record
from transferkit.shapes import Shape
from transferkit.sources import load_model, tensors, wholeness
from transferkit.table.rows import Rows

_RETRIEVER = "retriever"
_READ_AT_ONCE = 256


class RetrieverFacts(Record):
    """How texts are read to find examples."""

    pooling: str
    max_length: int = Field(ge=1)
    prompt: str


class Facts(WriterFacts, predictors.PretrainedFacts):
    """How a model is asked and writes, how examples are found, and which there are: (text, answer) each."""

    kind: str = "in_context"
    count: int = Field(ge=1)
    room: int = Field(ge=1)
    whole: int = Field(ge=1)
    examples: tuple[tuple[str, str], ...] = Field(min_length=1)
    retriever: RetrieverFacts


@dataclass(frozen=True)
class Retriever:
    """A frozen encoder: texts to vectors of length 1. `max_length` is in tokens; `prompt` goes before every text."""

    encoder: Any
    tokenizer: Any
    pooling: str
    max_length: int
    prompt: str = ""

    def vectors(self, rows: Rows) -> Floats:
        """(rows, width)."""
        embedder, parts = Embedder(self.encoder, self.pooling), []
        with progress("reading texts to find examples", len(rows)) as advance:
            for start in range(0, len(rows), _READ_AT_ONCE):
                part = rows.take(range(start, min(start + _READ_AT_ONCE, len(rows))))
                parts.append(outputs(embedder, self.examples(part)))
                advance(len(part))
        return of_length_1(np.concatenate(parts))

    def examples(self, rows: Rows) -> Examples:
        """`rows` as the encoder reads them."""
        encoded = encode(rows, self.tokenizer, self.max_length, self.prompt)
        return Examples(encoded, np.full(len(rows), UNLABELLED))


def of_length_1(vectors: Floats) -> Floats:
    """Vectors (rows, width) as directions."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


@dataclass(frozen=True)
class InContext:
    """`examples` are the rows to choose from, with the `vectors` of their texts (examples, width); the nearest `count`
    go into every prompt, the nearest of all last (Liu et al. 2022), each of at most `room` tokens; fewer where a
    prompt would have more than `whole` tokens with them."""

    writer: Writer
    retriever: Retriever
    examples: Sequence[Shot]
    vectors: Floats
    count: int
    room: int
    whole: int
    labels: tuple[str, ...] = ()
    shape: Shape = Shape.TEXT

    @property
    def parameters(self) -> int:
        return self.writer.parameters + int(sum(p.numel() for p in self.retriever.encoder.parameters()))

    @property
    def plain_prompt(self) -> None:
        return None

    def predict(self, rows: Rows) -> Predictions:
        """Texts, (rows,)."""
        if not len(rows):
            return Predictions(np.array([], dtype=np.str_))
        near = np.argsort(self.retriever.vectors(rows) @ self.vectors.T, axis=1, kind="stable")[:, -self.count :]
        lines = [[self.examples[i] for i in line] for line in near.tolist()]
        writer, shots = self.writer, Shots(lines, self.room, self.whole)
        questions = prompts(rows, writer.tokenizer, writer.frame, writer.max_length, shots)
        texts, unfinished = writer.written(questions.ids)
        return Predictions(np.array(texts, dtype=np.str_), questions.cut, unfinished)

    @saving
    def save(self, folder: Path) -> None:
        self.writer.save(folder)
        below = folder / _RETRIEVER
        write(to_save(self.retriever.encoder), below)
        as_learned(self.retriever.tokenizer, self.retriever.max_length).save_pretrained(below)
        save_file({"vectors": self.vectors}, folder / "examples.safetensors")
        retriever = RetrieverFacts(
            pooling=self.retriever.pooling, max_length=self.retriever.max_length, prompt=self.retriever.prompt
        )
        facts: dict[str, Any] = {
            "count": self.count,
            "room": self.room,
            "whole": self.whole,
            "examples": tuple((str(text), str(answer)) for text, answer in self.examples),
            "retriever": retriever,
        }
        write_facts(folder, Facts.model_validate({**saved_writer.facts_of(self.writer), **facts}))


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> InContext:
    """What `save` wrote."""
    below = folder / _RETRIEVER
    encoder = load_model.saved(AutoModel, below, trust_remote_code, facts.precision)
    tokenizer = load_model.saved_tokenizer(below, trust_remote_code)
    wholeness.require_room(tokenizer, encoder, below)
    said, width = facts.retriever, int(encoder.config.get_text_config().hidden_size)
    width *= said.pooling.count("+") + 1
    return InContext(
        saved_writer.load(folder, facts, trust_remote_code),
        Retriever(encoder, tokenizer, said.pooling, said.max_length, said.prompt),
        facts.examples,
        tensors.read(folder / "examples.safetensors", {"vectors": (len(facts.examples), width)})["vectors"],
        facts.count,
        facts.room,
        facts.whole,
    )
