"""What is noteworthy about rows, as `Finding`s and counts. Nothing here changes a row."""

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from transferkit.data import conversations
from transferkit.data.columns import TaskColumns
from transferkit.data.labels import form
from transferkit.shapes import Shape
from transferkit.table.prose import MOST_SHOWN, counted, of, shown, verb
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import names_in
from transferkit.tagging.tags import OUTSIDE, are_all_proper, are_proper, is_plain, repaired

_UNBALANCED = 10
_VARIANTS = {chr(code) for code in range(0xFE00, 0xFE10)}
"""How the sign before is drawn."""
_TRUTHS = {"true": "1", "false": "0"}


def encoding(rows: Rows, task: TaskColumns, name: str) -> list[Finding]:
    """Rows with U+FFFD, which readers put where bytes are not UTF-8, or a sign is half of one."""
    inputs = [rows[column] for column in (*task.inputs, *task.optional_inputs) if column in rows]
    broken = [i for cells in inputs for i, cell in enumerate(cells) if isinstance(cell, str) and "\ufffd" in cell]
    if not broken:
        return []
    numbers = tuple(int(n) for n in rows.numbers[sorted(set(broken))])
    holds = verb(len(numbers), "holds", "hold")
    message = f"{counted(len(numbers))}{of(name)} {holds} signs that could not be read ({rows.named(numbers)})"
    return [Finding("encoding", "warning", message, numbers, "read with the mark \ufffd in their place")]


def balance(train: Rows, task: TaskColumns) -> list[Finding]:
    """How many rows the largest and the smallest class have."""
    classes = class_counts(train, task).most_common()
    (most, many), (least, few) = classes[0], classes[-1]
    total = len(train)
    uneven = many > _UNBALANCED * few
    there = len(classes)
    kinds = verb(there, "class", "classes") if task.shape.form.ONE_CLASS else verb(there, "label", "labels")
    held = f"{there:,} {kinds} in {counted(total)} to train on"
    largest = f"{most!r} {counted(many)} ({many / total:.1%})"
    smallest = f"{least!r} {counted(few)} ({few / total:.1%})"
    message = f"{held}; largest {largest}, smallest {smallest}" if len(classes) > 1 else f"{held}: {largest}"
    other = "accuracy" if task.shape.form.ONE_CLASS else "micro F1"
    action = (
        f"full, top_layers and lora take class_weights=balanced; macro F1 tells more than {other}" if uneven else ""
    )
    return [Finding("balance", "warning" if uneven else "info", message, (), action)]


def turns(train: Rows) -> list[Finding]:
    """Which turns of conversations are learned, where some have more than one answer."""
    talks = [talk for text in train["text"] if (talk := conversations.parsed(text))]
    earlier = [talk.answers for talk in talks if talk.answers]
    findings = []
    if earlier:
        many = counted(sum(earlier), "answer")
        message = f"{counted(len(earlier), 'conversation')} to train on with {many} before the last"
        action = "every answer is learned (by encoder-decoders the last), the last is evaluated"
        findings.append(Finding("turns", "info", message, (), action))
    if unlearned := sum(talk.unlearned for talk in talks):
        message = f"{counted(unlearned, 'answer')} of weight 0, or of a prompt, in conversations to train on"
        findings.append(Finding("turns", "info", message, (), "read, not learned"))
    return findings


def always(train: Rows, task: TaskColumns) -> list[Finding]:
    """Labels of which several may hold, and which hold in every row: there is nothing to learn about them."""
    if task.shape is not Shape.LABELS:
        return []
    labels = sorted(label for label, count in class_counts(train, task).items() if count == len(train))
    if not labels:
        return []
    listed = ", ".join(map(repr, labels[:MOST_SHOWN])) + (" ..." if len(labels) > MOST_SHOWN else "")
    hold = verb(len(labels), "holds", "hold")
    message = f"{counted(len(labels), 'label')} that {hold} in every row to train on: {listed}"
    return [Finding("constant", "warning", message, (), "given to every text; add rows without it, or leave it out")]


def rare_labels(train: Rows, test: Rows, task: TaskColumns, missing: str = "a test row") -> list[Finding]:
    """Labels that stand in train alone, so that nothing can be said about them; they lack `missing`."""
    tested = class_counts(test, task)
    rare = {label: count for label, count in class_counts(train, task).items() if label not in tested}
    if not rare:
        return []
    named_in = [names_in(target) for target in train[task.target]]
    numbers = tuple(int(n) for n, names in zip(train.numbers, named_in, strict=True) if rare.keys() & names)
    named = ", ".join(f"{label!r} ({counted(count)})" for label, count in sorted(rare.items())[:MOST_SHOWN])
    more = f" and {len(rare) - MOST_SHOWN} more" if len(rare) > MOST_SHOWN else ""
    message = f"{counted(len(rare), 'label')} without {missing}: {named}{more}"
    return [Finding("rare-labels", "warning", message, numbers, "trained on, not evaluated; add rows to judge them")]


def alike_labels(train: Rows, task: TaskColumns) -> list[Finding]:
    """Labels that differ only in how they are written: in case, width, Unicode form, signs that cannot be seen, as
    numbers (`1` and `1.0`), or as what is true (`1` and `true`).

    The rows are those of all but the most frequent spelling.
    """
    spelt: dict[str, list[str]] = {}
    for label, _ in class_counts(train, task).most_common():
        spelt.setdefault(_visible(label), []).append(label)
    alike = [spellings for spellings in spelt.values() if len(spellings) > 1]
    if not alike:
        return []
    odd = {label for _, *others in alike for label in others}
    named_in = [names_in(target) for target in train[task.target]]
    numbers = tuple(int(n) for n, names in zip(train.numbers, named_in, strict=True) if odd & set(names))
    more = f" and {len(alike) - MOST_SHOWN} more" if len(alike) > MOST_SHOWN else ""
    listed = "; ".join(" / ".join(map(repr, spellings)) for spellings in alike[:MOST_SHOWN]) + more
    message = f"labels that differ only in how they are written: {listed} ({train.named(numbers)})"
    return [Finding("alike-labels", "warning", message, numbers, "kept apart; write alike what means the same")]


def _visible(label: str) -> str:
    """What can be told of a label by looking at it, without its case."""
    text = unicodedata.normalize("NFKC", label)
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf" and sign not in _VARIANTS)
    alike = form(seen.strip() or label).casefold()
    return _TRUTHS.get(alike, alike)


def _unit(parts: Mapping[str, Rows]) -> str:
    """What the numbers of rows count in all `parts`; rows where they differ."""
    units = {part.unit for part in parts.values() if len(part)}
    return units.pop() if len(units) == 1 else "row"


def improper_tags(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    """Rows in which a span begins with I-TYPE, as IOB1 files have it."""
    rows = [
        int(number)
        for part in parts.values()
        if not are_all_proper(part[task.target])
        for number, tags in zip(part.numbers, part[task.target], strict=True)
        if not are_proper(tags)
    ]
    if not rows:
        return []
    begin = verb(len(rows), "begins", "begin")
    message = f"{counted(len(rows))} {begin} a span with I- where B- is due ({shown(rows, _unit(parts))})"
    return [Finding("improper-tags", "fixed", message, tuple(rows), "read as B-; the spans are the same")]


def plain_tags(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    """Tags without B- or I- among such as have it: a slip, or another way to write them."""
    rows: dict[str, list[int]] = {}
    prefixed = False
    for part in parts.values():
        inside = set(chain.from_iterable(part[task.target])) - {OUTSIDE}
        plain = set(filter(is_plain, inside))
        prefixed = prefixed or len(plain) < len(inside)
        for number, tags in zip(part.numbers, part[task.target], strict=True) if plain else ():
            for tag in plain.intersection(tags):
                rows.setdefault(tag, []).append(int(number))
    if not rows or not prefixed:
        return []
    numbers = tuple(sorted({number for row_numbers in rows.values() for number in row_numbers}))
    listed = ", ".join(map(repr, sorted(rows)[:MOST_SHOWN])) + (" ..." if len(rows) > MOST_SHOWN else "")
    where = shown(numbers, _unit(parts))
    message = f"{counted(len(rows), 'tag')} without B- or I- among others that have it: {listed} ({where})"
    action = "every stretch of such a tag is taken as one span of a type of its own; fix the file if that is not meant"
    return [Finding("plain-tags", "warning", message, numbers, action)]


def unlearned_tags(parts: Mapping[str, Rows], task: TaskColumns) -> list[Finding]:
    """Tags that stand in test alone, which no route can give."""
    learned = {tag for name in ("train", "validation") for tags in parts[name][task.target] for tag in repaired(tags)}
    return unknown_tags(parts["test"], task, learned, "of test without a row to train on", "; add rows to learn from")


def unknown_tags(rows: Rows, task: TaskColumns, known: Collection[str], which: str, advice: str = "") -> list[Finding]:
    """Tags that are none of `known`; `which` says of them what that means."""
    unseen = {
        int(number): set(repaired(tags)).difference(known)
        for number, tags in zip(rows.numbers, rows[task.target], strict=True)
    }
    tags = sorted(set().union(*unseen.values()))
    if not tags:
        return []
    numbers = tuple(number for number, unseen_tags in unseen.items() if unseen_tags)
    listed = ", ".join(map(repr, tags[:MOST_SHOWN])) + (" ..." if len(tags) > MOST_SHOWN else "")
    message = f"{counted(len(tags), 'tag')} {which}: {listed} ({rows.named(numbers)})"
    return [Finding("unlearned-tags", "warning", message, numbers, f"counted as missed{advice}")]


def truncation(
    lengths: Sequence[int], max_length: int, rows: Rows, long_texts: str = "cut", advice: str = ""
) -> Finding:
    """What a limit of `max_length` tokens cuts off, given every row's full length in tokens.

    `long_texts` says what becomes of longer ones: "cut", "windows", where answers are spans of them
    "spans", where their words are tagged "words"; `advice` goes after what is cut.
    """
    sizes = np.asarray(lengths, dtype=np.int64)
    cut = sizes > max_length
    total = int(sizes.sum())
    lost = int((sizes[cut] - max_length).sum())
    numbers = tuple(int(n) for n in rows.numbers[cut])
    if not numbers:
        longest = f"the longest has {sizes.max(initial=0):,}"
        message = f"none of {counted(len(rows))} is longer than {max_length:,} tokens; {longest}"
        return Finding("truncation", "info", message)
    are = verb(len(numbers), "is", "are")
    share = f"{len(numbers):,} of {counted(len(rows))} ({len(numbers) / len(rows):.1%})"
    longer = f"{share} {are} longer than {max_length} tokens"
    if long_texts == "windows":
        message = f"{longer} ({rows.named(numbers)})"
        return Finding("truncation", "info", message, numbers, "read in overlapping windows and averaged")
    if long_texts == "spans":
        message = f"{longer} ({rows.named(numbers)})"
        return Finding("truncation", "info", message, numbers, "read in overlapping windows, of which the best answers")
    if long_texts == "words":
        message = f"{longer} ({rows.named(numbers)})"
        action = "read in overlapping windows; each word is tagged where it has most around it"
        return Finding("truncation", "info", message, numbers, action)
    message = f"{longer}; {counted(lost, 'token')} ({lost / total:.1%}) cut off ({rows.named(numbers)})"
    action = f"cut at {max_length} tokens{advice}; --long-texts windows reads them whole"
    return Finding("truncation", "warning", message, numbers, action)


def constant(values: Sequence[float], name: str = "") -> tuple[Finding, ...]:
    """Numbers that do not vary, with which nothing can go together."""
    if len(set(values)) > 1:
        return ()
    message = f"{counted(len(values))}{of(name)} with one value, {values[0]:g}"
    action = "correlations and R2 are undefined here; given as 0, R2 of perfect answers as 1"
    return (Finding("constant", "warning", message, (), action),)


def alone(numbers: Sequence[int], name: str = "") -> tuple[Finding, ...]:
    """Rows of pairs that have a first text only."""
    if not numbers:
        return ()
    message = f"{counted(len(numbers))}{of(name)} {verb(len(numbers), 'has', 'have')} no second text ({shown(numbers)})"
    return (Finding("empty-pairs", "warning", message, tuple(numbers), "kept"),)


def unread(numbers: Sequence[int], action: str, unit: str = "row") -> tuple[Finding, ...]:
    """Rows longer than the window of a model in use; `action` says what becomes of their ends."""
    if not numbers:
        return ()
    has = verb(len(numbers), "has", "have")
    message = f"{counted(len(numbers))} {has} more tokens than the model reads ({shown(numbers, unit)})"
    return (Finding("truncation", "warning", message, tuple(numbers), action),)


def unparted(numbers: Sequence[int]) -> tuple[Finding, ...]:
    """Texts of a script without blanks, for a model that has learned words of several signs."""
    if not numbers:
        return ()
    has = verb(len(numbers), "has", "have")
    message = f"{counted(len(numbers))} {has} no blanks between words of several signs ({shown(numbers)})"
    action = "tagged as they are; the model learned from words, so give lists of words"
    return (Finding("unparted-texts", "warning", message, tuple(numbers), action),)


def unfinished(numbers: Sequence[int]) -> tuple[Finding, ...]:
    """Rows whose written answers were stopped."""
    if not numbers:
        return ()
    message = f"{counted(len(numbers), 'answer')} stopped at max_new_tokens ({shown(numbers)})"
    action = "train with more: --generation max_new_tokens=N"
    return (Finding("unfinished-answers", "warning", message, tuple(numbers), action),)


def class_counts(rows: Rows, task: TaskColumns) -> "Counter[str]":
    """Rows per label; a row with several counts for each."""
    return Counter(class_names(rows, task))


def class_names(rows: Rows, task: TaskColumns) -> Iterable[str]:
    """The label of every row, or all of it."""
    if task.shape.form.ONE_CLASS:
        return map(str, rows[task.target])
    of_tags = task.shape.form.OF_WORDS and set(map(type, rows[task.target])) <= {list}
    return chain.from_iterable(rows[task.target] if of_tags else map(names_in, rows[task.target]))


def class_table(parts: Mapping[str, Rows], task: TaskColumns) -> dict[str, dict[str, Any]]:
    """label -> split -> rows."""
    counts = {name: class_counts(rows, task) for name, rows in parts.items()}
    labels = sorted(set().union(*counts.values()))
    return {label: {name: split_counts[label] for name, split_counts in counts.items()} for label in labels}
