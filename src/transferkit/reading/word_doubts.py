"""What is not sure of a file of words whose columns have no names: which one has the words, and which the tags."""

from collections.abc import Iterator, Sequence

from transferkit.table.rows import Note
from transferkit.tagging.tags import are_tags

_FEWEST_LINES, _FEWEST_COLUMNS = 20, 3
_MANY_TIMES = 3
_OF_NUMBERS = frozenset("0123456789.,:-+")

Columns = Sequence[tuple[str, ...]]


def notes(tags: int | None, lines: Sequence[Sequence[str]]) -> tuple[Note, ...]:
    """Notes on some `lines` of a file, equally long, that are read as words in the first column and tags in the column
    `tags`, from 0."""
    columns = [*zip(*lines, strict=True)]
    if len(columns) < _FEWEST_COLUMNS:
        return ()
    return (*_on_tags(tags, columns), *_on_words(columns))


def _on_tags(tags: int | None, columns: Columns) -> Iterator[Note]:
    """Where a column between others has entities, and the last one, which is read, has none."""
    last = len(columns) - 1
    others = [i + 1 for i in range(1, last) if are_tags(columns[i])]
    if tags == last and others and not are_tags(columns[last]):
        message = f"column {others[-1]} has tags of entities, the last column has none"
        action = f"tags are read from the last column unless another is named: --label {others[-1]}"
        yield Note("other-tags", message, (), action)


def _on_words(columns: Columns) -> Iterator[Note]:
    """Where there are many times as many different cells in the second column, as words have beside parts of speech."""
    first, second = ({*column} for column in columns[:2])
    few = len(columns[0]) < _FEWEST_LINES or len(second) < _MANY_TIMES * len(first)
    if not few and not all({*cell} <= _OF_NUMBERS for cell in second):
        message = f"column 1 has {len(first):,} different cells, column 2 has {len(second):,}"
        yield Note("other-words", message, (), "words are read from column 1 unless another is named: --text 2")
