"""A question about a context: the answer is a span of it, or nothing (extractive question answering)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from transferkit.data import questions
from transferkit.data.columns import by_name
from transferkit.errors import shown
from transferkit.kinds.text import KIND as TEXT
from transferkit.shapes import Shape
from transferkit.table import printed
from transferkit.table.rows import Rows
from transferkit.table.values import missing
from transferkit.tagging.answers import read
from transferkit.tasks import Sign, Task

_ANSWERS, _PLACES = ("answers", "answer", "answer_text"), ("answer_start", "answer_starts")


def unpacked(rows: Rows) -> Rows:
    """`rows` whose answers have the places that a column of its own gives, and none where they are impossible."""
    name = next((name for name in _ANSWERS if name in rows), None)
    places = next((rows[column] for column in _PLACES if column in rows), None)
    impossible = rows.columns.get("is_impossible")
    if name is None or (places is None and impossible is None):
        return rows
    cells = list(rows[name])
    if places is not None:
        cells = [_placed(cell, at) for cell, at in zip(cells, places, strict=True)]
    if impossible is not None:
        cells = [
            [] if str(holds).strip().lower() in _HOLDS else cell for cell, holds in zip(cells, impossible, strict=True)
        ]
    return replace(rows, columns={**rows.columns, name: cells})


def _placed(cell: Any, at: Any) -> Any:
    """An answer, or a list of texts, with the places beside it; the cell as it is where these are not as many."""
    texts, starts = _listed(cell), _listed(at)
    if texts is None or starts is None or len(texts) != len(starts) or not all(isinstance(text, str) for text in texts):
        return cell
    return {"text": texts, "answer_start": starts}


def _listed(cell: Any) -> list[Any] | None:
    """The list that a cell is or has written in it, another cell alone; None where there is nothing."""
    if missing(cell) or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, str) and printed.looks_so(cell):
        try:
            cell = printed.parsed(cell)
        except ValueError:
            return None
    if isinstance(cell, dict):
        return None
    return list(cell) if hasattr(cell, "__iter__") and not isinstance(cell, str) else [cell]


_HOLDS = ("true", "1", "1.0")


def _ends(_rows: Rows) -> tuple[str, ...]:
    return ("start", "end")


def _encode_target(value: Any, _labels: Sequence[str]) -> list[str]:
    """The texts alone: an answer is right wherever it stands."""
    return [text for text, _ in value]


def _decode(outputs: Any, _labels: Sequence[str]) -> list[Any]:
    return [str(answer) for answer in outputs["answer"]]


_SOME = 200


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Questions, contexts, and answers that stand in these."""
    made = unpacked(rows.take(range(min(len(rows), _SOME))))
    columns = by_name(list(made.columns), TASK, asked, True)
    if columns.keys() != {*TASK.inputs, TASK.target}:
        return None
    if not questions.are_placed(made[columns["text_pair"]], made[columns[TASK.target]]):
        return None
    listed = ", ".join(shown(raw, 60) for raw in columns.values())
    return Sign(f"columns {listed} are questions, contexts and answers that appear in them", True)


TASK = Task(
    name="question-answering",
    shape=Shape.SPAN,
    inputs={"text": TEXT, "text_pair": TEXT},
    optional_inputs={},
    target="answers",
    metrics=("token_f1", "exact_match", "has_answer_f1", "has_answer_exact", "no_answer_exact"),
    main_metric="token_f1",
    read_target=read,
    collect_labels=_ends,
    encode_target=_encode_target,
    decode=_decode,
    unpack=unpacked,
    recognised=_recognised,
    unpacks=(*_PLACES, "is_impossible"),
    usual={
        "answers": _ANSWERS,
        "text": ("question", "query"),
        "text_pair": ("context", "passage", "paragraph", "document"),
    },
)
