"""A frozen decoder shown the nearest training examples in its prompt, found by a frozen encoder; in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from transformers import AutoModel, AutoTokenizer

from transferkit.data.rows import Rows
from transferkit.predictors import Floats, Predictions, generator, write_facts
from transferkit.predictors.generator import Generator
from transferkit.progress import progress
from transferkit.sources.device import device
from transferkit.tasks import Shape
from transferkit.training.embedder import Embedder
from transferkit.training.encoding import encode
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.inference import outputs
from transferkit.training.prompting import Shot, Shots, prompts
from transferkit.training.replica import to_save

_RETRIEVER = "retriever"
_READ_AT_ONCE = 256


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

    writer: Generator
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

    def predict(self, rows: Rows) -> Predictions:
        """Texts, (rows,)."""
        if not len(rows):
            return self.writer.predict(rows)
        near = np.argsort(self.retriever.vectors(rows) @ self.vectors.T, axis=1, kind="stable")[:, -self.count :]
        lines = [[self.examples[i] for i in line] for line in near.tolist()]
        writer, shots = self.writer, Shots(lines, self.room, self.whole)
        return writer.answering(prompts(rows, writer.tokenizer, writer.frame, writer.max_length, shots))

    def save(self, folder: Path) -> None:
        self.writer.save(folder)
        below = folder / _RETRIEVER
        to_save(self.retriever.encoder).save_pretrained(below)
        self.retriever.tokenizer.save_pretrained(below)
        save_file({"vectors": self.vectors}, folder / "examples.safetensors")
        facts: dict[str, Any] = {
            "count": self.count,
            "room": self.room,
            "whole": self.whole,
            "examples": [list(each) for each in self.examples],
        }
        facts["retriever"] = {
            "pooling": self.retriever.pooling,
            "max_length": self.retriever.max_length,
            "prompt": self.retriever.prompt,
        }
        write_facts(folder, "in_context", {**self.writer.facts(), **facts})


def load(folder: Path, facts: Mapping[str, Any]) -> InContext:
    """What `save` wrote."""
    below = folder / _RETRIEVER
    encoder = AutoModel.from_pretrained(below, local_files_only=True).to(device()).eval()
    tokenizer = AutoTokenizer.from_pretrained(below, local_files_only=True)
    return InContext(
        generator.load(folder, facts),
        Retriever(encoder, tokenizer, **facts["retriever"]),
        [(str(text), str(answer)) for text, answer in facts["examples"]],
        load_file(folder / "examples.safetensors")["vectors"],
        int(facts["count"]),
        int(facts["room"]),
        int(facts["whole"]),
    )
