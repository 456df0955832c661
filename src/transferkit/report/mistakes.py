"""Where routes are wrong: all wrong answers of one route, the worst first, and the rows that every route gets wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transferkit import metrics
from transferkit.artifact.predictions import cell
from transferkit.data import content
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.language.words import joined
from transferkit.shapes import Shape
from transferkit.tagging.tags import Span, spans
from transferkit.tasks import multi_label_classification

MOST = 5_000
"""Of one route: a page with more would be slow to open, and all are in predictions.csv."""
LONGEST = 400
NOTHING = "–"  # noqa: RUF001


@dataclass(frozen=True)
class Mistake:
    """A test row and the wrong answer: `number` is its row in the source.

    `predicted` is the answer, or answers, most given first. `measure` is the probability of a wrong label, the
    F1 of a set of labels or of an answer, or by how much a number is wrong.
    """

    number: int
    text: str
    text_pair: str | None
    true: str
    predicted: str
    measure: float


@dataclass(frozen=True)
class Mistakes:
    """`rows` are at most `MOST` of `count`."""

    count: int
    rows: Sequence[Mistake]


def mistakes(result: RunResult, route: RouteResult) -> Mistakes:
    """The wrong answers of `route`: the most confident ones first, or those that are furthest from the truth."""
    form = result.task.shape.form
    if form.OF_WORDS:
        return _most_missed(result, route)
    if form.AS_TEXTS:
        return _least_alike(result, route)
    if not form.ONE_CLASS:
        return _furthest(result, route)
    truth = np.asarray(result.task.references(result.splits.test))
    answers, confidence = route.outputs.argmax(axis=1), route.outputs.max(axis=1)
    wrong = np.flatnonzero(answers != truth)
    order = wrong[np.argsort(-confidence[wrong], kind="stable")]
    labels = result.task.labels
    return Mistakes(
        len(order), [_mistake(result, int(i), [labels[answers[i]]], float(confidence[i])) for i in order[:MOST]]
    )


def missed_by_all(result: RunResult) -> Mistakes:
    """The test rows that every route gets wrong, by mean confidence; none where answers are not simply right or
    wrong."""
    if not result.task.shape.form.ONE_CLASS:
        return Mistakes(0, ())
    truth = np.asarray(result.task.references(result.splits.test))
    answers = np.stack([route.outputs.argmax(axis=1) for route in result.routes])
    confidence = np.stack([route.outputs.max(axis=1) for route in result.routes]).mean(axis=0)
    wrong = np.flatnonzero((answers != truth).all(axis=0))
    order = wrong[np.argsort(-confidence[wrong], kind="stable")]
    rows = []
    for i in order[:MOST]:
        votes = np.bincount(answers[:, i], minlength=len(result.task.labels))
        names = [result.task.labels[label] for label in np.argsort(-votes, kind="stable") if votes[label]]
        rows.append(_mistake(result, int(i), names, float(confidence[i])))
    return Mistakes(len(order), rows)


def _furthest(result: RunResult, route: RouteResult) -> Mistakes:
    """Numbers by how far they are wrong, sets of labels by their F1."""
    task = result.task
    truth, outputs = np.asarray(task.references(result.splits.test)), np.asarray(route.outputs)
    if task.shape is Shape.VALUE:
        measure = np.abs(outputs[:, 0] - truth)
        order = np.argsort(-measure, kind="stable")
    else:
        predicted = multi_label_classification.given(outputs, len(task.labels))
        measure = 2 * (predicted & (truth > 0)).sum(axis=1) / np.maximum(predicted.sum(axis=1) + truth.sum(axis=1), 1)
        wrong = np.flatnonzero((predicted != truth).any(axis=1))
        order = wrong[np.lexsort((-(predicted != truth).sum(axis=1)[wrong], measure[wrong]))]
    answers = task.decode(outputs, task.labels)
    rows = [_mistake(result, int(i), [_shown(cell(answers[i], task))], float(measure[i])) for i in order[:MOST]]
    return Mistakes(len(order), rows)


def _most_missed(result: RunResult, route: RouteResult) -> Mistakes:
    """The rows with most spans wrong; spans are shown as words with their type, the measure is the row's F1."""
    rows, differences = result.splits.test, []
    answers = result.task.decode(route.outputs, result.task.labels)
    for i, (ours, true) in enumerate(zip(answers, result.task.references(rows), strict=True)):
        a, b = set(spans(ours)), set(spans(true))
        if a != b:
            differences.append((len(a ^ b), 2 * len(a & b) / max(len(a) + len(b), 1), i, sorted(a - b), sorted(b - a)))
    worst = sorted(differences, key=lambda difference: (-difference[0], difference[1]))
    found = [
        replace(_mistake(result, i, [_named(rows["text"][i], ours)], f1), true=_named(rows["text"][i], true))
        for _, f1, i, ours, true in worst[:MOST]
    ]
    return Mistakes(len(worst), found)


def _least_alike(result: RunResult, route: RouteResult) -> Mistakes:
    """The rows whose answer shares least with what it should be, by F1 over words, the most confident first where it
    comes with a score."""
    task, rows = result.task, result.splits.test
    answers, truth = task.decode(route.outputs, task.labels), task.references(rows)
    pairs = zip(answers, truth, strict=True)
    values = np.array([metrics.compute("token_f1", [answer], [true]) for answer, true in pairs])
    sure = route.outputs["score"] if route.outputs.dtype.names else np.zeros(len(values))
    order = [int(i) for i in np.lexsort((-sure, values)) if values[i] < 1]
    found = [_mistake(result, i, [clipped(answers[i]) or NOTHING], float(values[i])) for i in order[:MOST]]
    return Mistakes(
        len(order),
        [replace(mistake, true=_any_of(truth[i])) for mistake, i in zip(found, order, strict=False)],
    )


def _any_of(true: Sequence[str]) -> str:
    return clipped(" / ".join(dict.fromkeys(true))) or NOTHING


def _named(text: str, entities: Sequence[Span]) -> str:
    words = text.split(" ")
    return "; ".join(f"{joined(words[start:end])} ({kind})" for kind, start, end in entities) or NOTHING


def confused_pairs(result: RunResult, route: RouteResult, most: int = 5) -> list[tuple[str, str, int]]:
    """The most frequent (true, predicted, rows) confusions."""
    counts = route.scores.confusion.copy()
    np.fill_diagonal(counts, 0)
    order = np.argsort(-counts, axis=None, kind="stable")[:most]
    cells = [np.unravel_index(int(i), counts.shape) for i in order]
    labels = result.task.labels
    return [(labels[i], labels[j], int(counts[i, j])) for i, j in cells if counts[i, j]]


def _mistake(result: RunResult, i: int, answers: Sequence[str], measure: float) -> Mistake:
    rows = result.splits.test
    text, *pair = (kind.shown(rows[name][i]) for name, kind in content.inputs(rows, result.task).items())
    text = joined(text.split(" ")) if result.task.shape.form.OF_WORDS else text
    return Mistake(
        number=int(rows.numbers[i]),
        text=clipped(text),
        text_pair=clipped(pair[0]) if pair else None,
        true=_shown(cell(rows[result.task.target][i], result.task)),
        predicted=", ".join(answers),
        measure=measure,
    )


def _shown(answer: object) -> str:
    """A cell for a reader: no label at all, which a table writes as [], is a dash."""
    return NOTHING if answer == "[]" else str(answer)


def clipped(text: str, longest: int = LONGEST) -> str:
    """`text` up to `longest` characters, saying how many there are when it is cut."""
    return text if len(text) <= longest else f"{text[:longest].rstrip()} … ({len(text):,} characters)"
