"""A fine-tuned Transformers classifier in use; its folder also loads with plain Transformers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, write_facts
from transferkit.training.encoding import encode
from transferkit.training.examples import UNLABELLED, Examples
from transferkit.training.inference import Floats, outputs, softmax
from transferkit.training.windows import whole, windowed


def _nothing(_folder: Path) -> None:
    return None


@dataclass(frozen=True)
class Transformer:
    """`model` is an AutoModelForSequenceClassification; `max_length` is in tokens.

    With `windows`, longer texts are read in windows and their logits averaged; otherwise they are cut.
    """

    model: Any
    tokenizer: Any
    labels: tuple[str, ...]
    max_length: int
    prompt: str = ""
    save_extra: Callable[[Path], None] = field(default=_nothing)
    windows: bool = False

    @property
    def parameters(self) -> int:
        return sum(p.numel() for p in self.model.parameters())

    def words(self) -> list[str]:
        """The lower-cased whole words of letters in the vocabulary, in its order (mostly by frequency)."""
        pieces = sorted(self.tokenizer.get_vocab().items(), key=lambda item: item[1])
        whole = (piece.removeprefix("\u2581").removeprefix("\u0120") for piece, _ in pieces)
        return list(dict.fromkeys(w for w in whole if len(w) > 2 and w.isalpha() and w == w.lower()))

    def examples(self, rows: Rows) -> Examples:
        """`rows` without their labels, encoded."""
        encoded = encode(rows, self.tokenizer, self.max_length, self.prompt)
        return Examples(encoded, np.full(len(rows), UNLABELLED))

    def logits(self, rows: Rows) -> Floats:
        """(rows, labels)."""
        if not len(rows):
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        read = windowed(rows, self.tokenizer, self.max_length, self.prompt) if self.windows else whole(rows)
        return read.averaged(outputs(self.model, self.examples(read.rows)))

    def predict(self, rows: Rows) -> Predictions:
        return Predictions(softmax(self.logits(rows)))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        facts: dict[str, Any] = {"labels": self.labels, "max_length": self.max_length, "prompt": self.prompt}
        facts["windows"] = self.windows
        write_facts(folder, "transformer", facts)
        self.save_extra(folder)


def load(folder: Path, facts: Mapping[str, Any]) -> Transformer:
    """What `save` wrote; the labels of model and facts must agree."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
    labels = tuple(facts["labels"])
    if tuple(model.config.id2label[i] for i in range(len(labels))) != labels:
        raise ValueError(f"config.json has the labels {model.config.id2label}, transferkit.json has {labels}")
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return Transformer(
        model,
        tokenizer,
        labels,
        int(facts["max_length"]),
        str(facts["prompt"]),
        windows=bool(facts["windows"]),
    )
