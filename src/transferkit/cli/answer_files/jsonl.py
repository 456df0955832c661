"""JSON lines: an object per row."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from transferkit.cli.answer_files import Line, Write

TABLE = False
NESTED = True


@contextmanager
def opened(path: Path, marked: bool = False, delimiter: str = ",") -> Iterator[Write]:
    """See `AnswerFile`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield lambda lines: _print(file, lines)


@contextmanager
def on_stdout() -> Iterator[Write]:
    """What prints lines as they are written to a file."""
    yield lambda lines: _print(sys.stdout, lines)
    sys.stdout.flush()


def _print(file: TextIO, lines: Sequence[Line]) -> None:
    escaped = not str(file.encoding).lower().startswith("utf")
    encode = json.JSONEncoder(ensure_ascii=escaped).encode
    file.writelines(encode(line) + "\n" for line in lines)
