"""`.json`: rows as an array, as an array under a key, as columns, in a published form (`documents`), or JSON lines."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from transferkit.errors import DataError, shown
from transferkit.reading import compression, documents, json_lines
from transferkit.reading.collector import Collector
from transferkit.table.column_names import ALIASES
from transferkit.table.rows import Note, Rows

log = logging.getLogger("transferkit")

SUFFIXES = (".json",)
BINARY = False
_WHOLE_ROW = {*ALIASES["text"], "prompt", "instruction"}
_LISTS = {"tokens", "words", "messages", "conversations", "conversation", "prompt", "completion", "chosen"}
_BLANKS = re.compile(r"\s*")
_ROWS, _ROW = ("data", "rows"), "row"
"""Usual names of the array where a document has several."""


def batches(path: Path, size: int, encoding: str) -> Iterator[Rows]:
    """Rows of the file, numbered in their order, in JSON lines by their lines. Keys are columns; one that a row lacks
    is None there."""
    if _is_lines(path, encoding):
        yield from json_lines.batches(path, size, encoding)
        return
    rows, whole = Collector(str(path)), _whole(path, encoding)
    notes = _left_out(whole)
    for number, record in enumerate(_records(whole, path), start=1):
        if not isinstance(record, dict):
            raise DataError(
                f'{path}: row {number}: expected an object such as {{"text": ..., "label": ...}}, found '
                f"{shown(record, 60)}; write every row as one"
            )
        rows.add_mapping(number, record)
        if len(rows) == size:
            yield replace(rows.flush(), notes=notes)
            notes = ()
    yield from (replace(last, notes=notes) for last in rows.finish())


def _left_out(whole: Any) -> tuple[Note, ...]:
    """A note on arrays of rows beside the one that is read."""
    shape = _shape(whole) if isinstance(whole, dict) and documents.of(whole) is None else None
    if not shape:
        return ()
    left = {name: rows for name, rows in whole.items() if name != shape and isinstance(rows, list) and _objects(rows)}
    listed = ", ".join(f"{name!r} ({len(rows):,})" for name, rows in left.items() if rows)
    if not listed:
        return ()
    message = f"rows are read from {shape!r} ({len(whole[shape]):,}), not from {listed}"
    return (Note("not-read", message, (), "to read these, write them to a file of their own"),)


def _is_lines(path: Path, encoding: str) -> bool:
    """Whether the first line with anything in it is an object of its own, which no document of the whole file is."""
    lines = (line for line in compression.lines(path, encoding) if line.strip())
    try:
        text = next(lines, "")
        first = None if text.lstrip().startswith("[") else json.loads(text)
    except (compression.LongLineError, ValueError, RecursionError):
        return False
    if not isinstance(first, dict):
        return False
    return next(lines, None) is not None or (documents.of(first) is None and _is_row(first))


def _is_row(record: Mapping[str, Any]) -> bool:
    """Whether an object is a row rather than a document of many: it has a text, words or messages, or no lists."""
    lists = {name.lower() for name, value in record.items() if isinstance(value, list | dict)}
    return not lists or bool(_WHOLE_ROW & ({name.lower() for name in record} - lists)) or bool(_LISTS & lists)


def _whole(path: Path, encoding: str) -> Any:
    """The document, or a list of the objects that stand one after the other."""
    text = compression.whole_text(path, encoding)
    decoder, values, at = json.JSONDecoder(), [], 0
    try:
        while (start := _blanks(text, at)) < len(text):
            value, at = decoder.raw_decode(text, start)
            values.append(value)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise DataError(
            f"{path}: is not JSON{f' from line {line} on' if line else ''} ({error}); expected an array of objects, or "
            "one object per line; fix it there"
        ) from None
    return values[0] if len(values) == 1 else values


def _blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _records(whole: Any, path: Path) -> Iterator[Any]:
    form = documents.of(whole)
    if form is not None:
        return form.records(whole, path)
    if isinstance(whole, list):
        return iter(whole)
    shape = _shape(whole) if isinstance(whole, dict) else None
    if shape is None:
        keys = ", ".join(map(repr, list(whole)[:5])) if isinstance(whole, dict) else shown(whole, 40)
        raise DataError(
            f"{path}: expected rows as an array of objects, such an array under one key, or one object per line; found "
            f"one document with {keys or 'nothing in it'}; write a list of its rows"
        )
    if shape in whole:
        left = [name for name in whole if name != shape]
        log.info("%s: rows read from %r%s", path, shape, f", not from {', '.join(map(repr, left))}" if left else "")
        rows = whole[shape]
        nested = all(isinstance(row.get(_ROW), dict) for row in rows)  # as the hub's viewer gives them
        return iter([row[_ROW] for row in rows] if nested else rows)
    if isinstance(first := next(iter(whole.values())), dict) and _WHOLE_ROW & {name.lower() for name in first}:
        return iter(whole.values())  # rows under names of their own
    return _of_columns(whole)


def _shape(whole: Mapping[str, Any]) -> str | None:
    """The key of the array of rows; "" where the keys are columns; None where it is neither."""
    arrays = [name for name, value in whole.items() if isinstance(value, list) and value and _objects(value)]
    chosen = [name for name in _ROWS if name in arrays] or arrays
    if len(chosen) == 1:
        return chosen[0]
    values = list(whole.values())
    as_lists = len(values) > 1 and all(isinstance(value, list) for value in values)
    as_mappings = bool(values) and all(isinstance(value, dict) for value in values)
    alike = (as_lists and len({len(value) for value in values}) == 1) or (
        as_mappings and len({tuple(value) for value in values}) == 1
    )
    return "" if alike and not arrays and values[0] else None


def _objects(value: list[Any]) -> bool:
    return all(isinstance(item, dict) for item in value)


def _of_columns(whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows of columns as lists, or as pandas writes them: under the number of each row."""
    columns = {name: list(value.values()) if isinstance(value, dict) else value for name, value in whole.items()}
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))
