"""A row of the run with the answer that a route gave to it, to be shown where somebody learns how to use the model."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.data import content, label_types
from transferkit.evaluation.results import RouteResult, RunResult
from transferkit.language.parting import learned
from transferkit.language.words import joined
from transferkit.shapes import Shape
from transferkit.tagging.tags import spans
from transferkit.tasks import multi_label_classification

_LOOKED_AT = 500
_SHORT, _USUAL, _LONGEST = 16, 60, 800


@dataclass(frozen=True)
class Example:
    """`texts` are the inputs of one row, `answer` is what the route answered, as a person reads it."""

    texts: tuple[str, ...]
    answer: str

    @property
    def given(self) -> str:
        """The one row as Python writes it for `predict`."""
        texts = ", ".join(json.dumps(text, ensure_ascii=False) for text in self.texts)
        return f"[{texts}]" if len(self.texts) == 1 else f"[({texts})]"


def example(result: RunResult, route: RouteResult) -> Example | None:
    """A test row of a handy length, one that is answered rightly if there is one; None where all are too long to be
    shown."""
    rows, task = result.splits.test, result.task
    first = rows.take(range(min(len(rows), _LOOKED_AT)))
    kinds = content.inputs(first, task)
    texts = [tuple(kind.shown(first[name][i]) for name, kind in kinds.items()) for i in range(len(first))]
    wrong = _wrong(result, route, len(first))
    fitting = [i for i, row in enumerate(texts) if _printable(row) and sum(map(len, row)) <= _LONGEST]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda i: (bool(wrong[i]), *_unhandy(sum(map(len, texts[i]))), i))
    given = tuple(_as_written(text, result) for text in texts[chosen]) if task.shape.form.OF_WORDS else texts[chosen]
    return Example(given, _answer(result, route, chosen, texts[chosen]))


def _as_written(text: str, result: RunResult) -> str:
    """A text of words with blanks between them as its script writes it, where the model parts that into the same."""
    words = text.split(" ")
    written = joined(words)
    places = learned(result.splits.train["text"]).places(written)
    return written if [written[start:end] for start, end in places] == words else text


def _unhandy(length: int) -> tuple[bool, int]:
    return length < _SHORT, abs(length - _USUAL)


def _printable(texts: Sequence[str]) -> bool:
    """Texts that a line of code can hold, without lone surrogates and signs that are not printed."""
    return all(text.strip() and text.replace("\n", "").isprintable() for text in texts)


def _wrong(result: RunResult, route: RouteResult, count: int) -> Sequence[float]:
    """How far each of the first `count` answers is from being right; 0 for a right one."""
    task, outputs = result.task, route.outputs[:count]
    truth = task.references(result.splits.test.take(range(count)))
    if task.shape is Shape.VALUE:
        errors = np.abs(np.asarray(outputs)[:, 0] - np.asarray(truth))
        return list(np.where(errors > np.median(errors), 1.0, 0.0)) if count else []
    if task.shape is Shape.LABELS:
        given = multi_label_classification.given(outputs, len(task.labels))
        return list((given != (np.asarray(truth) > 0)).any(axis=1).astype(float))
    if task.shape is Shape.LABEL:
        return list((np.asarray(outputs).argmax(axis=1) != np.asarray(truth)).astype(float))
    answers = task.decode(outputs, task.labels)
    if task.shape is Shape.TAGS:  # a text without any entity shows nothing
        pairs = zip(answers, truth, strict=True)
        return [float(list(ours) != list(true) or not spans(true)) for ours, true in pairs]
    return [float(answer not in true) for answer, true in zip(answers, truth, strict=True)]


def _answer(result: RunResult, route: RouteResult, i: int, texts: Sequence[str]) -> str:
    task = result.task
    (answer,) = task.decode(route.outputs[i : i + 1], task.labels)
    if task.shape is Shape.TAGS:
        words = texts[0].split(" ")
        found = [f"{joined(words[start:end])}: {kind}" for kind, start, end in spans(answer)]
        return ", ".join(found) or "no entity"
    if task.shape.form.CLASSES:
        typed = {label: label_types.typed(label, result.splits.label_type) for label in task.labels}
        answer = [typed[label] for label in answer] if isinstance(answer, list | tuple) else typed[answer]
    return _shown(answer)


def _shown(answer: Any) -> str:
    if isinstance(answer, np.floating) or (isinstance(answer, float) and not answer.is_integer()):
        return f"[{float(answer):.4g}]"
    return f"[{list(answer)!r}]" if isinstance(answer, list | tuple) else f"[{answer!r}]"
