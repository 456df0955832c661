"""Entities that are given by their texts alone, without places: these are looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from transferkit.errors import DataError, shown
from transferkit.language.parting import PIECES
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging.annotations import UNPLACED, Mark, Marked

_MOST_ODD = 0.1
Place = tuple[int, int]


@dataclass(frozen=True)
class _Numbers:
    """Of rows whose entities were looked up, of those with one that stands several times, and of those without one."""

    looked_up: list[int]
    several: list[int]
    lacking: list[int]


def placed(rows: Rows, name: str) -> tuple[Rows, list[Finding]]:
    """`rows` of the split `name`, whose targets are `Marked`, with every text of an entity wherever it stands, and the
    findings. Rows that lack one are left out; raises `DataError` where these are many, or texts are lists of words."""
    if not any(_is_open(target) for target in rows["tags"]):
        return rows, []
    texts, targets = rows["text"], _the_right_way(rows["text"], rows["tags"])
    made: list[Any] = []
    numbers = _Numbers([], [], [])
    for number, text, target in zip(map(int, rows.numbers), texts, targets, strict=True):
        if not _is_open(target):
            made.append(target)
            continue
        if target.of_words:
            raise DataError(
                f"{_at(rows)}row {number}: expected entities by their places beside a list of words, found "
                f"{target.marks[0].surface!r} without; give the text instead of the list, or a tag per word"
            )
        placed_marks = _found(text, target.marks)
        made.append(replace(target, marks=tuple(mark for marks in placed_marks for mark in marks)))
        numbers.looked_up.append(number)
        if not all(placed_marks):
            numbers.lacking.append(number)
        elif any(len(marks) > 1 for marks in placed_marks):
            numbers.several.append(number)
    kept = [i for i, number in enumerate(map(int, rows.numbers)) if number not in set(numbers.lacking)]
    if len(numbers.lacking) > max(1, _MOST_ODD * len(numbers.looked_up)) or not kept:
        raise _absent(rows, targets, numbers)
    return replace(rows, columns={**rows.columns, "tags": made}).take(kept), _findings(numbers, name)


def _is_open(target: Any) -> bool:
    return isinstance(target, Marked) and any(map(_has_none, target.marks))


def _has_none(mark: Mark) -> bool:
    """Whether a mark has a text and no place."""
    return mark.start == mark.end == UNPLACED and mark.surface is not None


def _the_right_way(texts: Sequence[str], targets: Sequence[Marked]) -> list[Marked]:
    """Where names and values of mappings may both be the types, the others are those that stand in the texts."""
    either = [(text, target) for text, target in zip(texts, targets, strict=True) if target.either]
    values = sum(str(mark.surface) in text for text, target in either for mark in target.marks)
    names = sum(mark.kind in text for text, target in either for mark in target.marks)
    if names <= values:
        return list(targets)
    return [replace(target, marks=tuple(map(_turned, target.marks))) if target.either else target for target in targets]


def _turned(mark: Mark) -> Mark:
    return replace(mark, kind=str(mark.surface), surface=mark.kind)


def _found(text: str, marks: Sequence[Mark]) -> list[list[Mark]]:
    """Of every mark those with a place, longer texts first: what stands inside of these is theirs."""
    taken: list[Place] = [(mark.start, mark.end) for mark in marks if not _has_none(mark)]
    placed_marks: dict[int, list[Mark]] = {}
    for i, mark in sorted(enumerate(marks), key=lambda item: -len(item[1].surface or "")):
        if not _has_none(mark):
            placed_marks[i] = [mark]
            continue
        places = _occurrences(text, str(mark.surface))
        free = [place for place in places if not any(a < place[1] and place[0] < b for a, b in taken)]
        again = [group for group in placed_marks.values() if group and _are_one(group[0], mark)]
        here = places if again else free or places
        placed_marks[i] = [replace(mark, start=start, end=end) for start, end in here]
        taken += here
    return [placed_marks[i] for i in range(len(marks))]


def _are_one(mark: Mark, other: Mark) -> bool:
    return (mark.kind, mark.surface) == (other.kind, other.surface)


def _occurrences(text: str, surface: str) -> list[Place]:
    """Where `surface` stands: as whole words, or if it nowhere does anywhere."""
    places, at = [], text.find(surface)
    while at >= 0:
        places.append((at, at + len(surface)))
        at = text.find(surface, at + len(surface))
    words = PIECES.places(text) if places else []
    firsts, lasts = {first for first, _ in words}, {last for _, last in words}
    return [place for place in places if place[0] in firsts and place[1] in lasts] or places


def _absent(rows: Rows, targets: Sequence[Marked], numbers: _Numbers) -> DataError:
    first = numbers.lacking[0]
    position = next(i for i, number in enumerate(rows.numbers) if int(number) == first)
    marks = targets[position].marks
    gone = next(mark for mark, places in zip(marks, _found(rows["text"][position], marks), strict=True) if not places)
    return DataError(
        f"{_at(rows)}expected entities whose texts are in their rows, found others in "
        f"{prose.counted(len(numbers.lacking))} of {len(numbers.looked_up):,}, such as {shown(gone.surface, 40)} "
        f"({gone.kind}) in row {first}; fix them, or give their places"
    )


def _at(rows: Rows) -> str:
    return f"{rows.source}: " if rows.source else ""


def _findings(numbers: _Numbers, name: str) -> list[Finding]:
    said = (
        ("placed-entities", "fixed", numbers.looked_up, "entities without their places", "looked up in the texts"),
        (
            "several-places",
            "warning",
            numbers.several,
            "an entity that stands several times in its text",
            "marked everywhere; give places (start, end) if it is not meant everywhere",
        ),
        ("other-entities", "warning", numbers.lacking, "an entity that is not in its text", "left out"),
    )
    return [
        Finding(
            kind,
            severity,
            f"{prose.counted(len(row_numbers))}{prose.of(name)} {prose.verb(len(row_numbers), 'has', 'have')} {what} "
            f"({prose.shown(row_numbers)})",
            tuple(row_numbers),
            action,
        )
        for kind, severity, row_numbers, what, action in said
        if row_numbers
    ]
