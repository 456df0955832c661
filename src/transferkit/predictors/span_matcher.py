"""Words of the question looked up in the context: the baseline for spans, in use."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import regex
from safetensors.numpy import save_file

from transferkit import predictors
from transferkit.answerers.span import Candidates, answers
from transferkit.arrays import Floats
from transferkit.language.words import RUN, signs, unbroken
from transferkit.predictors import Predictions, saving, write_facts
from transferkit.shapes import Shape
from transferkit.sources import tensors
from transferkit.table.rows import Rows

BONUSES = (0.0, 0.5, 1.0, 2.0)
"""What a candidate of the kind that is asked for may be worth."""

_WORD = regex.compile(f"{RUN}(?:['.,-]{RUN})*", regex.V1)
_WORD_OF_VERSION_1 = re.compile(r"\w+(?:['.,-]\w+)*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f\uff61])|\n+")
_STEM = 6  # letters of a word that count
_COMMON = 0.15  # words in a larger share of contexts are part of no answer's ends
_MOST_WORDS, _MOST_SIGNS = 6, 12
_BEST = 20
_LEAST = 5  # questions that have a word, for it to tell what kind of answer is asked for
_DIGIT, _CAPITAL, _OTHER = range(3)
_IN_ENGLISH = (
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
    asked: tuple[str, ...] | None = None
    by_script: bool = False


@dataclass(frozen=True)
class SpanMatcher:
    """`rarity` has the inverse document frequency of every stem of `vocabulary`, then that of stems not seen:
    (stems + 1,). `bonus` is for candidates of the kind asked for, in shares of what the question's words are worth
    together; `threshold` as in `training.answering.answers`. Which kind that is, English words tell, else `kinds` where
    there are any. `by_script` is false in artifacts of earlier versions, to which a clause without blanks is a word."""

    vocabulary: Mapping[str, int]
    rarity: Floats
    bonus: float
    threshold: float | None = None
    kinds: "Kinds | None" = None
    by_script: bool = True
    labels: tuple[str, ...] = ("start", "end")
    shape: Shape = Shape.SPAN

    @property
    def parameters(self) -> int:
        return int(self.rarity.size) + (0 if self.kinds is None else int(self.kinds.likelihoods.size))

    @property
    def plain_prompt(self) -> None:
        return None

    def spans(self, rows: Rows) -> Candidates:
        """The best spans of the contexts of `rows`; that there is none scores 0."""
        places = np.zeros((len(rows), _BEST, 2), dtype=np.int64)
        scores = np.full((len(rows), _BEST), -np.inf, dtype=np.float32)
        for i, (question, context) in enumerate(zip(rows["text"], rows["text_pair"], strict=True)):
            candidates = sorted(self._scored(question, context), key=lambda candidate: -candidate[0])[:_BEST]
            for j, (score, start, end) in enumerate(candidates):
                places[i, j], scores[i, j] = (start, end), score
        return Candidates(places, scores, np.zeros(len(rows), dtype=np.float32))

    def predict(self, rows: Rows) -> Predictions:
        return Predictions(answers(self.spans(rows), tuple(rows["text_pair"]), self.threshold))

    @saving
    def save(self, folder: Path) -> None:
        facts = Facts(
            vocabulary=tuple(self.vocabulary),
            by_script=self.by_script,
            bonus=float(self.bonus),
            threshold=None if self.threshold is None else float(self.threshold),
            asked=None if self.kinds is None else tuple(self.kinds.numbers),
        )
        write_facts(folder, facts)
        learned = {} if self.kinds is None else {"likelihoods": self.kinds.likelihoods}
        save_file({"rarity": self.rarity, **learned}, folder / "model.safetensors")

    def _worth(self, stem: str) -> float:
        return float(self.rarity[self.vocabulary.get(stem, -1)])

    def _scored(self, question: str, context: str) -> list[tuple[float, int, int]]:
        """(score, start, end) of every candidate: what the question's words in its sentence are worth, the nearer the
        more, and the bonus."""
        split = words if self.by_script else words_of_version_1
        worths = {stem: self._worth(stem) for stem, _, _ in split(question)}
        whole = sum(worths.values()) or 1.0
        fits = _wanted_in_english(question)
        if fits is None:
            fits = self.kinds.wanted(question) if self.kinds is not None else lambda _answer: 0.0
        most = _MOST_SIGNS if self.by_script and unbroken(context) else _MOST_WORDS
        candidates = []
        for sentence in _sentences(context, split):
            worth = np.array([worths.get(stem, 0.0) for stem, _, _ in sentence])
            said = sum(worths[stem] for stem in {stem for stem, _, _ in sentence} & worths.keys()) / whole
            for first, last in self._candidates(sentence, worth > 0, context, most):
                at = np.arange(len(sentence))
                away = np.maximum(np.maximum(first - at, at - last), 0)
                near = float((worth / (1 + away)).sum()) / whole
                start, end = sentence[first][1], sentence[last][2]
                candidates.append((2 * said + near + self.bonus * fits(context[start:end]) * said, start, end))
        return candidates or [(0.0, start, end) for _, start, end in split(context)[:1]]

    def _candidates(
        self, sentence: Sequence[Word], of_question: npt.NDArray[np.bool_], context: str, most: int
    ) -> list[tuple[int, int]]:
        """Runs of up to `most` words with nothing but blanks in between, which neither begin nor end with a common word
        or one of the question; those that cannot be made longer."""
        common = -np.log(_COMMON)
        inner = [not of_question[i] and self._worth(stem) >= common for i, (stem, _, _) in enumerate(sentence)]
        runs: list[tuple[int, int]] = []
        first = 0
        while first < len(sentence):
            last = first
            if inner[first]:
                for i in range(first + 1, min(first + most, len(sentence))):
                    if of_question[i] or context[sentence[i - 1][2] : sentence[i][1]].strip():
                        break
                    last = i if inner[i] else last
                runs.append((first, last))
            first = last + 1
        return runs


@dataclass(frozen=True)
class Kinds:
    """Naive Bayes: `likelihoods` (stems + 1, 3) has for every stem of `numbers` the logarithm of its share among the
    questions whose answers have a digit, begin with a capital, or neither; then that of their share of all."""

    numbers: Mapping[str, int]
    likelihoods: Floats

    def wanted(self, question: str) -> Callable[[str], float]:
        """How likely the kind of an answer is, given `question`."""
        at = {self.numbers[stem] for stem, _, _ in words(question) if stem in self.numbers}
        scores = self.likelihoods[[*at, len(self.numbers)]].sum(axis=0)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return lambda answer: float(shares[kind_of(answer)])


def kind_of(answer: str) -> int:
    if any(letter.isdigit() for letter in answer):
        return _DIGIT
    return _CAPITAL if answer[:1].isupper() else _OTHER


def kinds(questions: Sequence[str], answers: Sequence[Sequence[str]], weights: Floats | None = None) -> Kinds:
    """From questions that have answers; `weights` (questions,) says how often each counts, by default once."""
    every = np.ones(len(questions), dtype=np.float32) if weights is None else weights
    rows = zip(questions, answers, every.tolist(), strict=True)
    cases = [(question, kind_of(own[0]), weight) for question, own, weight in rows if own]
    question_stems = [{stem for stem, _, _ in words(question)} for question, _, _ in cases]
    counts: dict[str, float] = {}
    for stems, (_, _, weight) in zip(question_stems, cases, strict=True):
        for stem in stems:
            counts[stem] = counts.get(stem, 0.0) + weight
    numbers = {stem: i for i, stem in enumerate(stem for stem, count in counts.items() if count >= _LEAST)}
    of_kind = np.zeros(3)
    there = np.zeros((len(numbers), 3))
    for stems, (_, kind, weight) in zip(question_stems, cases, strict=True):
        of_kind[kind] += weight
        there[[numbers[stem] for stem in stems & numbers.keys()], kind] += weight
    likelihoods = np.log((there + 1) / (of_kind + 2))
    shares = np.log((of_kind + 1) / (of_kind.sum() + 3))
    return Kinds(numbers, np.vstack([likelihoods, shares]).astype(np.float32))


def _wanted_in_english(question: str) -> Callable[[str], float] | None:
    kind = next((kind for asking, kind in _IN_ENGLISH if asking.search(question)), None)
    return None if kind is None else lambda answer: float(bool(kind.search(answer)))


def words(text: str, start: int = 0) -> list[Word]:
    """The words of `text`, which begins at the character `start`: signs, where a script has no blanks between words."""
    return [part for match in _WORD.finditer(text) for part in _parts(match.group(), start + match.start())]


def _parts(word: str, start: int) -> list[Word]:
    pieces = [word] if word.isascii() else signs(word)
    if len(pieces) < 2:
        return [(word.lower()[:_STEM], start, start + len(word))]
    ends = [start + end for end in accumulate(map(len, pieces))]
    parts = [(part.lower()[:_STEM], end - len(part), end) for part, end in zip(pieces, ends, strict=True)]
    return [part for part in parts if any(map(str.isalnum, part[0]))]


def words_of_version_1(text: str, start: int = 0) -> list[Word]:
    return [
        (match.group().lower()[:_STEM], start + match.start(), start + match.end())
        for match in _WORD_OF_VERSION_1.finditer(text)
    ]


def _sentences(context: str, split: Callable[[str, int], list[Word]]) -> list[list[Word]]:
    bounds = [0, *(match.end() for match in _SENTENCE.finditer(context)), len(context)]
    parts = [split(context[a:b], a) for a, b in pairwise(bounds)]
    return [part for part in parts if part]


def counted(contexts: Sequence[str], bonus: float) -> SpanMatcher:
    """From the contexts alone; a stem not seen is as rare as one seen once."""
    counts = Counter(stem for context in contexts for stem in dict.fromkeys(stem for stem, _, _ in words(context)))
    shares = np.array([*counts.values(), 1], dtype=np.float64) / max(len(contexts), 1)
    rarity = np.asarray(-np.log(np.minimum(shares, 1.0)), dtype=np.float32)
    return SpanMatcher({stem: i for i, stem in enumerate(counts)}, rarity, bonus)


def load(folder: Path, facts: Facts, trust_remote_code: bool = False) -> SpanMatcher:
    """What `save` wrote."""
    sizes: dict[str, tensors.Size] = {"rarity": (len(facts.vocabulary) + 1,)}
    if facts.asked is not None:
        sizes["likelihoods"] = (len(facts.asked) + 1, 3)
    arrays, learned = tensors.read(folder / "model.safetensors", sizes), None
    if facts.asked is not None:
        learned = Kinds({stem: i for i, stem in enumerate(facts.asked)}, arrays["likelihoods"])
    vocabulary = {stem: i for i, stem in enumerate(facts.vocabulary)}
    return SpanMatcher(vocabulary, arrays["rarity"], facts.bonus, facts.threshold, learned, facts.by_script)
