"""Tables with a word per row and a column that says which sentence it is of, as rows of sentences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np

from transferkit.errors import DataError
from transferkit.table import prose
from transferkit.table.column_names import plain
from transferkit.table.rows import Rows, concatenated
from transferkit.table.splits import Finding
from transferkit.table.values import missing

_SENTENCES = (
    "sentence_#",
    "sentence#",
    "sentence_id",
    "sentence_idx",
    "sentence_index",
    "sentence_no",
    "sentence_num",
    "sentence_number",
    "sent_#",
    "sent_id",
    "sent_idx",
    "sentid",
    "sentenceid",
)
_DOCUMENTS = (
    *("doc", "doc_#", "doc_id", "docid", "doc_idx", "document", "document_id", "document_idx", "documentid"),
    *("file", "file_id", "file_name", "filename", "article", "article_id"),
)
_TAGS = ("tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "entity", "bio", "iob", "pos", "pos_tag")
_WORDS = ("word", "words", "token", "tokens", "form")


def sentences(rows: Rows) -> Rows:
    """A row per sentence, whose cells are lists with an entry per word, numbered as its first word was; other tables
    as they are.

    A sentence begins where the column of sentences (`Sentence #`, `sentence_id` ...) or one of documents has another
    value than above; an empty cell goes on with the sentence above it, as in the table that many NER courses use. In a
    table of words without such a column empty rows end sentences.
    Raises `DataError` where rows of a sentence do not follow each other.
    """
    name = sentence_column(rows)
    if name is None:
        return _parted_at(rows, _between_gaps(rows))
    if blank := _blank(rows):
        rows = rows.take([i for i in range(len(rows)) if i not in blank])
    starts, _ = _Sentences(name).starts(rows)
    made = _parted_at(rows, starts)
    return replace(made, columns={name: [rows[name][start] for start in starts], **_without(made.columns, name)})


def _without(columns: Mapping[str, Sequence[Any]], name: str) -> dict[str, Sequence[Any]]:
    return {other: cells for other, cells in columns.items() if other != name}


def _parted_at(rows: Rows, starts: Sequence[int]) -> Rows:
    """A row for the rows from each of `starts` on, as they are where there are none; empty ones are left out."""
    if not starts:
        return rows
    ends = [*starts[1:], len(rows)]
    blank = _blank(rows)
    there = [[i for i in range(a, b) if i not in blank] for a, b in zip(starts, ends, strict=True)]
    there = [part for part in there if part]
    columns: dict[str, Sequence[Any]] = {}
    for other, cells in rows.columns.items():
        parts = [[cells[i] for i in part] for part in there]
        about = plain(other) not in (*_WORDS, *_TAGS) and _says_one_thing(parts)
        columns[other] = [part[0] for part in parts] if about else parts
    return Rows(columns, rows.numbers[np.asarray([part[0] for part in there], dtype=np.int64)], rows.source)


def _blank(rows: Rows) -> set[int]:
    """Positions of rows whose cells are all empty."""
    left: Sequence[int] = range(len(rows))
    for cells in reversed(list(rows.columns.values())):
        left = [i for i in left if _is_empty(cells[i])]
    return set(left)


def _between_gaps(rows: Rows) -> list[int]:
    """The first rows of sentences in a table with a word per row and empty rows or lines between some of them, which
    does not name sentences; none in others."""
    names = {plain(name): name for name in reversed(list(rows.columns))}
    word = next((names[name] for name in _WORDS if name in names), None)
    if word is None or not all(map(_is_word, rows[word])):
        return []
    starts = _behind_gaps(rows)
    return starts if 1 < len(starts) < len(rows) / 2 + 1 else []


def _behind_gaps(rows: Rows) -> list[int]:
    gaps = np.flatnonzero(np.diff(rows.numbers) > 1) + 1  # lines without any sign hold no row
    return [0, *sorted({*gaps.tolist(), *(_blank(rows) - {0})})]


def _is_word(cell: Any) -> bool:
    return _is_empty(cell) or (isinstance(cell, str) and len(cell.split()) == 1)


def findings(rows: Rows, name: str) -> list[Finding]:
    """What is odd about a table with a word per row: sentences that are called as earlier ones are."""
    column = sentence_column(rows)
    if column is None and _between_gaps(rows):
        message = f"rows{prose.of(name)} are words, and some rows or lines between them are empty"
        return [Finding("empty-rows", "info", message, (), "read as the ends of sentences")]
    numbers = _Sentences(column).starts(rows)[1] if column else []
    if not numbers:
        return []
    message = f"column {column!r}{prose.of(name)} begins again with the first of its values ({prose.shown(numbers)})"
    action = "read as other sentences than those before; a column document_id says where a document begins"
    return [Finding("repeated-sentences", "warning", message, tuple(numbers), action)]


def whole(batches: Iterator[Rows]) -> Iterator[Rows]:
    """`batches` of one table such that no sentence is parted between two of them; where empty rows end sentences, a row
    for each."""
    first = next(batches, None)
    if first is None:
        return
    every = chain([first], batches)
    name = sentence_column(first)
    if name is None:
        yield from _whole_between_gaps(every) if _between_gaps(first) else every
        return
    held: Rows | None = None
    order = _Sentences(name)
    for batch in every:
        order.starts(batch)
        together = batch if held is None else concatenated([held, batch])
        last = _Sentences(name).starts(together)[0][-1]
        if last:
            yield together.take(range(last))
        held = together.take(range(last, len(together)))
    if held is not None:
        yield held


def _whole_between_gaps(batches: Iterable[Rows]) -> Iterator[Rows]:
    held: Rows | None = None
    for batch in batches:
        together = batch if held is None else concatenated([held, batch])
        *starts, last = _behind_gaps(together)
        if starts:
            yield _parted_at(together.take(range(last)), starts)
        held = together.take(range(last, len(together)))
    if held is not None:
        yield _parted_at(held, _behind_gaps(held))


class _Sentences:
    """The names of the sentences of a table, in the order in which they come."""

    def __init__(self, column: str) -> None:
        self._column = column
        self._first: Any = None
        self._current: Any = None
        self._seen: set[Any] = set()

    def starts(self, rows: Rows) -> tuple[list[int], list[int]]:
        """The first word of every sentence in `rows`, which go on from those before, and the numbers of rows in which
        the first name of all comes again, as in a file of several documents. Raises `DataError` for another name that
        does."""
        starts, again = [0], []
        for i, key in enumerate(_keys(rows, self._column)):
            if key is None or key == self._current:
                continue
            if i:
                starts.append(i)
            if key in self._seen:
                if key != self._first:
                    raise self._scattered(rows, i)
                again.append(int(rows.numbers[i]))
                self._seen.clear()
            self._first = key if self._first is None else self._first
            self._current = key
            self._seen.add(key)
        return starts, again

    def _scattered(self, rows: Rows, position: int) -> DataError:
        where = f"{rows.source}: " if rows.source else ""
        return DataError(
            f"{where}row {rows.numbers[position]}: expected the words of every sentence in rows that follow each other,"
            f" found {rows[self._column][position]!r} in column {self._column!r} again, with other sentences between; "
            "sort the rows by sentence, each with its words in order, or name documents in a column document_id where "
            "these number their sentences anew"
        )


def _keys(rows: Rows, column: str) -> Iterator[tuple[Any, ...] | None]:
    """What the sentence of every row is called, with its document where a column has it or had it above; None where
    the cell is empty."""
    names = {plain(name): name for name in reversed(list(rows.columns))}
    document = next((names[name] for name in _DOCUMENTS if name in names), None)
    documents = rows[document] if document else [None] * len(rows)
    current = None
    for of, sentence in zip(documents, rows[column], strict=True):
        current = current if _is_empty(of) else of
        yield None if _is_empty(sentence) else (current, sentence)


def _is_empty(cell: Any) -> bool:
    return not cell.strip() if type(cell) is str else missing(cell) or (isinstance(cell, str) and not cell.strip())


def _says_one_thing(parts: Sequence[Sequence[Any]]) -> bool:
    """Whether a column is about sentences, such as the document they are of."""
    same = all(cell == part[0] for part in parts for cell in part)
    return same and len({str(part[0]) for part in parts}) > 1 and any(len(part) > 1 for part in parts)


def sentence_column(rows: Rows) -> str | None:
    """The column that names sentences, where others have a word per row."""
    names = {plain(name): name for name in reversed(list(rows.columns))}
    word = next((names[name] for name in _WORDS if name in names), None)
    sentence = next((names[name] for name in _SENTENCES if name in names), None)
    if word is None or sentence is None:
        return None
    return sentence if all(not isinstance(cell, list | tuple | np.ndarray) for cell in rows[word]) else None
