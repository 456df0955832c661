"""Predictions leaving through stdout or into a file, a batch at a time."""

import csv
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from transferkit import tasks
from transferkit.disk import whole_file
from transferkit.progress import progress
from transferkit.shapes import Shape, labels
from transferkit.tagging.sentences import written

if TYPE_CHECKING:
    from transferkit.answer_records import Answers

log = logging.getLogger("transferkit")

Write = Callable[["Answers", bool], None]
WRITTEN = (".jsonl", ".csv")
_COUNTED = (".jsonl", ".csv", ".tsv")
_BLOCK = 2**22


def write_answers(path: Path | None, overwrite: bool = False) -> AbstractContextManager[Write]:
    """A function that writes answers: JSON lines to stdout, or what the suffix of `path` says.

    The file appears under its name when all is written, in the place of another if `overwrite`.
    """
    return _to_file(path, overwrite) if path else _to_stdout()


def predicted_lines(batches: "Iterator[Answers]", path: Path) -> "Iterator[Answers]":
    """`batches` unchanged, with progress: the time left where the rows of `path` can be counted quickly."""
    began, done, total = time.monotonic(), 0, _about_rows(path)
    if total is None:
        said = began
        for answers in batches:
            done += len(answers)
            yield answers
            if time.monotonic() - said > 15:
                said = time.monotonic()
                log.info("%d rows done, %.0f a second", done, done / (said - began))
    else:
        with progress("predicting", total) as advance:
            for answers in batches:
                done += len(answers)
                yield answers
                advance(len(answers))
    spent = time.monotonic() - began
    log.info("%d row%s predicted in %.1f s (%.0f a second)", done, "s" * (done != 1), spent, done / max(spent, 1e-9))


def _about_rows(path: Path) -> int | None:
    """Lines of a plain text file, which are its rows unless fields hold line ends."""
    if path.suffix not in _COUNTED or not path.is_file():
        return None
    with path.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(_BLOCK), b""))
    return max(1, lines)


@contextmanager
def _to_stdout() -> Iterator[Write]:
    yield lambda answers, every: _json_lines(sys.stdout, answers, every)
    sys.stdout.flush()


@contextmanager
def _to_file(path: Path, overwrite: bool) -> Iterator[Write]:
    with whole_file(path, overwrite) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        if path.suffix == ".csv":
            yield _CsvLines(file)
        else:
            yield lambda answers, every: _json_lines(file, answers, every)


def _json_lines(file: TextIO, answers: "Answers", every: bool) -> None:
    escaped = not str(file.encoding).lower().startswith("utf")
    for record in answers.records(every):
        file.write(json.dumps(record, ensure_ascii=escaped) + "\n")


class _CsvLines:
    def __init__(self, file: TextIO) -> None:
        self.writer = csv.writer(file)
        self.started = False

    def __call__(self, answers: "Answers", every: bool) -> None:
        labels = answers.labels if every else ()
        for record in answers.records(every):
            spread = record.pop("probabilities", None)
            if not self.started:
                self.writer.writerow([*record, *labels])
                self.started = True
            cells = [_cell(value, answers.name) for value in record.values()]
            self.writer.writerow([*cells, *(spread or dict.fromkeys(labels)).values()])


def _cell(value: Any, name: str) -> Any:
    """A value as a cell: words and tags with blanks between, several labels joined, entities as JSON."""
    if not isinstance(value, list):
        return value
    if any(isinstance(item, dict) for item in value) or (name == "tags" and not value):
        return json.dumps(value, ensure_ascii=False)
    return written(value) if name == "tags" else labels.cell(value, tasks.of_shape(Shape.LABELS).read_target)
