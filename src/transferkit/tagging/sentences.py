"""Texts of words: lists of them, or texts that are parted into words, with what was given kept beside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.language.parting import BLANKS, Parting, Places
from transferkit.language.words import pieces
from transferkit.table import values
from transferkit.table.rows import Rows
from transferkit.tagging.annotations import Marked, is_place
from transferkit.tagging.tags import OUTSIDE, is_plain

GIVEN = "given"
"""The column of what was given: a `Given` for every text, and lists of words as they are."""
_TEXT, _TAGS = "text", "tags"
_FEWEST_OF_A_TEXT = 4


@dataclass(frozen=True)
class Given:
    """A text as it was given, and where its words stand in it, in characters."""

    text: str
    places: Places


def read(
    rows: Rows, chosen: Mapping[str, str], targets: Sequence[Any], parting: Parting, named: Mapping[str, str]
) -> dict[str, list[Any]]:
    """The columns `text`, `tags` and `GIVEN` of `rows`, whose columns are `chosen`, some `named` by the user.

    A text stands there as its words with single blanks between them, unless its target is `Marked`: then as it is.
    Without a target it is parted by `parting`; with tags, at blanks, or sign by sign where there are as many tags as
    signs. `Marked` targets of lists of words are `of_words`. Raises `DataError` where a row has not as many tags as
    words.
    """
    raw = chosen[_TEXT]
    if _are_simple(rows[raw], targets):
        return {_TEXT: list(map(" ".join, rows[raw])), _TAGS: list(targets), GIVEN: list(rows[raw])}
    if any(isinstance(target, Marked) and target.marks for target in targets) and _TEXT not in named:
        raw = _beside(rows, raw)
    _refuse_labels(rows, raw, targets)
    texts: list[str] = []
    originals: list[Given | list[str]] = []
    tags = list(targets)
    for i, (cell, target) in enumerate(zip(rows[raw], targets, strict=True)):
        listed = values.listed(cell, raw, rows, i)
        text = "" if listed is not None else _text(cell, raw, rows, i)
        if isinstance(target, Marked):
            tags[i] = replace(target, of_words=listed is not None)
            texts.append(values.whole(text) if listed is None else written(listed))
            originals.append(Given(text, []) if listed is None else listed)
            continue
        places = [] if listed is not None else _places(text, target, parting)
        words = listed if listed is not None else [text[start:end] for start, end in places]
        texts.append(written(words))
        originals.append(Given(text, places) if listed is None else listed)
        if target is not None and len(target) != len(words):
            raise _unaligned(rows, i, len(words), len(target))
    return {_TEXT: texts, _TAGS: tags, GIVEN: originals}


def _are_simple(cells: Sequence[Any], targets: Sequence[Any]) -> bool:
    """Whether all `cells` are lists of words, and have as many tags, so that no row has to be looked at alone."""
    words = values.words_of(cells)
    if words is None or set(map(type, targets)) != {list}:
        return False
    plain = all(word.split() == [word] and values.whole(word) is word for word in words)
    return plain and list(map(len, cells)) == list(map(len, targets))


def given(cells: Sequence[Any], parting: Parting) -> Rows:
    """Texts or lists of words, as `read` gives them."""
    rows = Rows({_TEXT: cells}, np.arange(1, len(cells) + 1))
    return Rows(read(rows, {_TEXT: _TEXT}, [None] * len(cells), parting, {}), rows.numbers)


def written(words: Sequence[str]) -> str:
    """`words` with single blanks between them; a blank inside of one, which would make two of it, is `_`."""
    joined = "".join(words)
    if joined and "" not in words and joined.split(None, 1) == [joined]:
        return values.whole(" ".join(words))
    return " ".join("_".join(values.whole(word).split()) or "_" for word in words)


def _text(cell: Any, column: str, rows: Rows, position: int) -> str:
    if type(cell) is str:
        return cell
    here = Rows({column: [cell]}, rows.numbers[position : position + 1], rows.source)
    return str(values.inputs([cell], column, here)[0])


def _places(text: str, target: Any, parting: Parting) -> Places:
    if target is None:
        return parting.places(text)
    places = BLANKS.places(text)
    signs = [(i, i + 1) for i in range(len(text))]
    return signs if len(target) != len(places) and len(target) == len(signs) else places


def _beside(rows: Rows, raw: str) -> str:
    """The column of texts that stands beside one of lists of words, for entities given by their places."""
    first = next((cell for cell in rows[raw] if not values.missing(cell)), None) if len(rows) else None
    listed = first is not None and values.listed(first, raw, rows, 0) is not None
    texts = rows.columns.get(_TEXT, ())
    return _TEXT if listed and any(isinstance(cell, str) for cell in texts) else raw


def _refuse_labels(rows: Rows, raw: str, targets: Sequence[Any]) -> None:
    """Raise `DataError` where every text has one label that is no tag, and longer texts than a word have."""
    pairs = [(cell, target) for cell, target in zip(rows[raw], targets, strict=True) if target is not None]
    if not pairs or not all(_is_label(target) and isinstance(cell, str) for cell, target in pairs):
        return
    long = sum(len(pieces(cell)) >= _FEWEST_OF_A_TEXT or " " in cell.strip() for cell, _ in pairs)
    places = [name for name in rows.columns if is_place(name)]
    if len(places) < 2 and 2 * long < len(pairs):
        return
    description = f"one label per row, such as {pairs[0][1][0]!r}"
    if len(places) >= 2:
        description += f", with {' and '.join(map(repr, places[:2]))}"
        way = 'for one entity per row, write a row per text with all of its entities: [[0, 5, "PER"], ...]'
    else:
        way = "for labels of whole texts give --task text-classification"
    raise DataError(f"{f'{rows.source}: ' if rows.source else ''}expected a tag per word, found {description}; {way}")


def _is_label(target: Any) -> bool:
    return isinstance(target, list) and len(target) == 1 and target[0] != OUTSIDE and is_plain(target[0])


def _unaligned(rows: Rows, position: int, words: int, tags: int) -> DataError:
    return DataError(
        f"{_at(rows, position)}: expected a tag per word, found {words:,} word{'s' * (words != 1)} and {tags:,} "
        f"tag{'s' * (tags != 1)}; fix that row"
    )


def _at(rows: Rows, position: int) -> str:
    return f"{rows.source}: {rows.at(position)}" if rows.source else f"{rows.at(position)}"
