"""A tag per word.

A predictor gives probabilities (rows, most words, tags), NaN where a row has no such word; metrics compare lists
of tags, a tag for every word.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

from transferkit.shapes import Words, as_they_are, counted_names, no_guess
from transferkit.tagging.tags import OUTSIDE, begun, pairs

_MOST_WORDS = 40

CLASSES = False
ONE_CLASS = False
NAMES = True
OF_WORDS = True
OF_TOKENS = True
OF_CONTEXTS = False
WRITTEN = False
AS_TEXTS = False
WANTED = "tags"
TELLING = "a tag other than O"
NONE = ""
NO_WINDOWS = "rows of words are read in windows in any case"
WINDOWS_OF = "words"
LOST = "the end is lost"
BATCH_SIZE = None
GUESSED_BY = ""
FROM_LOGITS = ""
WORDS = Words(
    use="Tag the entities in a file of any size:",
    errors="Texts with most wrong entities",
    order="Only the entities that differ are listed; F1 is that of the whole text.",
    true="missed entities",
    predicted="wrong entities",
    measure="F1",
    classes="Scores by entity type",
)


def summary(targets: Sequence[Any]) -> str:
    counts = Counter(chain.from_iterable(map(pairs, targets)))
    kinds: Counter[str] = Counter()
    for (tag, before), times in counts.items():
        if kind := begun(tag, before):
            kinds[kind] += times
    return counted_names(dict(kinds.most_common()), "type of span", "types of spans")


def is_telling(target: Any) -> bool:
    return bool(set(target or ()) - {OUTSIDE})


def line(target: Any) -> str:
    return ", ".join(map(str, target)) or "none"


def cell(answer: Any, read: Callable[[Any], Any]) -> Any:
    """Joined by blanks."""
    return " ".join(answer)


def tagged(words: Sequence[str], tags: Sequence[str]) -> str:
    """The first words with their tags, `Rome/B-LOC is/O ...`."""
    shown = [f"{word}/{tag}" for word, tag in zip(words, tags, strict=True)][:_MOST_WORDS]
    return " ".join(shown) + (" ..." if len(words) > _MOST_WORDS else "")


guess = no_guess
mended = as_they_are
