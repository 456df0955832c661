"""Words of the question looked up in the context: the baseline for spans, in use."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file

from transferkit import predictors
from transferkit.data.rows import Rows
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.sources import tensors
from transferkit.tasks import Shape
from transferkit.training.answering import Candidates, answers
from transferkit.training.inference import Floats

BONUSES = (0.0, 0.5, 1.0, 2.0)
"""What a candidate of the kind that is asked for may be worth."""

_WORD = re.compile(r"\w+(?:['.,-]\w+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_STEM = 6  # letters of a word that count
_COMMON = 0.15  # words in a larger share of contexts are part of no answer's ends
_MOST_WORDS = 6
_BEST = 20
_KINDS = (
    (re.compile(r"\b(when|year|date|century)\b", re.I), re.compile(r"\b\d{3,4}\b|\b\d+(st|nd|rd|th)\b")),
    (re.compile(r"\bhow (many|much|long|old|far|large|big|tall)\b", re.I), re.compile(r"\d")),
    (re.compile(r"\b(who|whose|whom|where|country|city|name)\b", re.I), re.compile(r"^[A-Z]")),
)

Word = tuple[str, int, int]
"""Its stem, its first character in the context, and the one after its last."""


class Facts(predictors.Facts):
    """The stems, in the order of their rarities."""

    kind: str = "span_matcher"
    vocabulary: tuple[str, ...]
    bonus: float
    threshold: float | None = None


@dataclass(frozen=True)
class SpanMatcher:
    """`rarity` has the inverse document frequency of every stem of `vocabulary`, then that of stems not seen:
    (stems + 1,). `bonus` is for candidates of the kind asked for (a number for how many), in shares of what the
    question's words are worth together; `threshold` as in `training.answering.answers`."""

    vocabulary: Mapping[str, int]
    rarity: Floats
    bonus: float
    threshold: float | None = None
    labels: tuple[str, ...] = ("start", "end")
    shape: Shape = Shape.SPAN

    @property
    def parameters(self) -> int:
        return int(self.rarity.size)

    def spans(self, rows: Rows) -> Candidates:
        """The best spans of the contexts of `rows`; that there is none scores 0."""
        places = np.zeros((len(rows), _BEST, 2), dtype=np.int64)
        scores = np.full((len(rows), _BEST), -np.inf, dtype=np.float32)
        for i, (question, context) in enumerate(zip(rows["text"], rows["text_pair"], strict=True)):
            found = sorted(self._scored(question, context), key=lambda each: -each[0])[:_BEST]
            for j, (score, start, end) in enumerate(found):
                places[i, j], scores[i, j] = (start, end), score
        return Candidates(places, scores, np.zeros(len(rows), dtype=np.float32))

    def predict(self, rows: Rows) -> Predictions:
        return Predictions(answers(self.spans(rows), tuple(rows["text_pair"]), self.threshold))

    @saving
    def save(self, folder: Path) -> None:
        threshold = None if self.threshold is None else float(self.threshold)
        write_facts(folder, Facts(vocabulary=tuple(self.vocabulary), bonus=float(self.bonus), threshold=threshold))
        save_file({"rarity": self.rarity}, folder / "model.safetensors")

    def _worth(self, stem: str) -> float:
        return float(self.rarity[self.vocabulary.get(stem, -1)])

    def _scored(self, question: str, context: str) -> list[tuple[float, int, int]]:
        """(score, start, end) of every candidate: what the question's words in its sentence are worth, the nearer the
        more, and the bonus."""
        asked = {stem: self._worth(stem) for stem, _, _ in words(question)}
        whole = sum(asked.values()) or 1.0
        wanted = next((kind for words_of, kind in _KINDS if words_of.search(question)), None)
        found = []
        for sentence in _sentences(context):
            worth = np.array([asked.get(stem, 0.0) for stem, _, _ in sentence])
            said = sum(asked[stem] for stem in {stem for stem, _, _ in sentence} & asked.keys()) / whole
            for first, last in self._candidates(sentence, worth > 0, context):
                at = np.arange(len(sentence))
                away = np.maximum(np.maximum(first - at, at - last), 0)
                near = float((worth / (1 + away)).sum()) / whole
                start, end = sentence[first][1], sentence[last][2]
                kind = self.bonus * (wanted is not None and bool(wanted.search(context[start:end])))
                found.append((2 * said + near + kind * said, start, end))
        return found or [(0.0, start, end) for _, start, end in words(context)[:1]]

    def _candidates(self, sentence: Sequence[Word], asked: Any, context: str) -> list[tuple[int, int]]:
        """Runs of up to six words without signs in between, which neither begin nor end with a common word or one of
        the question; those that cannot be made longer."""
        common = -np.log(_COMMON)
        inner = [not asked[i] and self._worth(stem) >= common for i, (stem, _, _) in enumerate(sentence)]
        runs: list[tuple[int, int]] = []
        first = 0
        while first < len(sentence):
            last = first
            if inner[first]:
                for i in range(first + 1, min(first + _MOST_WORDS, len(sentence))):
                    if asked[i] or context[sentence[i - 1][2] : sentence[i][1]].strip():
                        break
                    last = i if inner[i] else last
                runs.append((first, last))
            first = last + 1
        return runs


def words(text: str, start: int = 0) -> list[Word]:
    """The words of `text`, which begins at the character `start`."""
    return [
        (found.group().lower()[:_STEM], start + found.start(), start + found.end()) for found in _WORD.finditer(text)
    ]


def _sentences(context: str) -> list[list[Word]]:
    bounds = [0, *(found.end() for found in _SENTENCE.finditer(context)), len(context)]
    parts = [words(context[a:b], a) for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def counted(contexts: Sequence[str], bonus: float) -> SpanMatcher:
    """From the contexts alone; a stem not seen is as rare as one seen once."""
    counts = Counter(stem for context in contexts for stem in {stem for stem, _, _ in words(context)})
    shares = np.array([*counts.values(), 1], dtype=np.float64) / max(len(contexts), 1)
    rarity = np.asarray(-np.log(np.minimum(shares, 1.0)), dtype=np.float32)
    return SpanMatcher({stem: i for i, stem in enumerate(counts)}, rarity, bonus)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> SpanMatcher:
    """What `save` wrote."""
    rarity = tensors.read(folder / "model.safetensors", {"rarity": (len(facts.vocabulary) + 1,)})["rarity"]
    return SpanMatcher({stem: i for i, stem in enumerate(facts.vocabulary)}, rarity, facts.bonus, facts.threshold)
