"""What the places of entities count: characters, UTF-16 units, bytes of UTF-8 or words; from 0 or 1; to the last or the
one after it. What fits the texts is found out for a whole table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, product

from transferkit.language.parting import BLANKS, PIECES
from transferkit.tagging.annotations import Mark, Marked

_NEARLY_ALL = 0.9
_FEWEST = 2  # rows that speak for a reading
_OF_ONE_WORD = 0.05  # of the entities of any data
_UNITS = {
    "characters": "characters",
    "utf-16": "units of UTF-16, in which an emoji counts two",
    "utf-8": "bytes of UTF-8",
    "words": "words",
}

Place = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """What places count (a key of `_UNITS`), from which number, and whether the end is that of the last one."""

    unit: str = "characters"
    base: int = 0
    inclusive: bool = False

    @property
    def words(self) -> str:
        """What it says, as a part of a sentence."""
        end = "the end is the last one" if self.inclusive else "the end is the one after the last"
        return f"places count {_UNITS[self.unit]} from {self.base}, {end}"

    def place(self, text: str, mark: Mark) -> Place | None:
        """First character and the one after the last of what `mark` marks; None where there is no such place."""
        first, last = mark.start - self.base, mark.end - self.base + self.inclusive
        if not 0 <= first < last:
            return None
        if self.unit == "words":
            words = BLANKS.places(text)
            return (words[first][0], words[last - 1][1]) if last <= len(words) else None
        if self.unit != "characters" and not text.isascii():
            ends = _characters(text, self.unit)
            place = ends.get(first), ends.get(last)
            return None if place[0] is None or place[1] is None else (place[0], place[1])
        return (first, last) if last <= len(text) else None


CHARACTERS = Reading()
_OF_TEXTS = tuple(Reading(*settings) for settings in product(_UNITS, (0, 1), (False, True)))
_ELSEWHERE = (Reading(inclusive=True), Reading(base=1), Reading(base=1, inclusive=True))
_OF_WORDS = (Reading("words"), Reading("words", 0, True))


@lru_cache(8)
def _characters(text: str, unit: str) -> Mapping[int, int]:
    """Bytes or UTF-16 units before a character -> characters before it."""
    sizes = (len(sign.encode("utf-8", "surrogatepass")) if unit == "utf-8" else 1 + (sign > "\uffff") for sign in text)
    return {end: i for i, end in enumerate(accumulate(sizes, initial=0))}


def alike(text: str, expected: str) -> bool:
    """Whether a text is what is said to stand at its place, whatever its case and blanks; some tools write line ends
    as \\n."""
    return _bare(text) == _bare(expected.replace("\\n", "\n"))


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


def found(texts: Sequence[str], targets: Sequence[Marked], known: Reading | None = None) -> tuple[Reading, str]:
    """The reading under which the marks in `targets` fit `texts`, and what speaks for it; nothing does where it is the
    usual one, characters with the end after the last.

    Where cells have the texts of their entities, these must stand at their places. Otherwise it is the one `known` from
    other rows of the same data; or there must be one reading alone under which nearly all entities begin and end where
    words do. Beside lists of words places count these.
    """
    pairs = [(text, target.marks) for text, target in zip(texts, targets, strict=True) if target.marks]
    said = [(text, mark) for text, marks in pairs for mark in marks if mark.surface is not None]
    if any(target.of_words for target in targets):
        usual, why = _of_lists([mark for _, marks in pairs for mark in marks])
        return _proven(said, usual) if said else (usual, why)
    if said or known is None:
        return _proven(said, CHARACTERS) if said else _by_words(pairs)
    return known, "" if known == CHARACTERS else "so are those of the rows to learn from"


def _proven(said: Sequence[tuple[str, Mark]], usual: Reading) -> tuple[Reading, str]:
    best, most = usual, _fitting(usual, said)
    others = most[1]
    if others < len(said):
        for reading in _OF_TEXTS:
            if (fitting := _fitting(reading, said)) > most:
                best, most = reading, fitting
    if most[1] < _NEARLY_ALL * len(said) or most[1] <= others:
        best, most = usual, (0, others)
    if best == CHARACTERS:
        return best, ""
    otherwise = f", otherwise of {others:,}" if best != usual else ""
    return best, f"the texts of {most[1]:,} of {len(said):,} entities are at their places{otherwise}"


def _fitting(reading: Reading, said: Sequence[tuple[str, Mark]]) -> tuple[int, int]:
    """How many marks have exactly their text at their place, and how many have it but for case and blanks."""
    exact = loose = 0
    for text, mark in said:
        place = reading.place(text, mark)
        if place is not None and mark.surface is not None:
            at = text[slice(*place)]
            exact += at == mark.surface
            loose += alike(at, mark.surface)
    return exact, loose


def _by_words(pairs: Sequence[tuple[str, Sequence[Mark]]]) -> tuple[Reading, str]:
    usual = _rows_that_fit(CHARACTERS, pairs)
    if len(usual) + _FEWEST > len(pairs):
        return CHARACTERS, ""
    others = {reading: _rows_that_fit(reading, pairs) for reading in _OF_TEXTS if reading != CHARACTERS}
    most = max(map(len, others.values()))
    best = [reading for reading, rows in others.items() if len(rows) == most]
    alone = len({tuple(map(tuple, _places(reading, pairs))) for reading in best}) == 1
    enough = most >= max(len(usual) + _FEWEST, _NEARLY_ALL * len(pairs))
    if not (alone and enough and _excludes_the_usual(best[0], pairs, usual)):
        return CHARACTERS, ""
    where = "begin and end where words do"
    return best[0], f"entities of {most:,} of {len(pairs):,} rows {where}, otherwise of {len(usual):,}"


def _excludes_the_usual(reading: Reading, pairs: Sequence[tuple[str, Sequence[Mark]]], usual: set[int]) -> bool:
    """Whether places lie outside of texts as they are usually read, or hardly any of the rows in which `reading` makes
    a difference are among the `usual` ones, which fit."""
    here, there = _places(CHARACTERS, pairs), _places(reading, pairs)
    different = {i for i in range(len(pairs)) if here[i] != there[i]}
    return sum(None in places for places in here) >= _FEWEST or (
        len(usual & different) <= (1 - _NEARLY_ALL) * len(different)
    )


def _places(reading: Reading, pairs: Sequence[tuple[str, Sequence[Mark]]]) -> list[list[Place | None]]:
    return [[reading.place(text, mark) for mark in marks] for text, marks in pairs]


def _rows_that_fit(reading: Reading, pairs: Sequence[tuple[str, Sequence[Mark]]]) -> set[int]:
    """The rows all of whose entities begin and end where words do."""
    return {i for i, (text, marks) in enumerate(pairs) if _fits(reading, text, marks)}


def _fits(reading: Reading, text: str, marks: Sequence[Mark]) -> bool:
    """As usually read, blanks around entities are no fault."""
    firsts, lasts = _bounds(text)
    for mark in marks:
        place = reading.place(text, mark)
        if place is not None and reading == CHARACTERS:
            place = stripped(text, place)
        if place is None or place[0] not in firsts or place[1] not in lasts:
            return False
    return True


def in_doubt(texts: Sequence[str], targets: Sequence[Marked]) -> bool:
    """Whether all marks begin and end where words do if counted from 1 or to the last character as well, as they may in
    scripts without blanks, and no text of an entity says which is right."""
    pairs = [(text, target.marks) for text, target in zip(texts, targets, strict=True) if target.marks]
    if any(mark.surface is not None for _, marks in pairs for mark in marks):
        return False
    return any(all(_fits(other, text, marks) for text, marks in pairs) for other in _ELSEWHERE)


def stripped(text: str, place: Place) -> Place:
    """`place` without the blanks at its ends."""
    inner = text[slice(*place)]
    return place[0] + len(inner) - len(inner.lstrip()), place[1] - len(inner) + len(inner.rstrip())


@lru_cache(10_000)
def _bounds(text: str) -> tuple[set[int], set[int]]:
    places = PIECES.places(text)
    return {first for first, _ in places}, {last for _, last in places}


def _of_lists(marks: Sequence[Mark]) -> tuple[Reading, str]:
    """Of lists of words; where many entities end where they begin, ends are the last words."""
    empty = sum(mark.start == mark.end for mark in marks)
    if empty > _OF_ONE_WORD * len(marks):
        return _OF_WORDS[1], f"{empty:,} of {len(marks):,} entities end where they begin"
    return _OF_WORDS[0], "they stand beside lists of words"
