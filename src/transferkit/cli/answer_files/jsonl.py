"""JSON lines: an object per row."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from json.encoder import encode_basestring, encode_basestring_ascii
from pathlib import Path
from types import NoneType
from typing import Any, TextIO

from transferkit.cli.answer_files import Columns, Write

TABLE = False
NESTED = True
_NUMBERS = {int, float, bool, NoneType}


@contextmanager
def opened(path: Path, marked: bool = False, delimiter: str = ",") -> Iterator[Write]:
    """See `AnswerFile`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        yield lambda columns: _print(file, columns)


@contextmanager
def on_stdout() -> Iterator[Write]:
    """What prints lines as they are written to a file."""
    yield lambda columns: _print(sys.stdout, columns)
    sys.stdout.flush()


def _print(file: TextIO, columns: Columns) -> None:
    escaped = not str(file.encoding).lower().startswith("utf")
    cells = [_encoded(values, escaped) for values in columns.values()]
    names = ", ".join(f"{name}: %s" for name in _encoded([name.replace("%", "%%") for name in columns], escaped))
    file.writelines(map(f"{{{names}}}\n".__mod__, zip(*cells, strict=True)))


def _encoded(values: Sequence[Any], escaped: bool) -> list[str]:
    """`values` as JSON, texts or numbers all at once."""
    encode, kinds = json.JSONEncoder(ensure_ascii=escaped).encode, {*map(type, values)}
    if kinds == {str}:
        return [*map(encode_basestring_ascii if escaped else encode_basestring, values)]
    if kinds and kinds <= _NUMBERS:
        return encode(list(values))[1:-1].split(", ")
    return [*map(encode, values)]
