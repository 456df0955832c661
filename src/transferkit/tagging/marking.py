"""Entities given as places in texts -> words with tags."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from transferkit.errors import DataError
from transferkit.language.parting import BLANKS, PARTICLES, PIECES, Parting
from transferkit.language.words import has_signs
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging import offsets, unplaced
from transferkit.tagging.annotations import Mark, Marked
from transferkit.tagging.offsets import CHARACTERS, Reading
from transferkit.tagging.tags import OUTSIDE

_MOST_ODD = 0.1
"""Where more of the rows with entities are odd, their places mean something else."""
_CLAUSE_MARKS = ",;:\uff0c\u3002\uff1b\uff1a\u3001"
_SHOWN = 30
_FIRST = 3  # entities
_BESIDE = (
    "what else places may count (bytes, words, the last sign in place of the one after it) is known where the text of "
    'every entity is given beside its places ("text": ...)'
)
_COUNT = f"check that places count characters (not bytes) from 0 and that the end is the one after the last; {_BESIDE}"


@dataclass(frozen=True)
class How:
    """How entities are read: what their places count, and how texts are parted into words. None is to be found out."""

    reading: Reading | None = None
    parting: Parting | None = None


UNKNOWN = How()


@dataclass(frozen=True)
class _Entity:
    """A `mark` at its place in the text, in characters; `blanks` around it were left off."""

    mark: Mark
    start: int
    end: int
    blanks: bool


def tagged(rows: Rows, how: How, name: str) -> tuple[Rows, How, list[Finding]]:
    """`rows`, whose targets may be places in their texts, as words with tags (B-TYPE, I-TYPE, O), how they were read,
    and the findings.

    Texts are parted as `data.words.pieces` does, and where entities end before Korean particles, before these too.
    Rows are left out in which an entity does not begin and end where words do, or shares a word with another. Raises
    `DataError` for places outside of the text, and where too many rows are left out whose places no text confirms.
    """
    targets = [target for target in rows["tags"] if isinstance(target, Marked)]
    if not targets:
        return rows, how, []
    if len(targets) < len(rows):
        raise _mixed(rows, next(i for i, target in enumerate(rows["tags"]) if not isinstance(target, Marked)))
    rows, looked_up = unplaced.placed(rows, name)
    texts, targets = rows["text"], list(rows["tags"])
    reading, why = offsets.found(texts, targets, how.reading)
    entities = [
        [_entity(mark, texts[i], reading, rows, i) for mark in target.marks] for i, target in enumerate(targets)
    ]
    of_words = any(target.of_words for target in targets)
    parting, told = (BLANKS, []) if of_words else _parting(rows, entities, how.parting, name)
    unproven = _unproven(rows, targets, entities, reading, name)
    if not unproven and how.reading is None:
        unproven = _in_doubt(rows, targets, entities, reading, name)
    findings = [*looked_up, *_read_otherwise(reading, why, name), *unproven, *told]
    left, odd = _in_words(rows, entities, parting, name)
    findings += [*odd, *_noted(rows, entities, name)]
    return left, How(reading, parting), findings


def parted(text: str, how: How) -> str:
    """The words of `text` with single blanks between them."""
    return " ".join(text[start:end] for start, end in (how.parting or PIECES).places(text))


def _entity(mark: Mark, text: str, reading: Reading, rows: Rows, position: int) -> _Entity:
    place = reading.place(text, mark)
    inner = text[slice(*place)] if place else ""
    if place is None or not inner.strip():
        of_words = reading.unit == "words"
        size = prose.counted(len(text.split(" ")), "word") if of_words else prose.counted(len(text), "character")
        raise DataError(
            f"{_at(rows, position)}: expected entities inside of a text of {size}, found {mark.kind!r} from "
            f"{mark.start:,} to {mark.end:,}{_said(mark)}; {reading.words}; {_BESIDE}"
        )
    start, end = offsets.stripped(text, place)
    return _Entity(mark, start, end, (start, end) != place)


def _said(mark: Mark) -> str:
    return f", which should be {mark.surface[:_SHOWN]!r}" if mark.surface is not None else ""


def _parting(
    rows: Rows, entities: Sequence[Sequence[_Entity]], parting: Parting | None, name: str
) -> tuple[Parting, list[Finding]]:
    """How texts are parted, and what is said of it: before particles where entities end there. If these are less than
    half of those that end inside of words, no text beside them confirming it, then places mean something else."""
    if parting is not None:
        return parting, []
    unsure, before, told = 0, 0, []
    for number, text, row_entities in zip(rows.numbers, rows["text"], entities, strict=True):
        ends = {end for _, end in PIECES.places(text)} if row_entities else set()
        inside = [entity for entity in row_entities if entity.end not in ends]
        unsure += sum(entity.mark.surface is None for entity in inside)
        finer = {end for _, end in PARTICLES.places(text)} if inside else set()
        if further := [entity for entity in inside if entity.end in finer]:
            before += sum(entity.mark.surface is None for entity in further)
            told.append(int(number))
    if not told or 2 * before < unsure:
        return PIECES, []
    action = "words are split before particles, also in texts to be answered"
    return PARTICLES, [_of_rows("particles", "fixed", told, "an entity with a Korean particle behind it", name, action)]


def _in_words(
    rows: Rows, entities: Sequence[Sequence[_Entity]], parting: Parting, name: str
) -> tuple[Rows, list[Finding]]:
    """`rows` with words and tags, without those that cannot have them, and the findings."""
    texts: list[str] = []
    tags: list[list[str]] = []
    odd = _Odd()
    for text, row_entities in zip(rows["text"], entities, strict=True):
        places = parting.places(text)
        made = _tags(text, places, row_entities)
        if isinstance(made, _Fault):
            odd.add(made, len(texts), int(rows.numbers[len(texts)]))
        tags.append([] if isinstance(made, _Fault) else made)
        texts.append(" ".join(text[start:end] for start, end in places))
    if 1 < len(odd.positions) - odd.proven > _MOST_ODD * sum(map(bool, entities)):
        raise _refused(rows, odd)
    made_rows = replace(rows, columns={**rows.columns, "text": texts, "tags": tags})
    return made_rows.take([i for i in range(len(rows)) if i not in odd.positions]), odd.findings(name)


@dataclass(frozen=True)
class _Fault:
    """Why a row cannot be tagged (a key of `_FAULTS`), what shows it, and whether the text beside the place says that
    it is right all the same."""

    kind: str
    example: str
    proven: bool = False


_FAULTS = {
    "parted-words": "an entity that begins or ends inside of a word",
    "overlapping-entities": "entities that share words",
    "other-entities": "an entity whose text is not at its place",
}


@dataclass
class _Odd:
    """Positions and numbers of rows that cannot be tagged, by reason, and an example of each."""

    found: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {kind: [] for kind in _FAULTS})
    examples: dict[str, str] = field(default_factory=dict)
    proven: int = 0

    def add(self, fault: _Fault, position: int, number: int) -> None:
        self.found[fault.kind].append((position, number))
        self.examples.setdefault(fault.kind, f"row {number}: {fault.example}")
        self.proven += fault.proven

    @property
    def positions(self) -> set[int]:
        return {i for pairs in self.found.values() for i, _ in pairs}

    def findings(self, name: str) -> list[Finding]:
        return [
            _of_rows(
                kind, "warning", [number for _, number in pairs], _FAULTS[kind], name, "left out; a word has one tag"
            )
            for kind, pairs in self.found.items()
            if pairs
        ]


def _tags(text: str, places: Sequence[tuple[int, int]], entities: Sequence[_Entity]) -> list[str] | _Fault:
    """A tag per word, or why there is none."""
    firsts, lasts = ({place[side]: word for word, place in enumerate(places)} for side in (0, 1))
    tags = [OUTSIDE] * len(places)
    for start, end, kind, surface in dict.fromkeys((e.start, e.end, e.mark.kind, e.mark.surface) for e in entities):
        at = text[start:end]
        if surface is not None and not offsets.alike(at, surface):
            return _Fault("other-entities", f"{at[:_SHOWN]!r} is at the place of {surface[:_SHOWN]!r}")
        if start not in firsts or end not in lasts:
            around = text[max(0, start - _SHOWN // 3) : end + _SHOWN // 3]
            return _Fault("parted-words", f"{at[:_SHOWN]!r} in {around!r}", surface is not None)
        here = range(firsts[start], lasts[end] + 1)
        if any(tags[word] != OUTSIDE for word in here):
            return _Fault("overlapping-entities", f"{at[:_SHOWN]!r} and another")
        for word in here:
            tags[word] = f"{'B' if word == here.start else 'I'}-{kind}"
    return tags


def _read_otherwise(reading: Reading, why: str, name: str) -> list[Finding]:
    if reading == CHARACTERS:
        return []
    return [Finding("places", "fixed", f"{reading.words}{f' ({name})' if name else ''}", (), f"read so; {why}")]


def _unproven(
    rows: Rows, targets: Sequence[Marked], entities: Sequence[Sequence[_Entity]], reading: Reading, name: str
) -> list[Finding]:
    """Rows whose entities would stand elsewhere if places were counted in another usual way, which nothing rules out:
    after an emoji in texts without blanks, or where ends are called as those of last signs are."""
    if reading != CHARACTERS:
        return []
    ends = [
        int(n)
        for n, target, row_entities in zip(rows.numbers, targets, entities, strict=True)
        if target.unsure and row_entities
    ]
    emoji = [
        int(rows.numbers[i]) for i, row_entities in enumerate(entities) if _after_emoji(rows["text"][i], row_entities)
    ]
    action = f"read as characters with the end after the last; {_BESIDE}"
    said = (
        (ends, "ends of entities that may be the last characters or the ones after them"),
        (emoji, "an entity after an emoji or another sign that some tools count as two"),
    )
    return [_of_rows("unproven-places", "warning", numbers, what, name, action) for numbers, what in said if numbers]


def _in_doubt(
    rows: Rows, targets: Sequence[Marked], entities: Sequence[Sequence[_Entity]], reading: Reading, name: str
) -> list[Finding]:
    """The first entities as they are read, where other counts fit texts without blanks as well."""
    if reading != CHARACTERS or not any(entities) or not offsets.in_doubt(rows["text"], targets):
        return []
    texts = [
        (text, entity) for text, row_entities in zip(rows["text"], entities, strict=True) for entity in row_entities
    ]
    first = ", ".join(
        f"{text[entity.start : entity.end][:_SHOWN]!r} {entity.mark.kind}" for text, entity in texts[:_FIRST]
    )
    message = f"{reading.words}{f' ({name})' if name else ''}, as is usual: {first}"
    action = 'these texts prove no count; if the entities are cut wrong, write their texts beside ("text": ...)'
    return [Finding("unproven-places", "info", message, (), action)]


def _after_emoji(text: str, entities: Sequence[_Entity]) -> bool:
    last = max((entity.end for entity in entities if entity.mark.surface is None), default=0)
    return has_signs(text) and any(sign > "\uffff" for sign in text[:last])


def _noted(rows: Rows, entities: Sequence[Sequence[_Entity]], name: str) -> list[Finding]:
    """Blanks that were left off, and marks at the ends of entities that no text beside them confirms."""
    numbered = list(zip(map(int, rows.numbers), rows["text"], entities, strict=True))
    blanks = [number for number, _, row_entities in numbered if any(entity.blanks for entity in row_entities)]
    marks = [
        number
        for number, text, row_entities in numbered
        if any(e.mark.surface is None and {text[e.start], text[e.end - 1]} & set(_CLAUSE_MARKS) for e in row_entities)
    ]
    said = (
        ("blank-ends", "fixed", blanks, "begins or ends in a blank", "read without these blanks"),
        ("mark-ends", "warning", marks, "begins or ends in a punctuation mark", "kept; check that places are right"),
    )
    return [
        _of_rows(kind, severity, numbers, f"an entity that {what}", name, action)
        for kind, severity, numbers, what, action in said
        if numbers
    ]


def _of_rows(kind: str, severity: str, numbers: Sequence[int], what: str, name: str, action: str) -> Finding:
    has = prose.verb(len(numbers), "has", "have")
    message = f"{prose.counted(len(numbers))}{prose.of(name)} {has} {what} ({prose.shown(numbers)})"
    return Finding(kind, severity, message, tuple(numbers), action)


def _mixed(rows: Rows, position: int) -> DataError:
    return DataError(
        f"{_at(rows, position)}: expected entities by their places as in other rows, found a tag per word; write all "
        "rows in one way"
    )


def _refused(rows: Rows, odd: _Odd) -> DataError:
    kinds = "; ".join(f"{finding.message}, such as {odd.examples[finding.kind]}" for finding in odd.findings(""))
    where = f"{rows.source}: " if rows.source else ""
    shared = "overlapping-entities"
    advice = [
        *(["leave out entities inside of others"] if odd.found[shared] else []),
        *([_COUNT] if any(pairs for kind, pairs in odd.found.items() if kind != shared) else []),
    ]
    return DataError(
        f"{where}expected entities that begin and end where words do and do not share one, but {kinds}; "
        f"{'; '.join(advice)}"
    )


def _at(rows: Rows, position: int) -> str:
    return f"{rows.source}: {rows.at(position)}" if rows.source else f"{rows.at(position)}"
