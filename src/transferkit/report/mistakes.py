"""Where routes are wrong: the surest misses of one, and the rows that all of them miss."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from transferkit.evaluation.results import RouteResult, RunResult

MOST = 12
LONGEST = 320


@dataclass(frozen=True)
class Mistake:
    """A test row and the wrong answer: `number` is its row in the source, `confidence` the answer's probability.

    `predicted` is the answer, or answers, most given first.
    """

    number: int
    text: str
    text_pair: str | None
    true: str
    predicted: str
    confidence: float


def worst_mistakes(result: RunResult, route: RouteResult, most: int = MOST) -> list[Mistake]:
    """The wrong answers `route` is surest of."""
    truth = np.asarray(result.task.references(result.splits.test))
    answers, confidence = route.probabilities.argmax(axis=1), route.probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != truth)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    return [_mistake(result, int(i), [result.task.labels[answers[i]]], float(confidence[i])) for i in order]


def missed_by_all(result: RunResult, most: int = MOST) -> tuple[int, list[Mistake]]:
    """How many test rows every route gets wrong, and those they are surest of (mean confidence)."""
    truth = np.asarray(result.task.references(result.splits.test))
    answers = np.stack([route.probabilities.argmax(axis=1) for route in result.routes])
    confidence = np.stack([route.probabilities.max(axis=1) for route in result.routes]).mean(axis=0)
    wrong = np.flatnonzero((answers != truth).all(axis=0))
    order = wrong[np.argsort(-confidence[wrong], kind="stable")][:most]
    rows = []
    for i in order:
        given = np.bincount(answers[:, i], minlength=len(result.task.labels))
        names = [result.task.labels[label] for label in np.argsort(-given, kind="stable") if given[label]]
        rows.append(_mistake(result, int(i), names, float(confidence[i])))
    return len(wrong), rows


def confused_pairs(result: RunResult, route: RouteResult, most: int = 5) -> list[tuple[str, str, int]]:
    """The most frequent (true, predicted, rows) confusions."""
    counts = route.scores.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    cells = [np.unravel_index(int(i), counts.shape) for i in order]
    labels = result.task.labels
    return [(labels[i], labels[j], int(counts[i, j])) for i, j in cells if counts[i, j]]


def _mistake(result: RunResult, i: int, answers: Sequence[str], confidence: float) -> Mistake:
    rows = result.splits.test
    text, pair = rows.take([i]).inputs()[0]
    return Mistake(
        number=int(rows.numbers[i]),
        text=clipped(text),
        text_pair=None if pair is None else clipped(pair),
        true=str(rows[result.task.target][i]),
        predicted=", ".join(answers),
        confidence=confidence,
    )


def clipped(text: str, longest: int = LONGEST) -> str:
    """`text` up to `longest` characters, saying how many there are when it is cut."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()} … ({len(text):,} characters)"
