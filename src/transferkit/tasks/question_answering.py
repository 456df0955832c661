"""A question about a context: the answer is a span of it, or nothing (extractive question answering)."""

from collections.abc import Sequence
from typing import Any

from transferkit.data.answers import read
from transferkit.data.rows import Rows
from transferkit.tasks import Shape, Task


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
    usual={"text": ("question", "query"), "text_pair": ("context", "passage", "paragraph", "document")},
)
