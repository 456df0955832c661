"""A question about a context: the answer is a span of it, or nothing (extractive question answering)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from transferkit.data import printed
from transferkit.data.answers import read
from transferkit.data.rows import Rows
from transferkit.data.values import missing
from transferkit.tasks import Shape, Task


def unpacked(rows: Rows) -> Rows:
    """`rows` whose answers have the places that a column of its own gives, and none where they are impossible."""
    name = next((name for name in ("answers", "answer") if name in rows), None)
    places, impossible = rows.columns.get("answer_start"), rows.columns.get("is_impossible")
    if name is None or (places is None and impossible is None):
        return rows
    cells = list(rows[name])
    if places is not None:
        alone = [
            isinstance(cell, str) and not printed.looks_so(cell) and not missing(at)
            for cell, at in zip(cells, places, strict=True)
        ]
        cells = [
            {"text": [cell], "answer_start": [at]} if both else cell
            for cell, at, both in zip(cells, places, alone, strict=True)
        ]
    if impossible is not None:
        cells = [
            [] if str(holds).strip().lower() in _HOLDS else cell for cell, holds in zip(cells, impossible, strict=True)
        ]
    return replace(rows, columns={**rows.columns, name: cells})


_HOLDS = ("true", "1", "1.0")


def _ends(_rows: Rows) -> tuple[str, ...]:
    return ("start", "end")


def _encode_target(value: Any, _labels: Sequence[str]) -> list[str]:
    """The texts alone: an answer is right wherever it stands."""
    return [text for text, _ in value]


def _decode(outputs: Any, _labels: Sequence[str]) -> list[Any]:
    return [str(answer) for answer in outputs["answer"]]


TASK = Task(
    name="question-answering",
    shape=Shape.SPAN,
    inputs=("text", "text_pair"),
    optional_inputs=(),
    target="answers",
    metrics=("token_f1", "exact_match", "has_answer_f1", "has_answer_exact", "no_answer_exact"),
    main_metric="token_f1",
    read_target=read,
    collect_labels=_ends,
    encode_target=_encode_target,
    decode=_decode,
    unpack=unpacked,
    unpacks=("answer_start", "is_impossible"),
    usual={"text": ("question", "query"), "text_pair": ("context", "passage", "paragraph", "document")},
)
