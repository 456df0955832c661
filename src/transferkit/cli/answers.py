"""Answers on their way out, with progress: to stdout or into a file, a batch at a time."""

import logging
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from transferkit.cli import answer_files
from transferkit.cli.answer_files import Write, jsonl
from transferkit.disk import whole_file
from transferkit.progress import progress

if TYPE_CHECKING:
    from transferkit.answer_records import Answers

log = logging.getLogger("transferkit")

_COUNTED = (".jsonl", ".csv", ".tsv", ".txt")
_BLOCK = 2**22


def write_answers(
    path: Path | None, overwrite: bool = False, marked: bool = False, delimiter: str = ","
) -> AbstractContextManager[Write]:
    """A function that writes answers: JSON lines to stdout, or what the suffix of `path` says.

    The file appears under its name when all is written, in the place of another if `overwrite`; `marked` and
    `delimiter` as in `AnswerFile`.
    """
    return _to_file(path, overwrite, marked, delimiter) if path else jsonl.on_stdout()


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
def _to_file(path: Path, overwrite: bool, marked: bool, delimiter: str) -> Iterator[Write]:
    form = answer_files.of(path)
    with whole_file(path, overwrite) as draft, form.opened(draft, marked, delimiter) as write:
        yield write
