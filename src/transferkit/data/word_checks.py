"""What is odd about rows of words: no words at all, or no tags."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from transferkit.data import audit
from transferkit.data.rows import Rows
from transferkit.data.splits import Finding
from transferkit.data.tags import OUTSIDE
from transferkit.errors import DataError

_NEARLY_ALL = 0.9
_PLACEHOLDERS = ("_", "-", "*", "--", ".", "None", "none", "null", "NONE")


def findings(rows: Rows, name: str, where: str) -> list[Finding]:
    """Findings about `rows`, of the split `name`. Raises `DataError` where their words are running numbers, or all tags
    are a sign that stands for none."""
    lists = [text.split(" ") for text in rows["text"]]
    _refuse_numbers(lists, where)
    tags = Counter(chain.from_iterable(rows["tags"]))
    if len(tags) == 1 and (only := next(iter(tags))) != OUTSIDE:
        if only in _PLACEHOLDERS:
            raise DataError(
                f"{where}: all {tags.total():,} tags are {only!r}, which says nothing; name the column of tags with "
                "--label"
            )
        message = f"all {tags.total():,} tags{audit.of(name)} are {only!r}"
        return [Finding("constant", "warning", message, (), "nothing can be told apart; is it the column of tags?")]
    return _of_one_word(lists, rows, name)


def _refuse_numbers(lists: Sequence[Sequence[str]], where: str) -> None:
    """Where words count 1, 2, 3 (or 0, 1, 2) in nearly all rows that have two or more."""
    longer = [words for words in lists if len(words) > 1]
    counting = sum(_counts(words) for words in longer)
    if longer and counting > _NEARLY_ALL * len(longer):
        example = " ".join(longer[0][:5])
        raise DataError(
            f"{where}: the words of {counting:,} of {len(longer):,} rows are running numbers ({example} ...); name the "
            "column of words with --text"
        )


def _counts(words: Sequence[str]) -> bool:
    return words[0].isdecimal() and list(words) == [str(int(words[0]) + i) for i in range(len(words))]


def _of_one_word(lists: Sequence[Sequence[str]], rows: Rows, name: str) -> list[Finding]:
    short = [int(number) for number, words in zip(rows.numbers, lists, strict=True) if len(words) == 1]
    if len(lists) < 2 or len(short) <= _NEARLY_ALL * len(lists):
        return []
    message = f"{len(short):,} of {audit.counted(len(lists))}{audit.of(name)} are of one word ({audit.shown(short)})"
    action = (
        "read as they are; if rows are words, give a column that says which sentence each is of (Sentence #, "
        "sentence_id), or a file of words with an empty line between sentences"
    )
    return [Finding("one-word-rows", "warning", message, tuple(short), action)]
