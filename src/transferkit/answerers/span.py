"""From logits of tokens to answers: the best span over all windows of a question, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from transferkit.answerers import Answering
from transferkit.arrays import Floats, Ints

if TYPE_CHECKING:
    from transferkit.encoding.encoded import Passages
    from transferkit.encoding.readers import Read

_BEST = 20

READER = "contexts"

Structured = npt.NDArray[Any]


@dataclass(frozen=True)
class Candidates:
    """The best spans of every question: characters (rows, n, 2) and scores (rows, n), best first, -inf where there are
    fewer; `nothing` (rows,) is the score of there being no answer, the lowest over the windows."""

    spans: Ints
    scores: Floats
    nothing: Floats

    @property
    def margins(self) -> Floats:
        """How much likelier nothing is than the best span, (rows,)."""
        return np.asarray(self.nothing - self.scores[:, 0], dtype=np.float32)


def candidates(logits: Sequence[Floats] | Floats, passages: "Passages") -> Candidates:
    """From logits of start and end of every window, each (tokens, 2) or longer."""
    rows = len(passages.contexts)
    spans = np.zeros((rows, _BEST, 2), dtype=np.int64)
    scores = np.full((rows, _BEST), -np.inf, dtype=np.float32)
    nothing = np.full(rows, np.inf, dtype=np.float32)
    for window, (owner, offsets) in enumerate(zip(passages.owner, passages.offsets, strict=True)):
        nothing[owner] = min(nothing[owner], float(logits[window][passages.nowhere(window)].sum()))
        here, values = _best_of_window(logits[window][: len(offsets)], offsets, passages.longest)
        together = np.concatenate([scores[owner], values])
        order = np.argsort(-together, kind="stable")[:_BEST]
        spans[owner], scores[owner] = np.concatenate([spans[owner], here])[order], together[order]
    return Candidates(spans, scores, nothing)


def merged(lines: Sequence[Floats], read: "Read", answering: Answering) -> Candidates:
    """The best spans of every question over all windows of its context, from the logits of their tokens."""
    passages = read.examples.encoded.passages
    assert passages is not None
    return candidates(lines, passages)


def answered(merged: Candidates, read: "Read", answering: Answering) -> Structured:
    """See `answers`."""
    return answers(merged, tuple(read.rows["text_pair"]), answering.threshold)


def _best_of_window(logits: Floats, offsets: Ints, longest: int) -> tuple[Ints, Floats]:
    """Characters (n, 2) and scores (n,) of the best spans of a window, of at most `longest` tokens."""
    tokens = np.flatnonzero(offsets[:, 0] >= 0)
    if not len(tokens):
        return np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.float32)
    padded = np.concatenate([logits[tokens, 1], np.full(longest - 1, -np.inf, dtype=np.float32)])
    together = logits[tokens, 0][:, None] + np.lib.stride_tricks.sliding_window_view(padded, longest)
    count = min(_BEST, together.size)
    chosen = np.argpartition(-together, count - 1, axis=None)[:count]
    values = together.ravel()[chosen]
    chosen, values = chosen[np.isfinite(values)], values[np.isfinite(values)]
    first, more = np.divmod(chosen, longest)
    here = np.stack([offsets[tokens[first], 0], offsets[tokens[first + more], 1]], axis=1)
    return here, np.asarray(values, dtype=np.float32)


def answers(best_spans: Candidates, contexts: tuple[str, ...], threshold: float | None) -> Structured:
    """The best span of every question as (answer, start, end, score); characters, and a probability among the best.

    The answer is "" (from 0 to 0) where nothing is likelier by more than `threshold`; None: never.
    """
    texts, places, sure = [], [], []
    none = np.zeros(len(contexts), dtype=bool) if threshold is None else best_spans.margins > threshold
    for i, context in enumerate(contexts):
        start, end = (0, 0) if none[i] else _stripped(context, *best_spans.spans[i, 0].tolist())
        texts.append(context[start:end])
        places.append((start, end))
        sure.append(_probability(best_spans, i, bool(none[i]), threshold))
    return structured(texts, places, sure)


def structured(texts: list[str], places: list[tuple[int, int]], scores: list[float]) -> Structured:
    """Answers as `Predictions.outputs` has them."""
    width = max(map(len, texts), default=1) or 1
    kind = [("answer", f"<U{width}"), ("start", np.int64), ("end", np.int64), ("score", np.float32)]
    return np.array([(text, *place, score) for text, place, score in zip(texts, places, scores, strict=True)], kind)


def _stripped(context: str, start: int, end: int) -> tuple[int, int]:
    text = context[start:end]
    return start + len(text) - len(text.lstrip()), end - len(text) + len(text.rstrip())


def _probability(best_spans: Candidates, row: int, none: bool, threshold: float | None) -> float:
    scores = best_spans.scores[row]
    scores = scores[np.isfinite(scores)].astype(np.float64)
    if threshold is not None:
        scores = np.append(scores, best_spans.nothing[row] - threshold)
    if not len(scores):
        return 0.0
    shares = np.exp(scores - scores.max())
    return float(shares[-1 if none else 0] / shares.sum())


def best_threshold(margins: Floats, of_answers: Floats, of_nothing: Floats) -> float:
    """The threshold on `margins` under which the mean quality is highest, given the quality of every row's answer and
    that of answering nothing (as the official script of SQuAD 2.0 does, Rajpurkar et al. 2018)."""
    order = np.argsort(margins, kind="stable")
    sorted_margins = margins[order].astype(np.float64)
    # After i rows in order of margin: these are answered, the rest is not.
    answered = np.concatenate([[0.0], np.cumsum(of_answers[order])])
    nothing = of_nothing.sum() - np.concatenate([[0.0], np.cumsum(of_nothing[order])])
    best = int(np.argmax(answered + nothing))
    if best == 0:
        return float(sorted_margins[0] - 1)
    if best == len(order):
        return float(sorted_margins[-1] + 1)
    return float((sorted_margins[best - 1] + sorted_margins[best]) / 2)


def predictions(logits: Floats, prior: float = 0.0) -> Floats:
    """Logits of tokens as they are: `candidates` makes spans of them."""
    return logits


def logits(predictions: Floats) -> Floats:
    return predictions
