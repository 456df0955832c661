"""What is odd about rows of words: no words at all, or no tags."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain

from transferkit.errors import DataError
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.tagging.tags import OUTSIDE, is_plain, parts

_NEARLY_ALL = 0.9
_PLACEHOLDERS = ("_", "-", "*", "--", ".", "None", "none", "null", "NONE")


def findings(rows: Rows, name: str, where: str) -> list[Finding]:
    """Findings about `rows`, of the split `name`. Raises `DataError` where their words are running numbers, or all tags
    are a sign that stands for none."""
    _refuse_numbers(rows["text"], where)
    tags = Counter(chain.from_iterable(rows["tags"]))
    _refuse_suffixes(tags, where)
    if len(tags) == 1 and (only := next(iter(tags))) != OUTSIDE:
        if only in _PLACEHOLDERS:
            raise DataError(
                f"{where}: all {tags.total():,} tags are {only!r}, which says nothing; name the column of tags with "
                "--label"
            )
        message = f"all {tags.total():,} tags{prose.of(name)} are {only!r}"
        return [
            Finding("constant", "warning", message, (), "there is nothing to distinguish; is it the column of tags?")
        ]
    return [*_broken(rows, tags, name), *_of_one_word(rows, name)]


def _broken(rows: Rows, tags: Iterable[str], name: str) -> list[Finding]:
    """Rows in which an entity is not as B, I or M, E and S have it: without its beginning or its end."""
    if not {"S", "E"} <= {parts(tag)[0] for tag in tags}:
        return []
    numbers = tuple(int(n) for n, row_tags in zip(rows.numbers, rows["tags"], strict=True) if not _is_whole(row_tags))
    if not numbers:
        return []
    has = prose.verb(len(numbers), "has", "have")
    message = (
        f"{prose.counted(len(numbers))}{prose.of(name)} {has} an entity without its first or last tag, where others "
        f"begin with B, end with E and are S alone ({rows.named(numbers)})"
    )
    action = "read from its first word to its last anyway; fix these tags"
    return [Finding("broken-entities", "warning", message, numbers, action)]


def _is_whole(tags: Sequence[str]) -> bool:
    """Whether every I, M and E follows a B, I or M of its type, and only such stand behind these."""
    inside = ""
    for tag in tags:
        prefix, kind = parts(tag)
        if (prefix in "IE" and not is_plain(tag)) != bool(inside) or (inside and kind != inside):
            return False
        inside = kind if prefix in "BI" and not is_plain(tag) else ""
    return not inside


def _refuse_numbers(texts: Sequence[str], where: str) -> None:
    """Where words count 1, 2, 3 (or 0, 1, 2) in nearly all rows that have two or more."""
    longer = [text for text in texts if " " in text]
    counting = sum(text[0].isdecimal() and _counts(text.split(" ")) for text in longer)
    if longer and counting > _NEARLY_ALL * len(longer):
        example = " ".join(longer[0].split(" ")[:5])
        raise DataError(
            f"{where}: the words of {counting:,} of {len(longer):,} rows are running numbers ({example} ...); name the "
            "column of words with --text"
        )


def _refuse_suffixes(tags: Iterable[str], where: str) -> None:
    """Tags that say behind their type where an entity begins, and no others: PER-B, PER-I."""
    parts = [tag.rpartition(mark) for tag in tags for mark in "-_" if tag != OUTSIDE and is_plain(tag) and mark in tag]
    kinds = {kind: {end for other, _, end in parts if other == kind} for kind, _, _ in parts}
    odd = next(
        (kind for kind, ends in kinds.items() if ends >= {"B"} and ends & set("IEM") and ends <= set("BIEMS")), None
    )
    if odd is not None:
        raise DataError(
            f"{where}: expected tags such as B-{odd}, which say first where an entity begins, found this behind the "
            f"type, as in {next(tag for tag in tags if tag.startswith(odd))!r}; write it first"
        )


def _counts(words: Sequence[str]) -> bool:
    return words[0].isdecimal() and list(words) == [str(int(words[0]) + i) for i in range(len(words))]


def _of_one_word(rows: Rows, name: str) -> list[Finding]:
    short = [int(number) for number, text in zip(rows.numbers, rows["text"], strict=True) if " " not in text]
    if len(rows) < 2 or len(short) <= _NEARLY_ALL * len(rows):
        return []
    message = f"{len(short):,} of {prose.counted(len(rows))}{prose.of(name)} are of one word ({rows.named(short)})"
    action = (
        "read as they are; if rows are words, give a column that says which sentence each is of (Sentence #, "
        "sentence_id), or a file of words with an empty line between sentences"
    )
    return [Finding("one-word-rows", "warning", message, tuple(short), action)]
