"""Answers that are spans of a context: reading them from cells, mending where they are said to begin."""

import json
import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from transferkit.errors import shown
from transferkit.language.words import has_signs, signs, without_punctuation
from transferkit.table import printed, prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding

Answer = tuple[str, int]
"""Its text, and the position of its first character in the context."""

UNPLACED = -1
"""Where an answer begins that is given without its place."""
_LAST = 2**31  # characters
_TEXTS, _STARTS = ("text", "texts", "answer", "span"), ("answer_start", "answer_starts", "start")
"""Names of what an answer says and of where it begins, the usual one first."""
_LIST = (list, tuple, np.ndarray)
_SIGNS = frozenset(string.punctuation)
_DIGITS = re.compile(r"-?\d{1,12}(?:\.0+)?")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def _odd(description: str) -> ValueError:
    return ValueError(
        'expected answers such as {"text": ["Paris"], "answer_start": [17]}, '
        f"found {description}; write them so, or their "
        "texts alone, [] where there is none"
    )


def read(cell: Any) -> list[Answer]:
    """The answers in a cell: SQuAD's mapping of two lists, a list of mappings, of (text, start) or of texts, any of
    these written out, or a text, which is the answer. Answers without a place are `UNPLACED`. An empty list says that
    the context has no answer. Raises `ValueError`."""
    answers = _parsed(cell) if isinstance(cell, str) and printed.looks_so(cell) else cell
    if isinstance(answers, Mapping):
        answers = _pairs(answers, cell)
    if isinstance(answers, str | int | float) and not isinstance(answers, bool):
        answers = [str(answers)]
    if not hasattr(answers, "__iter__"):
        raise _odd(shown(cell, 60))
    return [_answer(answer, cell) for answer in answers]


def _parsed(text: str) -> Any:
    try:
        return printed.parsed(text)
    except ValueError:
        raise _odd(shown(text, 60)) from None


def _pairs(answers: Mapping[str, Any], cell: Any) -> list[Any]:
    texts, starts = _under(answers, _TEXTS), _under(answers, _STARTS)
    if texts is None:
        raise _odd(shown(cell, 60))
    if isinstance(texts, str):
        return [(texts, starts)]
    if starts is None and isinstance(texts, _LIST):
        return list(texts)
    if not (isinstance(texts, _LIST) and isinstance(starts, _LIST)):
        raise _odd(shown(cell, 60))
    if len(texts) != len(starts):
        raise _odd(f"{len(texts)} texts and {len(starts)} starts")
    return list(zip(texts, starts, strict=True))


def _answer(answer: Any, cell: Any) -> Answer:
    if isinstance(answer, Mapping):
        answer = (_under(answer, _TEXTS), _under(answer, _STARTS))
    if isinstance(answer, str):
        answer = (answer, None)
    if not isinstance(answer, list | tuple) or len(answer) != 2:
        raise _odd(shown(cell, 60))
    text, start = answer
    start = UNPLACED if start is None else _whole(start)
    placed = isinstance(start, int) and abs(start) <= _LAST
    if not isinstance(text, str) or not text.strip() or not placed:
        raise _odd(f"the text {shown(text, 40)} with the start {shown(start, 20)}")
    placed_at = UNPLACED if start == UNPLACED else start + len(text) - len(text.lstrip())
    return str(text).strip(), placed_at


def _under(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((record[name] for name in names if record.get(name) is not None), None)


def _whole(start: Any) -> Any:
    """`start` as a whole number, which tables have as text, and beside empty cells as 0.0; else as it is."""
    if isinstance(start, str) and _DIGITS.fullmatch(start.strip()):
        return int(float(start))
    if isinstance(start, np.integer) or (isinstance(start, float | np.floating) and start.is_integer()):
        return int(start)
    return start


def written(answers: Sequence[Answer]) -> str:
    """What `read` takes back."""
    texts, starts = [text for text, _ in answers], [start for _, start in answers]
    return json.dumps({"text": texts, "answer_start": starts}, ensure_ascii=False)


def words(text: str) -> list[str]:
    """The words of an answer as SQuAD's script compares them: in lower case, without punctuation of ASCII and articles.

    In scripts without blanks between words, the signs, without any punctuation, as MLQA's script does in Chinese (Lewis
    et al. 2020).
    """
    letters = "".join(letter for letter in text.lower() if letter not in _SIGNS)
    if has_signs(letters):
        return [part for run in without_punctuation(letters).split() for part in signs(run)]
    return _ARTICLES.sub(" ", letters).split()


def right_texts(texts: Sequence[str]) -> Sequence[str]:
    """`texts` that have words; nothing is right where there is none."""
    return [text for text in texts if words(text)] or [""]


def answerable(references: Sequence[Sequence[str]]) -> list[bool]:
    """Which questions have an answer."""
    return [bool(answers) for answers in references]


def overlap(predicted: str, true: str) -> float:
    """F1 over the words that two answers share, as SQuAD defines it (Rajpurkar et al. 2016)."""
    ours, theirs = words(predicted), words(true)
    if not ours or not theirs:
        return float(ours == theirs)
    same = (Counter(ours) & Counter(theirs)).total()
    return 2 * same / (len(ours) + len(theirs))


def equal(predicted: str, true: str) -> float:
    """1 where two answers have the same words, else 0."""
    return float(words(predicted) == words(true))


def mended(rows: Rows, columns: Mapping[str, str], name: str) -> tuple[Rows, list[Finding]]:
    """`rows` (text, text_pair, answers) with every answer at a place where the context has it, and the findings.

    An answer that stands elsewhere moves to its nearest occurrence, one without a place to its first as a word of its
    own if there is one; one that the context does not have is taken out, and so is a row that has no other. Rows of
    given test data stay: they are judged by the texts alone.
    """
    positions, gone = _Places([], [], [], [], {}), np.zeros(len(rows), dtype=bool)
    all_answers = list(rows["answers"])
    for i, (context, answers) in enumerate(zip(rows["text_pair"], all_answers, strict=True)):
        places = [_nearest(context, answer) for answer in answers or ()]
        if not answers or places == answers:
            continue
        if None not in places:
            all_answers[i] = [place for place in places if place is not None]
            if any(start != UNPLACED for _, start in answers):
                positions.moved.append(i)
                continue
            positions.placed.append(i)
            if any(len(_usual_places(context, text)) > 1 for text, _ in all_answers[i]):
                positions.several.append(i)
            if inside := next(((text, at) for text, at in all_answers[i] if _is_cut(context, text, at)), None):
                positions.inside[i] = inside[0], _word_around(context, *inside)
            continue
        positions.without.append(i)
        if name != "test":
            all_answers[i] = [place for place in places if place is not None]
            gone[i] = not all_answers[i]
    repaired = replace(rows, columns={**rows.columns, "answers": all_answers})
    return repaired.take(~gone), _findings(repaired, positions, columns, name)


def _nearest(context: str, answer: Answer) -> Answer | None:
    """Where the context has the answer, as near as possible to where it is said to begin."""
    text, start = answer
    if context.startswith(text, start) and start >= 0:
        return answer
    places = _usual_places(context, text) if start == UNPLACED else _all_places(context, text)
    if places:
        return text, min(places, key=lambda place: abs(place - start))
    return _nearest(context, (text.strip(), start)) if text != text.strip() else None


def _usual_places(context: str, text: str) -> list[int]:
    """Where `text` stands in the context as words of their own; if nowhere, where it stands inside of others."""
    places = _all_places(context, text)
    return [place for place in places if not _is_cut(context, text, place)] or places


def _all_places(context: str, text: str) -> list[int]:
    places, at = [], context.find(text)
    while at >= 0:
        places.append(at)
        at = context.find(text, at + 1)
    return places


def _is_cut(context: str, text: str, at: int) -> bool:
    """Whether `text` begins or ends inside of a word there; a word of Korean may have a particle behind it."""
    before, after = context[at - 1 : at] if at else "", context[at + len(text) :][:1]
    return _joined(before, text[0]) or (_joined(text[-1], after) and not _HANGUL.match(text[-1]))


def _joined(before: str, after: str) -> bool:
    """Whether two signs are of one word."""
    return before.isalnum() and after.isalnum() and not has_signs(before + after)


def _word_around(context: str, text: str, at: int) -> str:
    start, end = at, at + len(text)
    while start and _joined(context[start - 1], context[start]):
        start -= 1
    while end < len(context) and _joined(context[end - 1], context[end]):
        end += 1
    return context[start:end]


@dataclass(frozen=True)
class _Places:
    """Positions of rows whose answers stand elsewhere than said, were given without a place and have one now, stand
    several times in the context, do not stand there, and stand only inside of a word: one of these, and that word.
    """

    moved: list[int]
    placed: list[int]
    several: list[int]
    without: list[int]
    inside: dict[int, tuple[str, str]]


def _findings(rows: Rows, places: _Places, columns: Mapping[str, str], name: str) -> list[Finding]:
    column, findings = columns["answers"], []
    if places.placed:
        numbers = tuple(int(n) for n in rows.numbers[places.placed])
        message = f"{prose.counted(len(numbers))}{prose.of(name)} with answers in column {column!r} without their place"
        findings.append(Finding("placed-spans", "fixed", message, numbers, "looked up in the context"))
    if places.several:
        numbers = tuple(int(n) for n in rows.numbers[places.several])
        have = prose.verb(len(numbers), "has", "have")
        message = (
            f"{prose.counted(len(numbers))}{prose.of(name)} {have} an answer in column {column!r} that stands several "
            f"times in the context ({prose.shown(numbers)})"
        )
        action = "the first place is taken; give answer_start where it is another"
        findings.append(Finding("ambiguous-spans", "warning", message, numbers, action))
    if places.inside:
        numbers = tuple(int(n) for n in rows.numbers[[*places.inside]])
        have = prose.verb(len(numbers), "has", "have")
        text, word = (shown(part, 40) for part in next(iter(places.inside.values())))
        message = (
            f"{prose.counted(len(numbers))}{prose.of(name)} {have} an answer in column {column!r} that stands only "
            f"inside a longer word, such as {text} in {word} ({prose.shown(numbers)})"
        )
        action = "learned there; leave out rows whose answer is not in the context, such as yes and no"
        findings.append(Finding("answers-inside-words", "warning", message, numbers, action))
    if places.moved:
        numbers = tuple(int(n) for n in rows.numbers[places.moved])
        have = prose.verb(len(numbers), "has", "have")
        message = (
            f"{prose.counted(len(numbers))}{prose.of(name)} {have} an answer in column {column!r} that begins "
            f"elsewhere in the context than said ({prose.shown(numbers)})"
        )
        findings.append(Finding("moved-spans", "fixed", message, numbers, "moved to the nearest occurrence"))
    if places.without:
        numbers = tuple(int(n) for n in rows.numbers[places.without])
        have = prose.verb(len(numbers), "has", "have")
        message = (
            f"{prose.counted(len(numbers))}{prose.of(name)} {have} an answer in column {column!r} that the context "
            f"does not hold ({prose.shown(numbers)})"
        )
        action = "the row is dropped if it has no other answer"
        if name == "test":
            action = "kept: given test rows are evaluated by the answers' texts alone"
        findings.append(Finding("spans-without-text", "warning", message, numbers, action))
    return findings
