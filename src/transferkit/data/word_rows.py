"""Tables with a word per row and a column that says which sentence it is of, as rows of sentences."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from transferkit.data.columns import plain
from transferkit.data.rows import Rows, concatenated
from transferkit.data.values import missing

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
_TAGS = ("tag", "tags", "label", "labels", "ner", "ner_tag", "ner_tags", "entity", "bio", "iob", "pos", "pos_tag")
_WORDS = ("word", "words", "token", "tokens", "form")


def sentences(rows: Rows) -> Rows:
    """A row per sentence, whose cells are lists with an entry per word, numbered as its first word was; other tables
    as they are.

    A sentence begins where the column of sentences (`Sentence #`, `sentence_id` ...) has another value than above; an
    empty cell goes on with the sentence above it, as in the table that many NER courses use.
    """
    name = sentence_column(rows)
    if name is None:
        return rows
    starts = _starts(rows[name])
    ends = [*starts[1:], len(rows)]
    columns: dict[str, Sequence[Any]] = {name: [rows[name][start] for start in starts]}
    for other, cells in rows.columns.items():
        if other != name:
            parts = [list(cells[a:b]) for a, b in zip(starts, ends, strict=True)]
            about = plain(other) not in (*_WORDS, *_TAGS) and _says_one_thing(parts)
            columns[other] = [part[0] for part in parts] if about else parts
    return Rows(columns, rows.numbers[np.asarray(starts, dtype=np.int64)], rows.source)


def whole(batches: Iterator[Rows]) -> Iterator[Rows]:
    """`batches` of one table such that no sentence is parted between two of them."""
    held: Rows | None = None
    for batch in batches:
        name = sentence_column(batch)
        if name is None:
            yield batch
            continue
        together = batch if held is None else concatenated([held, batch])
        last = _starts(together[name])[-1]
        if last:
            yield together.take(range(last))
        held = together.take(range(last, len(together)))
    if held is not None:
        yield held


def _says_one_thing(parts: Sequence[Sequence[Any]]) -> bool:
    """Whether a column is about sentences, such as the document they are of."""
    same = all(each == part[0] for part in parts for each in part)
    return same and len({str(part[0]) for part in parts}) > 1 and any(len(part) > 1 for part in parts)


def sentence_column(rows: Rows) -> str | None:
    """The column that names sentences, where others have a word per row."""
    found = {plain(name): name for name in reversed(list(rows.columns))}
    word = next((found[name] for name in _WORDS if name in found), None)
    sentence = next((found[name] for name in _SENTENCES if name in found), None)
    if word is None or sentence is None:
        return None
    return sentence if all(not isinstance(cell, list | tuple | np.ndarray) for cell in rows[word]) else None


def _starts(names: Sequence[Any]) -> list[int]:
    """The first word of every sentence."""
    starts, current = [0], None
    for i, name in enumerate(names):
        if missing(name) or (isinstance(name, str) and not name.strip()):
            continue
        if i and name != current:
            starts.append(i)
        current = name
    return starts
