"""A tagged text: its words, a tag for each, and the entities among them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from transferkit.language.parting import Parting
from transferkit.language.words import has_signs, joined
from transferkit.table.rows import Rows
from transferkit.tagging.sentences import GIVEN, Given
from transferkit.tagging.tags import spans

Entity = dict[str, Any]


class Tagged(list[str]):
    """The tags of the words of one text: a list of them, and what else there is to know.

    `words` are the words. `entities` has for every entity `text`, `type`, `start` and `end`, `score`, `word_start` and
    `word_end`, each end being the one after the last. Start and end count characters of the text as it was given; of a
    text given as a list of words they count words. The score is the mean probability of the tags of its words.
    """

    words: list[str]
    entities: list[Entity]

    @property
    def tags(self) -> list[str]:
        """The tags as a plain list."""
        return list(self)


def tagged(rows: Rows, tags: Sequence[Sequence[str]], outputs: Any) -> list[Tagged]:
    """Tags of `rows` with the entities among them, given the probabilities of all tags, (rows, most words, tags)."""
    sure = np.asarray(outputs).max(axis=-1, initial=0)
    texts = zip(tags, sure, rows["text"], rows[GIVEN], strict=True)
    return [_tagged(row_tags, of_words, text, original) for row_tags, of_words, text, original in texts]


def unparted(rows: Rows, parting: Parting) -> tuple[int, ...]:
    """The numbers of texts of a script without blanks, for a model that has learned words of several signs: these
    cannot be told in them."""
    if GIVEN not in rows or parting.signs or parting.by == "blanks":
        return ()
    return tuple(
        int(number)
        for number, text, original in zip(rows.numbers, rows["text"], rows[GIVEN], strict=True)
        if isinstance(original, Given) and any(len(word) > 1 and has_signs(word) for word in text.split(" "))
    )


def _tagged(tags: Sequence[str], sure: Sequence[float], text: str, original: Given | list[str]) -> Tagged:
    tagged_text = Tagged(tags)
    tagged_text.words = text.split(" ") if isinstance(original, Given) else original
    tagged_text.entities = [_entity(kind, first, end, sure[first:end], original) for kind, first, end in spans(tags)]
    return tagged_text


def _entity(kind: str, first: int, end: int, sure: Sequence[float], original: Given | list[str]) -> Entity:
    if isinstance(original, Given):
        start, stop = original.places[first][0], original.places[end - 1][1]
        text = original.text[start:stop]
    else:
        start, stop, text = first, end, joined(original[first:end])
    return {
        "text": text,
        "type": kind,
        "start": start,
        "end": stop,
        "score": round(sum(map(float, sure)) / len(sure), 6),
        "word_start": first,
        "word_end": end,
    }
