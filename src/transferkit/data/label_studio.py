"""Label Studio's JSON export of marked texts, as rows with a text and its entities."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from transferkit.data.rows import Rows
from transferkit.errors import DataError

_DATA, _ANNOTATIONS = "data", ("annotations", "completions")
_KINDS = ("labels", "hypertextlabels")
TEXT, ENTITIES = "text", "entities"
COLUMNS = (_DATA, *_ANNOTATIONS)

log = logging.getLogger("transferkit")


def unpacked(rows: Rows) -> Rows:
    """Columns `text` and `entities` in place of `data` and `annotations`; other rows as they are.

    Of several annotations of a text the first that was not cancelled is read, which is said; a text without any has no
    entities given (None). Raises `DataError` for texts that cannot be told.
    """
    name = next((name for name in _ANNOTATIONS if name in rows), None)
    if name is None or _DATA not in rows:
        return rows
    several = []
    texts, entities = [], []
    for i, (data, given) in enumerate(zip(rows[_DATA], rows[name], strict=True)):
        where = f"{rows.source}: row {rows.numbers[i]}" if rows.source else f"row {rows.numbers[i]}"
        texts.append(_text(_read(data), where))
        found = [each for each in _read(given) or [] if isinstance(each, Mapping) and not each.get("was_cancelled")]
        if len(found) > 1:
            several.append(int(rows.numbers[i]))
        entities.append(_entities(found[0], where) if found else None)
    if several:
        log.warning(
            "%s: %d rows have several annotations (row %d and others); the first of each is read",
            *(rows.source or "data", len(several), several[0]),
        )
    others = {key: cells for key, cells in rows.columns.items() if key not in (_DATA, name, TEXT, ENTITIES)}
    return replace(rows, columns={TEXT: texts, ENTITIES: entities, **others})


def _read(cell: Any) -> Any:
    """`cell`, which tables have as text."""
    if isinstance(cell, str) and cell.strip()[:1] in ("{", "["):
        try:
            return json.loads(cell)
        except ValueError:
            return cell
    return cell


def _text(data: Any, where: str) -> str:
    if isinstance(data, Mapping):
        found = {key: value for key, value in data.items() if isinstance(value, str)}
        if isinstance(data.get(TEXT), str):
            return str(data[TEXT])
        if len(found) == 1:
            return next(iter(found.values()))
    raise DataError(
        f"{where}, column {_DATA!r}: expected Label Studio's data with one text, such as "
        f'{{"text": ...}}, found {data!r:.60}; leave out its other texts'
    )


def _entities(annotation: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """The marks in an annotation; what else it holds (relations, choices) says nothing about words."""
    marks = []
    for result in annotation.get("result") or ():
        value = result.get("value") if isinstance(result, Mapping) else None
        if not isinstance(value, Mapping) or result.get("type") not in _KINDS:
            continue
        labels: list[Any] = value.get("labels") or value.get("hypertextlabels") or []
        if len(labels) != 1:
            raise DataError(
                f"{where}: expected one label per entity, found {len(labels)} ({', '.join(map(str, labels))}); a word "
                "has one tag"
            )
        marks.append(
            {"start": value.get("start"), "end": value.get("end"), "label": labels[0], "text": value.get("text")}
        )
    return marks
