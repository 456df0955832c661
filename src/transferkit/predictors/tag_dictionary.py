"""The tags that every word had in training: the baseline for tagging, in use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field
from safetensors.numpy import save_file

from transferkit import predictors
from transferkit.data.rows import Rows
from transferkit.predictors import Floats, Predictions, saving, write_facts
from transferkit.sources import tensors
from transferkit.tasks import Shape
from transferkit.training.inference import stacked


class Facts(predictors.Facts):
    """The words, in the order of their lines."""

    kind: str = "tag_dictionary"
    labels: tuple[str, ...] = Field(min_length=1)
    vocabulary: tuple[str, ...]


@dataclass(frozen=True)
class TagDictionary:
    """`shares` has a line per word of `vocabulary`, then one for words not seen: (words + 1, tags)."""

    vocabulary: Mapping[str, int]
    shares: Floats
    labels: tuple[str, ...]
    shape: Shape = Shape.TAGS

    @property
    def parameters(self) -> int:
        return int(self.shares.size)

    def predict(self, rows: Rows) -> Predictions:
        """The shares of its tags for every word; a word not seen in this case is looked up in lower case."""
        unseen = len(self.vocabulary)
        found = []
        for text in rows["text"]:
            words = text.split(" ")
            found.append(self.shares[[self.vocabulary.get(w, self.vocabulary.get(w.lower(), unseen)) for w in words]])
        return Predictions(stacked(found) if found else np.zeros((0, 1, len(self.labels)), dtype=np.float32))

    @saving
    def save(self, folder: Path) -> None:
        write_facts(folder, Facts(labels=self.labels, vocabulary=tuple(self.vocabulary)))
        save_file({"shares": self.shares}, folder / "model.safetensors")


def counted(texts: Sequence[str], tags: Sequence[Sequence[int]], labels: tuple[str, ...]) -> TagDictionary:
    """From words and the numbers of their tags. A word not seen is given what words seen once had."""
    counts: dict[str, np.ndarray[Any, Any]] = {}
    for text, given in zip(texts, tags, strict=True):
        for word, tag in zip(text.split(" "), given, strict=True):
            counts.setdefault(word, np.zeros(len(labels)))[tag] += 1
    table = np.stack(list(counts.values()))
    rare = table[table.sum(axis=1) == 1]
    table = np.vstack([table, (rare if len(rare) else table).sum(axis=0)])
    shares = np.asarray(table / table.sum(axis=1, keepdims=True), dtype=np.float32)
    return TagDictionary({word: i for i, word in enumerate(counts)}, shares, labels)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> TagDictionary:
    """What `save` wrote."""
    sizes = {"shares": (len(facts.vocabulary) + 1, len(facts.labels))}
    shares = tensors.read(folder / "model.safetensors", sizes)["shares"]
    return TagDictionary({word: i for i, word in enumerate(facts.vocabulary)}, shares, facts.labels)
