"""Entities given as places in a text: how cells write them."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_START = ("start", "startoffset", "begin", "beginoffset", "startchar", "startidx", "startpos", "startposition")
_END = ("end", "endoffset", "endchar", "endidx", "endpos", "endposition", "stop")
_PAIR = ("offsets", "pos", "position", "span", "entityindex")
_FROM, _LENGTH = ("offset", *_START), ("length", "len")
_TYPE = ("label", "labels", "type", "entity", "entitygroup", "entitytype", "tag", "class", "category")
_SURFACE = ("text", "word", "surface", "mention", "entitytext", "entityname", "span", "entity", "name")
_OFTEN_LAST = ("endidx",)
"""Names of ends that published data has for the last character (CMeEE) as well as for the one after it."""
_PART = re.compile(r"\s*[BI]-\S")
EXPECTED = 'expected entities such as [[0, 5, "PER"]], with the first character and the one after the last'


UNPLACED = -1
"""Where an entity begins and ends that is given by its text alone."""


@dataclass(frozen=True)
class Mark:
    """An entity: where it begins and ends, as its cell says, its type, and what stands there, if the cell says so."""

    start: int
    end: int
    kind: str
    surface: str | None = None


@dataclass(frozen=True)
class Marked:
    """What a cell of entities says: all of a text, or of a list of words (`of_words`); whether their ends may as well
    be the last characters as the ones after them (`unsure`), and types as well the texts of entities (`either`)."""

    marks: tuple[Mark, ...]
    unsure: bool = False
    of_words: bool = False
    either: bool = False


def read(cell: Any) -> Marked | None:
    """The entities in `cell`; None where it holds something else, such as tags.

    Lists of [start, end, type] (spaCy, doccano) or of mappings with start, end and a label under their usual names
    (Label Studio, Prodigy, CMeEE), also written as text; spaCy's {"entities": [...]}; {type: {words: [[first, last]]}}
    of CLUENER. Texts of entities without places are `UNPLACED`: {type: [text]}, {type: text}, {text: type}, or mappings
    with text and label. An empty list or mapping says that there is none. Raises `ValueError` for entities that cannot
    be read.
    """
    if isinstance(cell, list) and cell and isinstance(cell[0], str):
        return None  # tags, as nearly always
    cell = _unwritten(cell)
    if isinstance(cell, Mapping):
        if "entities" in cell:
            return read(cell["entities"])
        if _has(cell, _START) or _has(cell, _PAIR):
            return _marked(_transposed(cell))
        return Marked(tuple(_by_type(cell))) if _is_by_type(cell) else _without_places(cell)
    listed = list(cell) if hasattr(cell, "__iter__") and not isinstance(cell, str | bytes) else None
    if listed is None or not all(isinstance(entity, Mapping) or _is_list(entity) for entity in listed):
        return None
    return _marked(listed)


def _marked(listed: Sequence[Any]) -> Marked:
    marks = tuple(_mark(entity) for entity in listed)
    unsure = any(isinstance(entity, Mapping) and _has(entity, _OFTEN_LAST) for entity in listed)
    return Marked(marks, unsure and all(mark.surface is None for mark in marks))


def _unwritten(cell: Any) -> Any:
    """`cell`, or what is written in it as JSON or as Python prints it."""
    if not isinstance(cell, str) or not cell.strip().startswith(("[[", "[{", "[(", "{", "[]")):
        return cell
    for reader in (json.loads, ast.literal_eval):
        try:
            return reader(cell.strip())
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
    return cell


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple) or (hasattr(value, "tolist") and getattr(value, "ndim", 0) == 1)


def _plain(name: Any) -> str:
    return str(name).replace("_", "").replace("-", "").lower()


def is_place(name: str) -> bool:
    """Whether a column of this name has the starts or the ends of entities."""
    return _plain(name) in (*_START, *_END)


def _has(record: Mapping[Any, Any], names: Sequence[str]) -> bool:
    return any(_plain(name) in names for name in record)


def _mark(entity: Any) -> Mark:
    if isinstance(entity, Mapping):
        return _of_mapping({_plain(name): value for name, value in entity.items() if value is not None})
    values = list(entity)
    if len(values) < 3:
        raise ValueError(f"{EXPECTED}; found {values!r:.60}")
    return _checked(values[0], values[1], values[2], None, entity)


def _of_mapping(entity: Mapping[str, Any]) -> Mark:
    where = next((name for name in _TYPE if name in entity), None)
    start, end = _ends(entity)
    surfaces = (entity[name] for name in _SURFACE if name in entity and name != where)
    surface = next((text for text in map(_only, surfaces) if isinstance(text, str)), None)
    if where and surface and start is None and end is None:
        start, end = UNPLACED, UNPLACED
    return _checked(start, end, _only(entity[where]) if where else None, surface, entity)


def _ends(entity: Mapping[str, Any]) -> tuple[Any, Any]:
    """Start and end under their own names, as a pair under one name, or as a start and a length."""
    for name in _PAIR:
        pair = entity.get(name)
        if isinstance(pair, Mapping):
            return _ends({_plain(key): value for key, value in pair.items()})
        pair = _only(pair)
        if _is_list(pair) and len(pair) == 2:
            return tuple(pair)
    start, length = (next((entity[name] for name in names if name in entity), None) for names in (_FROM, _LENGTH))
    end = next((entity[name] for name in _END if name in entity), None)
    first, size = _whole(start), _whole(length)
    return start, first + size if end is None and first is not None and size is not None else end


def _only(value: Any) -> Any:
    """The one that a list of one holds."""
    return value[0] if _is_list(value) and len(value) == 1 else value


def _checked(start: Any, end: Any, kind: Any, surface: str | None, entity: Any) -> Mark:
    first, last = _whole(start), _whole(end)
    if first is None or last is None or not isinstance(kind, str) or not kind.strip():
        raise ValueError(f"{EXPECTED}; found {entity!r:.80}")
    if _PART.match(kind):
        raise ValueError(f"{EXPECTED}, found a part of one, {kind!r}; join the parts, and give types without B- and I-")
    return Mark(first, last, kind.strip(), surface)


def _whole(value: Any) -> int | None:
    """`value` as a whole number, which files also write as 3.0 or "3"."""
    if isinstance(value, bool):
        return None
    try:
        return int(value) if float(value) == int(value) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _transposed(cell: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Mappings, of one with a list for every name, as `datasets` and Parquet have them."""
    lists = {name: list(values) for name, values in cell.items() if isinstance(values, list | tuple | np.ndarray)}
    if len({len(values) for values in lists.values()}) != 1:
        raise ValueError(f"{EXPECTED}; found {dict(cell)!r:.80}")
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _is_by_type(cell: Mapping[Any, Any]) -> bool:
    return all(isinstance(surfaces, Mapping) for surfaces in cell.values())


def _without_places(cell: Mapping[Any, Any]) -> Marked:
    """{type: [text, ...]}, {type: text} or {text: type}; or one entity with its text and label."""
    names = {_plain(name) for name in cell}
    if names & {*_TYPE} and names & {*_SURFACE} and len(names) > 1 and names <= {*_TYPE, *_SURFACE}:
        return _marked([cell] if all(isinstance(value, str) for value in cell.values()) else _transposed(cell))
    entries = {str(kind): content for kind, content in cell.items() if content is not None}
    texts = {kind: [content] if isinstance(content, str) else content for kind, content in entries.items()}
    if not all(_is_list(listed) and all(isinstance(text, str) for text in listed) for listed in texts.values()):
        raise ValueError(f"{EXPECTED}; found {dict(cell)!r:.80}")
    marks = [(kind, text.strip()) for kind, listed in texts.items() for text in listed if text.strip()]
    either = all(isinstance(content, str) for content in entries.values())
    return Marked(tuple(Mark(UNPLACED, UNPLACED, kind.strip(), text) for kind, text in marks), either=either)


def _by_type(cell: Mapping[str, Mapping[str, Any]]) -> Iterator[Mark]:
    for kind, surfaces in cell.items():
        for surface, places in surfaces.items():
            for place in places if isinstance(places, list | tuple) else [places]:
                ends = [_whole(end) for end in place] if isinstance(place, list | tuple) else []
                if len(ends) != 2 or ends[0] is None or ends[1] is None:
                    raise ValueError(f"{EXPECTED}; found {place!r:.60}")
                yield Mark(ends[0], ends[1] + 1, kind, surface)
