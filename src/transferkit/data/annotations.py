"""Entities given as places in a text -> words with tags."""

import ast
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from transferkit.data import audit
from transferkit.data.parting import PIECES, Parting
from transferkit.data.rows import Rows
from transferkit.data.splits import Finding
from transferkit.data.tags import OUTSIDE
from transferkit.errors import DataError

_START = ("start", "start_offset", "begin", "start_char")
_END = ("end", "end_offset", "end_char")
_TYPE = ("label", "labels", "type", "entity", "entity_group", "entity_type", "tag", "class")
_SURFACE = ("text", "word", "surface", "mention", "entity_text", "span")
_MOST_ODD = 0.1
"""Where more of the rows with entities are odd, their places mean something else."""
_EXPECTED = 'expected entities such as [[0, 5, "PER"]], with the first character and the one after the last'


@dataclass(frozen=True)
class Mark:
    """An entity: its first character in the text and the one after its last, its type, and what stands there, if the
    file says so."""

    start: int
    end: int
    kind: str
    surface: str | None = None


@dataclass(frozen=True)
class Marked:
    """What a cell of places says: all entities of a text."""

    marks: tuple[Mark, ...]


def read(cell: Any) -> Marked | None:
    """The entities in `cell`; None where it holds something else, such as tags.

    Lists of [start, end, type] (spaCy, doccano) or of mappings with start, end and a label under their usual names
    (Label Studio, Prodigy), also written as text; spaCy's {"entities": [...]}; {type: {words: [[first, last]]}} of
    CLUENER. An empty list says that there is none. Raises `ValueError` for entities that cannot be read.
    """
    if isinstance(cell, list) and cell and isinstance(cell[0], str):
        return None  # tags, as nearly always
    cell = _unwritten(cell)
    if isinstance(cell, Mapping):
        if "entities" in cell:
            return read(cell["entities"])
        if any(name in cell for name in _START):
            return Marked(tuple(_mark(each) for each in _transposed(cell)))
        return Marked(tuple(_by_type(cell))) if _is_by_type(cell) else None
    listed = list(cell) if hasattr(cell, "__iter__") and not isinstance(cell, str | bytes) else None
    if listed is None or not all(_is_entity(each) for each in listed):
        return None
    return Marked(tuple(_mark(each) for each in listed))


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


def _is_entity(each: Any) -> bool:
    if isinstance(each, Mapping):
        return any(name in each for name in _START)
    return isinstance(each, list | tuple) or (hasattr(each, "tolist") and getattr(each, "ndim", 0) == 1)


def _mark(each: Any) -> Mark:
    if isinstance(each, Mapping):
        start, end, kind, surface = (
            next((each[name] for name in names if each.get(name) is not None), None)
            for names in (_START, _END, _TYPE, _SURFACE)
        )
    else:
        values = list(each)
        if len(values) < 3:
            raise ValueError(f"{_EXPECTED}; found {values!r:.60}")
        start, end, kind = values[:3]
        surface = None
    if isinstance(each, Mapping) and surface is None and kind is not each.get("entity"):
        surface = each.get("entity")
    if isinstance(kind, list | tuple) and len(kind) == 1:
        kind = kind[0]
    start, end = _whole(start), _whole(end)
    if start is None or end is None or not isinstance(kind, str) or not kind.strip():
        raise ValueError(f"{_EXPECTED}; found {each!r:.80}")
    return Mark(start, end, kind.strip(), surface if isinstance(surface, str) else None)


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
        raise ValueError(f"{_EXPECTED}; found {dict(cell)!r:.80}")
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _is_by_type(cell: Mapping[Any, Any]) -> bool:
    return bool(cell) and all(isinstance(found, Mapping) for found in cell.values())


def _by_type(cell: Mapping[str, Mapping[str, Any]]) -> Iterator[Mark]:
    for kind, found in cell.items():
        for surface, places in found.items():
            for place in places if isinstance(places, list | tuple) else [places]:
                ends = [_whole(each) for each in place] if isinstance(place, list | tuple) else []
                if len(ends) != 2 or ends[0] is None or ends[1] is None:
                    raise ValueError(f"{_EXPECTED}; found {place!r:.60}")
                yield Mark(ends[0], ends[1] + 1, kind, surface)


def tagged(rows: Rows, parting: Parting | None, name: str) -> tuple[Rows, list[Finding]]:
    """`rows`, whose targets may be places in their texts, as words with tags (B-TYPE, I-TYPE, O), and the findings.

    Texts are parted by `parting`, by default as `data.words.pieces` does. Rows are left out in which an entity does
    not begin and end where words do, or shares a word with another. Raises `DataError` for places outside of the text
    and where too many rows are left out, for then places do not count characters.
    """
    if not any(isinstance(target, Marked) for target in rows["tags"]):
        return rows, []
    texts, tags, odd, blanks = list(rows["text"]), list(rows["tags"]), _Odd(), []
    for i, (text, target) in enumerate(zip(texts, tags, strict=True)):
        if not isinstance(target, Marked):
            raise _mixed(rows, i)
        number = int(rows.numbers[i])
        marks = [_stripped(text, _inside(mark, text, rows, i)) for mark in target.marks]
        if any(mark != given for mark, given in zip(marks, target.marks, strict=True)):
            blanks.append(number)
        places = (parting or PIECES).places(text)
        found = _tags(text, places, marks)
        if isinstance(found, str):
            getattr(odd, found).append((i, number))
        else:
            tags[i] = found
        texts[i] = " ".join(text[start:end] for start, end in places)
    made = Rows({**rows.columns, "text": texts, "tags": tags}, rows.numbers, rows.source)
    out = odd.positions
    if len(out) > _MOST_ODD * sum(bool(target.marks) for target in rows["tags"]) and len(out) > 1:
        raise _not_characters(rows, odd)
    left = made.take([i for i in range(len(rows)) if i not in out])
    return left, [*odd.findings(name), *_with_blanks(blanks, name)]


def parted(text: str, parting: Parting | None) -> str:
    """The words of `text` with single blanks between them."""
    return " ".join(text[start:end] for start, end in (parting or PIECES).places(text))


@dataclass
class _Odd:
    """Positions and numbers of rows that cannot be tagged, by reason."""

    parted: list[tuple[int, int]]
    overlapping: list[tuple[int, int]]
    other: list[tuple[int, int]]

    def __init__(self) -> None:
        self.parted, self.overlapping, self.other = [], [], []

    @property
    def positions(self) -> set[int]:
        return {i for found in (self.parted, self.overlapping, self.other) for i, _ in found}

    def findings(self, name: str) -> list[Finding]:
        said = (
            ("parted-words", self.parted, "an entity that begins or ends inside of a word"),
            ("overlapping-entities", self.overlapping, "entities that share words"),
            ("other-entities", self.other, "an entity whose text does not stand at its place"),
        )
        return [_left_out(kind, [number for _, number in found], what, name) for kind, found, what in said if found]


def _left_out(kind: str, numbers: Sequence[int], what: str, name: str) -> Finding:
    has = audit.verb(len(numbers), "has", "have")
    message = f"{audit.counted(len(numbers))}{audit.of(name)} {has} {what} ({audit.shown(numbers)})"
    return Finding(kind, "warning", message, tuple(numbers), "left out; a word has one tag")


def _with_blanks(numbers: Sequence[int], name: str) -> list[Finding]:
    if not numbers:
        return []
    has = audit.verb(len(numbers), "has", "have")
    message = (
        f"{audit.counted(len(numbers))}{audit.of(name)} {has} an entity that begins or ends in a blank "
        f"({audit.shown(numbers)})"
    )
    return [Finding("blank-ends", "fixed", message, tuple(numbers), "read without these blanks")]


def _inside(mark: Mark, text: str, rows: Rows, position: int) -> Mark:
    if 0 <= mark.start < mark.end <= len(text) and text[mark.start : mark.end].strip():
        return mark
    raise DataError(
        f"{_at(rows, position)}: expected entities inside of a text of {len(text):,} characters, found {mark.kind!r} "
        f"from {mark.start:,} to {mark.end:,}; places count characters, the end is the one after the last"
    )


def _stripped(text: str, mark: Mark) -> Mark:
    inner = text[mark.start : mark.end]
    start, end = mark.start + len(inner) - len(inner.lstrip()), mark.end - len(inner) + len(inner.rstrip())
    return Mark(start, end, mark.kind, mark.surface)


def _tags(text: str, places: Sequence[tuple[int, int]], marks: Sequence[Mark]) -> list[str] | str:
    """A tag per word, or why there is none: the name of a list of `_Odd`."""
    firsts, lasts = ({place[side]: word for word, place in enumerate(places)} for side in (0, 1))
    tags = [OUTSIDE] * len(places)
    for mark in dict.fromkeys(Mark(each.start, each.end, each.kind, each.surface) for each in marks):
        if mark.surface is not None and mark.surface.strip() != text[mark.start : mark.end]:
            return "other"
        if mark.start not in firsts or mark.end not in lasts:
            return "parted"
        here = range(firsts[mark.start], lasts[mark.end] + 1)
        if any(tags[word] != OUTSIDE for word in here):
            return "overlapping"
        for word in here:
            tags[word] = f"{'B' if word == here.start else 'I'}-{mark.kind}"
    return tags


def _mixed(rows: Rows, position: int) -> DataError:
    return DataError(
        f"{_at(rows, position)}: expected entities by their places as in other rows, found a tag per word; write all "
        "rows in one way"
    )


def _not_characters(rows: Rows, odd: _Odd) -> DataError:
    kinds = "; ".join(finding.message for finding in odd.findings(""))
    where = f"{rows.source}: " if rows.source else ""
    return DataError(
        f"{where}expected entities that begin and end where words do and do not share one, but {kinds}; check that "
        "places count characters (not bytes) from 0 and that the end is the one after the last, and leave out entities "
        "inside of others"
    )


def _at(rows: Rows, position: int) -> str:
    return f"{rows.source}: row {rows.numbers[position]}" if rows.source else f"row {rows.numbers[position]}"
