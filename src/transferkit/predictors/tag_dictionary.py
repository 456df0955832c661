"""The tags that words, their neighbours and their endings had in training: the baseline for tagging, in use."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator
from safetensors.numpy import save_file

from transferkit import predictors
from transferkit.arrays import Floats, stacked
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import tensors
from transferkit.table.rows import Rows

_DOUBT = 1.0  # how many times what is known less exactly counts
_ENDING = 4
_LEAST = 2  # words with an ending, and times that words stand side by side
_LONGEST_FORM = 8

Table = tuple[Mapping[str, int], Floats]
"""Numbers of keys, and a line of shares of tags for each: (keys, tags)."""


class Facts(predictors.Facts):
    """The keys of every table, in the order of their lines; `vocabulary` are the words of version 1."""

    kind: str = "tag_dictionary"
    labels: tuple[str, ...] = Field(min_length=1)
    keys: dict[Literal["forms", "endings", "words", "before", "after", "around"], tuple[str, ...]] | None = None
    vocabulary: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.keys is None) == (self.vocabulary is None):
            raise ValueError("expected keys, or a vocabulary in folders of version 1")
        return self


@dataclass(frozen=True)
class TagDictionary:
    """A word is given the shares of tags of the longest that is known of: it and the words around it; it with the one
    before and the one after it; it, or it in lower case; its ending; its form (capitals, digits, script). `unknown`
    (tags,) is for other words. Lines of shares are smoothed by what is known less exactly (Witten & Bell 1991)."""

    tables: Mapping[str, Table]
    unknown: Floats
    labels: tuple[str, ...]
    shape: Shape = Shape.TAGS

    @property
    def parameters(self) -> int:
        return int(self.unknown.size + sum(shares.size for _, shares in self.tables.values()))

    @property
    def plain_prompt(self) -> None:
        return None

    def predict(self, rows: Rows) -> Predictions:
        """The shares of tags for every word."""
        shares = []
        for text in rows["text"]:
            sides = ["", *text.split(" "), ""]
            shares.append(np.stack([self._shares(*sides[i : i + 3]) for i in range(len(sides) - 2)]))
        return Predictions(stacked(shares) if shares else np.zeros((0, 1, len(self.labels)), dtype=np.float32))

    @saving
    def save(self, folder: Path) -> None:
        keys: dict[Any, tuple[str, ...]] = {name: tuple(numbers) for name, (numbers, _) in self.tables.items()}
        write_facts(folder, Facts(labels=self.labels, keys=keys))
        shares = {name: shares for name, (_, shares) in self.tables.items()}
        save_file({"unknown": self.unknown, **shares}, folder / "model.safetensors")

    def _shares(self, before: str, word: str, after: str) -> Floats:
        for written in (word, word.lower()):
            if (whole := self._looked_up("around", f"{before} {written} {after}")) is not None:
                return whole
            sides = (self._looked_up("before", f"{before} {written}"), self._looked_up("after", f"{written} {after}"))
            known = [side for side in sides if side is not None]
            if known:
                return np.asarray(np.mean(known, axis=0))
            if (alone := self._looked_up("words", written)) is not None:
                return alone
        return self._of_unseen(word)

    def _of_unseen(self, word: str) -> Floats:
        form = form_of(word)
        for length in range(_ENDING, 0, -1):
            if (shares := self._looked_up("endings", f"{form} {word[-length:]}")) is not None:
                return shares
        shares = self._looked_up("forms", form)
        return self.unknown if shares is None else shares

    def _looked_up(self, level: str, key: str) -> Floats | None:
        numbers, shares = self.tables.get(level, ({}, self.unknown))
        at = numbers.get(key)
        return None if at is None else shares[at]


@lru_cache(65536)
def form_of(word: str) -> str:
    """Runs of capitals, small letters, digits, letters of a script without case, and signs as they are."""
    return " ".join([str(kind) for kind, _ in groupby(map(_kind, word))][:_LONGEST_FORM]).replace(" ", "_")


def _kind(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Lo":
        return unicodedata.name(letter, "?").partition(" ")[0]
    return {"Lu": "X", "Lt": "X", "Ll": "x", "Nd": "0"}.get(category, letter)


@dataclass
class _Counting:
    """Words in their places with their tags and weights, and for each the shares that the last table has for it."""

    words: list[str]
    tags: npt.NDArray[np.int64]
    labels: int
    shares: Floats
    weights: Floats
    tables: dict[str, Table] = field(default_factory=dict)

    def add_kinds(self) -> None:
        """Count forms and endings, every word once."""
        total: dict[str, float] = {}
        for word, weight in zip(self.words, self.weights.tolist(), strict=True):
            total[word] = total.get(word, 0.0) + weight
        once = np.array(
            [weight / total[word] for word, weight in zip(self.words, self.weights.tolist(), strict=True)],
            dtype=np.float32,
        )
        forms = [form_of(word) for word in self.words]
        self.add("forms", forms, once, 0)
        for length in range(1, _ENDING + 1):
            ends = [word[-length:] if len(word) > length else None for word in self.words]
            keys = [None if end is None else f"{form} {end}" for form, end in zip(forms, ends, strict=True)]
            self.add("endings", keys, once, _LEAST)

    def add(self, name: str, keys: Sequence[str | None], weights: Floats, least: float) -> None:
        """Count tags by key, None being no key; keys of less weight than `least` are left out."""
        numbers: dict[str, int] = {}
        at = np.array([-1 if key is None else numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
        there = np.flatnonzero(at >= 0)
        size = (len(numbers), self.labels)
        counts = np.bincount(at[there] * self.labels + self.tags[there], weights[there], size[0] * size[1])
        counts = counts.reshape(size)
        below = np.zeros(size)
        below[at[there]] = self.shares[there]
        known = counts.sum(axis=1, keepdims=True)
        shares = np.asarray((counts + _DOUBT * below) / (known + _DOUBT), dtype=np.float32)
        kept = np.append(known[:, 0] >= least - 1e-6, False)
        use = kept[at]
        self.shares[use] = shares[at[use]]
        old, lines = self.tables.get(name, ({}, np.empty((0, self.labels), dtype=np.float32)))
        new = [key for key, i in numbers.items() if kept[i]]
        self.tables[name] = (
            {**old, **{key: len(old) + i for i, key in enumerate(new)}},
            np.concatenate([lines, shares[kept[:-1]]]),
        )


def counted(
    texts: Sequence[str], tags: Sequence[Sequence[int]], labels: tuple[str, ...], weights: Floats | None = None
) -> TagDictionary:
    """From words and the numbers of their tags; `weights` (texts,) says how often every text counts, by default once.

    What a word not seen may be is learned from its kind: every word of that ending or form counts once, however often
    it is there, so that a tag of frequent words is not forgotten nor one of rare words given to all.
    """
    sides = [["", *text.split(" "), ""] for text in texts]
    places = [words[i : i + 3] for words in sides for i in range(len(words) - 2)]
    numbers = np.array([tag for row in tags for tag in row], dtype=np.int64)
    own = np.ones(len(texts), dtype=np.float32) if weights is None else weights
    every = np.repeat(own, [len(row) for row in tags])
    counts = np.bincount(numbers, every, minlength=len(labels))
    unknown = np.asarray(counts / (counts.sum() or 1.0), dtype=np.float32)
    words = [word for _, word, _ in places]
    counting = _Counting(words, numbers, len(labels), np.tile(unknown, (len(places), 1)), every)
    counting.add_kinds()
    counting.add("words", counting.words, every, 0)
    alone = counting.shares.copy()
    counting.add("before", [f"{a} {word}" for a, word, _ in places], every, _LEAST)
    before, counting.shares = counting.shares, alone
    counting.add("after", [f"{word} {b}" for _, word, b in places], every, _LEAST)
    counting.shares = np.asarray((before + counting.shares) / 2, dtype=np.float32)
    counting.add("around", [" ".join(place) for place in places], every, _LEAST)
    return TagDictionary(counting.tables, unknown, labels)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> TagDictionary:
    """What `save` wrote, now or in earlier versions, which had a line for words not seen below those of words."""
    tags, path = len(facts.labels), folder / "model.safetensors"
    if facts.vocabulary is not None:
        shares = tensors.read(path, {"shares": (len(facts.vocabulary) + 1, tags)})["shares"]
        tables = {"words": (_numbered(facts.vocabulary), shares[:-1])}
        return TagDictionary(tables, shares[-1], facts.labels)
    keys = facts.keys or {}
    sizes: dict[str, tensors.Size] = {name: (len(keys[name]), tags) for name in keys}
    arrays = tensors.read(path, {"unknown": (tags,), **sizes})
    return TagDictionary(
        {name: (_numbered(keys[name]), arrays[name]) for name in keys}, arrays["unknown"], facts.labels
    )


def _numbered(keys: Sequence[str]) -> dict[str, int]:
    return {key: i for i, key in enumerate(keys)}
