"""A tag for every word: entities and other spans of a text."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from transferkit.data.columns import by_name
from transferkit.errors import DataError, shown
from transferkit.kinds.text import KIND as TEXT
from transferkit.reading import prodigy
from transferkit.shapes import Shape
from transferkit.table import values
from transferkit.table.rows import Rows
from transferkit.table.values import is_none, written_list
from transferkit.tagging import annotations, word_rows
from transferkit.tagging.annotations import Marked
from transferkit.tagging.tags import OUTSIDE, is_plain, repaired, unbracketed
from transferkit.tasks import Sign, Task

_NAMES = (
    "write the tags' names; numbered ones have them in Parquet or a `datasets` object, or in dataset_info.json beside "
    "the file"
)


def read(cell: Any) -> list[str] | Marked:
    """The tags in a cell: a list of words such as O and B-PER, also written out, or such words with blanks between;
    commas between them where each is O or has B- and the like; `(PER*`, `*` and `*)` are read as what they mean. Or
    the entities of the text, see `annotations.read`."""
    if type(cell) is list and _are_clean(cell):
        return cell
    if (marked := annotations.read(cell)) is not None:
        return marked
    cell = written_list(cell) or values.parted_by_control(cell) or cell
    tags = cell if type(cell) is list else _parted(cell) if isinstance(cell, str) else _listed(cell)
    try:
        different = dict.fromkeys(tags)
    except TypeError:  # lists inside
        different = {}
    odd = [tag for tag in different or tags if not isinstance(tag, str) or _is_odd(tag)]
    if odd:
        raise ValueError(f"expected a tag per word, such as O and B-PER, found {odd[0]!r}; {_NAMES}")
    stripped = [tag.strip() for tag in tags] if any(tag != tag.strip() for tag in different) else tags
    return (unbracketed(stripped) if any(tag[-1:] in "*)" for tag in different) else None) or stripped


def _are_clean(cell: list[Any]) -> bool:
    """Whether there is nothing to be done about a list of tags, as nearly always."""
    try:
        return bool(cell) and _clean(frozenset(cell))
    except TypeError:  # lists inside
        return False


@lru_cache(10_000)
def _clean(tags: frozenset[Any]) -> bool:
    return all(isinstance(tag, str) and not _is_odd(tag) and tag == tag.strip() and tag[-1] not in "*)" for tag in tags)


def _listed(cell: Any) -> list[Any]:
    return list(cell) if hasattr(cell, "__iter__") else [cell]


def _parted(cell: str) -> list[str]:
    by_commas = [tag.strip() for tag in cell.strip().rstrip(",").split(",")]
    if len(by_commas) > 1 and all(tag == OUTSIDE or not is_plain(tag) for tag in by_commas):
        return by_commas
    return cell.split()


def _unpack(rows: Rows) -> Rows:
    """A row per sentence of tables with a row per word; of Prodigy's records the texts."""
    return word_rows.sentences(prodigy.without_tokens(rows))


@lru_cache(10_000)
def _is_odd(tag: str) -> bool:
    """Whether `tag` is empty or printed so, a number, or left of a list."""
    return not tag.strip() or is_none(tag) or _is_quoted(tag) or tag.strip().lstrip("-").isdigit()


def _is_quoted(tag: str) -> bool:
    """Whether `tag` is left of a list that could not be read; '' alone is a tag of the Penn Treebank."""
    return tag[0] == "[" or (tag[0] in "'\"" and bool(tag.strip("'\"")))


def _collect_labels(rows: Rows) -> tuple[str, ...]:
    labels = {tag for tags in rows["tags"] if tags is not None for tag in repaired(tags)}
    return (OUTSIDE, *sorted(labels - {OUTSIDE}, key=lambda tag: (tag[2:], tag)))


def _encode_target(value: Any, _labels: Sequence[str]) -> list[str]:
    """Begun properly (B- first): the entities are the same. A tag that was never learned counts as missed."""
    return repaired(value)


def _decode(outputs: Any, labels: Sequence[str]) -> list[Any]:
    """The likeliest tag of every word, begun properly; what lies beyond a row's words is NaN."""
    there = [words[~np.isnan(words[:, 0])] for words in outputs]
    return [repaired([labels[i] for i in words.argmax(axis=1)]) for words in there]


_SOME = 200


def _recognised(rows: Rows, asked: Mapping[str, str]) -> Sign | None:
    """Lists of words beside lists of as many tags, or texts beside the places of entities in them."""
    try:
        made = _unpack(rows.take(range(min(len(rows), _SOME))))
    except DataError:
        return None
    columns = by_name(list(made.columns), TASK, asked, True)
    if not {"text", "tags"} <= columns.keys():
        return None
    text, tags = columns["text"], columns["tags"]
    rows_of_two = [(a, b) for a, b in zip(made[text], made[tags], strict=True) if not (is_none(a) or is_none(b))]
    if not rows_of_two:
        return None
    if all(_are_tagged(*cells) for cells in rows_of_two):
        return Sign(f"columns {shown(text, 60)} and {shown(tags, 60)} are lists of words and a tag for each", True)
    marked = [_places(*cells) for cells in rows_of_two]
    if all(places is not None for places in marked) and any(marked):
        return Sign(f"column {shown(tags, 60)} has places of entities in the texts of {shown(text, 60)}", True)
    return None


def _are_tagged(words: Any, tags: Any) -> bool:
    """Whether two cells are lists of the same length, of words and of tags."""
    lists = [
        written_list(cell) or (list(cell) if isinstance(cell, list | np.ndarray) else None) for cell in (words, tags)
    ]
    if any(cells is None or not all(isinstance(item, str) for item in cells) for cells in lists):
        return False
    return len(lists[0] or ()) == len(lists[1] or ())


def _places(text: Any, cell: Any) -> int | None:
    """How many entities `cell` marks in `text`; None where it holds something else."""
    if not isinstance(text, str) or (isinstance(cell, str) and not cell.strip().startswith(("[", "{"))):
        return None
    try:
        marked = annotations.read(cell)
    except ValueError:
        return None
    if marked is None or any(not 0 <= mark.start < mark.end <= len(text) + 1 for mark in marked.marks):
        return None
    return len(marked.marks)


TASK = Task(
    name="token-classification",
    shape=Shape.TAGS,
    inputs={"text": TEXT},
    optional_inputs={},
    target="tags",
    metrics=("entity_f1", "entity_precision", "entity_recall"),
    main_metric="entity_f1",
    read_target=read,
    collect_labels=_collect_labels,
    encode_target=_encode_target,
    decode=_decode,
    usual={
        "text": ("tokens", "words", "token", "word", "form", "字", "词"),
        "tags": (
            "ner_tags",
            "tags",
            "labels",
            "ner",
            "ner_tag",
            "tag",
            "entities",
            "entity_list",
            "spans",
            "label",
            "标签",
            "标注",
        ),
    },
    unpack=_unpack,
    recognised=_recognised,
)
