"""JSON lines: one object per line, its keys are the columns."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from transferkit.errors import DataError
from transferkit.reading import compression
from transferkit.reading.collector import Collector, as_record
from transferkit.table.rows import Rows

_DECODER = json.JSONDecoder()


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file; a key that a line lacks is None there. Row numbers are line numbers."""
    rows = Collector(str(path))
    for number, line in compression.numbered(path, encoding=encoding):
        if not line.strip():
            continue
        rows.add_mapping(number, _object(line, path, number))
        if len(rows) == size:
            yield rows.flush()
    yield from rows.finish()


def _parsed(line: str) -> Any:
    """What `json.loads` makes of `line`, in half the time where nothing stands around the value."""
    try:
        value, end = _DECODER.raw_decode(line)
    except ValueError:
        end = -1
    return value if end == len(line) else json.loads(line)


def _object(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        value = as_record(_parsed(line))
    except RecursionError:
        raise DataError(f"{path}: row {number} has lists or objects too deep inside each other; flatten it") from None
    except ValueError as error:
        hint = "; if the whole file is one JSON document, call it .json" if number == 1 else ""
        raise DataError(f"{path}: row {number} is not valid JSON ({error}); fix that line{hint}") from None
    if not isinstance(value, dict):
        raise DataError(
            f"{path}: row {number}: expected a JSON object such as "
            f'{{"text": ..., "label": ...}}, found a {type(value).__name__}; write one object per line'
        )
    return value
